"""Corrections and explorations: kept apart per municipality, and every version can be gone back to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from store.corrections import (
    KEPT,
    active_correction,
    forget_rollbacks,
    list_corrections,
    roll_back,
    save_correction,
)
from store.db import Store
from store.explorations import list_explorations, save_explorations
from store.items import upsert_items
from store.types import Exploration, Item, StoredCorrection

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def correction(number: int, **fields: Any) -> StoredCorrection:
    values: dict[str, Any] = {
        "id": f"c{number:03}",
        "municipality": "mellerud",
        "made_at": NOW + timedelta(minutes=number),
        "assessor": "test",
        "labels": number,
        "labels_hash": f"h{number}",
        "payload": b"\x00\x01" + bytes([number % 256]),
    }
    return StoredCorrection(**values | fields)


def test_correction_comes_back_as_it_was_and_only_to_its_municipality(store: Store) -> None:
    with store.session() as session:
        save_correction(session, correction(1))
        save_correction(session, correction(2, municipality="varberg"))
    with store.reading() as session:
        assert active_correction(session, "mellerud") == correction(1)
        assert active_correction(session, "varberg") == correction(2, municipality="varberg")
        assert active_correction(session, "vara") is None


def test_new_correction_replaces_the_one_before_and_the_oldest_are_thrown_away(store: Store) -> None:
    with store.session() as session:
        for number in range(KEPT + 5):
            save_correction(session, correction(number))
    with store.reading() as session:
        kept = list_corrections(session, "mellerud")
    assert [row.state for row in kept] == ["active"] + ["replaced"] * KEPT
    assert kept[0].id == f"c{KEPT + 4:03}"


def test_rollback_uses_an_earlier_version_and_names_the_time_that_is_left_out(store: Store) -> None:
    later = NOW + timedelta(hours=1)
    with store.session() as session:
        for number in (1, 2, 3):
            save_correction(session, correction(number))
        assert roll_back(session, "mellerud", correction(1), now=later) == 2
    with store.reading() as session:
        kept = {row.id: row for row in list_corrections(session, "mellerud")}
        active = active_correction(session, "mellerud")
    assert active is not None
    assert active.id == "c001"
    assert {kept[name].state for name in ("c002", "c003")} == {"rolled_back"}
    assert (kept["c003"].forgotten_from, kept["c003"].forgotten_until) == (NOW + timedelta(minutes=1), later)
    with store.session() as session:
        forget_rollbacks(session, "mellerud")
    with store.reading() as session:
        assert {row.forgotten_until for row in list_corrections(session, "mellerud")} == {None}


def test_rollback_to_nothing_leaves_the_shared_assessment_alone(store: Store) -> None:
    with store.session() as session:
        save_correction(session, correction(1))
        save_correction(session, correction(2, municipality="varberg"))
        roll_back(session, "mellerud", None, now=NOW)
    with store.reading() as session:
        assert active_correction(session, "mellerud") is None
        assert active_correction(session, "varberg") is not None


def test_explorations_come_back_in_order_and_one_item_is_picked_once_a_week(
    store: Store, make_item: Callable[..., Item]
) -> None:
    picked = [
        Exploration(
            municipality="mellerud",
            week="2026-W48",
            source="cellar",
            key=key,
            position=position,
            propensity=0.25,
            chosen_at=NOW,
        )
        for position, key in enumerate(("b", "a"), start=1)
    ]
    with store.session() as session:
        upsert_items(session, [make_item(key="a"), make_item(key="b")], now=NOW)
        save_explorations(session, picked)
    with store.reading() as session:
        assert list_explorations(session, "mellerud", week="2026-W48") == picked
        assert list_explorations(session, "mellerud") == picked
        assert list_explorations(session, "mellerud", week="2026-W49") == []
        assert list_explorations(session, "varberg") == []
    with pytest.raises(IntegrityError), store.session() as session:
        save_explorations(session, picked[:1])
