"""Details: kept apart from what the lists tell, asked for once, and found by their words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from store.assessments import get_assessments, save_assessments
from store.db import Store
from store.details import get_details, items_wanting_detail, save_details, with_detail
from store.items import UpsertCount, get_item, items_without_assessment, search_items, upsert_items
from store.search import Order
from store.types import Assessment, Concept, Deadline, Detail, Item, Money, Reference

NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
A, B, C = ("cellar", "a"), ("cellar", "b"), ("cellar", "c")
MakeItem = Callable[..., Item]


def assessment(store: Store, key: str, relevance: float) -> Assessment:
    with store.reading() as session:
        stored = get_item(session, "cellar", key)
    assert stored is not None
    return Assessment(
        source="cellar", key=key, content_hash=stored.content_hash, assessor="test", language="sv",
        relevance=relevance, areas={}, flags={},
    )  # fmt: skip


@pytest.fixture
def filled(store: Store, make_item: MakeItem) -> Store:
    """Give a store with three assessed items, the last of them not relevant."""
    items = [make_item(key=key, title=f"Titel {key}", published=date(2026, 8, n + 1)) for n, key in enumerate("abc")]
    with store.session() as session:
        upsert_items(session, items, now=NOW)
    assessments = [assessment(store, key, relevance) for key, relevance in (("a", 0.9), ("b", 0.6), ("c", 0.1))]
    with store.session() as session:
        save_assessments(session, assessments, now=NOW)
    return store


def detail(key: str = "a", **fields: Any) -> Detail:
    values: dict[str, Any] = {
        "source": "cellar",
        "key": key,
        "fetched_at": NOW,
        "text": "Kommunerna ska rena sitt spillvatten bättre än i dag. " * 3,
        "language": "sv",
        "url": "https://example.org/a",
        "title": "Direktiv om spillvatten",
        "deadlines": (Deadline(date(2028, 2, 11), "transposition"),),
        "money": (Money(6_000_000.0, "EUR", "total"),),
        "concepts": (Concept("eurovoc", "5877", "avloppsvatten"),),
        "references": (Reference("com", "COM(2022) 541"),),
        "meta": {"documents": [["Bilaga", "https://example.org/1"]]},
    }
    return Detail(**values | fields)


def save(store: Store, *details: Detail) -> UpsertCount:
    with store.session() as session:
        return save_details(session, details)


def wanted(store: Store, **limits: Any) -> list[str]:
    values: dict[str, Any] = {
        "min_relevance": 0.5,
        "changed_since": NOW - timedelta(days=60),
        "empty_before": NOW - timedelta(days=6),
    }
    with store.reading() as session:
        return [stored.item.key for stored in items_wanting_detail(session, "cellar", **values | limits)]


def waiting(store: Store) -> list[str]:
    with store.reading() as session:
        return [stored.item.key for stored in items_without_assessment(session, "test")]


def test_detail_comes_back_whole(filled: Store) -> None:
    assert save(filled, detail()) == UpsertCount(new=1)
    with filled.reading() as session:
        assert get_details(session, [A, B, ("cellar", "zz")]) == {A: detail()}


def test_reading_of_the_list_leaves_the_detail_alone(filled: Store, make_item: MakeItem) -> None:
    save(filled, detail())
    with filled.session() as session:
        upsert_items(session, [make_item(key="a", title="Titel a", published=date(2026, 8, 1))], now=NOW)
        assert get_details(session, [A]) == {A: detail()}


def test_detail_of_an_earlier_version_gives_no_days_or_amounts(filled: Store, make_item: MakeItem) -> None:
    save(filled, detail())
    with filled.session() as session:
        upsert_items(session, [make_item(key="a", title="Ny titel")], now=NOW)
        assert get_details(session, [A]) == {A: detail(deadlines=(), money=())}


def test_new_or_changed_detail_makes_its_item_wait_for_assessment(filled: Store) -> None:
    save(filled, detail())
    assert waiting(filled) == ["a"]
    with filled.session() as session:
        assert get_assessments(session, [A])[A].relevance == 0.9  # what was thought stands until the next
        save_assessments(session, [assessment(filled, "a", 0.7)], now=NOW)
    assert save(filled, detail(meta={}, fetched_at=NOW + timedelta(days=7))) == UpsertCount(same=1)
    assert waiting(filled) == []
    assert save(filled, detail(text="En annan text.")) == UpsertCount(changed=1)
    assert waiting(filled) == ["a"]


def test_relevant_items_are_wanted_once_newest_first(filled: Store) -> None:
    assert wanted(filled) == ["b", "a"]
    save(filled, detail("b"))
    assert wanted(filled) == ["a"]
    assert wanted(filled, changed_since=NOW + timedelta(seconds=1)) == []


def test_changed_item_is_wanted_again(filled: Store, make_item: MakeItem) -> None:
    save(filled, detail("a"), detail("b"))
    with filled.session() as session:
        upsert_items(session, [make_item(key="a", title="Ny titel", published=date(2026, 8, 1))], now=NOW)
    assert wanted(filled) == ["a"]


def test_item_without_text_is_wanted_again_after_a_while_and_not_assessed_anew(filled: Store) -> None:
    nothing = Detail(source="cellar", key="a", fetched_at=NOW)
    assert save(filled, nothing, detail("b")) == UpsertCount(new=1, same=1)
    assert waiting(filled) == ["b"]
    assert wanted(filled) == []
    assert wanted(filled, empty_before=NOW + timedelta(seconds=1)) == ["a"]


def test_empty_answer_does_not_wipe_what_was_fetched(filled: Store) -> None:
    later = NOW + timedelta(days=7)
    save(filled, detail())
    assert save(filled, Detail(source="cellar", key="a", fetched_at=later)) == UpsertCount(same=1)
    with filled.reading() as session:
        assert get_details(session, [A]) == {A: detail(fetched_at=later)}


def test_detail_of_an_unknown_item_is_left_out(filled: Store) -> None:
    assert save(filled, detail("zz")) == UpsertCount()


def test_what_no_database_can_hold_is_taken_out(filled: Store) -> None:
    save(filled, detail(text="Halva \ud800 och noll \0."))
    with filled.reading() as session:
        assert get_details(session, [A])[A].text == "Halva ? och noll ."


@pytest.mark.parametrize("order", ["newest", "best"])
def test_words_of_a_fetched_text_find_its_item(filled: Store, order: Order) -> None:
    save(filled, detail(), detail("b", text="Om skolmat."))
    with filled.reading() as session:
        found = {
            query: [stored.item.key for stored in search_items(session, query, order=order)]
            for query in ("spillvatten", "skolmat", '"kommunerna ska rena"', "titel -spillvatten", "titel skolmat")
        }
    assert found["spillvatten"] == ["a"]
    assert found["skolmat"] == ["b"]
    assert found['"kommunerna ska rena"'] == ["a"]
    assert sorted(found["titel -spillvatten"]) == ["b", "c"]
    assert found["titel skolmat"] == []  # all the words stand in the list's words, or all in the fetched text


def test_changed_text_is_found_by_its_new_words_alone(filled: Store) -> None:
    save(filled, detail())
    save(filled, detail(text="Om skolmat."))
    with filled.reading() as session:
        assert search_items(session, "spillvatten") == []
        assert [stored.item.key for stored in search_items(session, "skolmat")] == ["a"]


def test_item_is_read_with_the_longer_text_and_what_it_lacked(make_item: MakeItem) -> None:
    item = make_item(
        text="Kort.", language="en", deadlines=(Deadline(date(2028, 2, 11), "other"),), money=(),
        concepts=(Concept("eurovoc", "5877", "waste water"),),
    )  # fmt: skip
    read = with_detail(item, detail(deadlines=(*detail().deadlines, Deadline(date(2030, 1, 1), "other"))))
    assert read.text == detail().text
    assert (read.title, read.language) == (item.title, "sv")
    assert [day.on for day in read.deadlines] == [date(2028, 2, 11), date(2030, 1, 1)]
    assert read.money == detail().money
    assert read.concepts == item.concepts
    assert read.references == detail().references


def test_shorter_text_gives_way_and_a_missing_title_is_filled_in(make_item: MakeItem) -> None:
    assert with_detail(make_item(), None) == make_item()
    assert with_detail(make_item(), detail(text="Kort.", title="")).text == make_item().text
    untitled = make_item(title="EU-dokument 32026L0001 (titel saknas ännu)", language="")
    assert with_detail(untitled, detail()).title == "Direktiv om spillvatten"
