"""What is remembered of a part's tries, on both databases, and the way there from the first version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from store import engine as engines
from store.db import Store, open_store
from store.items import count_by_region, newest_day, upsert_items
from store.runs import last_runs, save_part_results, source_parts, start_run
from store.types import Item, PartResult, Run, SourceState

NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
FAILED = PartResult(
    part="law",
    state=SourceState.FAILING,
    message="Källan svarar inte.",
    failures=3,
    next_try=datetime(2026, 8, 22, 10, 0, tzinfo=UTC),
    not_before=datetime(2026, 8, 22, 9, 0, tzinfo=UTC),
    newest=date(2026, 8, 20),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def first_version(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a database as the first version left it, with one part of one source."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("bare_postgresql_url")
    engine = engines.create(url)
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO meta VALUES ('installation_id', '0123456789abcdef0123456789abcdef')"))
        into = "INSERT INTO source_marks (source, part, mark, state, since, message) VALUES "
        row = "('cellar', 'law', '2026-08-20', 'failing', '2026-08-20 06:00:00', 'tyst')"
        connection.execute(text(into + row))
    engine.dispose()
    yield url


def test_the_first_version_is_brought_up_and_keeps_what_it_knew(first_version: str) -> None:
    with open_store(first_version) as store, store.reading() as session:
        part = source_parts(session, "cellar")["law"]
    assert (part.mark, part.state, part.message) == ("2026-08-20", SourceState.FAILING, "tyst")
    assert (part.failures, part.next_try, part.not_before, part.newest) == (0, None, None, None)


def test_tries_and_newest_day_of_a_part_come_back(store: Store) -> None:
    with store.session() as session:
        save_part_results(session, "cellar", [(FAILED, None)], now=NOW)
    with store.reading() as session:
        part = source_parts(session, "cellar")["law"]
    assert (part.failures, part.next_try, part.not_before, part.newest) == (
        3,
        FAILED.next_try,
        FAILED.not_before,
        FAILED.newest,
    )


def test_a_run_keeps_its_parts_whole(store: Store) -> None:
    run = Run(id="a", step="collect", subject="cellar", started_at=NOW, parts=(FAILED,))
    with store.session() as session:
        start_run(session, run)
    with store.reading() as session:
        assert last_runs(session)["cellar"] == run


def test_newest_day_is_of_the_source_and_never_in_the_future(store: Store, make_item: Callable[..., Item]) -> None:
    days = {"a": date(2026, 3, 3), "b": date(2026, 2, 1), "c": date(2099, 1, 1)}
    items = [make_item(key=key, published=day) for key, day in days.items()]
    with store.session() as session:
        upsert_items(session, [*items, make_item(source="regeringen", published=date(2026, 8, 1))], now=NOW)
    with store.reading() as session:
        assert newest_day(session, "cellar", NOW.date()) == date(2026, 3, 3)
        assert newest_day(session, "feeds", NOW.date()) is None


def test_items_are_counted_per_source_and_their_own_region(store: Store, make_item: Callable[..., Item]) -> None:
    regions: dict[str, dict[str, Any]] = {"a": {}, "b": {"region": "Norden"}, "c": {"region": "Norden"}}
    with store.session() as session:
        upsert_items(session, [make_item(key=key, meta=meta) for key, meta in regions.items()], now=NOW)
    with store.reading() as session:
        assert count_by_region(session) == {("cellar", ""): 1, ("cellar", "Norden"): 2}
