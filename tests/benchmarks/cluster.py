"""What a second worker gives: an archive assessed here, by one worker and by two, turn about.

`python -m tests.benchmarks.cluster --items FILE` takes lines as `utkik classify` does; left out, they are made up. Wall
clock is what is asked about, so the load of the machine is told beside it: with other programs on the cores the ratio
says little, and the processor's seconds are what to go by.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil

from nlp.adapter import item_of
from nlp.assessor import Assessor
from pipeline.assess import AssessItems, assess
from pipeline.engine import LOCAL, Engine
from pipeline.engine_dask import DaskEngine
from store.db import open_store
from store.items import upsert_items
from store.types import Item
from tests.benchmarks.texts import lines
from tests.pipeline.cluster import Cluster, cluster

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: seconds on the wall, of this process and of the cluster's, and the machine's load."""

    name: str
    wall: float
    here: float
    there: float
    load: float


def archive(path: Path | None, count: int) -> list[Item]:
    """Return so many items: those of the file over and over, each time with new keys."""
    told = [json.loads(line) for line in path.open(encoding="utf-8")] if path else lines(count, 1)
    known = [item_of(line) for line in told]
    return [replace(known[n % len(known)], key=f"{known[n % len(known)].key} {n // len(known)}") for n in range(count)]


def spent(made: Cluster | None) -> float:
    """Return the processor's seconds of a cluster until now."""
    times = [psutil.Process(process.pid).cpu_times() for process in made.processes] if made else []
    return sum(one.user + one.system for one in times)


def turn(name: str, work: Callable[[], str], made: Cluster | None) -> tuple[Turn, str]:
    """Do the work once, measured."""
    wall, here, there = time.perf_counter(), time.process_time(), spent(made)
    answer = work()
    seconds = time.perf_counter() - wall, time.process_time() - here, spent(made) - there
    done = Turn(name, *(round(one, 2) for one in seconds), round(os.getloadavg()[0], 1))
    sys.stderr.write(f"{done}\n")
    return done, answer


def assessed(engine: Engine, assessor: Assessor, items: Sequence[Item]) -> str:
    """Assess the items and return a hash of every answer."""
    digest = hashlib.sha256()
    batches = (items[start : start + BATCH] for start in range(0, len(items), BATCH))
    for answer in engine.map(AssessItems(assessor.version), batches, loaded=assessor.assess):
        digest.update(repr(answer).encode())
    return digest.hexdigest()


def stored(engine: Engine, assessor: Assessor, items: Sequence[Item]) -> Iterator[Callable[[], str]]:
    """Give the whole step, to be measured, on a new store that holds the items."""
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/utkik.db") as store:
        for start in range(0, len(items), BATCH):
            with store.session() as session:
                upsert_items(session, items[start : start + BATCH], now=NOW)
        yield lambda: str(assess(store, assessor, now=NOW, engine=engine).counts)


def measure(items: Sequence[Item], rounds: int, steps: int) -> list[Turn]:
    """Return the turns: without a store, then the whole step; raises when any two answers differ."""
    assessor, turns, answers = Assessor.load(), [], set()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as held:
        ways: list[tuple[str, Engine, Cluster | None]] = [("here", LOCAL, None)]
        for workers in (1, 2):
            made = held.enter_context(cluster(Path(folder, str(workers)), workers))
            engine = held.enter_context(DaskEngine(made.address))
            ways.append((f"{workers} workers", engine, made))
        for _, engine, _ in ways:  # everything loaded
            for _ in range(2):
                assessed(engine, assessor, items[: 4 * BATCH])
        for _ in range(rounds):
            for name, engine, made in ways:
                done, answer = turn(name, lambda engine=engine: assessed(engine, assessor, items), made)
                turns.append(done)
                answers.add(answer)
        for _ in range(steps):
            for name, engine, made in ways:
                turns += [turn(f"step, {name}", work, made)[0] for work in stored(engine, assessor, items)]
    if len(answers) != 1:
        raise AssertionError("the answers differ")
    return turns


def main() -> None:
    """Measure and write every turn, and the medians, as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=Path)
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--steps", type=int, default=3, help="rounds of the whole step, with a store")
    chosen = options.parse_args()
    turns = measure(archive(chosen.items, chosen.count), chosen.rounds, chosen.steps)
    wall = {one.name: 0.0 for one in turns}
    for name in wall:
        wall[name] = statistics.median(one.wall for one in turns if one.name == name)
    pairs = {
        "two workers to one": ("1 workers", "2 workers"),
        "one worker to here": ("here", "1 workers"),
        "step, two workers to one": ("step, 1 workers", "step, 2 workers"),
        "step, two workers to here": ("step, here", "step, 2 workers"),
    }
    ratios = {what: round(wall[slow] / wall[quick], 2) for what, (slow, quick) in pairs.items() if slow in wall}
    told = {"turns": [asdict(one) for one in turns], "wall": wall, "ratios": ratios}
    sys.stdout.write(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
