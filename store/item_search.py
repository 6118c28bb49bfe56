"""Finding items by words and filters together, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from store.item_rows import COLUMNS, item_of
from store.search import matching
from store.tables import AssessmentRow, DigestEntryRow, DigestRow, ItemRow, VerdictRow
from store.types import Kind, Ruling, StoredItem

State = Literal["send", "drop", "later", "told", "open", ""]
Place = tuple[date, int]  # day and number of an item: the next page begins after it

SURE = 0.4  # an area counts from here on; the assessor keeps weaker ones for ranking only


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; what is empty is no condition. `state` is what the municipality has done with the item."""

    words: str = ""
    kinds: Collection[Kind] = ()
    sources: Collection[str] = ()
    area: str = ""
    deadline_from: date | None = None
    deadline_until: date | None = None
    state: State = ""
    municipality: str = ""
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of items, and where the next one begins when there are more."""

    items: list[StoredItem]
    next: Place | None = None


def find_items(session: Session, wanted: Search, *, limit: int = 50) -> Found:
    """Return the newest items that meet every condition; without words, all are looked among."""
    found = _by_words(session, wanted.words)
    if found is None:
        return Found([])
    found = found.where(*_conditions(session, wanted))
    if wanted.before:
        day, number = wanted.before
        found = found.where(or_(COLUMNS.day < day, and_(COLUMNS.day == day, COLUMNS.id < number)))
    query = found.order_by(COLUMNS.day.desc(), COLUMNS.id.desc()).limit(limit + 1)
    rows = session.execute(query).all()
    more = (rows[limit - 1].day, rows[limit - 1].id) if len(rows) > limit else None
    return Found([item_of(row) for row in rows[:limit]], more)


def _by_words(session: Session, words: str) -> Select[Any] | None:
    return matching(session, words) if words.strip() else select(*COLUMNS)


def _conditions(session: Session, wanted: Search) -> list[Any]:
    conditions: list[Any] = []
    if wanted.kinds:
        conditions.append(COLUMNS.kind.in_(sorted(kind.value for kind in wanted.kinds)))
    if wanted.sources:
        conditions.append(COLUMNS.source.in_(sorted(wanted.sources)))
    if wanted.area:
        score = AssessmentRow.areas[wanted.area].as_float()
        held = select(AssessmentRow.item_id).where(AssessmentRow.item_id == COLUMNS.id, score >= SURE)
        conditions.append(held.exists())
    if wanted.deadline_from or wanted.deadline_until:
        conditions.append(_closes_between(session, wanted.deadline_from, wanted.deadline_until))
    if wanted.state:
        conditions.append(_in_state(wanted.state, wanted.municipality))
    return conditions


def _closes_between(session: Session, first: date | None, last: date | None) -> Any:
    """Return the condition that one of the source's own deadlines lies between the days, both included."""
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(COLUMNS.deadlines).table_valued("value", name="one")
        day = func.json_extract(each.c.value, "$[0]")
    else:
        each = func.jsonb_array_elements(COLUMNS.deadlines).table_valued("value", name="one")
        day = func.jsonb_extract_path_text(each.c.value, "0")
    within = [day >= first.isoformat()] if first else []
    within += [day <= last.isoformat()] if last else []
    return select(1).select_from(each).where(*within).exists()


def _in_state(state: State, municipality: str) -> Any:
    if state == "told":
        return COLUMNS.id.in_(_told(municipality))
    if state == "open":
        return and_(COLUMNS.id.not_in(_ruled(municipality, None)), COLUMNS.id.not_in(_told(municipality)))
    return COLUMNS.id.in_(_ruled(municipality, Ruling(state)))


def _told(municipality: str) -> Any:
    item = aliased(ItemRow)
    return (
        select(item.id)
        .join(DigestEntryRow, (DigestEntryRow.source == item.source) & (DigestEntryRow.key == item.key))
        .join(DigestRow, DigestRow.id == DigestEntryRow.digest_id)
        .where(DigestRow.municipality == municipality)
    )


def _ruled(municipality: str, ruling: Ruling | None) -> Any:
    """Return the numbers of the items on which the ruling, or any, stands."""
    item, newer = aliased(ItemRow), aliased(VerdictRow)
    is_superseded = (
        select(newer.id)
        .where(
            newer.municipality == VerdictRow.municipality,
            newer.source == VerdictRow.source,
            newer.key == VerdictRow.key,
            newer.id > VerdictRow.id,
        )
        .exists()
    )
    wanted = VerdictRow.ruling != Ruling.REOPENED.value if ruling is None else VerdictRow.ruling == ruling.value
    return (
        select(item.id)
        .join(VerdictRow, (VerdictRow.source == item.source) & (VerdictRow.key == item.key))
        .where(VerdictRow.municipality == municipality, wanted, ~is_superseded)
    )
