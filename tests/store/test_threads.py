"""Threads: what was read in items is kept, found again by number, and joined into threads that keep their ids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from store.db import Store
from store.items import upsert_items
from store.threads import (
    count_threads,
    entries_around,
    items_without_reading,
    save_readings,
    save_threads,
    threads_of,
    threads_with,
)
from store.types import Bond, Item, Reference, Stage, Thread, ThreadEntry, ThreadMember, Tie

NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
A, B, C, D = (("cellar", key) for key in "abcd")


def entry(key: str, *ties: tuple[str, Bond], stage: Stage | None = None, last: date | None = None) -> ThreadEntry:
    some = tuple(Tie(number, bond) for number, bond in ties)
    return ThreadEntry(source="cellar", key=key, on=date(2026, 1, 1), ties=some, stage=stage, transposition=last)


def thread(name: str, *keys: str) -> Thread:
    return Thread(id=name, members=tuple(ThreadMember("cellar", key, None, date(2026, 1, 1)) for key in keys))


READ = (
    entry("a", ("COM(2026) 1", Bond.OWN), ("2026/0001(COD)", Bond.PROCEDURE), stage=Stage.PROPOSAL),
    entry("b", ("COM(2026) 1", Bond.NAMES)),
    entry("c", ("2026/0001(COD)", Bond.PROCEDURE), stage=Stage.ADOPTION, last=date(2028, 5, 1)),
    entry("d", ("SOU 2026:1", Bond.OWN)),
)


@pytest.fixture
def filled(store: Store, make_item: Callable[..., Item]) -> Store:
    """Give a store with four items, all read."""
    with store.session() as session:
        upsert_items(session, [make_item(key=key, title=f"Titel {key}") for key in "abcd"], now=NOW)
        save_readings(session, READ, "1")
    return store


def test_item_is_read_again_when_any_of_it_or_the_rules_have_changed(
    filled: Store, make_item: Callable[..., Item]
) -> None:
    with filled.session() as session:
        assert items_without_reading(session, "1") == []
        assert len(items_without_reading(session, "2")) == 4
        procedure = (Reference("procedure", "2026/0001(COD)"),)
        upsert_items(session, [make_item(key="b", title="Titel b", references=procedure)], now=NOW)
        assert [stored.item.key for stored in items_without_reading(session, "1")] == ["b"]


def test_all_that_numbers_connect_is_found_and_nothing_else(filled: Store) -> None:
    with filled.reading() as session:
        found = {one.key: one for one in entries_around(session, [B])}
    assert set(found) == {"a", "b", "c"}
    assert found["c"] == READ[2]
    assert set(found["a"].ties) == set(READ[0].ties)


def test_what_is_read_anew_replaces_what_was_read_before(filled: Store) -> None:
    with filled.session() as session:
        save_readings(session, [entry("b", ("SOU 2026:1", Bond.NAMES))], "1")
        assert {one.key for one in entries_around(session, [B])} == {"b", "d"}


def test_thread_comes_back_with_its_members_in_their_order(filled: Store) -> None:
    whole = Thread(
        id="t",
        members=(
            ThreadMember("cellar", "a", Stage.PROPOSAL, date(2026, 1, 1)),
            ThreadMember("cellar", "b", None, date(2026, 1, 2)),
            ThreadMember("cellar", "c", Stage.ADOPTION, date(2026, 3, 1)),
            ThreadMember("cellar", "c", Stage.TRANSPOSITION, date(2028, 5, 1)),
        ),
    )
    with filled.session() as session:
        save_threads(session, [whole], [A, B, C], now=NOW)
        assert threads_of(session, [B, D]) == {B: whole}
        assert threads_with(session, ["2026/0001(COD)", "SOU 2026:1"]) == [whole]


def test_item_leaves_the_thread_that_it_is_in_no_more(filled: Store) -> None:
    with filled.session() as session:
        save_threads(session, [thread("t", "a", "b")], [A, B], now=NOW)
        save_threads(session, [thread("u", "a", "c")], [A, B, C], now=NOW)
        assert {key: found.id for key, found in threads_of(session, [A, B, C]).items()} == {A: "u", C: "u"}
        assert count_threads(session) == 1


def test_saving_the_same_twice_changes_nothing(filled: Store) -> None:
    with filled.session() as session:
        for _ in range(2):
            save_threads(session, [thread("t", "a", "b")], [A, B], now=NOW)
        assert threads_of(session, [A])[A] == thread("t", "a", "b")
