"""Writing many rows at once, the same way on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.tables import Table

T = TypeVar("T")

# Rows per statement: keeps an IN list far below SQLite's 32,766 parameters, and a chunk's texts below some 10 MB.
CHUNK = 500


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Yield the values in slices of at most `size`."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def upsert(
    session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]], *, keep: Sequence[str] = ()
) -> None:
    """Insert the rows; where the primary key is there, overwrite all but the `keep` columns."""
    core = core_table(table)
    upsert_on(session, table, rows, [column.name for column in core.primary_key], keep=keep)


def upsert_on(
    session: Session,
    table: type[Table],
    rows: Sequence[Mapping[str, Any]],
    conflict: Sequence[str],
    *,
    keep: Sequence[str] = (),
) -> None:
    """Insert the rows; where the `conflict` columns are there already, overwrite all but the `keep` columns.

    One executemany, not one statement with many VALUES: that is ten times slower on SQLite.
    """
    if not rows:
        return
    core = core_table(table)
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(core)
    fixed = {*conflict, *keep}
    changing = {name: statement.excluded[name] for name in rows[0] if name not in fixed}
    session.connection().execute(statement.on_conflict_do_update(index_elements=list(conflict), set_=changing), rows)


def add(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows in one executemany."""
    if rows:
        session.connection().execute(core_table(table).insert(), rows)


def core_table(table: type[Table]) -> CoreTable:
    """Return the Core table of a mapped class."""
    core = table.__table__
    if not isinstance(core, CoreTable):
        raise TypeError(f"{table.__name__} is not mapped to a table")
    return core
