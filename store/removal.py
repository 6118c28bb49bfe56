"""Removing one item for good, so that it does not come back at the next reading of its source."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Table as CoreTable
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from store.columns import storable
from store.item_rows import COLUMNS, Key
from store.tables import ActionRow, ItemRow, RemovedItemRow, Table
from store.writing import upsert

BLANK_TITLE = "(borttagen post)"


def remove_item(session: Session, source: str, key: str, reason: str, now: datetime) -> bool:
    """Remove the item with all that was thought, read and ruled of it; False when it was not stored.

    It is barred from coming back either way. What a letter told of it stays in the letter. An item that the
    municipality acts on leaves an empty row behind, since the action outlives it.
    """
    row = {"source": source, "key": key, "removed_at": now, "reason": storable(reason)}
    upsert(session, RemovedItemRow, [row], keep=["removed_at"])
    number = session.scalar(select(COLUMNS.id).where(COLUMNS.source == source, COLUMNS.key == key))
    if number is None:
        return False
    for table in reversed(Table.metadata.sorted_tables):
        if table.name != ActionRow.__tablename__:
            _delete_children(session, table, number, source, key)
    acted_on = select(ActionRow.id).where(ActionRow.source == source, ActionRow.key == key)
    if session.scalar(acted_on.limit(1)) is None:
        session.execute(delete(ItemRow).where(ItemRow.id == number))
    else:
        empty = {"title": BLANK_TITLE, "text": "", "url": "", "publisher": "", "language": "", "meta": {}}
        lists: dict[str, list[str]] = {name: [] for name in ("deadlines", "money", "concepts", "refs")}
        session.execute(update(ItemRow).where(ItemRow.id == number).values(**empty, **lists, content_hash=""))
    return True


def _delete_children(session: Session, table: CoreTable, number: int, source: str, key: str) -> None:
    """Delete the rows that refer to the item, by its number or by its source and key."""
    for reference in table.foreign_key_constraints:
        if reference.referred_table.name != ItemRow.__tablename__:
            continue
        values = {"id": number, "source": source, "key": key}
        named = [element.parent == values[element.column.name] for element in reference.elements]
        session.execute(delete(table).where(*named))


def barred(session: Session, keys: Collection[Key]) -> set[Key]:
    """Return those of the keys that were removed for good."""
    sources = sorted({source for source, _ in keys})
    query = select(RemovedItemRow.source, RemovedItemRow.key).where(RemovedItemRow.source.in_(sources))
    return {(row.source, row.key) for row in session.execute(query)}.intersection(keys)


def removed_items(session: Session) -> list[tuple[str, str, datetime, str]]:
    """Return (source, key, when, why) of every item removed for good, the newest first."""
    query = select(RemovedItemRow).order_by(RemovedItemRow.removed_at.desc(), RemovedItemRow.key)
    return [(row.source, row.key, row.removed_at, row.reason) for row in session.scalars(query)]
