"""Searching the ledger letter by letter: what is found, how far was looked, and where the next look begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.ledger import Period
from pipeline.ledger_search import MOST, Letters, Told, find_told
from pipeline.municipality import Municipality
from store.db import Session, Store, open_store
from store.digests import freeze_digest
from store.items import upsert_items
from store.search import MANY
from store.types import DigestEntry, Item, Kind
from tests.pipeline.ledgers import make_installation
from tests.pipeline.making import NOW
from tests.web.digest_making import letter

ALL = Letters(period=Period())
LETTERS, IN_EACH = 200, 20


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, make_item_once: Callable[..., Item]) -> Iterator[Store]:
    """Give a store of more items with a word than can be named, told in two hundred weekly letters."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/utkik.db") as store:
        items = [
            make_item_once(
                key=f"k{number}", title=f"Stöd till kommunen {'om trav' if number < IN_EACH else ''}", text=""
            )
            for number in range(MANY + 1)
        ]
        with store.session() as session:
            upsert_items(session, items, now=NOW)
            for week in range(LETTERS):
                unit = "vatten" if week == LETTERS - 1 else "skola"
                entries = tuple(
                    DigestEntry(source="cellar", key=f"k{week * IN_EACH + place}", section="law", position=place,
                                because="", content_hash="")
                    for place in range(IN_EACH)
                )  # fmt: skip
                made = letter(
                    f"d{week:03}", contact=f"{unit}@example.org", week=f"w{week}", units=(unit,), entries=entries
                )
                freeze_digest(session, replace(made, created_at=NOW - timedelta(weeks=week)))
        yield store


@pytest.fixture(scope="module")
def make_item_once() -> Callable[..., Item]:
    """Give a function that makes an item."""

    def make(**fields: Any) -> Item:
        return Item(source="cellar", kind=Kind.NEWS, url="https://example.org/x", published=date(2026, 8, 17), **fields)

    return make


@pytest.fixture
def town(large: Store, tmp_path: Path) -> Municipality:
    """Give Provköping."""
    return make_installation(large, tmp_path).municipality


def turned(session: Session, town: Municipality, words: str, letters: Letters) -> list[Told]:
    """Return every page of a search."""
    pages = [find_told(session, town, words, letters)]
    while pages[-1].next:
        pages.append(find_told(session, town, words, replace(letters, before=pages[-1].next)))
    return pages


def test_common_word_shows_the_newest_letters_whole_and_says_where_it_ended(large: Store, town: Municipality) -> None:
    with large.reading() as session:
        found = find_told(session, town, "kommunen", ALL)
    assert len(found.rows) == MOST
    assert {row["digest"] for row in found.rows} == {"d000", "d001", "d002", "d003", "d004"}
    assert found.next == (NOW - timedelta(weeks=4), "d004")


def test_every_telling_comes_once_when_all_pages_are_turned(large: Store, town: Municipality) -> None:
    with large.reading() as session:
        pages = turned(session, town, "kommunen", ALL)
    told = [(row["digest"], row["key"]) for page in pages for row in page.rows]
    assert len(told) == len(set(told)) == LETTERS * IN_EACH


def test_unit_told_long_ago_is_found_though_everybody_is_told_of_such_things(large: Store, town: Municipality) -> None:
    with large.reading() as session:
        found = find_told(session, town, "kommunen", replace(ALL, units=("vatten",)))
    assert (len(found.rows), found.next) == (IN_EACH, None)


def test_days_long_ago_are_looked_through_and_not_the_newest_letters(large: Store, town: Municipality) -> None:
    until = (NOW - timedelta(weeks=190)).date()
    with large.reading() as session:
        pages = turned(session, town, "kommunen", replace(ALL, period=Period(until=until)))
    assert len({row["digest"] for page in pages for row in page.rows}) == 10


def test_search_that_finds_nothing_in_what_it_looked_through_says_that_there_is_more(
    large: Store, town: Municipality
) -> None:
    nothing = replace(ALL, fits=lambda row: row["digest"] == "d199")
    with large.reading() as session:
        pages = turned(session, town, "kommunen", nothing)
    assert [len(page.rows) for page in pages] == [0, IN_EACH]
    assert pages[0].next is not None and pages[0].next[0] < datetime(2026, 8, 24, tzinfo=NOW.tzinfo)


def test_rare_word_is_found_at_once_wherever_it_was_told(large: Store, town: Municipality) -> None:
    with large.reading() as session:
        found = find_told(session, town, "trav", ALL)
    assert ({row["digest"] for row in found.rows}, len(found.rows), found.next) == ({"d000"}, IN_EACH, None)


def test_page_ends_with_a_whole_letter(large: Store, town: Municipality) -> None:
    fewer = replace(ALL, fits=lambda row: row["position"] < 7)
    with large.reading() as session:
        pages = turned(session, town, "kommunen", fewer)
    assert len(pages[0].rows) == 105
    told = [(row["digest"], row["key"]) for page in pages for row in page.rows]
    assert len(told) == len(set(told)) == LETTERS * 7
