"""Which threads have moved lately, and which wait for national law: a page at a time, by day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import String, literal, or_, select, tuple_
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
    row, later = ThreadMemberRow, aliased(ThreadMemberRow)
    here, there = (row.day, row.item_id, row.stage), (later.day, later.item_id, later.stage)
    is_later = select(later.item_id).where(
        later.thread_id == row.thread_id,
        later.day <= today,
        later.stage != Stage.TRANSPOSITION.value,
        tuple_(*there) > tuple_(*here),
    )
    query = select(row.day, row.thread_id).where(
        row.day.between(since, today), row.stage != Stage.TRANSPOSITION.value, ~is_later.exists()
    )
    if reach:
        query = query.where(_reaches(session, row.thread_id, *reach))
    if before:
        query = query.where(tuple_(row.day, row.thread_id) < tuple_(*before))
    # In the order of an index, so that only the page is looked at and not the whole year.
    found = session.execute(query.order_by(row.day.desc(), row.thread_id.desc()).limit(limit))
    return [(day, name) for day, name in found]


def awaiting_threads(
    session: Session, *, today: date, reach: tuple[str, float] | None, after: Place | None, limit: int
) -> list[Place]:
    """Return the threads whose last day for national law is ahead and that hold no Swedish law, the nearest first."""
    row, own, sooner = ThreadMemberRow, aliased(ThreadMemberRow), aliased(ThreadMemberRow)
    last_days = Stage.TRANSPOSITION.value
    has_law = select(own.item_id).where(own.thread_id == row.thread_id, own.stage == Stage.STATUTE.value)
    is_sooner = select(sooner.item_id).where(
        sooner.thread_id == row.thread_id,
        sooner.day >= today,
        sooner.stage == last_days,
        tuple_(sooner.day, sooner.item_id) < tuple_(row.day, row.item_id),
    )
    query = select(row.day, row.thread_id).where(
        row.day >= today, row.stage == last_days, ~has_law.exists(), ~is_sooner.exists()
    )
    if reach:
        query = query.where(_reaches(session, row.thread_id, *reach))
    if after:
        query = query.where(tuple_(row.day, row.thread_id) > tuple_(*after))
    found = session.execute(query.order_by(row.day, row.thread_id).limit(limit))
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
