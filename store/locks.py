"""Locks that let one process at a time run a step, and that die with the process."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from store.engine import sqlite_path
from store.errors import StepBusy

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def exclusive(engine: Engine, name: str) -> Iterator[None]:
    """Hold the named lock; raises StepBusy at once when another holds it.

    The operating system (SQLite: a lock on a file beside the database) or the server (PostgreSQL: an advisory lock
    of the connection) lets go when the process is gone, however it went, so nothing is ever left to clean up.
    """
    path = sqlite_path(engine)
    with _file_lock(path, name) if path else _advisory_lock(engine, name):
        yield


@contextlib.contextmanager
def _file_lock(path: Path, name: str) -> Iterator[None]:
    lock = FileLock(f"{path}.{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise _busy(name) from error
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _advisory_lock(engine: Engine, name: str) -> Iterator[None]:
    number = int.from_bytes(hashlib.sha256(f"utkik {name}".encode()).digest()[:8], signed=True)
    # Autocommit, so that the lock's connection does not sit in an open transaction for as long as the step takes.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": number}):
            raise _busy(name)
        try:
            yield
        finally:
            _unlock(connection, number)


def _unlock(connection: Connection, number: int) -> None:
    """Let go of the lock; with a connection that the server has cut it is gone already."""
    try:
        connection.scalar(text("SELECT pg_advisory_unlock(:key)"), {"key": number})
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        logger.warning("the database server cut the connection that held a lock; the step was done without it")


def _busy(name: str) -> StepBusy:
    return StepBusy(f"Steget {name!r} är redan igång i ett annat fönster eller på en annan dator.")
