"""What the page of the sources shows: how each is, since when, when it is read next, and the parts it consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from pipeline.health import Health, health_of
from pipeline.settings import Settings
from pipeline.source_switches import parts_of
from pipeline.terminal import KIND_WORDS, STATE_WORDS
from store.db import Session
from store.marks import SourcePart, source_parts
from store.runs import runs_of
from store.types import Kind, Outcome, Run, SourceState

RUNS = 10
OUTCOME_WORDS = {
    Outcome.RUNNING: "pågår",
    Outcome.COMPLETE: "hel",
    Outcome.PARTIAL: "delvis",
    Outcome.FAILED: "misslyckades",
    Outcome.INTERRUPTED: "avbruten",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source as the list shows it."""

    name: str
    title: str
    publisher: str
    homepage: str
    region: str
    licence: str
    state: SourceState
    words: str
    message: str
    since: datetime | None
    read_at: datetime | None
    next_try: datetime | None
    is_on: bool
    is_well: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """One feed, page or other part of a source."""

    name: str
    title: str
    publisher: str
    region: str
    kind: str
    host: str
    note: str
    is_on: bool
    may_switch: bool
    words: str
    is_well: bool
    message: str
    since: datetime | None
    newest: date | None
    next_try: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One reading of a source."""

    at: datetime
    outcome: str
    words: str
    new: int
    changed: int
    read: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """One source whole: its row, its latest readings, its parts."""

    row: SourceRow
    runs: tuple[RunRow, ...]
    parts: tuple[PartRow, ...]


def source_rows(session: Session, settings: Settings) -> list[SourceRow]:
    """Return every source: what needs a look first, then what is read, then what is off."""
    rows = [_row(health) for health in health_of(session, settings).values()]
    return sorted(rows, key=lambda row: (row.is_well, not row.is_on, row.title.lower()))


def view_source(session: Session, settings: Settings, name: str) -> SourceView | None:
    """Return one source, None when there is none of that name."""
    health = health_of(session, settings).get(name)
    if health is None:
        return None
    runs = runs_of(session, "collect", name, limit=RUNS)
    known = source_parts(session, name)
    tables = parts_of(settings, name)
    parts = [_switched_part(part, table, known.get(part)) for part, table in tables.items()]
    if not tables:
        parts = [_part(part) for part in known.values()]
    return SourceView(row=_row(health), runs=tuple(map(_run, runs)), parts=tuple(sorted(parts, key=_order)))


def _row(health: Health) -> SourceRow:
    source, run = health.source, health.run
    due = run.started_at + source.cadence if run and health.state is not SourceState.OFF else None
    return SourceRow(
        name=source.name,
        title=source.title,
        publisher=source.publisher,
        homepage=source.homepage,
        region=source.region,
        licence=source.licence,
        state=health.state,
        words=STATE_WORDS[health.state],
        message=health.message,
        since=health.since,
        read_at=(run.ended_at or run.started_at) if run else None,
        next_try=health.next_try or due,
        is_on=health.state is not SourceState.OFF,
        is_well=health.is_well,
    )


def _run(run: Run) -> RunRow:
    return RunRow(
        at=run.started_at,
        outcome=OUTCOME_WORDS[run.outcome],
        words=STATE_WORDS[run.state] if run.state else "",
        new=run.counts.get("new", 0),
        changed=run.counts.get("changed", 0),
        read=run.counts.get("read", 0),
        message=run.message,
    )


def _switched_part(name: str, table: Mapping[str, Any], part: SourcePart | None) -> PartRow:
    is_on, url = bool(table.get("enabled", True)), str(table.get("url", ""))
    state = (part.state if part else SourceState.WAITING) if is_on else SourceState.OFF
    title = str(table.get("title") or name)
    return PartRow(
        name=name,
        title=title,
        publisher=str(table.get("publisher") or title),
        region=str(table.get("region", "Sverige")),
        kind=KIND_WORDS.get(Kind(table.get("kind", Kind.NEWS)), ""),
        host=urlsplit(url).hostname or "",
        note=str(table.get("note", "")),
        is_on=is_on,
        may_switch=bool(url),
        words=STATE_WORDS[state],
        is_well=state in (SourceState.WORKING, SourceState.OFF, SourceState.WAITING),
        message=part.message if part and is_on else "",
        since=part.since if part and is_on else None,
        newest=part.newest if part else None,
        next_try=part.next_try if part and is_on else None,
    )


def _part(part: SourcePart) -> PartRow:
    return PartRow(
        name=part.part,
        title=part.part,
        publisher="",
        region="",
        kind="",
        host="",
        note="",
        is_on=True,
        may_switch=False,
        words=STATE_WORDS[part.state],
        is_well=part.state is SourceState.WORKING,
        message=part.message,
        since=part.since,
        newest=part.newest,
        next_try=part.next_try,
    )


def _order(part: PartRow) -> tuple[bool, bool, str]:
    return (part.is_well, not part.is_on, part.title.lower())
