"""Days to be met, found by day, kind and unit: a page at a time, and counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from store.assessments import SURE
from store.codec import deadlines_from_json
from store.item_rows import Key, rows_by_key
from store.tables import (
    AssessmentRow,
    DigestEntryRow,
    DigestRow,
    ItemAreaRow,
    ItemDeadlineRow,
    ItemRow,
    RevisionRow,
    RouteRow,
    VerdictRow,
)
from store.types import Deadline, Item, Kind, Reference, Revision, Ruling
from store.verdicts import stands
from store.writing import chunks

DIGEST = len("2026-W48")  # a notice's period is longer

Place = tuple[date, int, str]  # day, number of the item, role: the next page begins after it


@dataclass(frozen=True, slots=True, kw_only=True)
class DueSearch:
    """Which days are looked for. `areas` are the unit's; `relevance` and `area` what it takes to reach a reader.

    `choice` is concerns (relevant or sent, and not dropped), sent, or "" for every day that is known.
    """

    municipality: str
    first: date
    last: date
    choice: str = "concerns"
    kinds: Collection[Kind] = ()
    area: str = ""
    unit: str = ""
    unit_areas: Collection[str] = ()
    relevance: float = 0.5
    sure: float = 0.4
    after: Place | None = None
    backwards: bool = False  # the latest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A day to be met: the item without its texts, and what was thought of it."""

    number: int
    item: Item
    deadline: Deadline
    language: str
    relevance: float
    areas: Mapping[str, float]

    @property
    def place(self) -> Place:
        """Where the next page begins when this is the last of one."""
        return (self.deadline.on, self.number, self.deadline.role)


_ITEM = (
    *(ItemRow.id, ItemRow.source, ItemRow.key, ItemRow.kind, ItemRow.title, ItemRow.url, ItemRow.publisher),
    *(ItemRow.published, ItemRow.refs, ItemRow.deadlines),
    *(AssessmentRow.language, AssessmentRow.relevance, AssessmentRow.areas),
)


_PLACE = (ItemDeadlineRow.day, ItemDeadlineRow.item_id, ItemDeadlineRow.role)


def find_due(session: Session, wanted: DueSearch, *, limit: int) -> list[Due]:
    """Return the days of the search, the earliest first unless it goes backwards.

    First where they are, by what is written beside the days, and then the items themselves.
    """
    query = _narrowed(session, select(*_PLACE), wanted)
    order = [column.desc() if wanted.backwards else column for column in _PLACE]
    places = session.execute(query.order_by(*order).limit(limit)).all()
    items = _items(session, list({row.item_id for row in places}))
    return [_due(items[row.item_id], row) for row in places]


def count_due(session: Session, wanted: DueSearch) -> dict[tuple[date, str], int]:
    """Return how many days of the search there are of each (day, kind)."""
    query = _narrowed(session, select(ItemDeadlineRow.day, ItemDeadlineRow.kind, func.count()), wanted)
    grouped = query.group_by(ItemDeadlineRow.day, ItemDeadlineRow.kind)
    return {(day, kind): number for day, kind, number in session.execute(grouped)}


