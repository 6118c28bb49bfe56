"""What a reader has been told, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.item_rows import Key
from store.tables import DigestEntryRow, DigestRow


def told_at(session: Session, municipality: str, contact: str) -> dict[Key, datetime]:
    """Return when the contact person was last told of each item, in any digest that was ever frozen."""
    query = (
        select(DigestEntryRow.source, DigestEntryRow.key, DigestRow.created_at)
        .join(DigestRow, DigestRow.id == DigestEntryRow.digest_id)
        .where(DigestRow.municipality == municipality, DigestRow.contact == contact)
        .order_by(DigestRow.created_at, DigestRow.id)
    )
    return {(source, key): moment for source, key, moment in session.execute(query)}
