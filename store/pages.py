"""Verdicts, digests and threads a page at a time, each page beginning after the last row of the one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, defer

from store.digest_rows import digest_of, entry_of
from store.tables import DigestEntryRow, DigestRow, ThreadRow
from store.threads import get_threads
from store.types import Digest, DigestEntry, Thread

NO_MESSAGE = b""  # the bytes of a letter are not read for a list


def digests_page(session: Session, municipality: str, before: tuple[datetime, str] | None, limit: int) -> list[Digest]:
    """Return digests with their entries and without their bytes, the newest first."""
    query = select(DigestRow).where(DigestRow.municipality == municipality).options(defer(DigestRow.message))
    if before:
        query = query.where(tuple_(DigestRow.created_at, DigestRow.id) < before)
    rows = session.scalars(query.order_by(DigestRow.created_at.desc(), DigestRow.id.desc()).limit(limit)).all()
    entries = _entries(session, [row.id for row in rows])
    return [digest_of(row, entries[row.id], message=NO_MESSAGE) for row in rows]


def _entries(session: Session, names: Sequence[str]) -> dict[str, list[DigestEntry]]:
    found: dict[str, list[DigestEntry]] = {name: [] for name in names}
    query = select(DigestEntryRow).where(DigestEntryRow.digest_id.in_(names))
    for row in session.scalars(query.order_by(DigestEntryRow.position, DigestEntryRow.source, DigestEntryRow.key)):
        found[row.digest_id].append(entry_of(row))
    return found


def threads_page(session: Session, after: str, limit: int) -> list[Thread]:
    """Return threads in the order of their ids."""
    names = list(session.scalars(select(ThreadRow.id).where(ThreadRow.id > after).order_by(ThreadRow.id).limit(limit)))
    found = get_threads(session, names)
    return [found[name] for name in names if name in found]
