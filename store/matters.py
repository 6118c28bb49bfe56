"""Which threads have moved lately, and which wait for national law: a page at a time, by day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import String, and_, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from store.due import told_to
from store.tables import AssessmentRow, ItemRow, ThreadMemberRow
from store.types import Stage

Place = tuple[date, str]  # day and id of a thread: the next page begins after it


def moved_threads(
    session: Session, *, since: date, today: date, reach: tuple[str, float] | None, before: Place | None, limit: int
) -> list[Place]:
    """Return the threads with a document between the days, that with the newest first.

    `reach` is a municipality and the relevance from which an item concerns it: then only threads with such an item,
    or one that its readers were told of.
    """
    newest = func.max(ThreadMemberRow.day)
    query = (
        select(newest, ThreadMemberRow.thread_id)
        .where(ThreadMemberRow.day.between(since, today), ThreadMemberRow.stage != Stage.TRANSPOSITION.value)
        .group_by(ThreadMemberRow.thread_id)
    )
    if reach:
        query = query.where(_reaches(session, ThreadMemberRow.thread_id, *reach))
    if before:
        day, name = before
        query = query.having(or_(newest < day, and_(newest == day, ThreadMemberRow.thread_id < name)))
    found = session.execute(query.order_by(newest.desc(), ThreadMemberRow.thread_id.desc()).limit(limit))
    return [(day, name) for day, name in found]


def awaiting_threads(
    session: Session, *, today: date, reach: tuple[str, float] | None, after: Place | None, limit: int
) -> list[Place]:
    """Return the threads whose last day for national law is ahead and that hold no Swedish law, the nearest first."""
    own = aliased(ThreadMemberRow)
    has_law = select(own.item_id).where(own.thread_id == ThreadMemberRow.thread_id, own.stage == Stage.STATUTE.value)
    nearest = func.min(ThreadMemberRow.day)
    query = (
        select(nearest, ThreadMemberRow.thread_id)
        .where(ThreadMemberRow.day >= today, ThreadMemberRow.stage == Stage.TRANSPOSITION.value, ~has_law.exists())
        .group_by(ThreadMemberRow.thread_id)
    )
    if reach:
        query = query.where(_reaches(session, ThreadMemberRow.thread_id, *reach))
    if after:
        day, name = after
        query = query.having(or_(nearest > day, and_(nearest == day, ThreadMemberRow.thread_id > name)))
    found = session.execute(query.order_by(nearest, ThreadMemberRow.thread_id).limit(limit))
    return [(day, name) for day, name in found]


def _reaches(session: Session, thread: Any, municipality: str, relevance: float) -> Any:
    member = aliased(ThreadMemberRow)
    told = told_to(session, municipality, "", ItemRow.source, ItemRow.key)
    query = (
        select(literal("1", String))
        .select_from(member)
        .join(ItemRow, ItemRow.id == member.item_id)
        .outerjoin(AssessmentRow, AssessmentRow.item_id == member.item_id)
        .where(member.thread_id == thread, or_(AssessmentRow.relevance >= relevance, told))
    )
    return query.correlate(ThreadMemberRow).exists()
