"""What readers have been told, and when: in the week's digest, or in a notice of one day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.digest_rows import entry_of
from store.item_rows import Key
from store.tables import DigestEntryRow, DigestRow, FeedbackRow
from store.types import DigestState, ToldDigest, ToldEntry

_WEEK = len("2026-W48")  # a notice's period is a day, 2026-W48-2


def told_at(session: Session, municipality: str, contact: str) -> dict[Key, datetime]:
    """Return when the contact person was last told of each item, in any letter that was ever frozen."""
    return dict(_told(session, municipality, contact))


def told_in_notices(session: Session, municipality: str, contact: str, since: datetime | None) -> dict[Key, datetime]:
    """Return what the contact person was told in notices after the moment, oldest first."""
    conditions = [func.length(DigestRow.week) > _WEEK]
    if since is not None:
        conditions.append(DigestRow.created_at > since)
    return dict(_told(session, municipality, contact, *conditions))


def last_week_told(session: Session, municipality: str, contact: str) -> datetime | None:
    """Return when the contact person's latest digest of a week that had anything in it was frozen."""
    query = (
        select(DigestRow.created_at)
        .where(DigestRow.municipality == municipality, DigestRow.contact == contact)
        .where(func.length(DigestRow.week) == _WEEK)
        .where(select(DigestEntryRow.key).where(DigestEntryRow.digest_id == DigestRow.id).exists())
        .order_by(DigestRow.created_at.desc())
    )
    return session.scalars(query.limit(1)).first()


def contacts_told(session: Session, municipality: str, period: str) -> set[str]:
    """Return the addresses that have a letter of the period, whatever became of it."""
    query = select(DigestRow.contact).where(DigestRow.municipality == municipality, DigestRow.week == period)
    return set(session.scalars(query))


def told_since(session: Session, municipality: str, since: datetime) -> list[ToldDigest]:
    """Return the letters frozen since the moment, with how many of their items have been answered."""
    entries = select(func.count()).where(DigestEntryRow.digest_id == DigestRow.id).scalar_subquery()
    answered = (
        select(func.count(func.distinct(FeedbackRow.source + " " + FeedbackRow.key)))
        .where(FeedbackRow.digest_id == DigestRow.id)
        .scalar_subquery()
    )
    query = (
        select(DigestRow.contact, DigestRow.week, DigestRow.units, DigestRow.state, entries, answered)
        .where(DigestRow.municipality == municipality, DigestRow.created_at >= since)
        .order_by(DigestRow.created_at, DigestRow.id)
    )
    return [
        ToldDigest(
            contact=contact,
            period=week,
            units=tuple(units),
            state=DigestState(state),
            entries=number,
            answered=replies,
        )
        for contact, week, units, state, number, replies in session.execute(query)
    ]


def _told(session: Session, municipality: str, contact: str, *conditions: Any) -> list[tuple[Key, datetime]]:
    query = (
        select(DigestEntryRow.source, DigestEntryRow.key, DigestRow.created_at)
        .join(DigestRow, DigestRow.id == DigestEntryRow.digest_id)
        .where(DigestRow.municipality == municipality, DigestRow.contact == contact, *conditions)
        .order_by(DigestRow.created_at, DigestRow.id)
    )
    return [((source, key), moment) for source, key, moment in session.execute(query)]


def told_entries(session: Session, municipality: str, contact: str, since: datetime) -> list[ToldEntry]:
    """Return what the contact person was told of since the moment, the newest letter first, in its order."""
    query = (
        select(DigestRow.id, DigestRow.week, DigestRow.created_at, DigestEntryRow)
        .join(DigestEntryRow, DigestEntryRow.digest_id == DigestRow.id)
        .where(DigestRow.municipality == municipality, DigestRow.contact == contact, DigestRow.created_at >= since)
        .order_by(DigestRow.created_at.desc(), DigestRow.id, DigestEntryRow.position)
    )
    return [
        ToldEntry(digest_id=digest_id, period=week, at=at, entry=entry_of(row))
        for digest_id, week, at, row in session.execute(query)
    ]
