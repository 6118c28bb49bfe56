"""Collect: start one crawl process per source, store what it finds, and remember how it went."""

from __future__ import annotations

import logging
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from crawlers.job import Job
from crawlers.protocol import (
    CrawlEnded,
    ItemFound,
    Message,
    PartEnded,
    RecordSkipped,
    ValidatorSeen,
    message_from_json,
)
from pipeline.record import begin, end
from store.db import Store
from store.items import upsert_items
from store.runs import save_part_results, save_validators
from store.types import Item, Outcome, PartResult, Run, SourceState, Validator

logger = logging.getLogger(__name__)

BATCH = 500  # items per transaction: small enough that other writers never wait long, large enough for executemany
LONGEST = 3_600.0  # seconds for one crawl: the largest first fill at a request a second takes some minutes
QUEUE = 2_000  # messages in flight: the crawl waits when the store is slower

# Worst first: what a source's parts are in decides what the source is in.
SEVERITY = (SourceState.REFUSED, SourceState.CHANGED, SourceState.FAILING, SourceState.QUIET)

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Crawl:
    """A crawl under way: its run, and what has arrived but is not stored yet."""

    run: Run
    items: list[Item] = field(default_factory=list)
    validators: dict[str, list[Validator]] = field(default_factory=dict)
    parts: list[PartEnded] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    ended: CrawlEnded | None = None

    def count(self, name: str, number: int = 1) -> None:
        """Add to one of the run's counts."""
        self.counts[name] = self.counts.get(name, 0) + number


def collect(
    store: Store, jobs: Sequence[Job], *, now: datetime, logs: Path | None = None, progress: Progress | None = None
) -> list[Run]:
    """Run the jobs' crawls side by side and return their finished runs, in the order of the jobs.

    A crawl that dies, or answers nonsense, fails alone. Everything that arrived before stays stored. `logs` is the
    folder for each source's log of its latest crawl; without it the logs go to standard error.
    """
    messages: queue.Queue[tuple[str, Message | None]] = queue.Queue(QUEUE)
    crawls: dict[str, Crawl] = {}
    for job in jobs:
        crawls[job.source] = Crawl(begin(store, "collect", job.source, now=now))
    processes = [start_crawl(job, messages, logs) for job in jobs]
    try:
        waiting = len(jobs)
        while waiting:
            source, message = messages.get()
            if message is None:
                waiting -= 1
                finish(store, crawls[source], now)
            else:
                receive(store, crawls[source], message, now)
            if progress:
                progress(source, crawls[source].counts.get("read", 0))
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [crawls[job.source].run for job in jobs]


def start_crawl(
    job: Job, messages: queue.Queue[tuple[str, Message | None]], logs: Path | None
) -> subprocess.Popen[str]:
    """Start the crawl process of a job, and a thread that puts its messages on the queue, None last."""
    with open_log(job.source, logs) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "crawlers.crawl"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        )
    reader = threading.Thread(target=read_messages, args=(process, job, messages), daemon=True)
    reader.start()
    return process


def open_log(source: str, logs: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    """Return the file for a crawl's log, emptied of the crawl before; None leaves it on standard error."""
    if logs is None:
        return nullcontext()
    logs.mkdir(parents=True, exist_ok=True)
    return (logs / f"{source}.log").open("wb")


def read_messages(process: subprocess.Popen[str], job: Job, messages: queue.Queue[tuple[str, Message | None]]) -> None:
    """Give the process its job and put each line it writes on the queue; a broken line ends the reading."""
    watchdog = threading.Timer(LONGEST, process.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        with process:
            give_job(process.stdin, job)
            for line in process.stdout or ():
                messages.put((job.source, message_from_json(line)))
    except (ValueError, KeyError, TypeError, OSError) as error:
        logger.error("%s: the crawl's answer could not be read: %s", job.source, error)
    finally:
        watchdog.cancel()
        messages.put((job.source, None))


def give_job(pipe: IO[str] | None, job: Job) -> None:
    """Write the job as one line; the pipe stays open, because its end tells the crawl that we are gone."""
    if pipe:
        pipe.write(job.to_json() + "\n")
        pipe.flush()


def receive(store: Store, crawl: Crawl, message: Message, now: datetime) -> None:
    """Take one message in; store items in batches, and a part's mark together with its last items."""
    match message:
        case ItemFound(_, item):
            crawl.items.append(item)
            crawl.count("read")
            if len(crawl.items) >= BATCH:
                write(store, crawl, now)
        case RecordSkipped():
            crawl.count("skipped")
        case ValidatorSeen(part, validator):
            crawl.validators.setdefault(part, []).append(validator)
        case PartEnded():
            crawl.parts.append(message)
            write(store, crawl, now, part=message)
        case CrawlEnded():
            crawl.ended = message


def write(store: Store, crawl: Crawl, now: datetime, part: PartEnded | None = None) -> None:
    """Store what has arrived, in one transaction with the mark and validators of a part that was read whole."""
    source = crawl.run.subject
    with store.session() as session:
        if crawl.items:
            written = upsert_items(session, crawl.items, now=now)
            for name in ("new", "changed", "same", "events"):
                crawl.count(name, getattr(written, name))
        if part:
            mark = part.mark if part.state is SourceState.WORKING else None
            save_part_results(session, source, [(result_of(part), mark)], now=now)
            if part.state is SourceState.WORKING:
                save_validators(session, source, crawl.validators.pop(part.part, []))
    crawl.items.clear()


def result_of(part: PartEnded) -> PartResult:
    """Return what is kept of a part's end."""
    return PartResult(part=part.part, state=part.state, items=part.items, message=part.message)


def finish(store: Store, crawl: Crawl, now: datetime) -> None:
    """End the run of a crawl whose process has gone."""
    if crawl.items:
        write(store, crawl, now)
    results = tuple(result_of(part) for part in crawl.parts)
    state, message = judge(results, cut_off=crawl.ended is None)
    working = sum(result.state is SourceState.WORKING for result in results)
    outcome = Outcome.COMPLETE if state is SourceState.WORKING else Outcome.PARTIAL if working else Outcome.FAILED
    ended = crawl.ended or CrawlEnded(0, 0)
    crawl.counts |= {"requests": ended.requests, "bytes": ended.bytes}
    crawl.run = end(
        store,
        replace(
            crawl.run,
            outcome=outcome,
            state=state,
            counts=crawl.counts,
            parts=results,
            window=ended.window,
            message=message,
        ),
        now=now,
    )


def judge(parts: Sequence[PartResult], *, cut_off: bool) -> tuple[SourceState, str]:
    """Return the state that a source is left in, and a Swedish sentence for the coordinator."""
    faults = [part for part in parts if part.state is not SourceState.WORKING]
    if cut_off or not parts:
        return SourceState.FAILING, "Hämtningen avbröts innan den var klar. Den görs om vid nästa körning."
    if not faults:
        notes = sorted({part.message for part in parts if part.message})
        return SourceState.WORKING, " ".join(notes)
    state = next(state for state in SEVERITY if any(part.state is state for part in faults))
    return state, f"{len(faults)} av {len(parts)} delar kunde inte läsas. {' '.join(told_once(faults))}"


def told_once(faults: Sequence[PartResult]) -> list[str]:
    """Return each fault as a sentence, the parts that share it named together."""
    sharing: dict[str, list[str]] = {}
    for part in faults:
        sharing.setdefault(part.message, []).append(part.part)
    return [f"{', '.join(parts)}: {message}" for message, parts in sharing.items()]
