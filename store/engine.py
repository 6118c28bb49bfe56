"""Engines for the two databases: how each is opened, how a transaction begins, and what its faults are called."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from store.errors import DamagedStore, StoreError

# A writer waits this long for another; the longest single transaction (a chunk of a first fill) is about a second.
BUSY_SECONDS = 30
CONNECT_SECONDS = 10
# Connections to PostgreSQL: so many are kept, and so many more opened when all the page's threads (64 at most) ask at
# once; a process at rest has one or two.
POOL, MORE = 5, 75
POOL_SECONDS = 30  # to wait for one to be free
OLDEST = 1_800  # seconds: firewalls forget a connection that has been silent for an hour, and tell nobody
# A machine that is gone is noticed after a minute, not after the two hours of the operating system.
ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

# What a transaction is for, as the execution option "purpose" of the engine that begins it.
READ = {"purpose": "read"}
WRITE = {"purpose": "write"}
DURABLE = {"purpose": "durable"}
NO_TRANSACTION = {"purpose": "none"}


def create(url: str, *, wait: float = BUSY_SECONDS) -> Engine:
    """Return an engine for a `sqlite:///path` or `postgresql://…` address; nothing is opened yet.

    `wait` is how many seconds a writer on SQLite waits for another.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, wait)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,  # a server that was restarted between two steps is met with a new connection
        pool_size=POOL,
        max_overflow=MORE,
        pool_timeout=POOL_SECONDS,
        pool_recycle=OLDEST,
        connect_args={"connect_timeout": CONNECT_SECONDS, "client_encoding": "utf8", **ALIVE},
        json_serializer=_to_json,
        json_deserializer=_from_json,
    )


def with_purpose(engine: Engine, purpose: dict[str, str]) -> Engine:
    """Return the engine as used for reading, for writing, or for writes that must survive a power cut."""
    if engine.dialect.name == "postgresql" and purpose is READ:
        return engine.execution_options(**purpose, isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.execution_options(**purpose)


def sqlite_path(engine: Engine) -> Path | None:
    """Return the database file, or None on PostgreSQL."""
    return Path(str(engine.url.database)) if engine.dialect.name == "sqlite" else None


def shown_url(engine: Engine) -> str:
    """Return the address as it may be shown: no password, also not one given as a parameter."""
    return engine.url.set(query={}).render_as_string(hide_password=True)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    except (ArgumentError, ValueError):
        # Not repeated, nor chained: a password may stand in it.
        raise StoreError(
            "Databasadressen går inte att tolka. Skriv sqlite:///sökväg/till/fil.db eller "
            "postgresql://användare:lösenord@server/databas."
        ) from None
    backend = parsed.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise StoreError(f"Databasen {backend!r} stöds inte. Använd sqlite:///… eller postgresql://….")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("Databasen måste vara en fil: skriv sqlite:///sökväg/till/fil.db.")
    return parsed


def _sqlite(url: URL, wait: float) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite"),
        connect_args={"timeout": wait},
        json_serializer=_to_json,
        json_deserializer=_from_json,
    )
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions late; `_begin` does it in time
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -32768")  # 32 MiB: the index pages of some 100,000 items


def _begin(connection: Connection) -> None:
    """Begin at once as the transaction will go on: a reader that turns writer cannot wait, it only fails."""
    purpose = connection.get_execution_options().get("purpose", "write")
    if purpose == "none":
        return
    execute = connection.exec_driver_sql
    execute(f"PRAGMA query_only = {'ON' if purpose == 'read' else 'OFF'}")
    execute(f"PRAGMA synchronous = {'FULL' if purpose == 'durable' else 'NORMAL'}")
    execute("BEGIN" if purpose == "read" else "BEGIN IMMEDIATE")


def _to_json(value: Any) -> str:
    if value == []:  # four of an item's five columns, most often
        return "[]"
    return _encode(value)


def _from_json(text: str | bytes) -> Any:  # psycopg gives bytes
    if text == "[]":
        return []
    return {} if text == "{}" else json.loads(text)


def fault(error: DBAPIError, engine: Engine) -> StoreError | None:
    """Return what a database error means to the one who runs the program, or None when it is our own mistake."""
    text = str(error.orig).lower()
    name = shown_url(engine)
    for sign, message in _SIGNS:
        if sign in text:
            kind = DamagedStore if sign in _DAMAGE else StoreError
            return kind(f"{message} ({name})")
    if engine.dialect.name == "postgresql" and (error.connection_invalidated or isinstance(error, OperationalError)):
        return StoreError(f"Databasservern svarar inte eller bröt förbindelsen. Försök igen om en stund. ({name})")
    return None


_DAMAGE = ("not a database", "malformed")
_SIGNS = (
    ("database is locked", "Databasen är upptagen av ett annat program. Försök igen om en stund."),
    ("database or disk is full", "Disken är full. Frigör utrymme och kör igen; inget sparat har gått förlorat."),
    ("no space left", "Disken är full. Frigör utrymme och kör igen; inget sparat har gått förlorat."),
    ("readonly database", "Databasen är skrivskyddad. Kontrollera filens och mappens rättigheter."),
    ("read-only", "Databasen är skrivskyddad. Kontrollera användarens rättigheter."),
    ("unable to open database file", "Databasfilen går inte att öppna. Kontrollera att mappen finns och är skrivbar."),
    ("not a database", "Filen är ingen databas, eller så är den skadad. Lägg tillbaka den senaste säkerhetskopian."),
    ("does not exist", "Databasen eller användaren finns inte på databasservern. Kontrollera databasadressen."),
    ("malformed", "Databasen är skadad. Lägg tillbaka den senaste säkerhetskopian."),
    ("disk i/o error", "Disken gick inte att läsa eller skriva. Kontrollera disken och kör igen."),
    ("password authentication failed", "Databasservern godtog inte inloggningen. Kontrollera databasadressen."),
)
