"""Days to be met, kept so that they are found by day: written along with items and assessments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session, aliased

from store.among import is_among
from store.tables import AssessmentRow, ItemDeadlineRow, ItemRow
from store.types import Kind
from store.writing import add, chunks, core_table

Rows = Sequence[Sequence[str]]  # ISO day, role, note: as store.codec writes deadlines

LAW_ROLES = ("transposition", "application_date")
ANSWER_ROLES = ("application", "stage_1", "stage_2", "cut_off", "answer")
ANSWERED_KINDS = (Kind.CALL.value, Kind.CONSULTATION.value)
FLAG_ON = 0.5  # as pipeline.candidate has it


def replace_deadlines(session: Session, by_item: Mapping[int, Rows], *, is_own: bool, known: Sequence[int]) -> None:
    """Keep exactly these days of the items; `known` are those of them that may have some already.

    What the source tells and what was read in the text are kept apart, since either is written without the other.
    """
    for some in chunks(known):
        gone = delete(ItemDeadlineRow).where(
            is_among(session, ItemDeadlineRow.item_id, some), ItemDeadlineRow.is_own == is_own
        )
        session.execute(gone)
    rows: list[dict[str, Any]] = [
        {"item_id": number, "is_own": is_own, "day": date.fromisoformat(day), "role": role}
        for number, given in by_item.items()
        for day, role in dict.fromkeys((row[0], row[1]) for row in given)
    ]
    add(session, ItemDeadlineRow, rows)
    weigh_deadlines(session, list(by_item))


def weigh_deadlines(session: Session, numbers: Sequence[int] | None = None) -> None:
    """Write beside the days of the items, or of all, what follows from item and assessment as they stand."""
    if numbers is None:
        session.connection().execute(_WEIGHED)
        return
    for some in chunks(numbers):
        session.connection().execute(_WEIGHED.where(is_among(session, _DAYS.c.item_id, some)))


def _weighed() -> Any:
    item, assessment, own = core_table(ItemRow), core_table(AssessmentRow), aliased(ItemDeadlineRow)
    of_item, of_assessment = item.c.id == _DAYS.c.item_id, assessment.c.item_id == _DAYS.c.item_id
    has_own = select(own.day).where(own.item_id == _DAYS.c.item_id, own.is_own).exists()
    answered = select(item.c.id).where(of_item, item.c.kind.in_(ANSWERED_KINDS)).exists()
    flag = assessment.c.flags["funding"].as_float() >= FLAG_ON
    funds = and_(_DAYS.c.role.in_(ANSWER_ROLES), select(assessment.c.item_id).where(of_assessment, flag).exists())
    return update(_DAYS).values(
        # A day for law, or one to answer by; news that merely mentions a date has none (pipeline.candidate).
        is_due=and_(or_(_DAYS.c.is_own, ~has_own), or_(_DAYS.c.role.in_(LAW_ROLES), answered, funds)),
        kind=select(item.c.kind).where(of_item).scalar_subquery(),
        relevance=select(assessment.c.relevance).where(of_assessment).scalar_subquery(),
    )


_DAYS = core_table(ItemDeadlineRow)
_WEIGHED = _weighed()
