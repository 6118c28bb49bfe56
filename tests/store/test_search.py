"""Search: what a person types finds what they mean, and never an error."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from store.db import Store
from store.items import search_items, upsert_items
from store.search import Order
from store.types import Item

NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
MakeItem = Callable[..., Item]


@pytest.fixture
def filled(store: Store, make_item: MakeItem) -> Store:
    """Give a store with four items."""
    items = [
        make_item(key="avlopp", title="Direktiv om avloppsvatten", published=date(2026, 8, 1), text="2021/0106(COD)"),
        make_item(key="åtgärd", title="Åtgärder för Ölands kust", published=date(2026, 8, 3), text="Källa: EU-medel."),
        make_item(key="skola", title="Skolans digitala läromedel", published=date(2026, 8, 2), text="avlopp nämns här"),
        make_item(key="euro", title="Eurostat om kustkommuner", published=date(2026, 7, 1), text="",
                  publisher="Statistiska byrån"),
    ]  # fmt: skip
    with store.session() as session:
        upsert_items(session, items, now=NOW)
    return store


def found(store: Store, query: str, order: Order = "newest") -> list[str]:
    with store.reading() as session:
        return [stored.item.key for stored in search_items(session, query, order=order)]


# Each query with the keys it finds, newest first.
FINDS = [
    ("avlopp", ["skola", "avlopp"]),  # the beginning of a compound; newest first
    ("AVLOPPSVATTEN", ["avlopp"]),
    ("åtgärder", ["åtgärd"]),
    ("ÖLANDS", ["åtgärd"]),
    ("olands", []),  # ö is a letter of its own
    ("A\u030atga\u0308rder", ["åtgärd"]),  # typed on a Mac: letter and ring apart
    ("kust", ["åtgärd", "euro"]),
    ("kust öland", ["åtgärd"]),
    ("kust -eurostat", ["åtgärd"]),
    ("kust -euro", ["åtgärd", "euro"]),  # what is left out is the word itself,
    ("kust -euro*", ["åtgärd"]),  # unless a star says otherwise
    ("eu", ["åtgärd"]),  # two letters are a word, not the beginning of one
    ("eu*", ["åtgärd", "euro"]),
    ('"digitala läromedel"', ["skola"]),
    ('"läromedel digitala"', []),
    ('"digitala lärom"', []),
    ('"digitala läromedel', ["skola"]),  # the closing quote forgotten
    ("2021/0106", ["avlopp"]),
    ("eu-medel", ["åtgärd"]),
    ("statistiska", ["euro"]),
    ("-kust -avlopp*", ["euro"]),
    ("-avlopp*", ["åtgärd", "euro"]),
]
# fmt: off
HOSTILE = [
    "", " ", '"', '""', "'", "*", "-", "--", "-*", "a AND", "OR", "NOT", "NEAR(a b)", "title:avlopp", "^avlopp",
    "{title}: a", "a + b", "a:*", "a & | ! (", "<->", "\\", "%", "_", "\0", "\ud800", "📣",
    "'; DROP TABLE items; --",
    "x" * 5_000, "a " * 3_000, '"' * 99, "e\u0301\u0301\u0301", "\u202eavlopp", "(" * 500, "-" * 500 + "a",
]
# fmt: on


def test_words_find_items(filled: Store) -> None:
    assert {query: found(filled, query) for query, _ in FINDS} == dict(FINDS)


def test_no_text_gives_an_error(filled: Store) -> None:
    for query in HOSTILE:
        found(filled, query, "newest")
        found(filled, query, "best")
    with filled.reading() as session:
        assert session.execute(text("SELECT count(*) FROM items")).scalar() == 4


def test_best_puts_the_word_in_the_title_first(filled: Store) -> None:
    assert found(filled, "avlopp", "best") == ["avlopp", "skola"]


def test_changed_text_is_found_by_its_new_words_only(filled: Store, make_item: MakeItem) -> None:
    with filled.session() as session:
        upsert_items(session, [make_item(key="avlopp", title="Direktiv om buller")], now=NOW)
    with filled.session() as session:
        upsert_items(session, [make_item(key="avlopp", title="Direktiv om buller", text="")], now=NOW)
    assert found(filled, "buller") == ["avlopp"]
    assert found(filled, "avloppsvatten") == []


def test_sighting_does_not_rewrite_the_word_index(sqlite_store: Store, make_item: MakeItem) -> None:
    items = [make_item(key=str(number)) for number in range(20)]
    with sqlite_store.session() as session:
        upsert_items(session, items, now=NOW)
    with sqlite_store.reading() as session:
        before = session.execute(text("SELECT max(id), sum(length(block)) FROM item_search_data")).one()
    with sqlite_store.session() as session:
        upsert_items(session, [make_item(key="0", meta={"x": 1}), *items[1:]], now=NOW)
    with sqlite_store.reading() as session:
        assert session.execute(text("SELECT max(id), sum(length(block)) FROM item_search_data")).one() == before


def test_word_in_every_item_is_answered_at_once(sqlite_store: Store, make_item: MakeItem) -> None:
    items = [make_item(key=str(number)) for number in range(5_000)]
    with sqlite_store.session() as session:
        upsert_items(session, items, now=NOW)
    for order in ("newest", "best"):
        began = time.perf_counter()
        assert len(found(sqlite_store, "avlopp", order)) == 20  # type: ignore[arg-type]
        assert time.perf_counter() - began < 0.5


def test_word_that_thousands_of_items_have_gives_the_newest_of_them(store: Store, make_item: MakeItem) -> None:
    days = [date(2026, 1, 1) + timedelta(days=number * 7 % 200) for number in range(5_100)]
    items = [
        make_item(key=f"k{number:04}", title="Vatten", text="", published=day) for number, day in enumerate(days)
    ]  # fmt: skip
    with store.session() as session:
        upsert_items(session, items, now=NOW)
    newest = sorted(((day, number) for number, day in enumerate(days)), reverse=True)[:20]
    with store.reading() as session:
        shown = [stored.item.published for stored in search_items(session, "vatten")]
    assert shown == [day for day, _number in newest]
    assert found(store, "vatten -vatten") == []
