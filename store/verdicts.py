"""Verdicts: what the coordinators have ruled, all of it kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, aliased

from store.columns import storable
from store.item_rows import Key
from store.tables import VerdictRow
from store.types import Ruling, Verdict
from store.writing import chunks, core_table


def save_verdict(session: Session, verdict: Verdict) -> int:
    """Add the verdict and return its number; earlier ones on the same item stay as history."""
    row = {
        "municipality": verdict.municipality,
        "source": verdict.source,
        "key": verdict.key,
        "ruling": verdict.ruling.value,
        "at": verdict.at,
        "by": storable(verdict.by),
        "note": storable(verdict.note),
        "areas": None if verdict.areas is None else list(verdict.areas),
        "origin": verdict.origin,
        "units": None if verdict.units is None else list(verdict.units),
        "visit": verdict.visit,
    }
    core = core_table(VerdictRow)
    return int(session.execute(core.insert().values(row).returning(core.c.id)).scalar_one())


def hold_verdicts(session: Session, municipality: str) -> None:
    """Let no one else rule for the municipality until this transaction ends.

    SQLite's write transactions wait for each other anyway; on PostgreSQL two that look first and write then would not.
    """
    if session.get_bind().dialect.name == "postgresql":
        name = f"utkik.verdicts.{municipality}"
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def list_verdicts(
    session: Session,
    *,
    municipality: str | None = None,
    since: datetime | None = None,
    visit: str | None = None,
) -> list[Verdict]:
    """Return every verdict given at or after the moment, in the order they were given."""
    query = select(VerdictRow).order_by(VerdictRow.at, VerdictRow.id)
    if municipality is not None:
        query = query.where(VerdictRow.municipality == municipality)
    if since is not None:
        query = query.where(VerdictRow.at >= since)
    if visit is not None:
        query = query.where(VerdictRow.visit == visit)
    return [_verdict(row) for row in session.scalars(query)]


def stands(verdict: Any, municipality: Any, source: Any, key: Any) -> Any:
    """Return the condition that no verdict was given after this one; which one stands is decided here alone.

    The number tells the order, not the moment: a clock that is set back must not let an older verdict win.
    """
    newer = aliased(VerdictRow)
    same = (newer.municipality == municipality, newer.source == source, newer.key == key)
    later = select(newer.id).where(*same, newer.id > verdict.id)
    return ~later.correlate_except(newer).exists()


def latest_verdicts(session: Session, municipality: str) -> dict[Key, Verdict]:
    """Return the verdict that stands on each item that has one; one that was taken back is none."""
    query = select(VerdictRow).where(
        VerdictRow.municipality == municipality,
        stands(VerdictRow, VerdictRow.municipality, VerdictRow.source, VerdictRow.key),
    )
    standing = query.where(VerdictRow.ruling != Ruling.REOPENED.value).order_by(VerdictRow.id)
    return {(row.source, row.key): _verdict(row) for row in session.scalars(standing)}


def verdicts_on(session: Session, municipality: str, keys: Sequence[Key]) -> dict[Key, list[Verdict]]:
    """Return each of the items' whole history, in the order it was written; items without any are left out."""
    by_source: dict[str, list[str]] = {}
    for source, key in dict.fromkeys(keys):
        by_source.setdefault(source, []).append(key)
    found: dict[Key, list[Verdict]] = {}
    for source, names in by_source.items():
        for some in chunks(names):
            query = select(VerdictRow).where(
                VerdictRow.municipality == municipality, VerdictRow.source == source, VerdictRow.key.in_(some)
            )
            for row in session.scalars(query.order_by(VerdictRow.id)):
                found.setdefault((row.source, row.key), []).append(_verdict(row))
    return found


def verdicts_after(session: Session, municipality: str, number: int, *, limit: int | None = None) -> list[Verdict]:
    """Return the municipality's verdicts that were written after the one with that number, in their order."""
    query = select(VerdictRow).where(VerdictRow.municipality == municipality, VerdictRow.id > number)
    return [_verdict(row) for row in session.scalars(query.order_by(VerdictRow.id).limit(limit))]


def newest_verdict(session: Session, municipality: str) -> int:
    """Return the number of the verdict that was given last, 0 when there is none."""
    query = select(func.max(VerdictRow.id)).where(VerdictRow.municipality == municipality)
    return session.scalar(query) or 0


def newest_verdicts(session: Session, *, since: datetime) -> dict[str, datetime]:
    """Return when each municipality that has ruled on anything since then did so last."""
    newest = select(VerdictRow.municipality, func.max(VerdictRow.at)).where(VerdictRow.at >= since)
    return {row[0]: row[1] for row in session.execute(newest.group_by(VerdictRow.municipality))}


def _verdict(row: Any) -> Verdict:
    return Verdict(
        municipality=row.municipality,
        source=row.source,
        key=row.key,
        ruling=Ruling(row.ruling),
        at=row.at,
        by=row.by,
        note=row.note,
        areas=None if row.areas is None else tuple(row.areas),
        origin=row.origin,
        units=None if row.units is None else tuple(row.units),
        visit=row.visit,
        id=row.id,
    )
