"""Words and filters together, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from store.assessments import save_assessments
from store.db import Store
from store.item_search import Search, find_items
from store.items import upsert_items
from store.types import Assessment, Deadline, Item, Kind, Ruling, Verdict
from store.verdicts import save_verdict

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def filled(store: Store, make_item: Callable[..., Item]) -> Store:
    """Give a store with a call, a remiss and a press release, the first about water."""
    items = [
        make_item(key="a", kind=Kind.CALL, title="Stöd till avlopp", published=date(2026, 11, 3),
                  deadlines=(Deadline(date(2026, 12, 1)), Deadline(date(2027, 3, 1)))),
        make_item(key="b", kind=Kind.CONSULTATION, title="Remiss om avlopp", published=date(2026, 11, 2),
                  source="regeringen", deadlines=(Deadline(date(2026, 12, 20), "answer"),)),
        make_item(key="c", kind=Kind.NEWS, title="Nyhet om skolan", text="", published=date(2026, 11, 1)),
    ]  # fmt: skip
    assessed = [
        Assessment(source=source, key=key, content_hash="", assessor="x", language="sv", relevance=0.5,
                   areas={"water": score, "school": 0.1}, flags={})
        for source, key, score in (("cellar", "a", 0.9), ("regeringen", "b", 0.3))
    ]  # fmt: skip
    with store.session() as session:
        upsert_items(session, items, now=NOW)
        save_assessments(session, assessed, now=NOW)
    return store


def keys(store: Store, **wanted: object) -> list[str]:
    with store.reading() as session:
        return [stored.item.key for stored in find_items(session, Search(**wanted)).items]  # type: ignore[arg-type]


def test_each_filter_narrows_alone_and_with_words(filled: Store) -> None:
    assert keys(filled) == ["a", "b", "c"]
    assert keys(filled, words="avlopp") == ["a", "b"]
    assert keys(filled, words="...") == []
    assert keys(filled, kinds=[Kind.CALL, Kind.NEWS]) == ["a", "c"]
    assert keys(filled, words="avlopp", sources=["regeringen"]) == ["b"]
    assert keys(filled, area="water") == ["a"]
    assert keys(filled, area="water' OR 1=1 --") == []


def test_any_of_an_items_deadlines_may_lie_between_the_days(filled: Store) -> None:
    assert keys(filled, deadline_from=date(2026, 12, 1), deadline_until=date(2026, 12, 1)) == ["a"]
    assert keys(filled, deadline_from=date(2026, 12, 2), deadline_until=date(2026, 12, 31)) == ["b"]
    assert keys(filled, deadline_from=date(2026, 12, 2)) == ["a", "b"]
    assert keys(filled, deadline_until=date(2026, 11, 30)) == []


def test_state_is_that_of_the_verdict_which_stands_in_this_municipality(filled: Store) -> None:
    given = [("a", Ruling.SEND, "x"), ("a", Ruling.DROP, "x"), ("c", Ruling.SEND, "x"), ("c", Ruling.REOPENED, "x")]
    with filled.session() as session:
        for minute, (key, ruling, municipality) in enumerate([*given, ("c", Ruling.SEND, "y")]):
            at = NOW + timedelta(minutes=minute)
            save_verdict(
                session,
                Verdict(municipality=municipality, source="cellar", key=key, ruling=ruling, at=at, by="samordnare"),
            )
    assert keys(filled, state="drop", municipality="x") == ["a"]
    assert keys(filled, state="send", municipality="x") == []
    assert keys(filled, state="open", municipality="x") == ["b", "c"]
    assert keys(filled, state="told", municipality="x") == []
    assert keys(filled, state="send", municipality="y") == ["c"]


def test_next_page_begins_where_the_last_one_ended(filled: Store) -> None:
    with filled.reading() as session:
        first = find_items(session, Search(), limit=2)
        assert first.next
        second = find_items(session, Search(before=first.next), limit=2)
    assert ([one.item.key for one in first.items], [one.item.key for one in second.items]) == (["a", "b"], ["c"])
    assert second.next is None
