"""Whether and where somebody was told of what a person types: a number, a key, an address, a thread, or words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from store.item_rows import COLUMNS, Key
from store.search import Words, matching, words_of
from store.tables import DetailRow, DigestEntryRow, ItemRow, ThreadMemberRow, ThreadTieRow
from store.writing import core_table


def told_about(session: Session, words: str, numbers: Collection[str] = ()) -> set[Key]:
    """Return the items told in any digest that the words name: by number, key, address or thread, else by words.

    A number finds the whole matter: every item that is tied to it or in a thread with one that is.
    """
    found = told_if_few(session, words, numbers)
    if found is not None:
        return found
    by_words = matching(session, words.strip())
    return set() if by_words is None else _keys(session, by_words.where(_is_told()))


def told_if_few(session: Session, words: str, numbers: Collection[str] = ()) -> set[Key] | None:
    """Return what `told_about` does, but None of words that so many items have that digests are better gone through."""
    typed = words.strip()
    found = _named(session, typed, numbers)
    if found:
        return found
    asked = words_of(session, typed)
    if asked is None:
        return set()
    few = asked.few()
    if few is None:
        return None
    query = select(COLUMNS.source, COLUMNS.key).where(_is_told())
    by_words = query.where(few) if asked.is_all else matching(session, typed)
    return set() if by_words is None else _keys(session, by_words if asked.is_all else by_words.where(_is_told()))


def told_having(session: Session, words: str, digests: Collection[str]) -> tuple[set[Key], int]:
    """Return what was told in these digests that has the words, and how many tellings were looked among."""
    asked = words_of(session, words.strip())
    same = (COLUMNS.source == DigestEntryRow.source) & (COLUMNS.key == DigestEntryRow.key)
    columns = select(COLUMNS.id, COLUMNS.source, COLUMNS.key).join_from(DigestEntryRow, core_table(ItemRow), same)
    rows = session.execute(columns.where(DigestEntryRow.digest_id.in_(sorted(digests)))).all()
    ids = {number: (source, key) for number, source, key in rows}
    found = _having(session, asked, list(ids)) if asked and ids else set()
    return {ids[number] for number in found}, len(rows)


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
