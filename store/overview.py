"""How each of many municipalities fares: its latest letters, what waits and what has gone wrong, in few questions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from store.tables import AssessmentRow, ContactStateRow, DigestRow, ItemRow, VerdictRow
from store.types import DigestState, Reach

NEEDS_A_PERSON = (DigestState.HELD, DigestState.UNCLEAR, DigestState.REFUSED, DigestState.BOUNCED)


def newest_weeks(session: Session) -> dict[str, str]:
    """Return the week or day of each municipality's latest letter."""
    query = select(DigestRow.municipality, func.max(DigestRow.week)).group_by(DigestRow.municipality)
    return dict(session.execute(query).all())


def stopped_letters(session: Session, since: str) -> dict[str, int]:
    """Return how many letters, of the week named and later ones, wait for a person in each municipality."""
    stopped = DigestRow.state.in_([state.value for state in NEEDS_A_PERSON]), DigestRow.week >= since
    query = select(DigestRow.municipality, func.count()).where(*stopped).group_by(DigestRow.municipality)
    return dict(session.execute(query).all())


def unreached_readers(session: Session) -> dict[str, int]:
    """Return how many readers do not get their letters in each municipality."""
    unreached = ContactStateRow.state == Reach.UNREACHABLE.value
    query = select(ContactStateRow.municipality, func.count()).where(unreached)
    return dict(session.execute(query.group_by(ContactStateRow.municipality)).all())


def waiting_items(
    session: Session, municipalities: Collection[str], least: float, since: date, begins: datetime
) -> dict[str, int]:
    """Return how many items from that day on are at least so relevant and not ruled on, in each municipality.

    `begins` is the moment at which the day begins: an item is not ruled on before it has come.
    """
    is_item = and_(ItemRow.day >= since, AssessmentRow.relevance >= least)
    both = AssessmentRow.item_id == ItemRow.id
    total = session.scalar(select(func.count()).select_from(ItemRow).join(AssessmentRow, both).where(is_item)) or 0
    named = and_(ItemRow.source == VerdictRow.source, ItemRow.key == VerdictRow.key)
    query = (
        select(VerdictRow.municipality, func.count(func.distinct(ItemRow.id)))
        .join(ItemRow, named)
        .join(AssessmentRow, both)
        .where(VerdictRow.municipality.in_(sorted(municipalities)), VerdictRow.at >= begins, is_item)
        .group_by(VerdictRow.municipality)
    )
    ruled: dict[str, int] = dict(session.execute(query).all())
    return {key: total - ruled.get(key, 0) for key in municipalities}
