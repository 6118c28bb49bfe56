"""Verdicts from the page: nothing is overwritten unseen, and everything can be taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.triage import Order, Ruled, Sitting, changed_words, rule, rule_many, undo
from store.db import Store
from store.items import upsert_items
from store.types import Item, Ruling
from store.verdicts import latest_verdicts, list_verdicts
from tests.pipeline.making import municipality

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
A, B = ("cellar", "a"), ("cellar", "b")


@pytest.fixture
def filled(store: Store, make_item: Callable[..., Item]) -> Store:
    with store.session() as session:
        upsert_items(session, [make_item(key=key) for key in "ab"], now=NOW)
    return store


def sitting(visit: str = "one", minutes: int = 0) -> Sitting:
    return Sitting(municipality(), "samordnare", visit, NOW + timedelta(minutes=minutes))


def given(store: Store, order: Order, visit: str = "one", minutes: int = 0) -> Ruled:
    with store.session() as session:
        return rule(session, sitting(visit, minutes), order)


def standing(store: Store) -> dict[tuple[str, str], Ruling]:
    with store.reading() as session:
        return {item: verdict.ruling for item, verdict in latest_verdicts(session, "provköping").items()}


def test_verdict_is_saved_with_everything_that_was_said(filled: Store) -> None:
    order = Order(
        item=A, ruling=Ruling.SEND, note=" Se sidan 3 ", areas=("water", "okänt"), units=("vatten", "avskaffad")
    )
    verdict = given(filled, order).verdict
    assert verdict
    assert (verdict.note, verdict.areas, verdict.units, verdict.by) == (
        "Se sidan 3", ("water",), ("vatten",), "samordnare",
    )  # fmt: skip


def test_sending_to_nobody_is_refused(filled: Store) -> None:
    assert given(filled, Order(item=A, ruling=Ruling.SEND, units=())).fault == "no_units"
    assert given(filled, Order(item=A, ruling=Ruling.DROP, units=())).fault is None


def test_item_that_was_never_stored_is_refused(filled: Store) -> None:
    assert given(filled, Order(item=("cellar", "z"), ruling=Ruling.SEND)).fault == "unknown"


def test_F80_second_coordinator_is_told_and_nothing_is_lost(filled: Store) -> None:
    first = given(filled, Order(item=A, ruling=Ruling.SEND), "one")
    second = given(filled, Order(item=A, ruling=Ruling.DROP), "two", 1)
    assert first.verdict and second.verdict is None and second.fault == "changed"
    assert changed_words(second.standing) == "Ändrad av samordnare 10.42"
    assert standing(filled) == {A: Ruling.SEND}
    third = given(filled, Order(item=A, ruling=Ruling.DROP, seen=first.verdict.id), "two", 2)
    assert third.verdict and standing(filled) == {A: Ruling.DROP}


def test_F80_of_two_at_the_same_moment_exactly_one_is_saved(filled: Store) -> None:
    ready, outcomes = threading.Barrier(2), []

    def one(visit: str, ruling: Ruling) -> None:
        ready.wait()
        outcomes.append(given(filled, Order(item=A, ruling=ruling), visit).fault)

    threads = [
        threading.Thread(target=one, args=("one", Ruling.SEND)),
        threading.Thread(target=one, args=("two", Ruling.DROP)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["None", "changed"]
    with filled.reading() as session:
        assert len(list_verdicts(session, municipality="provköping")) == 1


def test_undoing_brings_back_what_stood_before_step_by_step(filled: Store) -> None:
    first = given(filled, Order(item=A, ruling=Ruling.SEND, units=("skola",)))
    assert first.verdict
    given(filled, Order(item=B, ruling=Ruling.LATER), minutes=1)
    given(filled, Order(item=A, ruling=Ruling.DROP, seen=first.verdict.id), minutes=2)
    seen = []
    for minutes in (3, 4, 5):
        with filled.session() as session:
            assert undo(session, sitting(minutes=minutes))
        seen.append(standing(filled))
    assert seen == [{A: Ruling.SEND, B: Ruling.LATER}, {A: Ruling.SEND}, {}]
    with filled.session() as session:
        assert undo(session, sitting(minutes=6)) is None
        assert len(list_verdicts(session)) == 6  # nothing was ever removed


def test_undone_verdict_keeps_whom_it_was_for(filled: Store) -> None:
    first = given(filled, Order(item=A, ruling=Ruling.SEND, units=("skola",)))
    assert first.verdict
    given(filled, Order(item=A, ruling=Ruling.DROP, seen=first.verdict.id), minutes=1)
    with filled.session() as session:
        undo(session, sitting(minutes=2), A)
        assert latest_verdicts(session, "provköping")[A].units == ("skola",)


def test_undoing_leaves_alone_what_another_has_ruled_since(filled: Store) -> None:
    first = given(filled, Order(item=A, ruling=Ruling.SEND), "one")
    assert first.verdict
    given(filled, Order(item=A, ruling=Ruling.DROP, seen=first.verdict.id), "two", 1)
    with filled.session() as session:
        assert undo(session, sitting("one", 2)) is None
    assert standing(filled) == {A: Ruling.DROP}


def test_verdict_after_an_undoing_must_have_seen_it(filled: Store) -> None:
    given(filled, Order(item=A, ruling=Ruling.SEND))
    with filled.session() as session:
        taken = undo(session, sitting(minutes=1))
    assert taken and taken.verdict
    assert given(filled, Order(item=A, ruling=Ruling.DROP), minutes=2).fault == "changed"
    assert given(filled, Order(item=A, ruling=Ruling.DROP, seen=taken.verdict.id), minutes=3).verdict


def test_bulk_saves_what_it_can_and_tells_of_the_rest(filled: Store) -> None:
    given(filled, Order(item=B, ruling=Ruling.SEND), "two")
    with filled.session() as session:
        ruled = rule_many(
            session, sitting(minutes=1), [Order(item=item, ruling=Ruling.DROP) for item in (A, B, ("cellar", "z"))]
        )
    assert [one.fault for one in ruled] == [None, "changed", "unknown"]
    assert standing(filled) == {A: Ruling.DROP, B: Ruling.SEND}
