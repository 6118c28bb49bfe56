"""Numbers for pictures: what came in lately, row by row, so that one reading serves every picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, null, select
from sqlalchemy.orm import Session

from store.tables import AssessmentRow, ItemRow

MOST = 300_000  # items; a flood beyond that is told of by its newest


@dataclass(frozen=True, slots=True)
class Arrival:
    """An item of which only day, source and region count; areas are told of a relevant one alone."""

    day: date
    source: str
    region: str  # "" when the item says nothing itself
    areas: Mapping[str, float] | None


def arrivals(session: Session, since: date, until: date, *, least: float) -> Iterator[Arrival]:
    """Yield the items whose day lies between, both included, the newest first; areas from that relevance up."""
    # By the index over days: what is older is never touched.
    areas = case((AssessmentRow.relevance >= least, AssessmentRow.areas), else_=null())
    region = func.coalesce(ItemRow.meta["region"].as_string(), "")
    query = (
        select(ItemRow.day, ItemRow.source, region, areas)
        .outerjoin(AssessmentRow, AssessmentRow.item_id == ItemRow.id)
        .where(ItemRow.day >= since, ItemRow.day <= until)
        .order_by(ItemRow.day.desc(), ItemRow.id.desc())
        .limit(MOST)
    )
    for row in session.execute(query.execution_options(yield_per=2_000)):
        yield Arrival(*row)
