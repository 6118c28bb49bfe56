"""Items: taking in what the sources tell, with what changed since last time, and reading it back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from store.codec import day_to_json
from store.collector import collector_paused
from store.deadlines import replace_deadlines
from store.item_rows import COLUMNS, Key, Told, item_of, narrow, rows_by_key
from store.removal import barred
from store.search import search_items
from store.tables import AssessmentRow, ItemRow, RevisionRow, SightingRow
from store.types import Item, Kind, Revision, StoredItem
from store.writing import add, chunks, core_table, upsert, upsert_indexed

__all__ = [
    "UpsertCount",
    "count_by_kind",
    "count_by_source",
    "count_without_assessment",
    "events_since",
    "get_item",
    "get_items",
    "items_without_assessment",
    "iter_items",
    "last_seen",
    "revisions",
    "search_items",
    "upsert_items",
]


# What a reader would call the item's content; `store.codec.content_hash` covers exactly these.
_CONTENT = ("title", "text", "status", "opens", "deadlines", "money")
_SHORT = [COLUMNS[name] for name in ("id", "source", "key", "content_hash", "fingerprint", "first_seen", "changed_at")]


@dataclass(frozen=True, slots=True)
class UpsertCount:
    """How many items were new, had changed content, or told nothing new; `events` of the changed are events."""

    new: int = 0
    changed: int = 0
    same: int = 0
    events: int = 0

    def __add__(self, other: UpsertCount) -> UpsertCount:
        return UpsertCount(
            self.new + other.new,
            self.changed + other.changed,
            self.same + other.same,
            self.events + other.events,
        )


def upsert_items(session: Session, items: Sequence[Item], *, now: datetime) -> UpsertCount:
    """Store what a source told and return what of it was new.

    Items that are not among these are left as they are: absence from an answer says nothing. Of two with the same key
    the last counts; one that was removed on request does not come back. A change of content writes a revision; a change
    of anything else (links, concepts, `meta`, notes) only updates the item.
    """
    latest = {told.key: told for told in map(Told.of, items)}
    for key in barred(session, latest.keys()):
        del latest[key]
    count = UpsertCount()
    for some in chunks(list(latest.values())):
        with collector_paused():
            count += _upsert_chunk(session, some, now)
    return count


def _upsert_chunk(session: Session, items: Sequence[Told], now: datetime) -> UpsertCount:
    stored = {
        (row.source, row.key): row for row in rows_by_key(session, [told.key for told in items], *_SHORT, lock=True)
    }
    new = [told for told in items if told.key not in stored]
    touched = [told for told in items if told.key in stored and stored[told.key].fingerprint != told.fingerprint]
    found = _compare(
        session, {told.key: told for told in touched if stored[told.key].content_hash != told.content_hash}, now
    )
    changed = {row["item_id"] for row in found}
    rows = [told.row(now, now) for told in new]
    for told in touched:
        before = stored[told.key]
        rows.append(told.row(before.first_seen, now if before.id in changed else before.changed_at))
    ids = upsert_indexed(session, ItemRow, rows, ["source", "key"], keep=["first_seen"], returning=COLUMNS.id)
    add(session, RevisionRow, found)
    _keep_deadlines(session, new, {stored[told.key].id: told for told in touched})
    seen = {row.id for row in stored.values()}.union(ids)
    upsert(session, SightingRow, [{"item_id": number, "last_seen": now} for number in sorted(seen)])
    events = sum(row["is_event"] for row in found)
    return UpsertCount(len(new), len(changed), len(items) - len(new) - len(changed), events)


def _keep_deadlines(session: Session, new: Sequence[Told], touched: Mapping[int, Told]) -> None:
    """Keep the days of what was written; only new items that have any cost a look for their numbers."""
    dated = {told.key: told for told in new if told.values.get("deadlines")}
    rows = {
        row.id: dated[row.source, row.key].values["deadlines"]
        for row in rows_by_key(session, list(dated), COLUMNS.id, COLUMNS.source, COLUMNS.key)
    }
    rows |= {number: told.values.get("deadlines", []) for number, told in touched.items()}
    replace_deadlines(session, rows, is_own=True, known=list(touched))


def _compare(session: Session, changed: Mapping[Key, Told], now: datetime) -> list[dict[str, Any]]:
    """Return a revision row for each item whose content differs from the stored one."""
    found = []
    for row in rows_by_key(session, list(changed), *COLUMNS):
        before, after = _content(row._asdict()), _content(changed[row.source, row.key].row(now, now))
        changes = {name: [before[name], after[name]] for name in _CONTENT if before[name] != after[name]}
        if changes:  # none when only the way the hash is made has changed, with a new version of the program
            found.append({"item_id": row.id, "seen_at": now, "changes": changes, "is_event": _is_event(changes)})
    return found


def _content(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content in JSON form, lists in an order of their own: sources shuffle them."""
    content = {name: values[name] for name in _CONTENT}
    content["opens"] = day_to_json(values["opens"])
    content["deadlines"] = sorted(values["deadlines"], key=str)
    content["money"] = sorted(values["money"], key=str)
    return content


