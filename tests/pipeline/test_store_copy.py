"""An installation's database moves to another one whole, and only to an empty one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from store.db import Store, open_store
from store.errors import StoreError
from store.items import iter_items, upsert_items
from store.meta import get_meta
from store.moving import move
from store.runs import begin_run
from store.search import search_items
from store.types import Item
from tests.pipeline.ledgers import NOW, fill_ledger
from tests.pipeline.outbox import fill_outbox, states


@pytest.fixture(params=["sqlite", "postgresql"])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ny.db'}"
    url: str = request.getfixturevalue("bare_postgresql_url")
    return url


def test_everything_moves_and_can_be_worked_on(store: Store, target_url: str, make_item: Callable[..., Item]) -> None:
    fill_ledger(store, make_item)
    fill_outbox(store, 2)
    with open_store(target_url) as target:
        moved = move(store, target)
        assert moved.rows["digests"] > 0
        assert moved.total == sum(moved.rows.values())
        with store.reading() as before, target.reading() as after:
            assert get_meta(after, "installation_id") == get_meta(before, "installation_id")
            assert len(search_items(after, "vatten")) == len(search_items(before, "vatten"))
        assert states(target) == states(store)
        with target.session() as session:  # numbering goes on after what was moved
            upsert_items(session, [make_item(key="ny")], now=NOW)
            begin_run(session, "collect", now=NOW)


def test_a_database_with_something_in_it_is_never_written_over(
    store: Store, target_url: str, make_item: Callable[..., Item]
) -> None:
    with open_store(target_url) as target:
        with target.session() as session:
            upsert_items(session, [make_item(key="egen")], now=NOW)
        with pytest.raises(StoreError, match="är inte tom"):
            move(store, target)
        with target.reading() as session:
            assert [stored.item.key for stored in iter_items(session)] == ["egen"]


def test_the_command_copies_and_says_what_to_do_next(tmp_path: Path, make_item: Callable[..., Item]) -> None:
    before, after = (f"sqlite:///{tmp_path / name}" for name in ("gammal.db", "ny.db"))
    with open_store(before) as store:
        fill_ledger(store, make_item)
    told = CliRunner().invoke(app, ["store", "copy", before, after])
    assert told.exit_code == 0, told.output
    assert "Kopierat och jämfört: " in told.output
    assert "Sätt database_url i utkik.toml" in told.output
    again = CliRunner().invoke(app, ["store", "copy", before, after])
    assert isinstance(again.exception, StoreError)
    same = CliRunner().invoke(app, ["store", "copy", before, before])
    assert "samma databas" in str(same.exception)
