"""Digests and their entries as rows and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.columns import storable
from store.tables import DigestEntryRow, DigestRow
from store.types import Digest, DigestEntry, DigestState


def row_of(digest: Digest) -> dict[str, Any]:
    """Return the values of the digest's row."""
    return {
        "id": digest.id,
        "municipality": digest.municipality,
        "contact": digest.contact,
        "week": digest.week,
        "units": list(digest.units),
        "subject": storable(digest.subject),
        "message_id": digest.message_id,
        "state": digest.state.value,
        "created_at": digest.created_at,
        "attempts": digest.attempts,
        "transport": "",
        "first_try": None,
        "next_try": digest.next_try,
        "settled_at": digest.settled_at,
        "message": digest.message,
    }


def entry_row(digest_id: str, entry: DigestEntry) -> dict[str, Any]:
    """Return the values of the row of an entry in that digest."""
    return {
        "digest_id": digest_id,
        "source": entry.source,
        "key": entry.key,
        "section": entry.section,
        "position": entry.position,
        "because": storable(entry.because),
        "content_hash": entry.content_hash,
    }


def entry_of(row: DigestEntryRow) -> DigestEntry:
    """Return the entry of a row."""
    return DigestEntry(
        source=row.source,
        key=row.key,
        section=row.section,
        position=row.position,
        because=row.because,
        content_hash=row.content_hash,
    )


def digest_of(row: DigestRow, entries: Sequence[DigestEntry], *, message: bytes | None = None) -> Digest:
    """Return the digest of a row with these entries; `message` stands in for bytes that are not to be read."""
    return Digest(
        id=row.id,
        municipality=row.municipality,
        contact=row.contact,
        week=row.week,
        units=tuple(row.units),
        subject=row.subject,
        message_id=row.message_id,
        message=row.message if message is None else message,
        state=DigestState(row.state),
        created_at=row.created_at,
        entries=tuple(entries),
        attempts=row.attempts,
        next_try=row.next_try,
        settled_at=row.settled_at,
    )
