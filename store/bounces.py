"""Letters that came back: which they were, and which notices have been read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.digests import get_digest
from store.tables import BounceRow, DigestRow
from store.types import Digest


def letter_with(session: Session, among: Collection[str], message_ids: Collection[str]) -> Digest | None:
    """Return the newest letter of these municipalities with one of the Message-IDs, or None when none is ours."""
    query = (
        select(DigestRow.id)
        .where(DigestRow.municipality.in_(among), DigestRow.message_id.in_(list(message_ids)))
        .order_by(DigestRow.created_at.desc())
        .limit(1)
    )
    found = session.scalar(query) if message_ids else None
    return get_digest(session, found) if found else None


def note_bounce(session: Session, fingerprint: str, digest_id: str, kind: str, now: datetime) -> bool:
    """Note that a notice has been read; False when it was before."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"fingerprint": fingerprint, "digest_id": digest_id, "at": now, "kind": kind}
    noted = insert(BounceRow).values(row).on_conflict_do_nothing().returning(BounceRow.fingerprint)
    return session.execute(noted).first() is not None
