"""The whole database as plain rows and back, the same from and into both databases: what a backup holds."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, LargeBinary, delete, func, select, text
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session

from store import engine as engines
from store import locks
from store.columns import UtcTime
from store.deadlines import weigh_deadlines
from store.errors import StoreError
from store.meta import get_meta
from store.schema import HEAD
from store.tables import Table

__all__ = ["SCHEMA", "is_empty", "put_back", "read_rows", "standing_still", "table_names", "value_of"]

SCHEMA = HEAD
_CHUNK = 500
_NOT_COPIED = {"web_sessions"}  # who was logged in then is not logged in now


def table_names() -> list[str]:
    """Return the tables that are copied, each after those that it refers to."""
    return [table.name for table in Table.metadata.sorted_tables if table.name not in _NOT_COPIED]


def read_rows(session: Session, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as JSON-serialisable values, in the order of the primary key."""
    table = Table.metadata.tables[name]
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_CHUNK)
    for row in session.execute(query).mappings():
        yield {column: _plain(value) for column, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    return value.isoformat() if isinstance(value, date) else value


def value_of(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as the table takes it; raises StoreError on a table or column that this program does not know."""
    table = Table.metadata.tables.get(name)
    strange = sorted(set(values) - set(table.columns.keys())) if table is not None else []
    if table is None or strange:
        unknown = f"{name}.{strange[0]}" if strange else name
        raise StoreError(f"Säkerhetskopian innehåller {unknown}, som den här versionen av Utkik inte känner till.")
    return {column: _typed(table.columns[column].type, value) for column, value in values.items()}


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(kind, UtcTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def is_empty(session: Session) -> bool:
    """Tell whether nothing has been stored but the facts that a new database is given."""
    return not any(
        session.scalar(select(func.count()).select_from(Table.metadata.tables[name]))
        for name in table_names()
        if name != "meta"
    )


def put_back(session: Session, rows_of: Callable[[str], Iterable[Mapping[str, Any]]]) -> None:
    """Replace everything in the database with these rows, in the caller's transaction."""
    for table in reversed(Table.metadata.sorted_tables):
        session.execute(delete(table))
    for name in table_names():
        table = Table.metadata.tables[name]
        waiting: list[dict[str, Any]] = []
        for row in rows_of(name):
            waiting.append(value_of(name, row))
            if len(waiting) == _CHUNK:
                _insert(session, table, waiting)
        _insert(session, table, waiting)
        _move_sequence(session, table)
    weigh_deadlines(session)  # a copy of an earlier version has days without what is written beside them
    if not get_meta(session, "installation_id"):
        raise StoreError("Säkerhetskopian saknar installationens id; den är inte hel.")


def _insert(session: Session, table: CoreTable, waiting: list[dict[str, Any]]) -> None:
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in waiting:
        by_columns.setdefault(tuple(row), []).append(row)
    for rows in by_columns.values():
        session.connection().execute(table.insert(), rows)
    waiting.clear()


def _move_sequence(session: Session, table: CoreTable) -> None:
    """Let PostgreSQL number new rows after those put back; SQLite does so by itself."""
    column = table.autoincrement_column
    if column is None or session.get_bind().dialect.name != "postgresql":
        return
    highest = session.scalar(select(func.max(column)))
    named = {"table": f'"{table.name}"', "column": column.name}
    sequence = session.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), named)
    if sequence:
        moved = text("SELECT setval(CAST(:sequence AS regclass), :highest, :used)")
        session.execute(moved, {"sequence": sequence, "highest": highest or 1, "used": highest is not None})


@contextlib.contextmanager
def standing_still(url: str, names: Sequence[str]) -> Iterator[None]:
    """Hold these single-runner locks of a database that need not be readable; raises StoreError when one is held."""
    engine = engines.create(url)
    path = engines.sqlite_path(engine)
    try:
        with contextlib.ExitStack() as held:
            if path is None or path.parent.is_dir():
                for name in names:
                    held.enter_context(locks.exclusive(engine, name))
            yield
    finally:
        engine.dispose()
