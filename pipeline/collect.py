"""Collect: start one crawl process per source, store what it finds, and remember how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from crawlers.dates import STOCKHOLM
from crawlers.job import Job
from crawlers.politeness import tell_time
from crawlers.protocol import (
    CrawlEnded,
    DetailFound,
    ItemFound,
    Message,
    PartEnded,
    RecordSkipped,
    ValidatorSeen,
)
from pipeline.back_off import Pace, is_silent, result_of, told_silence
from pipeline.crawling import crawl_here, crawl_there
from pipeline.engine import LOCAL, Engine
from pipeline.record import begin, end
from store.db import Store
from store.details import save_details
from store.items import newest_day, upsert_items
from store.runs import save_part_results, save_validators, source_parts
from store.types import Detail, Item, Outcome, PartResult, Run, SourceState, Validator

BATCH = 500  # items per transaction: small enough that other writers never wait long, large enough for executemany

# Worst first: what a source's parts are in decides what the source is in.
SEVERITY = (SourceState.REFUSED, SourceState.CHANGED, SourceState.FAILING, SourceState.QUIET)

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Crawl:
    """A crawl under way: its run, and what has arrived but is not stored yet."""

    run: Run
    items: list[Item] = field(default_factory=list)
    details: list[Detail] = field(default_factory=list)
    validators: dict[str, list[Validator]] = field(default_factory=dict)
    parts: list[PartResult] = field(default_factory=list)
    newest: dict[str, date] = field(default_factory=dict)  # part -> day of the newest item that came
    pace: Pace = field(default_factory=Pace)
    counts: dict[str, int] = field(default_factory=dict)
    ended: CrawlEnded | None = None

    def count(self, name: str, number: int = 1) -> None:
        """Add to one of the run's counts."""
        self.counts[name] = self.counts.get(name, 0) + number

    def take(self, part: str, item: Item, today: date) -> None:
        """Keep an item until it is stored, and note how new its part's newest is."""
        self.items.append(item)
        self.count("read")
        if item.published and item.published <= today:
            self.newest[part] = max(item.published, self.newest.get(part, item.published))


def collect(
    store: Store,
    jobs: Sequence[Job],
    *,
    now: datetime,
    logs: Path | None = None,
    progress: Progress | None = None,
    paces: Mapping[str, Pace] | None = None,
    engine: Engine = LOCAL,
) -> list[Run]:
    """Run the jobs' crawls side by side and return their finished runs, in the order of the jobs.

    A crawl that dies, or answers nonsense, fails alone. Everything that arrived before stays stored. `logs` is the
    folder for each source's log of its latest crawl; without it the logs go to standard error. `paces` are how long
    each source may be silent. On other machines a crawl is told of when it has ended.
    """
    crawls: dict[str, Crawl] = {}
    for job in jobs:
        crawls[job.source] = Crawl(
            begin(store, "collect", job.source, now=now), pace=(paces or {}).get(job.source, Pace())
        )
    asked = [replace(job, run=crawls[job.source].run.id) for job in jobs]
    with closing(crawl_here(asked, logs) if engine.is_here else crawl_there(engine, asked, logs)) as messages:
        for source, message in messages:
            if message is None:
                finish(store, crawls[source], now)
            else:
                receive(store, crawls[source], message, now)
            if progress:
                progress(source, crawls[source].counts.get("read", 0))
    return [crawls[job.source].run for job in jobs]


