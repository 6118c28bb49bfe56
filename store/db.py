"""The store: one database, its sessions and its locks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from sqlalchemy import Engine, exc
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from store import engine as engines
from store import locks, schema
from store.errors import StoreError

__all__ = ["Session", "Store", "migrate", "open_store"]


class Store:
    """An open database; made by `open_store`, safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.url = engines.shown_url(engine)
        self._read = engines.with_purpose(engine, engines.READ)
        self._write = engines.with_purpose(engine, engines.WRITE)
        self._durable = engines.with_purpose(engine, engines.DURABLE)

    @contextlib.contextmanager
    def session(self, *, durable: bool = False) -> Iterator[Session]:
        """Give one write transaction: committed at the end, rolled back on any error.

        `durable` waits until the disk has it, which an ordinary commit on SQLite does not: for what must not be
        forgotten in a power cut, such as that a digest is being sent.
        """
        with self._translated(), Session(self._durable if durable else self._write) as session, session.begin():
            session.connection()  # begins at once, so that waiting for another writer happens before any reading
            yield session

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Give one read transaction, which sees the database as of one moment and cannot change it."""
        with self._translated(), Session(self._read) as session:
            yield session

    @contextlib.contextmanager
    def exclusive(self, name: str) -> Iterator[None]:
        """Hold the named single-runner lock; raises StoreError ("redan igång") at once when it is held."""
        with self._translated(), locks.exclusive(self.engine, name):
            yield

    @contextlib.contextmanager
    def beside_others(self, name: str, holder: str) -> Iterator[None]:
        """Do the named thing beside others that do it, each with a lock of its own that tells that it lives.

        On SQLite as `exclusive`: one process at a time.
        """
        with self._translated(), locks.beside_others(self.engine, name, holder):
            yield

    @property
    def is_shared(self) -> bool:
        """Whether several machines may work on it at once: PostgreSQL."""
        return self.path is None

    @property
    def path(self) -> Path | None:
        """The database file, or None on PostgreSQL."""
        return engines.sqlite_path(self.engine)

    def problems(self) -> list[str]:
        """Read the whole database through and return what is wrong with it; PostgreSQL looks after itself."""
        if self.path is None:
            return []
        with self.reading() as session:
            found = [str(row[0]) for row in session.connection().exec_driver_sql("PRAGMA integrity_check(20)")]
        return [] if found == ["ok"] else found

    def close(self) -> None:
        """Close every connection; the store opens new ones if it is used again."""
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            known = engines.fault(error, self.engine)
            if known is None:
                raise
            raise known from error
        except exc.TimeoutError as error:
            raise StoreError(
                "Alla förbindelser med databasservern är upptagna. Försök igen om en stund, eller sänk web.threads."
            ) from error


def open_store(url: str, *, wait: float = engines.BUSY_SECONDS) -> Store:
    """Open the database at the address, creating it or bringing its schema up to date; raises StoreError in Swedish.

    `wait` is how many seconds a writer on SQLite waits for another; PostgreSQL lets writers go on side by side.
    """
    engine = engines.create(url, wait=wait)
    try:
        schema.migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def migrate(url: str) -> None:
    """Bring the database at the address to this program's schema."""
    open_store(url).close()
