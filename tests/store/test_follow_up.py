"""What a follow-up asks of periods, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from store.actions import save_action
from store.db import Store
from store.follow_up import Collected, changes_of_actions, count_collected, counted_answers, iter_collected, routed_in
from store.items import upsert_items
from store.retention import forget_feedback
from store.routes import replace_routes
from store.types import Action, Item, Route
from tests.pipeline.ledgers import KEY, fill_ledger

NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)


def test_what_came_in_is_counted_by_source_region_and_kind(store: Store, make_item: Callable[..., Item]) -> None:
    with store.session() as session:
        upsert_items(session, [make_item(key="a"), make_item(key="b", meta={"region": "Norden"})], now=NOW)
        upsert_items(session, [make_item(key="c")], now=NOW + timedelta(days=1))
    with store.reading() as session:
        until = NOW + timedelta(days=1)
        assert count_collected(session, NOW, until) == {
            ("cellar", "", "legal_act"): 1,
            ("cellar", "Norden", "legal_act"): 1,
        }
        assert list(iter_collected(session, NOW, until)) == [
            Collected("cellar", "a", "legal_act", "", NOW),
            Collected("cellar", "b", "legal_act", "Norden", NOW),
        ]


def test_routes_of_the_named_weeks_alone(store: Store, make_item: Callable[..., Item]) -> None:
    route = Route(municipality="x", unit="skola", source="cellar", key="a", score=0.9, because="skola")
    with store.session() as session:
        upsert_items(session, [make_item(key="a")], now=NOW)
        for week in ("2026-W33", "2026-W34", "2026-W34-2"):
            replace_routes(session, "x", week, [route])
        assert routed_in(session, "x", ["2026-W34", "2026-W35"]) == [("2026-W34", "skola", "cellar", "a")]
        assert routed_in(session, "y", ["2026-W34"]) == []


def test_answers_that_hang_on_no_letter_any_more_are_still_counted(
    store: Store, make_item: Callable[..., Item]
) -> None:
    fill_ledger(store, make_item)
    with store.session() as session:
        assert counted_answers(session, KEY) == {}
        forget_feedback(session, NOW + timedelta(days=30))
        assert counted_answers(session, KEY) == {("cellar", "32026L0001"): 1}


def test_changes_of_actions_come_oldest_first(store: Store, make_item: Callable[..., Item]) -> None:
    action = Action(id="a1", municipality="x", source="cellar", key="a", unit="skola", title="T", created_at=NOW)
    with store.session() as session:
        upsert_items(session, [make_item(key="a")], now=NOW)
        for number, state in enumerate(("open", "ongoing", "done")):
            changed = Action(id="a1", municipality="x", source="cellar", key="a", unit="skola", title="T",
                             created_at=NOW, state=state)  # fmt: skip
            save_action(session, changed, by="samordnare", at=NOW + timedelta(hours=number))
        found = changes_of_actions(session, "x")
    assert [change.changes.get("state") for change in found[action.id]] == [
        None,
        ["open", "ongoing"],
        ["ongoing", "done"],
    ]
