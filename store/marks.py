"""What is remembered of each source between crawls: how far its parts are read, their states, and validators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.columns import storable
from store.tables import SourceMarkRow, ValidatorRow
from store.types import PartResult, SourceState, Validator
from store.writing import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePart:
    """A part of a source as it stands: its mark, the state it has been in since when, and when it is tried next."""

    part: str
    mark: str | None
    state: SourceState
    since: datetime
    message: str
    failures: int = 0
    next_try: datetime | None = None
    not_before: datetime | None = None
    newest: date | None = None


def source_parts(session: Session, source: str) -> dict[str, SourcePart]:
    """Return the parts of the source that have ever been read or tried."""
    query = select(SourceMarkRow).where(SourceMarkRow.source == source).order_by(SourceMarkRow.part)
    return {row.part: _part(row) for row in session.scalars(query)}


def _part(row: SourceMarkRow) -> SourcePart:
    return SourcePart(
        part=row.part,
        mark=row.mark,
        state=SourceState(row.state),
        since=row.since,
        message=row.message,
        failures=row.failures,
        next_try=row.next_try,
        not_before=row.not_before,
        newest=row.newest,
    )


def source_marks(session: Session, source: str) -> dict[str, str]:
    """Return how far each part of the source has been read, in the source's own words."""
    return {name: part.mark for name, part in source_parts(session, source).items() if part.mark is not None}


def save_marks(session: Session, source: str, marks: Mapping[str, str], *, now: datetime) -> None:
    """Move the marks of these parts; to be called in the transaction that stores the items up to them."""
    known = source_parts(session, source)
    rows = []
    for part, mark in marks.items():
        before = known.get(part)
        rows.append(
            {
                "source": source,
                "part": part,
                "mark": storable(mark),
                "state": (before.state if before else SourceState.WORKING).value,
                "since": before.since if before else now,
                "message": before.message if before else "",
                **_later(before),
            }
        )
    upsert(session, SourceMarkRow, rows)


def save_part_results(
    session: Session, source: str, results: Iterable[tuple[PartResult, str | None]], *, now: datetime
) -> None:
    """Keep the state of each part, and since when it lasts; a mark moves unless it is None.

    To be called in the transaction that stores the items up to the marks.
    """
    known = source_parts(session, source)
    rows = {}
    for result, mark in results:
        before = known.get(result.part)
        lasting = before is not None and before.state == result.state
        rows[result.part] = {
            "source": source,
            "part": result.part,
            "mark": storable(mark) if mark is not None else before.mark if before else None,
            "state": result.state.value,
            "since": before.since if before and lasting else now,
            "message": storable(result.message),
            **_later(result),
        }
    upsert(session, SourceMarkRow, list(rows.values()))


def _later(part: PartResult | SourcePart | None) -> dict[str, Any]:
    """Return what is said of a part's tries and its newest day."""
    return {
        "failures": part.failures if part else 0,
        "next_try": part.next_try if part else None,
        "not_before": part.not_before if part else None,
        "newest": part.newest if part else None,
    }


def validators(session: Session, source: str) -> list[Validator]:
    """Return what the source's servers gave for conditional requests."""
    query = select(ValidatorRow).where(ValidatorRow.source == source).order_by(ValidatorRow.url)
    return [
        Validator(url=row.url, etag=row.etag, last_modified=row.last_modified, full_at=row.full_at)
        for row in session.scalars(query)
    ]


def save_validators(session: Session, source: str, found: Iterable[Validator]) -> None:
    """Keep these validators; to be called in the transaction that stores the items of their answers."""
    rows = {
        validator.url: {
            "source": source,
            "url": validator.url,
            "etag": storable(validator.etag),
            "last_modified": storable(validator.last_modified),
            "full_at": validator.full_at,
        }
        for validator in found
    }
    upsert(session, ValidatorRow, list(rows.values()))
