"""The most memory that this process and a database server beside it have had, told apart.

A server's processes share its buffers, so that the sum of what each holds counts them many times over: here a shared
page counts in proportion to those who share it.
"""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
from sqlalchemy import create_engine, text

EVERY = 1.0  # seconds between two looks at the server: reading its pages' owners takes some milliseconds


@dataclass(slots=True)
class Most:
    """The most that has been seen, in MB; of a server on another machine nothing is."""

    server: float = 0.0

    @property
    def own(self) -> float:
        """The most that this process has had."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    @property
    def children(self) -> float:
        """The most that one of this process's children has had."""
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


@contextmanager
def watched(database: str) -> Iterator[Most]:
    """Give what is filled in while the work goes on."""
    most, ended = Most(), threading.Event()
    server = server_of(database) if database.startswith("postgresql") else None

    def look() -> None:
        while server is not None:
            most.server = max(most.server, held(server))
            if ended.wait(EVERY):
                return

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def server_of(database: str) -> psutil.Process | None:
    """Return the server's first process when it runs on this machine and may be looked at."""
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        number = int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
        try:
            backend = psutil.Process(number)
            return backend.parent() if backend.name().startswith("postgres") else None
        except psutil.Error:
            return None
        finally:
            engine.dispose()


def held(server: psutil.Process) -> float:
    """Return what the server's processes hold together in MB, what they share counted once."""
    total = 0
    for process in [server, *server.children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:  # one that has just ended, or another user's
            continue
    return total / 1024**2
