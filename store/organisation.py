"""The history of the municipality's file: what it said after each change, added to and never changed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.columns import storable
from store.tables import OrganisationChangeRow
from store.types import OrganisationChange
from store.writing import add


def note_change(session: Session, change: OrganisationChange) -> None:
    """Add what the file says after a change."""
    row = {
        "municipality": change.municipality,
        "at": change.at,
        "account_id": change.account_id,
        "role": change.role,
        "what": storable(change.what),
        "text": storable(change.text),
    }
    add(session, OrganisationChangeRow, [row])


def list_changes(
    session: Session, municipality: str, *, limit: int = 20, before: int | None = None
) -> list[OrganisationChange]:
    """Return the changes, newest first; `before` is the number that they come before."""
    query = select(OrganisationChangeRow).where(OrganisationChangeRow.municipality == municipality)
    if before is not None:
        query = query.where(OrganisationChangeRow.id < before)
    return [_change(row) for row in session.scalars(query.order_by(OrganisationChangeRow.id.desc()).limit(limit))]


def get_change(session: Session, municipality: str, number: int) -> OrganisationChange | None:
    """Return the change with the number, None when it is not this municipality's."""
    query = select(OrganisationChangeRow).where(
        OrganisationChangeRow.id == number, OrganisationChangeRow.municipality == municipality
    )
    row = session.scalar(query)
    return _change(row) if row else None


def _change(row: OrganisationChangeRow) -> OrganisationChange:
    return OrganisationChange(
        municipality=row.municipality,
        at=row.at,
        account_id=row.account_id,
        role=row.role,
        what=row.what,
        text=row.text,
        number=row.id,
    )
