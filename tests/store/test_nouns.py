"""Assessments, stories, verdicts, routes, actions, runs and marks: what is saved comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from store.actions import list_actions, save_action
from store.assessments import count_assessed, get_assessments, iter_assessed, save_assessments
from store.db import Store
from store.items import count_without_assessment, items_without_assessment, upsert_items
from store.routes import get_routes, replace_routes
from store.runs import (
    begin_run,
    end_run,
    interrupt_running,
    last_runs,
    list_runs,
    save_marks,
    save_part_results,
    save_validators,
    source_marks,
    source_parts,
    start_run,
    validators,
)
from store.stories import count_stories, list_stories, save_stories, story_of
from store.types import (
    Action,
    Assessment,
    Deadline,
    Item,
    Money,
    Outcome,
    PartResult,
    Reason,
    Route,
    Ruling,
    Run,
    SourceState,
    Story,
    Validator,
    Verdict,
)
from store.verdicts import latest_verdicts, list_verdicts, save_verdict

NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
A, B, C = ("cellar", "a"), ("cellar", "b"), ("cellar", "c")


@pytest.fixture
def filled(store: Store, make_item: Callable[..., Item]) -> Store:
    """Give a store with three items."""
    with store.session() as session:
        upsert_items(session, [make_item(key=key, title=f"Titel {key}") for key in "abc"], now=NOW)
    return store


def assessment(key: str, **fields: Any) -> Assessment:
    values: dict[str, Any] = {
        "source": "cellar",
        "key": key,
        "content_hash": "",
        "assessor": "lexicon/1",
        "language": "sv",
        "relevance": 0.5,
        "areas": {"water": 0.9},
        "flags": {"law": 1.0},
        "deadlines": (Deadline(date(2026, 9, 1), "answer"),),
        "money": (Money(1000.0, "EUR", "total"),),
        "reasons": (Reason(text="avlopp i titeln", area="water", weight=0.4),),
        "summary": "En mening.",
        "facts": {"applicants": ["municipality"], "partners_min": 3, "cofinancing": [80.0]},
    }
    return Assessment(**values | fields)


def test_assessment_comes_back_and_the_newest_counts(filled: Store) -> None:
    with filled.session() as session:
        save_assessments(session, [assessment("a"), assessment("b")], now=NOW)
        save_assessments(session, [assessment("a", relevance=0.8)], now=LATER)
        assert get_assessments(session, [A, B, C]) == {A: assessment("a", relevance=0.8), B: assessment("b")}
        assert count_assessed(session) == 2
        found = [(stored.item.key, read.relevance) for stored, read in iter_assessed(session, min_relevance=0.6)]
        assert found == [("a", 0.8)]


def test_item_waits_for_assessment_when_its_text_or_the_assessor_is_another(filled: Store) -> None:
    with filled.session() as session:
        waiting = items_without_assessment(session, "lexicon/1")
        done = [assessment(stored.item.key, content_hash=stored.content_hash) for stored in waiting]
        save_assessments(session, done[:2], now=NOW)
        assert [stored.item.key for stored in items_without_assessment(session, "lexicon/1")] == ["c"]
        assert count_without_assessment(session, "lexicon/1") == 1
        assert count_without_assessment(session, "lexicon/2") == 3
        save_assessments(session, [assessment("a", content_hash="old")], now=NOW)
        assert [stored.item.key for stored in items_without_assessment(session, "lexicon/1")] == ["a", "c"]


def test_assessment_of_an_unknown_item_is_refused(filled: Store) -> None:
    with pytest.raises(LookupError, match="'zz'"), filled.session() as session:
        save_assessments(session, [assessment("zz")], now=NOW)


def test_story_keeps_its_members_in_order_and_an_item_is_in_one_story(filled: Store) -> None:
    with filled.session() as session:
        save_stories(session, [Story(id="s1", members=(B, A)), Story(id="s2", members=(C,))], now=NOW)
        assert story_of(session, [A, B, C, ("cellar", "zz")]) == {A: "s1", B: "s1", C: "s2"}
        assert (count_stories(session), count_stories(session, fewest=2)) == (2, 1)
        save_stories(session, [Story(id="s2", members=(C, A, B))], now=LATER)
        assert list_stories(session) == [Story(id="s2", members=(C, A, B))]
        assert list_stories(session, since=LATER + timedelta(seconds=1)) == []


def test_newest_verdict_counts_and_all_are_kept(filled: Store) -> None:
    first = Verdict(municipality="mellerud", source="cellar", key="a", ruling=Ruling.SEND, at=NOW, by="samordnare")
    second = Verdict(
        municipality="mellerud", source="cellar", key="a", ruling=Ruling.DROP, at=LATER, by="samordnare",
        note="fel ämne", areas=("water", "schools"), origin="explored",
    )  # fmt: skip
    elsewhere = Verdict(
        municipality="varberg", source="cellar", key="a", ruling=Ruling.LATER, at=LATER, by="samordnare"
    )
    with filled.session() as session:
        for verdict in (first, second, elsewhere):
            save_verdict(session, verdict)
        assert latest_verdicts(session, "mellerud") == {A: second}
        assert list_verdicts(session) == [first, second, elsewhere]
        assert list_verdicts(session, municipality="mellerud", since=LATER) == [second]


def test_routes_of_a_week_are_replaced_whole(filled: Store) -> None:
    def route(key: str, score: float) -> Route:
        return Route(
            municipality="mellerud",
            unit="teknik",
            source="cellar",
            key=key,
            score=score,
            because="vatten",
            areas=("water",),
        )

    with filled.session() as session:
        replace_routes(session, "mellerud", "2026-W34", [route("a", 0.5), route("b", 0.9)])
        replace_routes(session, "mellerud", "2026-W35", [route("c", 0.1)])
        assert get_routes(session, "mellerud", "2026-W34") == [route("b", 0.9), route("a", 0.5)]
        replace_routes(session, "mellerud", "2026-W34", [route("c", 0.7)])
        assert get_routes(session, "mellerud", "2026-W34") == [route("c", 0.7)]
        assert get_routes(session, "mellerud", "2026-W35") == [route("c", 0.1)]


def test_action_is_changed_in_place_and_the_one_due_soonest_comes_first(filled: Store) -> None:
    def action(name: str, **fields: Any) -> Action:
        values: dict[str, Any] = {"municipality": "mellerud", "source": "cellar", "key": "a", "unit": "teknik"}
        return Action(id=name, title="Svara på remissen", created_at=NOW, **values | fields)

    undated, dated = action("1"), action("2", due=date(2026, 9, 1))
    done = action("2", due=date(2026, 9, 1), state="done", outcome="Svarat")
    with filled.session() as session:
        save_action(session, undated)
        save_action(session, dated)
        assert list_actions(session, "mellerud") == [dated, undated]
        save_action(session, done)
        assert list_actions(session, "mellerud", state="open") == [undated]
        assert list_actions(session, "mellerud", state="done") == [done]


def run_of(name: str, **fields: Any) -> Run:
    values: dict[str, Any] = {"step": "collect", "subject": "cellar", "started_at": NOW}
    return Run(id=name, **values | fields)


def test_run_comes_back_with_its_parts_and_the_newest_per_source_is_the_last(store: Store) -> None:
    ended = run_of(
        "2",
        started_at=LATER,
        ended_at=LATER + timedelta(minutes=1),
        outcome=Outcome.PARTIAL,
        state=SourceState.FAILING,
        counts={"new": 3},
        parts=(PartResult(part="acts", state=SourceState.FAILING, items=3, message="svarade inte"),),
        window=("2026-08-01", "2026-08-22"),
        message="1 av 2 delar kunde inte läsas.",
    )
    with store.session() as session:
        for run in (run_of("1"), run_of("2", started_at=LATER), run_of("3", subject="feeds"), run_of("4", step="send")):
            start_run(session, run)
        end_run(session, ended)
        assert last_runs(session) == {"cellar": ended, "feeds": run_of("3", subject="feeds")}
        assert [run.id for run in list_runs(session, step="collect", limit=1)] == ["2"]


def test_of_runs_begun_at_the_same_moment_the_later_one_is_the_last(store: Store) -> None:
    with store.session() as session:
        first, *_, last = [begin_run(session, "collect", "cellar", now=LATER) for _ in range(12)]
        assert last_runs(session)["cellar"] == last
        assert [run.id for run in list_runs(session)][::11] == [last.id, first.id]


def test_F28_runs_of_a_dead_process_are_interrupted(store: Store) -> None:
    with store.session() as session:
        for run in (run_of("1"), run_of("2", outcome=Outcome.COMPLETE, subject="feeds"), run_of("3", step="send")):
            start_run(session, run)
        assert interrupt_running(session, LATER, steps=["collect"]) == 1
        assert interrupt_running(session, LATER) == 1
        run = last_runs(session)["cellar"]
    assert (run.outcome, run.ended_at) == (Outcome.INTERRUPTED, LATER)


def test_mark_moves_only_when_given_and_a_state_keeps_its_beginning(store: Store) -> None:
    def result(state: SourceState, message: str = "") -> PartResult:
        return PartResult(part="acts", state=state, message=message)

    with store.session() as session:
        save_part_results(session, "cellar", [(result(SourceState.WORKING), "2026-08-22")], now=NOW)
        save_part_results(session, "cellar", [(result(SourceState.FAILING, "tyst"), None)], now=LATER)
        save_part_results(session, "cellar", [(result(SourceState.FAILING), None)], now=LATER + timedelta(days=1))
        part = source_parts(session, "cellar")["acts"]
        assert (part.mark, part.state, part.since) == ("2026-08-22", SourceState.FAILING, LATER)
        save_marks(session, "cellar", {"acts": "2026-08-23", "proposals": "filled"}, now=LATER)
        assert source_marks(session, "cellar") == {"acts": "2026-08-23", "proposals": "filled"}
        assert source_parts(session, "cellar")["acts"].state == SourceState.FAILING
        assert source_marks(session, "feeds") == {}


def test_validators_are_kept_per_source_and_address(store: Store) -> None:
    first = Validator(url="https://example.org/a", etag='"1"', full_at=NOW)
    with store.session() as session:
        save_validators(session, "feeds", [first, Validator(url="https://example.org/b", last_modified="Sat")])
        save_validators(session, "feeds", [Validator(url="https://example.org/b", etag='"2"')])
        assert validators(session, "feeds") == [first, Validator(url="https://example.org/b", etag='"2"')]
        assert validators(session, "cellar") == []
