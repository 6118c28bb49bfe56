"""Retention by decision, and one item removed for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.installation import Installation
from pipeline.ledger import Period, ledger_values
from pipeline.retention import RULES, apply_retention, limit_of, months_before, retention_values
from pipeline.settings import RetentionSettings
from store.actions import list_actions, save_action
from store.db import Store
from store.digests import freeze_digest, list_digests
from store.errors import ConfigurationError
from store.feedback import list_feedback, save_feedback
from store.items import get_item, search_items, upsert_items
from store.persons import sweep
from store.removal import barred, remove_item, removed_items
from store.retention import feedback_counts
from store.routes import replace_routes
from store.runs import begin_run, end_run, list_runs
from store.types import Action, Answer, DigestState, Feedback, Item, Kind, Outcome, Route, Ruling, Verdict
from store.verdicts import save_verdict
from tests.pipeline.ledgers import KEY, NOW, fill_ledger, make_installation, sent_digest

LATER = NOW + timedelta(days=120)


def decided(store: Store, home: Path, **settings: Any) -> Installation:
    installation = make_installation(store, home)
    kept = RetentionSettings(decision="KS 2026:14", **{"feedback_days": 0} | settings)
    return replace(installation, settings=installation.settings.model_copy(update={"retention": kept}))


def test_nothing_is_removed_before_a_decision_is_named(
    sqlite_store: Store, tmp_path: Path, make_item: Callable[..., Item]
) -> None:
    fill_ledger(sqlite_store, make_item)
    installation = make_installation(sqlite_store, tmp_path)
    with pytest.raises(ConfigurationError, match=r"retention\.decision"):
        apply_retention(installation, now=LATER)
    assert [row["number"] for row in retention_values(installation, now=LATER)] == [1, 0, 0, 0, 0]
    with sqlite_store.reading() as session:
        assert len(list_feedback(session)) == 1


def test_answers_older_than_ninety_days_become_counts(
    store: Store, tmp_path: Path, make_item: Callable[..., Item]
) -> None:
    fill_ledger(store, make_item)
    young = Feedback(digest_id="d2", source="cellar", key="32026L0002", answer=Answer.RELEVANT, at=LATER)
    again = Feedback(digest_id="d1", source="cellar", key="32026L0001", answer=Answer.ACT, at=NOW + timedelta(days=1))
    with store.session() as session:
        save_feedback(session, young)
    installation = decided(store, tmp_path, feedback_days=90)
    assert apply_retention(installation, now=LATER) == {"feedback_days": 1}
    with store.session() as session:
        save_feedback(session, again)
    assert apply_retention(installation, now=LATER) == {"feedback_days": 1}
    with store.reading() as session:
        assert list_feedback(session) == [young]
        assert feedback_counts(session, KEY) == {("cellar", "32026L0001", "act"): 2}


def test_settled_letters_go_with_what_hangs_on_them_and_waiting_ones_stay(
    store: Store, tmp_path: Path, make_item: Callable[..., Item]
) -> None:
    fill_ledger(store, make_item)
    waiting = replace(sent_digest(store, "d4", week="2026-W30"), id="d5", contact="ny@example.org")
    with store.session() as session:
        freeze_digest(session, replace(waiting, state=DigestState.QUEUED))
    installation = decided(store, tmp_path, digests_months=3)
    assert apply_retention(installation, now=LATER) == {"digests_months": 4}
    assert [row["id"] for row in ledger_values(installation, Period())] == ["d5"]
    with store.reading() as session:
        assert [digest.id for digest in list_digests(session)] == ["d5"]
        assert feedback_counts(session, KEY) == {("cellar", "32026L0001", "act"): 1}


def test_old_news_lose_their_texts_and_keep_title_and_link(
    store: Store, tmp_path: Path, make_item: Callable[..., Item]
) -> None:
    old = make_item(
        key="n1", kind=Kind.NEWS, title="Bad öppnar", text="Anna Exempel badar.", published=date(2026, 5, 1)
    )
    new = make_item(key="n2", kind=Kind.NEWS, text="Ny text", published=date(2026, 8, 20))
    act = make_item(key="l1", published=date(2020, 1, 1))
    with store.session() as session:
        upsert_items(session, [replace(old, text="Anna Exempel ska bada."), new, act], now=NOW)
        upsert_items(session, [old, new, act], now=NOW)
    installation = decided(store, tmp_path, news_months=3)
    assert apply_retention(installation, now=NOW) == {"news_months": 1}
    assert apply_retention(installation, now=NOW) == {"news_months": 0}
    with store.session() as session:
        upsert_items(session, [old], now=NOW)  # still in the feed: it is known, and stays without text
        found = get_item(session, "cellar", "n1")
        assert found is not None
        assert (found.item.title, found.item.text, found.item.url) == ("Bad öppnar", "", old.url)
        assert search_items(session, "Exempel") == []
        kept = get_item(session, "cellar", "l1")
        assert kept is not None
        assert kept.item.text == act.text


def test_runs_that_the_schedule_needs_outlive_their_time(store: Store, tmp_path: Path) -> None:
    with store.session() as session:
        for day in range(4):
            at = NOW + timedelta(days=day)
            run = begin_run(session, "assess", now=at)
            end_run(session, replace(run, ended_at=at, outcome=Outcome.COMPLETE))
        begin_run(session, "send", now=NOW)
    assert apply_retention(decided(store, tmp_path, runs_months=1), now=LATER) == {"runs_months": 3}
    with store.reading() as session:
        assert sorted((run.step, run.started_at.day) for run in list_runs(session)) == [("assess", 27), ("send", 24)]


def test_months_are_counted_on_the_calendar() -> None:
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 13) == date(2024, 12, 15)
    assert months_before(date(2026, 12, 31), 12) == date(2025, 12, 31)
    late = datetime(2026, 8, 24, 22, 30, tzinfo=UTC)  # the 25th in Sweden
    assert limit_of(RULES[0], RetentionSettings(feedback_days=1), late) == date(2026, 8, 24)


def test_removed_item_takes_all_that_hangs_on_it_and_does_not_come_back(
    store: Store, tmp_path: Path, make_item: Callable[..., Item]
) -> None:
    fill_ledger(store, make_item)
    key = ("cellar", "32026L0001")
    with store.session() as session:
        verdict = Verdict(municipality=KEY, source=key[0], key=key[1], ruling=Ruling.SEND, at=NOW, by="samordnaren")
        save_verdict(session, verdict)
        route = Route(municipality=KEY, unit="skola", source=key[0], key=key[1], score=1.0, because="skola")
        replace_routes(session, KEY, "2026-W35", [route])
        assert remove_item(session, *key, "namn på enskild", NOW)
        assert not remove_item(session, "cellar", "okänd", "", NOW)
    with store.session() as session:
        again = make_item(key="32026L0001", title="Direktiv om skolmat")
        assert upsert_items(session, [again], now=LATER).new == 0
        assert get_item(session, *key) is None
        assert search_items(session, "skolmat") == []
        assert barred(session, [key, ("cellar", "32026L0002")]) == {key}
        assert [row[:2] for row in removed_items(session)] == [key, ("cellar", "okänd")]
    rows = ledger_values(make_installation(store, tmp_path), Period())
    assert [row["items"] for row in rows if row["id"] == "d1"] == [2]  # what was told is still told


def test_removed_item_leaves_no_word_in_the_database_file(
    sqlite_store: Store, tmp_path: Path, make_item: Callable[..., Item]
) -> None:
    with sqlite_store.session() as session:
        upsert_items(session, [make_item(key="p1", text="Kanariefågel Exempelsson badar.")], now=NOW)
        upsert_items(session, [make_item(key=f"k{number}") for number in range(50)], now=NOW)
    assert "kanarie" in written(tmp_path)
    with sqlite_store.session() as session:
        remove_item(session, "cellar", "p1", "", NOW)
    sweep(sqlite_store)
    assert "kanarie" not in written(tmp_path)
    assert sqlite_store.problems() == []


def written(folder: Path) -> str:
    """Return every byte of the database's files as text."""
    return "".join(path.read_bytes().decode("latin-1").lower() for path in sorted(folder.glob("utkik.db*")))


def test_removed_item_that_is_acted_on_leaves_an_empty_row(store: Store, make_item: Callable[..., Item]) -> None:
    fill_ledger(store, make_item)
    action = Action(
        id="a1",
        municipality=KEY,
        source="cellar",
        key="32026L0001",
        unit="skola",
        title="Ny upphandling",
        created_at=NOW,
    )
    with store.session() as session:
        save_action(session, action)
        remove_item(session, "cellar", "32026L0001", "", NOW)
        assert [one.title for one in list_actions(session, KEY)] == ["Ny upphandling"]
        left = get_item(session, "cellar", "32026L0001")
        assert left is not None
        assert (left.item.title, left.item.text, left.item.url) == ("(borttagen post)", "", "")
        assert search_items(session, "skolmat") == []
