"""Writing many rows at once, the same way on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
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

    One executemany, not one statement with many VALUES: that is ten times slower on SQLite, compiled as it is anew.
    """
    if rows:
        statement = _upsert(_dialect(session), table, tuple(rows[0]), tuple(conflict), tuple(keep))
        session.connection().execute(statement, rows)


def upsert_indexed(
    session: Session,
    table: type[Table],
    rows: Sequence[Mapping[str, Any]],
    conflict: Sequence[str],
    *,
    keep: Sequence[str] = (),
    returning: Any,
) -> list[Any]:
    """Upsert as `upsert_on` does into a table with a word index, and return this column of the rows, in no order.

    FTS5 writes out what it has gathered at every statement with triggers, so that row by row takes twice as long. Asked
    to return something, SQLAlchemy joins the rows to one statement by itself, without compiling it anew.
    """
    if not rows:
        return []
    statement = _upsert(_dialect(session), table, tuple(rows[0]), tuple(conflict), tuple(keep)).returning(returning)
    return list(session.connection().execute(statement, rows).scalars())


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


@lru_cache(maxsize=100)  # building a statement takes as long as writing some thirty rows with it
def _upsert(
    dialect: str, table: type[Table], names: tuple[str, ...], conflict: tuple[str, ...], keep: tuple[str, ...]
) -> Any:
    insert: Any = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(core_table(table))
    fixed = {*conflict, *keep}
    changing = {name: insert.excluded[name] for name in names if name not in fixed}
    return insert.on_conflict_do_update(index_elements=list(conflict), set_=changing)


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
