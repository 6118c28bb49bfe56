"""How searches go through the store: by an index or from the newest on, told by the plan and never by a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from store.assessments import iter_assessed, save_assessments
from store.db import Session, Store
from store.due import DueSearch, count_due, find_due
from store.item_search import Search, find_items
from store.items import upsert_items
from store.runs import begin_run, last_runs
from store.triage import week_mark
from store.types import Assessment, Deadline, Item, Kind, Ruling, Verdict
from store.verdicts import latest_verdicts, save_verdict

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ITEMS = 2_000


@pytest.fixture
def large(sqlite_store: Store, make_item: Callable[..., Item]) -> Store:
    """Give two thousand items over as many days: each tenth a call, each hundredth about water, each fifth ruled on."""
    items = [
        make_item(
            key=f"k{number}",
            kind=Kind.NEWS if number % 10 else Kind.CALL,
            source="feeds" if number % 3 else "ted",
            title=f"Stöd till kommunen {'om vatten' if number % 100 == 0 else ''}",
            text=f"Löpnummer n{number}.",
            published=TODAY - timedelta(days=ITEMS - number),
            deadlines=() if number % 10 else (Deadline(TODAY - timedelta(days=ITEMS - number - 30)),),
            status="" if number % 10 else "closed",
        )
        for number in range(ITEMS)
    ]
    found = [
        Assessment(source=item.source, key=item.key, content_hash="", assessor="x", language="sv", relevance=0.6,
                   areas={"water" if place % 100 == 0 else "school": 0.9}, flags={})
        for place, item in enumerate(items)
    ]  # fmt: skip
    with sqlite_store.session() as session:
        upsert_items(session, items, now=NOW - timedelta(days=200))
        save_assessments(session, found, now=NOW)
        for item in items[::5]:
            verdict = Verdict(municipality="x", source=item.source, key=item.key, ruling=Ruling.DROP, at=NOW, by="s")
            save_verdict(session, verdict)
    return sqlite_store


@contextmanager
def plans(session: Session) -> Iterator[list[str]]:
    """Give the steps of every query's plan, as SQLite would take them."""
    steps: list[str] = []
    asked: list[tuple[str, Any]] = []
    connection = session.connection()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    yield steps
    event.remove(connection, "before_cursor_execute", note)
    for statement, parameters in asked:
        if statement.startswith(("SELECT", "WITH")):
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps += [row[3] for row in rows]


def read_through(steps: list[str]) -> list[str]:
    """Return the steps that go through a whole table, also under an alias such as items_2."""
    tables = ("items", "assessments", "verdicts", "digest_entries", "item_deadlines", "runs")
    return [
        step for step in steps if step.startswith("SCAN") and step.split()[1].startswith(tables) and "INDEX" not in step
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"kinds": [Kind.CALL]},
        {"sources": ["feeds"]},
        {"area": "school"},
        {"area": "water"},
        {"deadline_from": TODAY},
        {"deadline_from": date(2025, 1, 1), "deadline_until": date(2025, 1, 31)},
        {"state": "drop", "municipality": "x"},
        {"state": "told", "municipality": "x"},
        {"state": "open", "municipality": "x"},
        {"words": "kommunen"},
        {"words": "vatten", "kinds": [Kind.CALL]},
        {"words": "kommunen", "before": (date(2023, 6, 1), 900)},
        {"sources": ["ted"], "kinds": [Kind.CALL], "area": "water"},
    ],
)
def test_no_filter_reads_through_a_table(large: Store, asked: dict[str, Any]) -> None:
    with large.reading() as session, plans(session) as steps:
        find_items(session, Search(**asked), limit=5)
    assert steps
    assert read_through(steps) == []


def test_the_newest_of_many_are_walked_to_and_not_sorted(large: Store) -> None:
    for asked in ({"kinds": [Kind.NEWS]}, {"before": (date(2024, 1, 1), 900)}):
        with large.reading() as session, plans(session) as steps:
            find_items(session, Search(**asked), limit=5)
        assert "SORT" not in " ".join(steps[:1]).upper()
        assert any("ix_items_kind_day" in step or "ix_items_day_id" in step for step in steps)


def test_common_words_find_the_same_as_rare_ones(large: Store) -> None:
    with large.reading() as session:
        for words, number in (("kommunen", 2_000), ("vatten", 20), ("n77", 11), ("kommunen -vatten", 1_980)):
            assert len(find_items(session, Search(words=words), limit=3_000).items) == number
        newest = find_items(session, Search(words="kommunen -vatten"), limit=3).items
        assert [stored.item.key for stored in newest] == ["k1999", "k1998", "k1997"]
        old = find_items(session, Search(words="kommunen", before=(TODAY - timedelta(days=1_500), 501)), limit=2).items
        assert [stored.item.key for stored in old] == ["k499", "k498"]


def test_of_calls_only_what_may_be_open_is_read(large: Store) -> None:
    asked = {"kinds": [Kind.CALL], "since": NOW - timedelta(days=61), "open_on": TODAY}
    with large.reading() as session, plans(session) as steps:
        found = [stored.item.key for stored, _ in iter_assessed(session, **asked)]  # type: ignore[arg-type]
    assert found == [f"k{number}" for number in range(1_990, 1_930, -10)]
    assert any("ix_items_open" in step for step in steps)
    assert not any("ix_items_kind_day" in step for step in steps)
    assert read_through(steps) == []


def test_runs_and_verdicts_are_found_by_their_indexes(large: Store) -> None:
    with large.session() as session:
        for subject in ("cellar", "feeds", "cellar"):
            begin_run(session, "collect", subject, now=NOW)
    with large.reading() as session, plans(session) as steps:
        assert sorted(last_runs(session)) == ["cellar", "feeds"]
        assert len(latest_verdicts(session, "x")) == 400
        week_mark(session, "x")
    assert read_through(steps) == []
    assert any("ix_verdicts_municipality_source_key (municipality=? AND source=? AND key=?" in step for step in steps)


@pytest.mark.parametrize("asked", [{}, {"choice": "sent"}, {"choice": "", "area": "water"}, {"kinds": [Kind.CALL]}])
def test_days_to_be_met_are_found_by_their_own_index(large: Store, asked: dict[str, Any]) -> None:
    wanted = DueSearch(municipality="x", first=TODAY, last=TODAY + timedelta(days=90), **asked)
    with large.reading() as session, plans(session) as steps:
        find_due(session, wanted, limit=5)
        count_due(session, wanted)
    assert any("ix_item_deadlines_due" in step for step in steps)
    assert read_through(steps) == []
