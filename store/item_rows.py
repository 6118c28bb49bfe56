"""Items as rows and back, and the filters that every reading of items shares."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from store.among import is_among
from store.codec import content_hash, deadlines_from_json, item_from_json, item_to_json, money_from_json
from store.columns import storable
from store.tables import ItemRow
from store.types import Concept, Item, Kind, Reference, StoredItem
from store.writing import chunks, core_table

Key = tuple[str, str]
S = TypeVar("S", bound=tuple[Any, ...])

COLUMNS = core_table(ItemRow).c

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Told:
    """An item as a source told it now, with all that the comparison with the stored one needs, made once."""

    key: Key
    item: Item
    values: Mapping[str, Any]
    content_hash: str
    fingerprint: str  # over every field

    @classmethod
    def of(cls, item: Item) -> Told:
        """Return the item with what no database can hold taken out of it."""
        values = item_to_json(item)
        whole = _whole(values)
        if whole is None:
            given, values = values, storable(values)
            if values != given:
                values["money"] = [row for row in values.get("money", []) if row[0] is not None]
                item = item_from_json(values)
            whole = _encode(values).encode()
        digits = hashlib.sha256(whole).hexdigest()[:32]
        return cls((item.source, item.key), item, values, content_hash(item), digits)

    def row(self, first_seen: datetime, changed_at: datetime) -> dict[str, Any]:
        """Return the values of the item's row."""
        item, values = self.item, self.values
        return {
            "source": item.source,
            "key": item.key,
            "kind": item.kind.value,
            "day": item.published or first_seen.date(),
            "first_seen": first_seen,
            "changed_at": changed_at,
            "content_hash": self.content_hash,
            "fingerprint": self.fingerprint,
            "status": item.status,
            "published": item.published,
            "opens": item.opens,
            "language": item.language,
            "publisher": item.publisher,
            "title": item.title,
            "url": item.url,
            "deadlines": values.get("deadlines", []),
            "money": values.get("money", []),
            "concepts": values.get("concepts", []),
            "refs": values.get("references", []),
            "meta": values.get("meta", {}),
            "text": item.text,
        }


def _whole(values: Mapping[str, Any]) -> bytes | None:
    """Return an item's values as JSON where a database can hold all of them as they stand, else None.

    The encoders find what it cannot hold while they write, which spares most items the search of `storable`.
    """
    if not _is_plain(values.get("meta")):
        return None
    try:
        whole = _encode(values).encode()
    except (ValueError, TypeError):  # half a character, or a number that is none
        return None
    return None if b"\\u0000" in whole else whole


def _is_plain(value: Any) -> bool:
    """Tell whether JSON gives the value back as it is: only text as names, and no tuples."""
    if isinstance(value, dict):
        return all(type(name) is str and _is_plain(inner) for name, inner in value.items())
    return all(map(_is_plain, value)) if isinstance(value, list) else not isinstance(value, tuple)


def item_of(row: Row[Any]) -> StoredItem:
    """Return the stored item of a row that has all columns of `items`."""
    item = Item(
        source=row.source,
        key=row.key,
        kind=Kind(row.kind),
        title=row.title,
        url=row.url,
        text=row.text,
        language=row.language,
        published=row.published,
        status=row.status,
        opens=row.opens,
        publisher=row.publisher,
        deadlines=deadlines_from_json(row.deadlines),
        money=money_from_json(row.money),
        concepts=tuple(Concept(*values) for values in row.concepts),
        references=tuple(Reference(*values) for values in row.refs),
        meta=row.meta,
    )
    return StoredItem(item=item, first_seen=row.first_seen, changed_at=row.changed_at, content_hash=row.content_hash)


def narrow(
    query: Select[S],
    *,
    sources: Collection[str] | None = None,
    kinds: Collection[Kind] | None = None,
    statuses: Collection[str] | None = None,
    since: datetime | None = None,
    published_from: date | None = None,
) -> Select[S]:
    """Return the query with the filters that are given: `since` is about first sight or change."""
    if sources is not None:
        query = query.where(ItemRow.source.in_(sorted(sources)))
    if kinds is not None:
        query = query.where(ItemRow.kind.in_(sorted(kind.value for kind in kinds)))
    if statuses is not None:
        query = query.where(ItemRow.status.in_(sorted(statuses)))
    if since is not None:
        query = query.where(ItemRow.changed_at >= since)
    if published_from is not None:
        query = query.where(ItemRow.day >= published_from)
    return query


def rows_by_key(session: Session, keys: Sequence[Key], *columns: Any, lock: bool = False) -> Iterator[Row[Any]]:
    """Yield the columns of the items with these keys, in no order; unknown keys are left out."""
    by_source: dict[str, list[str]] = {}
    for source, key in dict.fromkeys(keys):
        by_source.setdefault(source, []).append(key)
    for source, names in by_source.items():
        for some in chunks(names):
            query = select(*columns).where(COLUMNS.source == source, is_among(session, COLUMNS.key, some))
            yield from session.connection().execute(query.with_for_update() if lock else query)


def item_ids(session: Session, keys: Sequence[Key]) -> Mapping[Key, int]:
    """Return the row number of each key; an item that was never stored raises LookupError."""
    found: dict[Key, int] = {
        (row.source, row.key): row.id for row in rows_by_key(session, keys, COLUMNS.source, COLUMNS.key, COLUMNS.id)
    }
    for key in keys:
        if key not in found:
            raise LookupError(f"item {key!r} is not in the store")
    return found
