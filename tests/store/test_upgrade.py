"""Upgrading: a database of any earlier version, every table filled, comes up to this one and has lost nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, Connection, Date, DateTime, Float, Integer, LargeBinary, MetaData, Table, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Boolean

from store import engine as engines
from store import schema
from store.assessments import get_assessments
from store.db import open_store
from store.digests import get_digest
from store.due import DueSearch, find_due
from store.items import get_item
from store.migrations.searching import is_ours
from store.search import search_items
from store.types import DigestState

ROWS = 3
# What the program reads of a value; elsewhere any value of the column's kind will do.
READ: Mapping[tuple[str, str], Any] = {
    ("items", "kind"): "consultation",
    ("items", "title"): "Direktiv om rening av avloppsvatten",
    ("items", "deadlines"): [["2026-12-01", "answer", "åäö"], ["2026-12-24", "deadline", ""]],
    ("items", "money"): [],
    ("items", "concepts"): [],
    ("items", "refs"): [],
    ("items", "meta"): {"region": "Sverige"},
    ("assessments", "areas"): {"water": 0.9, "school": 0.1},
    ("assessments", "flags"): {},
    ("assessments", "deadlines"): [["2026-12-02", "answer", ""]],
    ("assessments", "money"): [],
    ("assessments", "reasons"): [["avloppsvatten i titeln", "water", 0.5]],
    ("assessments", "language"): "sv",
    ("digests", "state"): "sent",
    ("digests", "units"): ["vatten"],
    ("verdicts", "ruling"): "send",
    ("verdicts", "areas"): ["water"],
    ("actions", "state"): "open",
}


def brought_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def tables_of(connection: Connection) -> list[Table]:
    """Return our tables as the database has them, those that others refer to first."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: is_ours(name, "table", {}) and name != "alembic_version")
    return found.sorted_tables


def value_for(table: Table, name: str, number: int) -> Any:
    """Return a value for a column of a row: what it refers to has the same number."""
    column = table.c[name]
    if (table.name, name) in READ:
        return READ[table.name, name]
    kind = column.type
    if isinstance(kind, JSON | JSONB):
        return [f"{table.name} {number}"]
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return number / 4
    if isinstance(kind, DateTime):
        return datetime(2026, 8, number, 6, 30, 15, 250_000, tzinfo=UTC)
    if isinstance(kind, Date):
        return date(2026, 8, number)
    if isinstance(kind, LargeBinary):
        return f"{table.name} {number} å".encode()
    referred = [key.column.table.name for key in column.foreign_keys if key.column.name not in ("source", "key")]
    owner = referred[0] if referred else "" if name in ("source", "key") else table.name
    return f"{owner}.{'id' if referred else name}.{number} å"


def fill(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Put rows into every table and return them as the database tells them."""
    for table in tables_of(connection):
        names = [column.name for column in table.c if is_ours(column.name, "column", {})]
        for number in range(1, ROWS + 1):
            connection.execute(table.insert().values({name: value_for(table, name, number) for name in names}))
    connection.execute(text("UPDATE meta SET name = 'installation_id' WHERE name LIKE '%1 å'"))
    return told(connection)


def told(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for table in tables_of(connection):
        columns = [column for column in table.c if is_ours(column.name, "column", {})]
        rows = connection.execute(select(*columns).order_by(*table.primary_key.columns)).mappings()
        found[table.name] = [dict(row) for row in rows]
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a database without tables, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    url: str = request.getfixturevalue("bare_postgresql_url")
    return url


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004"])
def test_every_row_of_an_earlier_version_is_there_after_the_upgrade(empty_url: str, revision: str) -> None:
    engine = engines.create(empty_url)
    with engine.begin() as connection:
        brought_to(connection, revision)
        before = fill(connection)
    engine.dispose()
    assert len(before) >= 17
    assert all(len(rows) == ROWS for rows in before.values())
    with open_store(empty_url) as store, store.engine.connect() as connection:
        after = told(connection)
        for name, rows in before.items():
            kept = [{column: row[column] for column in rows[0]} for row in after[name]]
            assert kept == rows, name


def test_what_the_first_version_stored_is_read_and_found_after_the_upgrade(empty_url: str) -> None:
    engine = engines.create(empty_url)
    with engine.begin() as connection:
        brought_to(connection, "0001")
        fill(connection)
    engine.dispose()
    with open_store(empty_url) as store, store.reading() as session:
        stored = get_item(session, ".source.1 å", ".key.1 å")
        assert stored
        assert [deadline.note for deadline in stored.item.deadlines] == ["åäö", ""]
        assert len(search_items(session, "avlopp")) == ROWS
        (assessment,) = get_assessments(session, [(".source.2 å", ".key.2 å")]).values()
        assert (assessment.areas, assessment.facts) == ({"water": 0.9, "school": 0.1}, {})
        digest = get_digest(session, "digests.id.3 å")
        assert digest
        assert (digest.state, digest.units, digest.message) == (DigestState.SENT, ("vatten",), "digests 3 å".encode())
        wanted = DueSearch(municipality="mellerud", first=date(2026, 11, 1), last=date(2026, 12, 31), choice="")
        days = {due.deadline.on for due in find_due(session, wanted, limit=99)}
        # The source's own days count, and not those that were read in the text.
        assert days == {date(2026, 12, 1), date(2026, 12, 24)}
        assert session.execute(text("SELECT count(*) FROM item_areas WHERE area = 'water'")).scalar() == ROWS


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(empty_url: str) -> None:
    engine = engines.create(empty_url)
    with engine.begin() as connection:
        brought_to(connection, "0001")
        fill(connection)
        connection.execute(text("UPDATE source_marks SET message = 'kvar'"))
        connection.execute(text("CREATE TABLE accounts (id INTEGER)"))  # what 0005 is to make is there already
    with pytest.raises(Exception, match="accounts"):
        open_store(empty_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0001"
        assert connection.execute(text("SELECT count(*) FROM source_marks WHERE message = 'kvar'")).scalar() == ROWS
        assert "threads" not in {table.name for table in tables_of(connection)}
    engine.dispose()
    assert schema.HEAD > "0001"