def _is_event(changes: Mapping[str, list[Any]]) -> bool:
    """Tell whether readers must hear of it: another day, status or opening; a new note or role is none."""
    if "status" in changes or "opens" in changes:
        return True
    before, after = changes.get("deadlines", [[], []])
    return sorted(row[0] for row in before) != sorted(row[0] for row in after)


def get_item(session: Session, source: str, key: str) -> StoredItem | None:
    """Return the item, or None when it was never stored."""
    return get_items(session, [(source, key)]).get((source, key))


def get_items(session: Session, keys: Sequence[Key]) -> dict[Key, StoredItem]:
    """Return the items with these keys; unknown keys are left out."""
    return {(row.source, row.key): item_of(row) for row in rows_by_key(session, keys, *COLUMNS)}


def last_seen(session: Session, source: str, key: str) -> datetime | None:
    """Return when the source last told of the item."""
    query = select(SightingRow.last_seen).join(ItemRow, ItemRow.id == SightingRow.item_id)
    return session.scalar(query.where(ItemRow.source == source, ItemRow.key == key))


def iter_items(
    session: Session,
    *,
    sources: Collection[str] | None = None,
    kinds: Collection[Kind] | None = None,
    statuses: Collection[str] | None = None,
    since: datetime | None = None,
    published_from: date | None = None,
) -> Iterator[StoredItem]:
    """Yield items, newest first, without ever holding them all; `since` is about first sight or change."""
    query = select(*COLUMNS).order_by(COLUMNS.day.desc(), COLUMNS.id.desc())
    query = narrow(query, sources=sources, kinds=kinds, statuses=statuses, since=since, published_from=published_from)
    for row in session.execute(query.execution_options(yield_per=500)):
        yield item_of(row)


def items_without_assessment(
    session: Session, assessor: str, limit: int = 500, *, after: Key | None = None
) -> list[StoredItem]:
    """Return items that this assessor has not read as they stand now, oldest in the store first.

    `after` is the last one that is being read already.
    """
    query = _without_assessment(select(*COLUMNS), assessor).order_by(COLUMNS.id).limit(limit)
    if after:
        same = (ItemRow.source == after[0]) & (ItemRow.key == after[1])
        query = query.where(COLUMNS.id > select(ItemRow.id).where(same).scalar_subquery())
    return [item_of(row) for row in session.execute(query)]


def count_without_assessment(session: Session, assessor: str) -> int:
    """Return how many items this assessor has not read as they stand now."""
    return session.scalar(_without_assessment(select(func.count(COLUMNS.id)), assessor)) or 0


def _without_assessment(query: Select[Any], assessor: str) -> Select[Any]:
    return query.outerjoin(AssessmentRow, AssessmentRow.item_id == COLUMNS.id).where(
        AssessmentRow.item_id.is_(None)
        | (AssessmentRow.assessor != assessor)
        | (AssessmentRow.content_hash != COLUMNS.content_hash)
    )


def revisions(session: Session, source: str, key: str) -> list[Revision]:
    """Return what has changed in the item, oldest first."""
    query = _revision_query().where(ItemRow.source == source, ItemRow.key == key).order_by(RevisionRow.id)
    return [_revision(row) for row in session.execute(query)]


def events_since(session: Session, moment: datetime) -> list[Revision]:
    """Return the changes seen at or after the moment that readers must hear of, oldest first."""
    query = _revision_query().where(RevisionRow.is_event, RevisionRow.seen_at >= moment)
    return [_revision(row) for row in session.execute(query.order_by(RevisionRow.seen_at, RevisionRow.id))]


def _revision_query() -> Any:
    columns = (ItemRow.source, ItemRow.key, *core_table(RevisionRow).c)
    return select(*columns).join(ItemRow, ItemRow.id == RevisionRow.item_id)


def _revision(row: Row[Any]) -> Revision:
    return Revision(source=row.source, key=row.key, seen_at=row.seen_at, changes=row.changes, is_event=row.is_event)


def count_by_source(session: Session) -> dict[str, int]:
    """Return the number of items per source."""
    query = select(ItemRow.source, func.count()).group_by(ItemRow.source)
    return dict(session.execute(query).all())


def count_by_kind(session: Session) -> dict[str, int]:
    """Return the number of items per kind."""
    query = select(ItemRow.kind, func.count()).group_by(ItemRow.kind)
    return dict(session.execute(query).all())


def count_by_region(session: Session) -> dict[tuple[str, str], int]:
    """Return how many items there are of each (source, region); the region is "" where the item says nothing itself."""
    region = func.coalesce(ItemRow.meta["region"].as_string(), "")
    query = select(ItemRow.source, region, func.count()).group_by(ItemRow.source, region)
    return {(source, named): number for source, named, number in session.execute(query)}


def newest_day(session: Session, source: str, today: date) -> date | None:
    """Return the day of the source's newest item, as published or else as first seen; days to come do not count."""
    return session.scalar(select(func.max(ItemRow.day)).where(ItemRow.source == source, ItemRow.day <= today))
