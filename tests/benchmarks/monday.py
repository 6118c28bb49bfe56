"""An hour of a national Monday morning on the page: `python -m tests.benchmarks.monday --home FOLDER`.

Everybody's visits of the hour come in `--seconds`, at times drawn by chance, to a server in a process of its own as it
is shipped, without the schedule and with its clock on the morning. Within a visit one request follows the other at
once, which is harder than people are. Told are how long each took and how long visits waited for this program.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from pipeline.installation import open_installation
from tests.benchmarks.monday_home import MORNING, Reader, prepare, readers_of
from tests.benchmarks.monday_visits import Asked, Browser, calendar, contact, coordinator, feed, monitor, resident
from tests.benchmarks.national import ROOT
from web.app import create_app
from web.server import Page

HANDS = 64  # visits at once
ANSWERING = 0.3  # of the contact persons come within the hour
RESIDENTS, FEEDS, SCRAPES = 10, 6, 240  # visits of residents and fetches of feeds per municipality; looks of a monitor
CALENDARS = 1.0  # of the contact persons' calendar programs ask once an hour


@dataclass(slots=True)
class Found:
    """Every request that was made, and how long visits waited for a hand."""

    asked: list[Asked] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    seconds: float = 0.0
    processor: float = 0.0  # of the server
    megabytes: float = 0.0
    visits: int = 0


def drawn(keys: Sequence[str], readers: Sequence[Reader], chance: random.Random) -> list[Callable[[Browser], None]]:
    """Return the visits of the hour, in no order."""
    visits: list[Callable[[Browser], None]] = [partial(coordinator, number) for number in range(len(keys))]
    visits += [partial(contact, reader) for reader in readers if chance.random() < ANSWERING]
    visits += [partial(calendar, reader) for reader in readers if chance.random() < CALENDARS]
    for key in keys:
        visits += [partial(resident, key)] * RESIDENTS + [partial(feed, key)] * FEEDS
    visits += [monitor] * SCRAPES
    chance.shuffle(visits)
    return visits


def load(port: int, visits: Sequence[Callable[[Browser], None]], seconds: float, chance: random.Random) -> Found:
    """Make the visits, each at its own moment."""
    found = Found(visits=len(visits))
    moments = sorted(chance.uniform(0, seconds) for _ in visits)
    began = time.perf_counter()

    def make(number: int, moment: float, visit: Callable[[Browser], None]) -> None:
        found.waited.append(max(0.0, time.perf_counter() - began - moment))
        with Browser(port, number) as browser:
            visit(browser)
        found.asked.extend(browser.asked)

    with ThreadPoolExecutor(HANDS) as hands:
        for number, (moment, visit) in enumerate(zip(moments, visits, strict=True)):
            time.sleep(max(0.0, began + moment - time.perf_counter()))
            hands.submit(make, number, moment, visit)
    found.seconds = time.perf_counter() - began
    return found


def measured(home: Path, seconds: float, part: float) -> Found:
    """Start a server on the home and make the visits of the hour, or such a part of them."""
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    with open_installation(home) as installation:
        visits = drawn([one.key for one in installation.municipalities], readers_of(installation), chance)
    visits = visits[: round(part * len(visits))]
    command = [sys.executable, "-m", "tests.benchmarks.monday", "--serve", "--home", str(home)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as server:  # noqa: S603 - our own program
        port = int(server.stdout.readline() if server.stdout else 0)
        process, ended, most = psutil.Process(server.pid), threading.Event(), [0.0]

        def watch() -> None:
            while not ended.wait(0.5):
                most[0] = max(most[0], process.memory_info().rss / 1024**2)

        watching = threading.Thread(target=watch)
        watching.start()
        before = _used(process)
        found = load(port, visits, seconds, chance)
        found.processor = _used(process) - before
        ended.set()
        watching.join()
        found.megabytes = most[0]
        server.communicate()
    return found


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def serve(home: Path) -> None:
    """Show the page with a clock that stands on the morning and goes on, until standard input ends."""
    began = time.monotonic()
    with open_installation(home) as installation:
        app = create_app(installation, clock=lambda: MORNING + timedelta(seconds=time.monotonic() - began))
        page = Page(app, host="127.0.0.1", port=0, threads=installation.settings.web.threads)
        sys.stdout.write(f"{page.port}\n")
        sys.stdout.flush()
        sys.stdin.read()
        page.stop()


def share(values: Sequence[float], part: float) -> float:
    """Return the value that such a part of all stays at or under."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def figures(found: Found, hour: float) -> dict[str, Any]:
    """Return what is told of the hour; milliseconds."""
    by_kind: dict[str, list[Asked]] = defaultdict(list)
    for one in found.asked:
        by_kind[one.kind].append(one)
    rows = [
        {
            "kind": kind,
            "requests": len(some),
            "errors": sum(one.status >= 400 or one.status == 0 for one in some),
            **{f"p{p}": round(share([one.seconds for one in some], p / 100) * 1000, 1) for p in (50, 95, 99)},
        }
        for kind, some in [("all", found.asked), *sorted(by_kind.items())]
    ]
    return {
        "machine": platform.platform(),
        "python": platform.python_version(),
        "load": [round(one, 1) for one in os.getloadavg()],
        "visits": found.visits,
        "seconds": round(found.seconds, 1),
        "times_an_hour": round(hour / found.seconds, 1),
        "requests_a_second": round(len(found.asked) / found.seconds, 1),
        "requests_a_second_of_the_processor": round(len(found.asked) / max(found.processor, 0.01), 1),
        "waited_p99_ms": round(share(found.waited, 0.99) * 1000, 1),
        "megabytes": round(found.megabytes),
        "rows": rows,
    }


def shown(told: dict[str, Any]) -> str:
    """Return the figures as Markdown."""
    pace = f"{told['requests_a_second']} requests a second ({told['times_an_hour']} times the pace of the hour)"
    used = f"{told['requests_a_second_of_the_processor']} a second of the server's processor"
    lines = [
        f"{told['visits']:,} visits in {told['seconds']:.0f} seconds: {pace}, {used}, at most {told['megabytes']} MB; "
        f"load of the machine {told['load'][0]}. Milliseconds by the clock.",
        "",
        "| what | requests | errors | p50 | p95 | p99 |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    return "\n".join(
        lines
        + [
            f"| {row['kind']} | {row['requests']:,} | {row['errors']} | {row['p50']} | {row['p95']} | {row['p99']} |"
            for row in told["rows"]
        ]
    )


if __name__ == "__main__":
    typed = argparse.ArgumentParser(description=__doc__)
    typed.add_argument("--home", type=Path, required=True, help="folder that keeps the installation between runs")
    typed.add_argument("--municipalities", type=int, default=290)
    typed.add_argument("--items", type=int, default=2_000)
    typed.add_argument("--seconds", type=float, default=600, help="in which the visits of the hour come")
    typed.add_argument("--part", type=float, default=1.0, help="of the visits: 0.1 in 360 seconds is the hour's pace")
    typed.add_argument("--json", type=Path)
    typed.add_argument("--serve", action="store_true", help="only show the page; used by the program itself")
    wanted = typed.parse_args()
    if wanted.serve:
        serve(wanted.home)
        sys.exit()
    prepare(wanted.home, wanted.municipalities, wanted.items)
    told_of = figures(measured(wanted.home, wanted.seconds, wanted.part), 3600 * wanted.part)
    sys.stdout.write(shown(told_of) + "\n")
    if wanted.json:
        wanted.json.write_text(json.dumps(told_of, indent=1, ensure_ascii=False), encoding="utf-8")
