"""Writes many rows into either database as fast as it takes them, with the word indexes built at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, text

from store.tables import Table

INDEXES = {  # word indexes are built at the end, all at once
    "items": ("ix_items_search", "CREATE INDEX ix_items_search ON items USING gin (search)"),
    "details": ("ix_details_search", "CREATE INDEX ix_details_search ON details USING gin (search)"),
}


def load(engine: Engine, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows into a table, the columns in the table's order; what a row lacks at its end has its default."""
    names = [column.name for column in Table.metadata.tables[table].columns]
    plain = (tuple(map(_plain(engine), row[: len(names)])) for row in rows)
    first = next(plain, None)
    if first is None:
        return
    names = names[: len(first)]
    connection = engine.raw_connection()
    cursor: Any = connection.cursor()
    columns = ", ".join(f'"{name}"' for name in names)
    if engine.dialect.name == "postgresql":
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in _with(first, plain):
                copy.write_row(row)
        if "id" in names and isinstance(first[names.index("id")], int):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608 - our names
        connection.commit()
    else:
        cursor.execute("PRAGMA synchronous = OFF")
        cursor.execute("BEGIN")
        marks = ", ".join("?" * len(names))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", _with(first, plain))  # noqa: S608 - our names
        cursor.execute("COMMIT")
    connection.close()


def _with(first: Sequence[Any], rest: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield first
    yield from rest


def _plain(engine: Engine) -> Callable[[Any], Any]:
    is_sqlite = engine.dialect.name == "sqlite"

    def plain(value: Any) -> Any:
        if isinstance(value, list | dict):
            return json.dumps(value, ensure_ascii=False)
        if is_sqlite and isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return value.isoformat() if is_sqlite and isinstance(value, date) else value

    return plain


def without_word_indexes(engine: Engine) -> None:
    """Take the word indexes away; on SQLite what keeps them in step is kept aside in the database."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for name, _ in INDEXES.values():
                connection.execute(text(f"DROP INDEX IF EXISTS {name}"))
            return
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        connection.execute(text("CREATE TABLE kept_triggers (sql TEXT)"))
        for name, sql in found:
            connection.execute(text("INSERT INTO kept_triggers VALUES (:sql)"), {"sql": sql})
            connection.execute(text(f"DROP TRIGGER {name}"))


def with_word_indexes(engine: Engine) -> None:
    """Build the word indexes."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET maintenance_work_mem = '512MB'"))
            for _, sql in INDEXES.values():
                connection.execute(text(sql))
        else:
            for name in ("item_search", "detail_search"):
                connection.execute(text(f"INSERT INTO {name}({name}) VALUES ('rebuild')"))  # noqa: S608 - our names
            for (sql,) in connection.execute(text("SELECT sql FROM kept_triggers")).all():
                connection.exec_driver_sql(sql)
            connection.execute(text("DROP TABLE kept_triggers"))
        if engine.dialect.name == "postgresql":  # which does so by itself in time; SQLite is never asked to
            connection.execute(text("ANALYZE"))
