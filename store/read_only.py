"""A database opened so that nothing can be written to it, whatever is asked of it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from store import engine as engines
from store.errors import StoreError
from store.schema import HEAD

_OPTIONS = "-c default_transaction_read_only=on -c TimeZone=UTC"


def open_read_only(url: str) -> Engine:
    """Return an engine whose connections cannot write; raises StoreError when the database is not as this program's.

    The schema is never brought up to date here: a reader with an older database is told what to run.
    """
    engine = _engine(url)
    try:
        with reading(engine) as connection:
            if not engine.dialect.has_table(connection, "alembic_version"):
                raise StoreError(f"Databasen {engines.shown_url(engine)} är tom. Kör utkik run först.")
            if connection.execute(text("SELECT version_num FROM alembic_version")).scalar() != HEAD:
                raise StoreError(
                    f"Databasen {engines.shown_url(engine)} hör till en annan version av Utkik. "
                    "Kör utkik status med den här versionen; då görs den i ordning."
                )
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees the database as of one moment; raises StoreError in Swedish."""
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        if "readonly database" in str(error.orig):  # its log needs a small file beside it, which only a writer may make
            raise StoreError(
                f"Databasen {engines.shown_url(engine)} ligger i en mapp där du inte får skriva, och SQLite behöver en "
                "fil bredvid den även för att läsa. Läs en kopia, eller be om skrivrätt i mappen."
            ) from error
        raise engines.fault(error, engine) or error from error


def _engine(url: str) -> Engine:
    ordinary = engines.create(url)
    path = engines.sqlite_path(ordinary)
    if path is None:
        return create_engine(
            ordinary.url,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": engines.CONNECT_SECONDS,
                "client_encoding": "utf8",
                "options": _OPTIONS,
            },
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        )
    if not path.is_file():
        raise StoreError(f"Databasfilen {path} finns inte. Ange installationens mapp, eller kör utkik run först.")
    engine = create_engine(ordinary.url, creator=lambda: _connect(path))
    event.listen(engine, "begin", _begin)
    return engine


def _connect(path: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(path.resolve()))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=engines.BUSY_SECONDS, check_same_thread=False)
    connection.isolation_level = None
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -32768")
    return connection


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
