"""Analyses as they are kept: versions, signatures, and what goes with an item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from store.actions import save_action
from store.analyses import (
    analyses_on,
    newest_version,
    save_analysis,
    sign_analysis,
    signed_analyses,
    signed_between,
    signed_keys,
)
from store.db import Store
from store.decisions import last_meeting, list_decisions, save_decision
from store.items import upsert_items
from store.removal import remove_item
from store.types import Action, Analysis, Decision, Item

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=2)
KEY = ("cellar", "a")
WRITTEN = Analysis(
    municipality="x",
    source="cellar",
    key="a",
    meaning="Avloppsverket måste byggas om.",
    written_at=NOW,
    author="analytiker",
    units=("vatten", "miljo"),
    duty="Kväverening före 2035.",
    cost="Omkring 40 miljoner kronor.",
    due=date(2034, 12, 31),
    proposal="Ta fram en plan under 2027.",
)


@pytest.fixture
def filled(store: Store, make_item: Callable[..., Item]) -> Store:
    with store.session() as session:
        upsert_items(session, [make_item(key=key) for key in "ab"], now=NOW)
    return store


def test_each_version_is_kept_and_the_newest_comes_first(filled: Store) -> None:
    changed = replace(WRITTEN, cost="Omkring 60 miljoner kronor.", written_at=LATER)
    with filled.session() as session:
        assert save_analysis(session, WRITTEN) == 1
        assert save_analysis(session, changed) == 2
    with filled.reading() as session:
        assert analyses_on(session, "x", KEY) == [changed, WRITTEN]
        assert [one.version for one in analyses_on(session, "x", KEY)] == [2, 1]
        assert newest_version(session, "x", KEY) == 2
        assert newest_version(session, "y", KEY) == 0


def test_only_the_newest_version_can_be_signed_and_once(filled: Store) -> None:
    with filled.session() as session:
        save_analysis(session, WRITTEN)
        save_analysis(session, WRITTEN)
        assert not sign_analysis(session, "x", KEY, 1, by="samordnare", now=LATER)
        assert sign_analysis(session, "x", KEY, 2, by="samordnare", now=LATER)
        assert not sign_analysis(session, "x", KEY, 2, by="någon annan", now=LATER)
        newest, first = analyses_on(session, "x", KEY)
    assert (newest.signed_by, newest.signed_at) == ("samordnare", LATER)
    assert not first.is_signed


def test_a_newer_draft_leaves_the_signed_one_standing(filled: Store) -> None:
    with filled.session() as session:
        save_analysis(session, WRITTEN)
        sign_analysis(session, "x", KEY, 1, by="samordnare", now=NOW)
        save_analysis(session, replace(WRITTEN, meaning="Nytt utkast"))
        found = signed_analyses(session, "x", [KEY, ("cellar", "b")])
        assert {key: one.meaning for key, one in found.items()} == {KEY: "Avloppsverket måste byggas om."}
        assert signed_analyses(session, "y", [KEY]) == {}
        assert (signed_keys(session, "x"), signed_keys(session, "y")) == ({KEY}, set())
        assert len(signed_between(session, "x", NOW, LATER)) == 1
        assert signed_between(session, "x", LATER, LATER + timedelta(days=1)) == []


def test_analysis_goes_with_its_item(filled: Store) -> None:
    with filled.session() as session:
        save_analysis(session, WRITTEN)
        assert remove_item(session, "cellar", "a", "på begäran", NOW)
        assert analyses_on(session, "x", KEY) == []


def test_decisions_of_a_period_come_back_with_their_action(filled: Store) -> None:
    action = Action(id="a1", municipality="x", source="cellar", key="a", unit="vatten", title="Plan", created_at=NOW)
    day = date(2026, 11, 23)
    first = Decision(id="d1", municipality="x", meeting=day, text="En plan.", at=NOW, by="samordnare", action_id="a1")
    second = replace(first, id="d2", meeting=date(2026, 12, 14), action_id="")
    with filled.session() as session:
        save_action(session, action)
        save_decision(session, first)
        save_decision(session, second)
        assert list_decisions(session, "x", since=date(2026, 1, 1), until=date(2027, 1, 1)) == [first, second]
        assert list_decisions(session, "x", since=date(2026, 12, 1), until=date(2026, 12, 14)) == []
        assert last_meeting(session, "x", date(2026, 12, 14)) == date(2026, 11, 23)
        assert last_meeting(session, "y", date(2026, 12, 14)) is None
