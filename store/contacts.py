"""Contact persons' states: whether letters to an address are wanted and arrive."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.columns import storable
from store.tables import ContactStateRow
from store.types import ContactState, Reach
from store.writing import upsert


def contact_states(session: Session, municipality: str) -> dict[str, ContactState]:
    """Return the state of every address of which anything is known; all others are active."""
    query = select(ContactStateRow).where(ContactStateRow.municipality == municipality).order_by(ContactStateRow.email)
    return {row.email: _state(row) for row in session.scalars(query)}


def contact_state(session: Session, municipality: str, email: str) -> ContactState | None:
    """Return the state of an address, None when nothing is known of it."""
    query = select(ContactStateRow).where(
        ContactStateRow.municipality == municipality, ContactStateRow.email == email.lower()
    )
    row = session.scalar(query)
    return _state(row) if row else None


def mark_contact(session: Session, state: ContactState) -> None:
    """Keep the state of an address in place of the one before.

    Read it in the same write transaction when the new one depends on it, so that two readers cannot lose a mark.
    """
    row = {
        "municipality": state.municipality,
        "email": state.email.lower(),
        "state": state.state.value,
        "since": state.since,
        "reason": storable(state.reason),
        "hard": state.hard,
        "soft_weeks": list(state.soft_weeks),
    }
    upsert(session, ContactStateRow, [row])


def _state(row: ContactStateRow) -> ContactState:
    return ContactState(
        municipality=row.municipality,
        email=row.email,
        state=Reach(row.state),
        since=row.since,
        reason=row.reason,
        hard=row.hard,
        soft_weeks=tuple(row.soft_weeks),
    )
