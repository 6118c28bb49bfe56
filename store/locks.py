"""Locks that let one process at a time run a step, and that die with the process."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from store.engine import sqlite_path
from store.errors import StepBusy

logger = logging.getLogger(__name__)

SEND = "send"  # what several do beside each other


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
def beside_others(engine: Engine, name: str, holder: str) -> Iterator[None]:
    """Hold the named lock together with others, and one of this holder's own by which they see that it lives.

    Raises StepBusy while anybody has the named one alone. On SQLite it is had alone: one process at a time.
    """
    path = sqlite_path(engine)
    if path:
        with _file_lock(path, name):
            yield
        return
    with _advisory_lock(engine, name, shared=True), _advisory_lock(engine, f"{name} {holder}"):
        yield


def gone(session: Session, name: str, holders: Collection[str]) -> list[str]:
    """Return those of the holders that no longer hold their lock; the caller holds one beside them.

    One whose connection was cut counts as gone even if it goes on, so that what it does must bear being taken over.
    """
    if session.get_bind().dialect.name == "sqlite":
        return list(holders)
    free = text("SELECT pg_try_advisory_xact_lock(:key)")  # until this transaction ends
    return [holder for holder in holders if session.scalar(free, {"key": _number(f"{name} {holder}")})]


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
def _advisory_lock(engine: Engine, name: str, *, shared: bool = False) -> Iterator[None]:
    kind, values = "_shared" if shared else "", {"key": _number(name)}
    # Autocommit, so that the lock's connection does not sit in an open transaction for as long as the step takes.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text(f"SELECT pg_try_advisory_lock{kind}(:key)"), values):
            raise _busy(name)
        try:
            yield
        finally:
            _unlock(connection, text(f"SELECT pg_advisory_unlock{kind}(:key)"), values)


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"utkik {name}".encode()).digest()[:8], signed=True)


def _unlock(connection: Connection, statement: TextClause, values: Mapping[str, int]) -> None:
    """Let go of the lock; with a connection that the server has cut it is gone already."""
    try:
        connection.scalar(statement, values)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        logger.warning("the database server cut the connection that held a lock; the step was done without it")


def _busy(name: str) -> StepBusy:
    return StepBusy(f"Steget {name!r} är redan igång i ett annat fönster eller på en annan dator.")
