"""Details: what was fetched of single items, what still is to be fetched, and an item seen with its detail."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from store.among import is_among
from store.codec import detail_from_json, detail_to_json
from store.columns import storable
from store.item_rows import COLUMNS, Key, item_of, rows_by_key
from store.items import UpsertCount
from store.tables import AssessmentRow, DetailRow
from store.types import Concept, Deadline, Detail, Item, Money, Reference, StoredItem
from store.writing import chunks, core_table, upsert

T = TypeVar("T")

_DETAILS = core_table(DetailRow).c
_CONTENT = ("title", "text", "deadlines", "money", "concepts", "references")


def save_details(session: Session, details: Sequence[Detail]) -> UpsertCount:
    """Keep these details and return what of it was new; an item that they change is assessed again.

    A detail of an item that was never stored is left out. An empty one does not wipe what was fetched before.
    """
    latest = {(detail.source, detail.key): detail for detail in details}
    count = UpsertCount()
    for some in chunks(list(latest)):
        count += _save_chunk(session, {key: latest[key] for key in some})
    return count


def _save_chunk(session: Session, details: Mapping[Key, Detail]) -> UpsertCount:
    short = [COLUMNS[name] for name in ("id", "source", "key", "content_hash")]
    items = {(row.source, row.key): row for row in rows_by_key(session, list(details), *short)}
    stored = {row.item_id: row for row in _rows(session, [row.id for row in items.values()])}
    rows, touched, new, changed = [], [], 0, 0
    for key, item in items.items():
        row, before = _row(details[key], item), stored.get(item.id)
        if details[key].is_empty and before is not None:
            row = {**before._asdict(), "fetched_at": row["fetched_at"], "item_hash": row["item_hash"]}
        rows.append(row)
        new += before is None and not details[key].is_empty
        if row["detail_hash"] != (before.detail_hash if before else _NOTHING):
            changed += before is not None
            touched.append(item.id)
    upsert(session, DetailRow, rows)
    # No hash is empty: the assessment stands until there is a new one, which is due at once.
    session.execute(update(AssessmentRow).where(AssessmentRow.item_id.in_(touched)).values(content_hash=""))
    return UpsertCount(new, changed, len(items) - new - changed)


def _row(detail: Detail, item: Row[Any]) -> dict[str, Any]:
    values = storable(detail_to_json(detail))
    row = {name: value for name, value in values.items() if name in _DETAILS}
    own = {"fetched_at": detail.fetched_at, "refs": values["references"], "detail_hash": _hash(values)}
    return {**row, **own, "item_id": item.id, "item_hash": item.content_hash}


def _hash(values: Mapping[str, Any]) -> str:
    content = json.dumps([values[name] for name in _CONTENT], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


_NOTHING = _hash({"title": "", "text": "", "deadlines": [], "money": [], "concepts": [], "references": []})


def _rows(session: Session, ids: Sequence[int]) -> list[Row[Any]]:
    return list(session.connection().execute(select(*_DETAILS).where(is_among(session, _DETAILS.item_id, ids))))


def get_details(session: Session, keys: Sequence[Key]) -> dict[Key, Detail]:
    """Return the detail of each of the items that has one.

    One that was fetched of an earlier version of its item comes without days and amounts: the newer list knows better.
    """
    found = {}
    short = [COLUMNS[name] for name in ("id", "source", "key", "content_hash")]
    for some in chunks(list(keys)):
        items = {row.id: row for row in rows_by_key(session, some, *short)}
        for row in _rows(session, list(items)):
            item = items[row.item_id]
            detail = _detail(row, item.source, item.key)
            is_stale = row.item_hash != item.content_hash
            found[item.source, item.key] = replace(detail, deadlines=(), money=()) if is_stale else detail
    return found


def _detail(row: Row[Any], source: str, key: str) -> Detail:
    own = {"source": source, "key": key, "references": row.refs, "fetched_at": row.fetched_at.isoformat()}
    return detail_from_json({**row._asdict(), **own})


def items_wanting_detail(
    session: Session, source: str, *, min_relevance: float, changed_since: datetime, empty_before: datetime
) -> Iterator[StoredItem]:
    """Yield the relevant items of a source whose detail is missing or of an earlier version, newest first.

    One that had no text when it was asked for before `empty_before` is asked for again: texts follow later.
    """
    query = (
        select(*COLUMNS)
        .join(AssessmentRow, AssessmentRow.item_id == COLUMNS.id)
        .outerjoin(DetailRow, DetailRow.item_id == COLUMNS.id)
        .where(
            COLUMNS.source == source,
            COLUMNS.changed_at >= changed_since,
            AssessmentRow.relevance >= min_relevance,
            _DETAILS.item_id.is_(None)
            | (_DETAILS.item_hash != COLUMNS.content_hash)
            | ((_DETAILS.text == "") & (_DETAILS.fetched_at < empty_before)),
        )
        .order_by(COLUMNS.day.desc(), COLUMNS.id.desc())
    )
    for row in session.execute(query.execution_options(yield_per=100)):
        yield item_of(row)


def with_detail(item: Item, detail: Detail | None) -> Item:
    """Return the item as it stands with its detail: the longer text, and what the item itself lacks."""
    if detail is None:
        return item
    untitled = bool(detail.title and not item.language)  # its list had no title in any language yet
    longer = len(detail.text) > len(item.text)
    return replace(
        item,
        title=detail.title if untitled else item.title,
        text=detail.text if longer else item.text,
        language=(detail.language if untitled or longer else "") or item.language,
        deadlines=(*item.deadlines, *_new(detail.deadlines, item.deadlines, _day)),
        money=(*item.money, *_new(detail.money, item.money, _amount)),
        concepts=(*item.concepts, *_new(detail.concepts, item.concepts, _code)),
        references=(*item.references, *_new(detail.references, item.references, _number)),
    )


def _new(given: Iterable[T], there: Iterable[T], identity: Callable[[T], object]) -> list[T]:
    known = {identity(value) for value in there}
    return [value for value in given if identity(value) not in known]


def _day(deadline: Deadline) -> object:
    return deadline.on


def _amount(money: Money) -> object:
    return money.value, money.currency


def _code(concept: Concept) -> object:
    return concept.scheme, concept.code


def _number(reference: Reference) -> object:
    return reference.scheme, reference.value
