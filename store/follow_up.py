"""What a follow-up asks of whole periods: what came in, where it went, and how actions have changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.item_rows import Key
from store.tables import ActionChangeRow, ActionRow, FeedbackCountRow, ItemRow, RouteRow
from store.types import ActionChange
from store.writing import chunks


@dataclass(frozen=True, slots=True)
class Collected:
    """One item that came in; `region` is "" where the item itself does not say."""

    source: str
    key: str
    kind: str
    region: str
    first_seen: datetime


def count_collected(session: Session, since: datetime, until: datetime) -> dict[tuple[str, str, str], int]:
    """Return how many items were first seen in the period, by (source, region, kind); `until` is not included."""
    region = func.coalesce(ItemRow.meta["region"].as_string(), "")
    query = select(ItemRow.source, region, ItemRow.kind, func.count()).where(
        ItemRow.first_seen >= since, ItemRow.first_seen < until
    )
    rows = session.execute(query.group_by(ItemRow.source, region, ItemRow.kind))
    return {(source, named, kind): number for source, named, kind, number in rows}


def iter_collected(session: Session, since: datetime, until: datetime) -> Iterator[Collected]:
    """Yield the items that were first seen in the period, the first of them first, without holding them all."""
    region = func.coalesce(ItemRow.meta["region"].as_string(), "")
    query = (
        select(ItemRow.source, ItemRow.key, ItemRow.kind, region, ItemRow.first_seen)
        .where(ItemRow.first_seen >= since, ItemRow.first_seen < until)
        .order_by(ItemRow.first_seen, ItemRow.source, ItemRow.key)
        .execution_options(yield_per=5_000)
    )
    for row in session.execute(query):
        yield Collected(*row)


def routed_in(session: Session, municipality: str, weeks: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """Return (week, unit, source, key) of every route of these weeks, in that order."""
    found: list[tuple[str, str, str, str]] = []
    for some in chunks(weeks):
        query = select(RouteRow.week, RouteRow.unit, RouteRow.source, RouteRow.key).where(
            RouteRow.municipality == municipality, RouteRow.week.in_(some)
        )
        found += [(week, unit, source, key) for week, unit, source, key in session.execute(query)]
    return sorted(found)


def counted_answers(session: Session, municipality: str) -> dict[Key, int]:
    """Return how many answers each item has that are no longer tied to a letter."""
    query = select(FeedbackCountRow.source, FeedbackCountRow.key, func.sum(FeedbackCountRow.number)).where(
        FeedbackCountRow.municipality == municipality
    )
    rows = session.execute(query.group_by(FeedbackCountRow.source, FeedbackCountRow.key))
    return {(source, key): int(number) for source, key, number in rows}


def changes_of_actions(session: Session, municipality: str) -> dict[str, list[ActionChange]]:
    """Return every change of the municipality's actions, by action, the oldest first."""
    query = (
        select(ActionChangeRow)
        .join(ActionRow, ActionRow.id == ActionChangeRow.action_id)
        .where(ActionRow.municipality == municipality)
        .order_by(ActionChangeRow.action_id, ActionChangeRow.version)
    )
    found: dict[str, list[ActionChange]] = {}
    for row in session.scalars(query):
        change = ActionChange(action_id=row.action_id, version=row.version, at=row.at, by=row.by, changes=row.changes)
        found.setdefault(row.action_id, []).append(change)
    return found
