"""What triage and search keep: verdicts with their history and readers, saved searches, owners of actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from store.actions import get_actions, list_actions, save_action
from store.db import Store
from store.due import DueSearch, find_due
from store.item_search import Search, find_items
from store.items import upsert_items
from store.saved_searches import list_searches, remove_search, save_search
from store.types import Action, Deadline, Item, Kind, Ruling, SavedSearch, Verdict
from store.verdicts import latest_verdicts, list_verdicts, newest_verdict, save_verdict, verdicts_on

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def filled(store: Store, make_item: Callable[..., Item]) -> Store:
    with store.session() as session:
        upsert_items(session, [make_item(key=key) for key in "ab"], now=NOW)
    return store


def ruled(key: str, ruling: Ruling, minutes: int = 0, **fields: object) -> Verdict:
    at = NOW + timedelta(minutes=minutes)
    values = {"municipality": "x", "source": "cellar", "key": key, "ruling": ruling, "at": at, "by": "samordnaren"}
    return Verdict(**values | fields)  # type: ignore[arg-type]


def test_verdict_keeps_whom_it_is_for_and_its_visit(filled: Store) -> None:
    given = ruled("a", Ruling.SEND, units=("vatten", "skola"), areas=("water",), visit="v1", note="Se sidan 3")
    with filled.session() as session:
        number = save_verdict(session, given)
        assert list_verdicts(session, municipality="x", visit="v1") == [given]
        assert list_verdicts(session, municipality="x", visit="v2") == []
        assert latest_verdicts(session, "x")["cellar", "a"].id == number == newest_verdict(session, "x")


def test_verdict_that_was_taken_back_stands_no_more_but_stays_in_the_history(filled: Store) -> None:
    with filled.session() as session:
        save_verdict(session, ruled("a", Ruling.SEND))
        save_verdict(session, ruled("a", Ruling.REOPENED, 1))
        save_verdict(session, ruled("b", Ruling.DROP, 2))
        assert set(latest_verdicts(session, "x")) == {("cellar", "b")}
        history = verdicts_on(session, "x", [("cellar", "a"), ("cellar", "b")])
    assert [verdict.ruling for verdict in history["cellar", "a"]] == [Ruling.SEND, Ruling.REOPENED]


def test_of_two_verdicts_of_one_moment_the_last_written_counts(filled: Store) -> None:
    with filled.session() as session:
        save_verdict(session, ruled("a", Ruling.SEND))
        save_verdict(session, ruled("a", Ruling.DROP))
        assert latest_verdicts(session, "x")["cellar", "a"].ruling is Ruling.DROP


@pytest.mark.parametrize("minutes", [0, -90])
def test_one_rule_says_which_verdict_stands_also_when_moments_tie_or_the_clock_was_set_back(
    filled: Store, minutes: int
) -> None:
    day = date(2026, 12, 4)
    call = Item(source="cellar", key="c", kind=Kind.CALL, title="Stöd", url="", deadlines=(Deadline(day),))
    with filled.session() as session:
        upsert_items(session, [call], now=NOW)
        save_verdict(session, ruled("c", Ruling.SEND))
        save_verdict(session, ruled("c", Ruling.DROP, minutes))
        assert latest_verdicts(session, "x")["cellar", "c"].ruling is Ruling.DROP
        assert verdicts_on(session, "x", [("cellar", "c")])["cellar", "c"][-1].ruling is Ruling.DROP
        found = {state: find_items(session, Search(state=state, municipality="x")).items for state in ("send", "drop")}
        assert [len(items) for items in found.values()] == [0, 1]
        wanted = DueSearch(municipality="x", first=day, last=day, relevance=0.0)
        assert find_due(session, wanted, limit=9) == []
        save_verdict(session, ruled("c", Ruling.SEND, minutes))
        assert [due.item.key for due in find_due(session, wanted, limit=9)] == ["c"]


def test_saved_search_comes_back_and_one_of_the_same_name_replaces_it(store: Store) -> None:
    saved = SavedSearch(municipality="x", name="Avlopp", query={"q": "avlopp", "kind": "call"}, created_at=NOW)
    with store.session() as session:
        save_search(session, saved)
        save_search(session, SavedSearch(municipality="x", name="Avlopp", query={"q": "slam"}, created_at=NOW))
        save_search(session, SavedSearch(municipality="y", name="Annat", query={}, created_at=NOW))
        assert [search.query for search in list_searches(session, "x")] == [{"q": "slam"}]
        remove_search(session, "x", "Avlopp")
        assert list_searches(session, "x") == []


def test_action_keeps_owner_and_money(filled: Store) -> None:
    action = Action(
        id="1", municipality="x", source="cellar", key="a", unit="vatten", title="Sök medel", created_at=NOW,
        owner="projektledare", applied=250_000.0, granted=None,
    )  # fmt: skip
    with filled.session() as session:
        save_action(session, action)
        assert list_actions(session, "x") == [action]
        assert get_actions(session, ["1", "none"]) == {"1": action}
        assert get_actions(session, []) == {}