def receive(store: Store, crawl: Crawl, message: Message, now: datetime) -> None:
    """Take one message in; store items in batches, and a part's mark together with its last items."""
    match message:
        case ItemFound(part, item):
            crawl.take(part, item, now.astimezone(STOCKHOLM).date())
            if len(crawl.items) >= BATCH:
                write(store, crawl, now)
        case DetailFound(_, detail):
            crawl.details.append(detail)
            crawl.count("missing" if detail.is_empty else "read")
        case RecordSkipped():
            crawl.count("skipped")
        case ValidatorSeen(part, validator):
            crawl.validators.setdefault(part, []).append(validator)
        case PartEnded():
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
        if crawl.details:
            saved = save_details(session, crawl.details)
            for name in ("new", "changed", "same"):
                crawl.count(name, getattr(saved, name))
        if part:
            before = source_parts(session, source).get(part.part)
            result = result_of(part, before, crawl.newest.get(part.part), crawl.pace.parts.get(part.part), now)
            crawl.parts.append(result)
            if not part.held:
                mark = part.mark if part.state is SourceState.WORKING else None
                save_part_results(session, source, [(result, mark)], now=now)
            if part.state is SourceState.WORKING:
                save_validators(session, source, crawl.validators.pop(part.part, []))
    crawl.items.clear()
    crawl.details.clear()


def finish(store: Store, crawl: Crawl, now: datetime) -> None:
    """End the run of a crawl whose process has gone."""
    if crawl.items or crawl.details:
        write(store, crawl, now)
    results = tuple(crawl.parts)
    state, message = judge(results, now, cut_off=crawl.ended is None)
    outcome = outcome_of(results, cut_off=crawl.ended is None)
    if state is SourceState.WORKING and (silence := silence_of(store, crawl, now)):
        state, message = SourceState.QUIET, silence
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


def silence_of(store: Store, crawl: Crawl, now: datetime) -> str:
    """Return what to tell of a source that has nothing new for longer than it ever should, "" when it has.

    The silence of a source that has never given anything began when it was first read.
    """
    source = crawl.run.subject
    with store.reading() as session:
        newest = newest_day(session, source, now.astimezone(STOCKHOLM).date())
        first = min(
            (part.since.astimezone(STOCKHOLM).date() for part in source_parts(session, source).values()), default=None
        )
    return told_silence(newest or first, crawl.pace.whole, now)


def outcome_of(parts: Sequence[PartResult], *, cut_off: bool) -> Outcome:
    """Return how a crawl ended; a part that has nothing new to tell was read whole all the same."""
    whole = [part for part in parts if part.state is SourceState.WORKING or is_silent(part)]
    if whole and len(whole) == len(parts) and not cut_off:
        return Outcome.COMPLETE
    return Outcome.PARTIAL if whole else Outcome.FAILED


def judge(parts: Sequence[PartResult], now: datetime, *, cut_off: bool) -> tuple[SourceState, str]:
    """Return the state that a source is left in, and a Swedish sentence for the coordinator."""
    if cut_off or not parts:
        return SourceState.FAILING, "Hämtningen avbröts innan den var klar. Den görs om vid nästa körning."
    troubled = [part for part in parts if part.state is not SourceState.WORKING]
    if not troubled:
        notes = sorted({part.message for part in parts if part.message})
        return SourceState.WORKING, " ".join(notes)
    state = next(state for state in SEVERITY if any(part.state is state for part in troubled))
    unread = sum(not is_silent(part) for part in troubled)
    count = f"{unread} av {len(parts)} delar kunde inte läsas. " if unread else ""
    return state, f"{count}{' '.join(told_once(troubled))}{told_next_try(troubled, now)}"


def told_next_try(troubled: Sequence[PartResult], now: datetime) -> str:
    """Return when the first of the parts is tried again, unless they say so themselves."""
    moments = [part.next_try for part in troubled if part.next_try]
    if not moments or any("ästa försök" in part.message for part in troubled):
        return ""
    return f" Nästa försök tidigast {tell_time(min(moments), now)}."


def told_once(faults: Sequence[PartResult]) -> list[str]:
    """Return each fault as a sentence, the parts that share it named together."""
    sharing: dict[str, list[str]] = {}
    for part in faults:
        sharing.setdefault(part.message, []).append(part.part)
    return [f"{', '.join(parts)}: {message}" for message, parts in sharing.items()]
