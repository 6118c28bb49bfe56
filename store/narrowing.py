"""Conditions on items, each as a test of one item and, where few items meet it, as the numbers of those that do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session, aliased

from store.item_rows import COLUMNS
from store.search import named
from store.tables import DigestEntryRow, DigestRow, ItemAreaRow, ItemDeadlineRow, ItemRow, VerdictRow
from store.types import Ruling
from store.verdicts import stands


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A condition: `few` is the same as a search that begins with its items, None when they are many."""

    test: Any
    few: Any | None = None


def _narrowing(
    session: Session, test: Any, numbers: Select[Any], most: int, counted: Select[Any] | None = None
) -> Narrowing:
    """Return the condition; `most` is how many items a search may begin with, 0 when it begins otherwise.

    `counted` has a row or more for each of the numbers, where that is quicker to count.
    """
    if most == 0:
        return Narrowing(test)
    rows = numbers if counted is None else counted
    if session.execute(rows.limit(1).offset(most)).first() is not None:
        return Narrowing(test)
    if session.get_bind().dialect.name == "postgresql":  # which of a query expects too many, and reads all items beside
        return Narrowing(test, named(session.scalars(numbers).all()))
    return Narrowing(test, COLUMNS.id.in_(numbers))


def _each(query: Select[Any]) -> Any:
    """Return the condition that there is such a row; the offset keeps PostgreSQL from reading all rows beforehand."""
    return query.offset(0).exists()


def in_area(session: Session, area: str, most: int) -> Narrowing:
    """Return the condition that the item surely has the area."""
    has = select(ItemAreaRow.item_id).where(ItemAreaRow.area == area)
    return _narrowing(session, _each(has.where(ItemAreaRow.item_id == COLUMNS.id)), has, most)


def closing_between(session: Session, first: date | None, last: date | None, most: int) -> Narrowing:
    """Return the condition that one of the source's own deadlines lies between the days, both included."""
    within = [ItemDeadlineRow.day >= first] if first else []
    within += [ItemDeadlineRow.day <= last] if last else []
    has = select(ItemDeadlineRow.item_id).where(ItemDeadlineRow.is_own, *within)
    return _narrowing(session, _each(has.where(ItemDeadlineRow.item_id == COLUMNS.id)), has, most)


def told_in(session: Session, municipality: str, most: int) -> Narrowing:
    """Return the condition that a reader of the municipality was told of the item."""
    entries = (
        select(DigestEntryRow.digest_id)
        .join(DigestRow, DigestRow.id == DigestEntryRow.digest_id)
        .where(DigestRow.municipality == municipality)
    )
    test = entries.where(DigestEntryRow.source == COLUMNS.source, DigestEntryRow.key == COLUMNS.key)
    told = aliased(ItemRow)
    same = and_(told.source == DigestEntryRow.source, told.key == DigestEntryRow.key)
    numbers = entries.join(told, same).with_only_columns(told.id)
    return _narrowing(session, _each(test.correlate(ItemRow.__table__)), numbers, most, entries)


def ruled_in(session: Session, municipality: str, ruling: Ruling, most: int) -> Narrowing:
    """Return the condition that the ruling is the one that stands."""
    given = select(VerdictRow.id).where(VerdictRow.municipality == municipality, VerdictRow.ruling == ruling.value)
    standing = given.where(stands(VerdictRow, municipality, VerdictRow.source, VerdictRow.key))
    ruled = aliased(ItemRow)
    same = and_(ruled.source == VerdictRow.source, ruled.key == VerdictRow.key)
    numbers = standing.join(ruled, same).with_only_columns(ruled.id)
    return _narrowing(session, _ruled_on(municipality, VerdictRow.ruling == ruling.value), numbers, most, given)


def open_in(session: Session, municipality: str) -> Narrowing:
    """Return the condition that no verdict stands on the item and that nobody was told of it."""
    ruled = _ruled_on(municipality, VerdictRow.ruling != Ruling.REOPENED.value)
    return Narrowing(and_(~ruled, ~told_in(session, municipality, 0).test))


def _ruled_on(municipality: str, condition: Any) -> Any:
    here = (municipality, COLUMNS.source, COLUMNS.key)
    same = (VerdictRow.municipality == here[0], VerdictRow.source == here[1], VerdictRow.key == here[2])
    query = select(VerdictRow.id).where(*same, condition, stands(VerdictRow, *here))
    return _each(query.correlate(ItemRow.__table__))
