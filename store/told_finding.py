"""Whether and where somebody was told of what a person types: a number, a key, an address, a thread, or words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from store.item_rows import COLUMNS, Key, rows_by_key
from store.search import Words, matching, words_of
from store.tables import DetailRow, DigestEntryRow, DigestRow, ItemRow, ThreadMemberRow, ThreadTieRow
from store.writing import chunks, core_table

DIGESTS_AT_ONCE = (25, 25, 400)  # whose items are looked among together, twenty or so in each


def told_about(
    session: Session, words: str, numbers: Collection[str] = (), *, municipality: str = "", most: int | None = None
) -> set[Key]:
    """Return the items told in any digest that the words name: by number, key, address or thread, else by words.

    A number finds the whole matter: every item that is tied to it or in a thread with one that is. Of words that many
    items have, those told last are looked among first, and at most about so many are returned.
    """
    typed = words.strip()
    found = _named(session, typed, numbers)
    if found:
        return found
    asked = words_of(session, typed)
    few = asked.few() if asked else None
    if asked is None or (few is None and most is not None):
        return _told_last(session, asked, most, municipality) if asked and most is not None else set()
    query = select(COLUMNS.source, COLUMNS.key).where(_is_told())
    by_words = query.where(few) if few is not None and asked.is_all else matching(session, typed)
    if by_words is None:
        return set()
    return _keys(session, by_words if few is not None and asked.is_all else by_words.where(_is_told()))


def _is_told() -> Any:
    return exists().where(DigestEntryRow.source == COLUMNS.source, DigestEntryRow.key == COLUMNS.key)


def _named(session: Session, typed: str, numbers: Collection[str]) -> set[Key]:
    """Return the told items that are named; each way by an index of its own, or by what was told alone."""
    told = select(DigestEntryRow.source, DigestEntryRow.key)
    found = _keys(session, told.where(DigestEntryRow.key == typed))
    ids = [_in_thread(typed)]
    if numbers:
        tied = select(ThreadTieRow.item_id).where(ThreadTieRow.number.in_(sorted(numbers)))
        threads = select(ThreadMemberRow.thread_id).where(ThreadMemberRow.item_id.in_(tied))
        ids += [tied, select(ThreadMemberRow.item_id).where(ThreadMemberRow.thread_id.in_(threads))]
    for one in ids:
        found |= _keys(session, select(COLUMNS.source, COLUMNS.key).where(COLUMNS.id.in_(one), _is_told()))
    if "." in typed and not typed.split()[1:]:  # an address has a point and no space
        same = (COLUMNS.source == DigestEntryRow.source) & (COLUMNS.key == DigestEntryRow.key)
        at = select(DetailRow.item_id).where(DetailRow.item_id == COLUMNS.id, DetailRow.url.in_(_spellings(typed)))
        entries = told.join(core_table(ItemRow), same).where(or_(COLUMNS.url.in_(_spellings(typed)), at.exists()))
        found |= _keys(session, entries.distinct())
    return found


def _told_last(session: Session, asked: Words, most: int, municipality: str) -> set[Key]:
    """Return items that have the words, out of those told last, until there are so many."""
    found: set[Key] = set()
    seen: set[Key] = set()
    names = select(DigestRow.id).order_by(DigestRow.created_at.desc(), DigestRow.id.desc())
    if municipality:
        names = names.where(DigestRow.municipality == municipality)
    waiting = session.scalars(names).all()
    for size in chain(DIGESTS_AT_ONCE, repeat(DIGESTS_AT_ONCE[-1])):
        some, waiting = waiting[:size], waiting[size:]
        entries = select(DigestEntryRow.source, DigestEntryRow.key).where(DigestEntryRow.digest_id.in_(some))
        told = _keys(session, entries) - seen
        seen |= told
        rows = rows_by_key(session, sorted(told), COLUMNS.id, COLUMNS.source, COLUMNS.key)
        ids = {row.id: (row.source, row.key) for row in rows}
        found |= {ids[number] for number in _having(session, asked, list(ids))}
        if len(found) >= most or not waiting:
            break
    return found


def _having(session: Session, asked: Words, numbers: Sequence[int]) -> set[int]:
    if asked.held is not None:
        return asked.held(numbers)
    test: Any = asked.test
    return set(session.scalars(select(COLUMNS.id).where(COLUMNS.id.in_(numbers), test)))


def _in_thread(name: str) -> Any:
    return select(ThreadMemberRow.item_id).where(ThreadMemberRow.thread_id == name)


def _spellings(address: str) -> list[str]:
    """Return the address with and without its last slash, by either protocol: readers paste it as they found it."""
    bare = address.removeprefix("https://").removeprefix("http://").rstrip("/")
    return [f"{protocol}{bare}{end}" for protocol in ("https://", "http://") for end in ("", "/")]


def _keys(session: Session, query: Any) -> set[Key]:
    return {(row.source, row.key) for row in session.execute(query)}


def newest_telling(
    session: Session,
    municipality: str,
    keys: Collection[Key],
    most: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> set[str]:
    """Return the newest of the municipality's digests that the items were told in, those of so many tellings."""
    by_source: dict[str, list[str]] = {}
    for source, key in sorted(keys):
        by_source.setdefault(source, []).append(key)
    conditions = [DigestRow.municipality == municipality]
    conditions += [DigestRow.created_at >= since] if since else []
    conditions += [DigestRow.created_at < until] if until else []
    told: list[tuple[datetime, str]] = []
    columns = select(DigestRow.created_at, DigestRow.id).join(DigestEntryRow, DigestRow.id == DigestEntryRow.digest_id)
    for source, names in by_source.items():
        for some in chunks(names):
            query = columns.where(DigestEntryRow.source == source, DigestEntryRow.key.in_(some), *conditions)
            told += [(at, name) for at, name in session.execute(query)]
    return {name for _, name in sorted(told, reverse=True)[:most]}
