"""Collecting the sample week through real crawl processes into a real store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.job import Job
from pipeline.collect import collect, judge
from pipeline.sample_data import BEFORE_NOW, NOW, WEEK_NOW, Moment
from pipeline.sample_server import serve_sample_week
from store.db import Store, open_store
from store.items import count_by_source, events_since, get_item
from store.runs import last_runs, source_marks, validators
from store.types import Outcome, PartResult, Run, SourceState

OFFICIAL = ("cellar", "funding_tenders", "regeringen")


def jobs(store: Store, url: str, now: datetime, sources: Sequence[str] = OFFICIAL) -> list[Job]:
    with store.reading() as session:
        return [
            Job(
                source=source,
                now=now,
                marks=source_marks(session, source),
                validators=tuple(validators(session, source)),
                replay_url=url,
                delay_seconds=0,
            )
            for source in sources
        ]


def read(store: Store, moment: Moment, sources: Sequence[str] = OFFICIAL) -> list[Run]:
    with serve_sample_week(moment) as url:
        return collect(store, jobs(store, url, NOW[moment], sources), now=NOW[moment])


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[list[Run]]]]:
    """A store after the week before, the week, and the same week once more."""
    moments: tuple[Moment, ...] = ("before", "week", "week")
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('collect') / 'utkik.db'}") as store:
        yield store, [read(store, moment) for moment in moments]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a file."""
    with open_store(f"sqlite:///{tmp_path / 'utkik.db'}") as empty:
        yield empty


@pytest.mark.xdist_group("collect")
def test_every_source_is_read_whole(weeks: tuple[Store, list[list[Run]]]) -> None:
    _, runs = weeks
    assert [(run.subject, run.state, run.outcome) for run in runs[1]] == [
        (source, SourceState.WORKING, Outcome.COMPLETE) for source in OFFICIAL
    ]


@pytest.mark.xdist_group("collect")
def test_a_second_reading_of_the_same_week_adds_and_changes_nothing(weeks: tuple[Store, list[list[Run]]]) -> None:
    store, runs = weeks
    assert [(run.counts.get("new", 0), run.counts.get("changed", 0)) for run in runs[2]] == [(0, 0)] * 3
    with store.reading() as session:
        assert count_by_source(session) == {"cellar": 18, "funding_tenders": 18, "regeringen": 22}


@pytest.mark.xdist_group("collect")
def test_a_moved_deadline_is_an_event_and_both_days_are_kept(weeks: tuple[Store, list[list[Run]]]) -> None:
    store, runs = weeks
    assert sum(run.counts["events"] for run in runs[1] if "events" in run.counts) == 2
    with store.reading() as session:
        changes = [event.changes for event in events_since(session, WEEK_NOW) if "deadlines" in event.changes]
    assert [[row[0] for row in side] for side in changes[0]["deadlines"]] == [["2026-12-03"], ["2026-12-17"]]


@pytest.mark.xdist_group("collect")
def test_a_call_that_is_absent_this_time_stays_as_it_was(weeks: tuple[Store, list[list[Run]]]) -> None:
    store, runs = weeks
    portal = runs[1][1]
    assert portal.counts["read"] == 16
    with store.reading() as session:
        assert count_by_source(session)["funding_tenders"] == 18


@pytest.mark.xdist_group("collect")
def test_marks_are_kept_for_the_next_run(weeks: tuple[Store, list[list[Run]]]) -> None:
    store, _ = weeks
    with store.reading() as session:
        assert set(source_marks(session, "cellar")) == {"law", "proposals", "opinions", "measures"}
        assert last_runs(session)["cellar"].ended_at == WEEK_NOW


def test_a_crawl_that_cannot_reach_anything_fails_alone_and_is_said_in_words(tmp_path: Path, store: Store) -> None:
    with serve_sample_week("week") as url:
        good = jobs(store, url, WEEK_NOW, ["funding_tenders"])
        dead = jobs(store, "http://127.0.0.1:9", WEEK_NOW, ["cellar"])
        runs = collect(store, [*dead, *good], now=WEEK_NOW, logs=tmp_path / "logs")
    assert [run.outcome for run in runs] == [Outcome.FAILED, Outcome.COMPLETE]
    assert runs[0].state is SourceState.FAILING
    assert runs[0].message.startswith("4 av 4 delar kunde inte läsas.")
    assert "ERROR" not in (tmp_path / "logs" / "funding_tenders.log").read_text(encoding="utf-8")
    with store.reading() as session:
        assert source_marks(session, "cellar") == {}


def test_an_unknown_source_ends_as_interrupted_and_not_as_empty(tmp_path: Path, store: Store) -> None:
    job = Job(source="no_such_source", now=BEFORE_NOW, replay_url="http://127.0.0.1:9", delay_seconds=0)
    [run] = collect(store, [job], now=BEFORE_NOW, logs=tmp_path / "logs")
    assert (run.outcome, run.state) == (Outcome.FAILED, SourceState.FAILING)
    assert run.message == "Hämtningen avbröts innan den var klar. Den görs om vid nästa körning."


def test_the_worst_part_names_the_state_and_every_fault_is_told() -> None:
    parts = [
        PartResult(part="remisser", state=SourceState.FAILING, message="Fel 503."),
        PartResult(part="artiklar", state=SourceState.WORKING, items=3),
        PartResult(part="rapporter", state=SourceState.CHANGED, message="Okänd form."),
        PartResult(part="uppdrag", state=SourceState.FAILING, message="Fel 503."),
    ]
    assert judge(parts, WEEK_NOW, cut_off=False) == (
        SourceState.CHANGED,
        "3 av 4 delar kunde inte läsas. remisser, uppdrag: Fel 503. rapporter: Okänd form.",
    )


@pytest.mark.xdist_group("collect")
def test_times_in_the_store_are_utc(weeks: tuple[Store, list[list[Run]]]) -> None:
    store, _ = weeks
    with store.reading() as session:
        stored = get_item(session, "funding_tenders", "CERV-2026-CHILD")
    assert stored is not None
    assert (stored.first_seen, stored.changed_at) == (
        datetime(2026, 11, 13, 7, 0, tzinfo=UTC),
        datetime(2026, 11, 20, 7, 0, tzinfo=UTC),
    )
