"""Days to be met, found by day, kind and unit: a page at a time, and counted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from store.codec import deadlines_from_json
from store.item_rows import Key, rows_by_key
from store.tables import (
    AssessmentRow,
    DigestEntryRow,
    DigestRow,
    ItemDeadlineRow,
    ItemRow,
    RevisionRow,
    RouteRow,
    VerdictRow,
)
from store.types import Deadline, Item, Kind, Reference, Revision, Ruling
from store.verdicts import stands
from store.writing import chunks

LAW_ROLES = ("transposition", "application_date")
ANSWER_ROLES = ("application", "stage_1", "stage_2", "cut_off", "answer")
ANSWERED_KINDS = (Kind.CALL.value, Kind.CONSULTATION.value)
FLAG_ON = 0.5  # as pipeline.candidate has it
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


_COLUMNS = (
    *(ItemDeadlineRow.item_id, ItemDeadlineRow.day, ItemDeadlineRow.role, ItemRow.source, ItemRow.key, ItemRow.kind),
    *(ItemRow.title, ItemRow.url, ItemRow.publisher, ItemRow.published, ItemRow.refs, ItemRow.deadlines),
    *(AssessmentRow.language, AssessmentRow.relevance, AssessmentRow.areas),
)


_PLACE = (ItemDeadlineRow.day, ItemDeadlineRow.item_id, ItemDeadlineRow.role)


def find_due(session: Session, wanted: DueSearch, *, limit: int) -> list[Due]:
    """Return the days of the search, the earliest first unless it goes backwards."""
    query = _narrowed(session, select(*_COLUMNS), wanted)
    order = [column.desc() if wanted.backwards else column for column in _PLACE]
    return [_due(row) for row in session.execute(query.order_by(*order).limit(limit))]


def count_due(session: Session, wanted: DueSearch) -> dict[tuple[date, str], int]:
    """Return how many days of the search there are of each (day, kind)."""
    query = _narrowed(session, select(ItemDeadlineRow.day, ItemRow.kind, func.count()), wanted)
    grouped = query.group_by(ItemDeadlineRow.day, ItemRow.kind)
    return {(day, kind): number for day, kind, number in session.execute(grouped)}


def _due(row: Any) -> Due:
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
        number=row.item_id,
        item=item,
        deadline=Deadline(row.day, row.role, notes.get((row.day, row.role), "")),
        language=row.language or "",
        relevance=row.relevance or 0.0,
        areas=row.areas or {},
    )


def _narrowed(session: Session, query: Any, wanted: DueSearch) -> Select[Any]:
    own = aliased(ItemDeadlineRow)
    has_own = select(own.day).where(own.item_id == ItemDeadlineRow.item_id, own.is_own).exists()
    found: Select[Any] = (
        query.select_from(ItemDeadlineRow)
        .join(ItemRow, ItemRow.id == ItemDeadlineRow.item_id)
        .outerjoin(AssessmentRow, AssessmentRow.item_id == ItemDeadlineRow.item_id)
        .where(ItemDeadlineRow.day.between(wanted.first, wanted.last))
        .where(or_(ItemDeadlineRow.is_own, ~has_own), _is_to_be_met(), *_choice(session, wanted))
    )
    if wanted.kinds:
        found = found.where(ItemRow.kind.in_(sorted(kind.value for kind in wanted.kinds)))
    if wanted.area:
        found = found.where(_is_about([wanted.area], wanted.sure))
    if wanted.after:
        here, before = tuple_(*_PLACE), tuple_(*wanted.after)
        found = found.where(here < before if wanted.backwards else here > before)
    return found


def _is_to_be_met() -> Any:
    """A day for law, or one to answer by; news that merely mentions a date has none (pipeline.candidate)."""
    answered = ItemRow.kind.in_(ANSWERED_KINDS)
    funds = and_(ItemDeadlineRow.role.in_(ANSWER_ROLES), AssessmentRow.flags["funding"].as_float() >= FLAG_ON)
    return or_(ItemDeadlineRow.role.in_(LAW_ROLES), answered, funds)


def _is_about(areas: Collection[str], sure: float) -> Any:
    return or_(false(), *(AssessmentRow.areas[area].as_float() >= sure for area in sorted(areas)))


def _choice(session: Session, wanted: DueSearch) -> list[Any]:
    item = (ItemRow.source, ItemRow.key)
    if wanted.choice == "sent":
        return [told_to(session, wanted.municipality, wanted.unit, *item)]
    conditions = [_is_for(session, wanted)] if wanted.unit else []
    if wanted.choice != "concerns":
        return conditions
    told = told_to(session, wanted.municipality, "", *item)
    reached = or_(AssessmentRow.relevance >= wanted.relevance, told, _stands(wanted, Ruling.SEND))
    return [*conditions, reached, ~_stands(wanted, Ruling.DROP)]


def _is_for(session: Session, wanted: DueSearch) -> Any:
    """Whether the item is the unit's: chosen by the coordinator, or else by its areas."""
    chosen = _latest(wanted, VerdictRow.units.is_not(None))
    named = _latest(wanted, holds(session, VerdictRow.units, wanted.unit))
    return or_(named, and_(~chosen, _is_about(wanted.unit_areas, wanted.sure)))


def _stands(wanted: DueSearch, ruling: Ruling) -> Any:
    return _latest(wanted, VerdictRow.ruling == ruling.value)


def _latest(wanted: DueSearch, condition: Any) -> Any:
    """Whether the verdict that stands on the item meets the condition."""
    here = (wanted.municipality, ItemRow.source, ItemRow.key)
    same = (VerdictRow.municipality == here[0], VerdictRow.source == here[1], VerdictRow.key == here[2])
    found = select(VerdictRow.id).where(*same, condition, stands(VerdictRow, *here))
    return found.correlate(ItemRow).exists()


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
