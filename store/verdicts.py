"""Verdicts: what the coordinators have ruled, all of it kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.columns import storable
from store.item_rows import Key
from store.tables import VerdictRow
from store.types import Ruling, Verdict
from store.writing import add


def save_verdict(session: Session, verdict: Verdict) -> None:
    """Add the verdict; earlier ones on the same item stay as history."""
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
    }
    add(session, VerdictRow, [row])


def list_verdicts(session: Session, *, municipality: str | None = None, since: datetime | None = None) -> list[Verdict]:
    """Return every verdict given at or after the moment, in the order they were given."""
    query = select(VerdictRow).order_by(VerdictRow.at, VerdictRow.id)
    if municipality is not None:
        query = query.where(VerdictRow.municipality == municipality)
    if since is not None:
        query = query.where(VerdictRow.at >= since)
    return [_verdict(row) for row in session.scalars(query)]


def latest_verdicts(session: Session, municipality: str) -> dict[Key, Verdict]:
    """Return the newest verdict of the municipality on each item that has one."""
    return {(verdict.source, verdict.key): verdict for verdict in list_verdicts(session, municipality=municipality)}


def _verdict(row: VerdictRow) -> Verdict:
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
    )