def _items(session: Session, numbers: Sequence[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for some in chunks(numbers):
        query = select(*_ITEM).outerjoin(AssessmentRow, AssessmentRow.item_id == ItemRow.id)
        found |= {row.id: row for row in session.execute(query.where(ItemRow.id.in_(some)))}
    return found


def _due(row: Any, place: Any) -> Due:
    notes = {(d.on, d.role): d.note for d in deadlines_from_json(row.deadlines)}
    item = Item(
        source=row.source,
        key=row.key,
        kind=Kind(row.kind),
        title=row.title,
        url=row.url,
        publisher=row.publisher,
        published=row.published,
        references=tuple(Reference(*values) for values in row.refs),
    )
    return Due(
        number=row.id,
        item=item,
        deadline=Deadline(place.day, place.role, notes.get((place.day, place.role), "")),
        language=row.language or "",
        relevance=row.relevance or 0.0,
        areas=row.areas or {},
    )


def _narrowed(session: Session, query: Any, wanted: DueSearch) -> Select[Any]:
    """Return the search; what is asked of the item itself comes last, since the item must be read for it."""
    found: Select[Any] = query.where(ItemDeadlineRow.day.between(wanted.first, wanted.last), ItemDeadlineRow.is_due)
    if wanted.kinds:
        found = found.where(ItemDeadlineRow.kind.in_(sorted(kind.value for kind in wanted.kinds)))
    if wanted.area:
        found = found.where(_is_about([wanted.area], wanted.sure))
    if wanted.after:
        here, before = tuple_(*_PLACE), tuple_(*wanted.after)
        found = found.where(here < before if wanted.backwards else here > before)
    return found.where(*_choice(session, wanted))


def _is_about(areas: Collection[str], sure: float) -> Any:
    """Whether the item has any of the areas, at least so surely; whether surely is told without reading it."""
    named = sorted(areas)
    has = select(ItemAreaRow.area).where(ItemAreaRow.item_id == ItemDeadlineRow.item_id, ItemAreaRow.area.in_(named))
    if sure == SURE:
        return _each(has)
    scores = or_(false(), *(AssessmentRow.areas[area].as_float() >= sure for area in named))
    scored = _each(select(AssessmentRow.item_id).where(AssessmentRow.item_id == ItemDeadlineRow.item_id, scores))
    return and_(_each(has), scored) if sure > SURE else scored


def _choice(session: Session, wanted: DueSearch) -> list[Any]:
    if wanted.choice == "sent":
        return [_told(session, wanted, wanted.unit)]
    conditions = [_is_for(session, wanted)] if wanted.unit else []
    if wanted.choice != "concerns":
        return conditions
    told, sent = _told(session, wanted, ""), _stands(wanted, Ruling.SEND)
    reached = or_(ItemDeadlineRow.relevance >= wanted.relevance, told, sent)
    return [reached, ~_stands(wanted, Ruling.DROP), *conditions]


def _is_for(session: Session, wanted: DueSearch) -> Any:
    """Whether the item is the unit's: chosen by the coordinator, or else by its areas."""
    chosen = _latest(wanted, VerdictRow.units.is_not(None))
    named = _latest(wanted, holds(session, VerdictRow.units, wanted.unit))
    return or_(and_(_is_about(wanted.unit_areas, wanted.sure), ~chosen), named)


def _stands(wanted: DueSearch, ruling: Ruling) -> Any:
    return _latest(wanted, VerdictRow.ruling == ruling.value)


def _latest(wanted: DueSearch, condition: Any) -> Any:
    """Whether the verdict that stands on the day's item meets the condition."""
    item = aliased(ItemRow)
    here = (wanted.municipality, item.source, item.key)
    same = (VerdictRow.municipality == here[0], VerdictRow.source == here[1], VerdictRow.key == here[2])
    found = select(VerdictRow.id).where(*same, condition, stands(VerdictRow, *here))
    return _of_item(item, found.correlate(item).exists())


def _told(session: Session, wanted: DueSearch, unit: str) -> Any:
    item = aliased(ItemRow)
    return _of_item(item, told_to(session, wanted.municipality, unit, item.source, item.key))


def _of_item(item: Any, condition: Any) -> Any:
    return _each(select(item.id).where(item.id == ItemDeadlineRow.item_id, condition))


def _each(query: Select[Any]) -> Any:
    """Return the condition that there is such a row; the offset keeps PostgreSQL from reading all rows beforehand."""
    return query.correlate(ItemDeadlineRow).offset(0).exists()


def told_to(session: Session, municipality: str, unit: str, source: Any, key: Any) -> Any:
    """Return the condition that a reader of the unit, or any reader when it is "", was told of the item.

    Of a digest for several units the week's routes tell which of them an item was for; notices have none.
    """
    query = (
        select(DigestEntryRow.key)
        .join(DigestRow, DigestRow.id == DigestEntryRow.digest_id)
        .where(DigestEntryRow.source == source, DigestEntryRow.key == key, DigestRow.municipality == municipality)
    )
    if unit:
        routed = select(RouteRow.unit).where(
            RouteRow.municipality == municipality,
            RouteRow.week == DigestRow.week,
            RouteRow.unit == unit,
            RouteRow.source == DigestEntryRow.source,
            RouteRow.key == DigestEntryRow.key,
        )
        alone = _length(session, DigestRow.units) == 1
        notice = func.length(DigestRow.week) > DIGEST
        query = query.where(holds(session, DigestRow.units, unit), or_(alone, notice, routed.exists()))
    return query.exists()


def holds(session: Session, column: Any, value: str) -> Any:
    """Return the condition that a list in JSON holds the value."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    each = func.jsonb_array_elements_text(column) if is_postgresql else func.json_each(column)
    held = each.table_valued("value", name="held")
    return select(1).select_from(held).where(held.c.value == value).exists()


def _length(session: Session, column: Any) -> Any:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return func.jsonb_array_length(column) if is_postgresql else func.json_array_length(column)


def told_with_moved_days(session: Session, municipality: str, unit: str, since: datetime) -> set[Key]:
    """Return the items that a reader of the unit was told of and whose days or state have changed since a moment."""
    query = (
        select(ItemRow.source, ItemRow.key)
        .join(RevisionRow, RevisionRow.item_id == ItemRow.id)
        .where(RevisionRow.is_event, RevisionRow.seen_at >= since)
        .where(told_to(session, municipality, unit, ItemRow.source, ItemRow.key))
    )
    return {(source, key) for source, key in session.execute(query.distinct())}


def revisions_of(session: Session, keys: Sequence[Key]) -> dict[Key, list[Revision]]:
    """Return what has changed in each of the items, oldest first."""
    ids = {row.id: (row.source, row.key) for row in rows_by_key(session, keys, ItemRow.id, ItemRow.source, ItemRow.key)}
    found: dict[Key, list[Revision]] = {}
    for some in chunks(list(ids)):
        query = select(RevisionRow).where(RevisionRow.item_id.in_(some)).order_by(RevisionRow.id)
        for row in session.scalars(query):
            source, key = ids[row.item_id]
            revision = Revision(source=source, key=key, seen_at=row.seen_at, changes=row.changes, is_event=row.is_event)
            found.setdefault((source, key), []).append(revision)
    return found
