"""Asks one source now and shows what it gives, without writing anything to the store."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from crawlers.job import Job
from crawlers.protocol import CrawlEnded, ItemFound, Message, PartEnded, RecordSkipped
from pipeline.back_off import held_parts, result_of
from pipeline.collect import judge
from pipeline.crawling import start_crawl
from pipeline.installation import Installation
from pipeline.terminal import plain_table, state_text
from pipeline.week import job_for, wanted_sources, with_wanted
from store.errors import ConfigurationError
from store.runs import source_parts
from store.types import Item, SourceState

TITLES = 5


@dataclass(slots=True)
class Probe:
    """What a source gave when it was asked just now."""

    items: list[Item] = field(default_factory=list)
    parts: list[PartEnded] = field(default_factory=list)
    skipped: int = 0
    ended: CrawlEnded | None = None


def probe_job(installation: Installation, source: str, *, part: str, now: datetime, record_to: str = "") -> Job:
    """Return the job that asks a source as the next collecting would, but for what it would not fetch again.

    Our own back-off does not count when a person asks; what the source itself asked for does.
    """
    wanted_sources(installation.settings, [source])
    with installation.store.reading() as session:
        job = with_wanted(job_for(session, installation.settings, source, now, None, full=True), session)
        held = held_parts(source_parts(session, source), now, insist=True)
    return replace(job, validators=(), not_before=held, only=part, record_to=record_to)


def probe(job: Job, logs: Path | None) -> Probe:
    """Run the job's crawl and return what it said of the parts asked for."""
    messages: queue.Queue[tuple[str, Message | None]] = queue.Queue()
    process = start_crawl(job, messages, logs)
    found = Probe()
    try:
        while (message := messages.get()[1]) is not None:
            take(found, job, message)
    finally:
        process.kill()
        process.wait()
    if job.only and not found.parts and found.ended:
        raise ConfigurationError(f"{job.source} har ingen del som heter '{job.only}'")
    return found


def take(found: Probe, job: Job, message: Message) -> None:
    """Take one message in."""
    match message:
        case ItemFound(part, item) if job.only in ("", part):
            found.items.append(item)
        case PartEnded(part) if job.only in ("", part):
            found.parts.append(message)
        case RecordSkipped(part) if job.only in ("", part):
            found.skipped += 1
        case CrawlEnded():
            found.ended = message


def probe_values(found: Probe, job: Job) -> dict[str, Any]:
    """Return what was found as JSON-serialisable values."""
    results = [result_of(part, None, None, None, job.now) for part in found.parts]
    state, message = judge(results, job.now, cut_off=found.ended is None)
    days = [item.published for item in found.items if item.published and item.published <= job.now.date()]
    return {
        "source": job.source,
        "state": state.value,
        "message": message,
        "items": len(found.items),
        "skipped": found.skipped,
        "newest": max(days).isoformat() if days else None,
        "titles": [item.title for item in newest_first(found.items)[:TITLES]],
        "parts": [
            {"part": part.part, "state": part.state.value, "items": part.items, "message": part.message}
            for part in found.parts
        ],
        "requests": found.ended.requests if found.ended else 0,
    }


def newest_first(items: Sequence[Item]) -> list[Item]:
    """Return the items, the newest first and those without a day last."""
    return sorted(items, key=lambda item: item.published.toordinal() if item.published else 0, reverse=True)


def show_probe(console: Console, values: dict[str, Any]) -> None:
    """Show what was found."""
    state = state_text(SourceState(values["state"]))
    newest = f", den nyaste från {values['newest']}" if values["newest"] else ""
    console.print(f"[bold]{values['source']}[/bold]: {state}. {values['items']} poster{newest}.", highlight=False)
    if values["message"]:
        console.print(escape(values["message"]), highlight=False)
    for title in values["titles"]:
        console.print(f"  {escape(title)}", highlight=False)
    rows = [
        [part["part"], state_text(SourceState(part["state"])), str(part["items"]), escape(part["message"])]
        for part in values["parts"]
    ]
    console.print(plain_table("Delar", ["Del", "Läge", "Poster", "Att veta"], rows, (2,)))
    console.print("Inget är sparat.")
