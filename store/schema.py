"""Bringing a database to the schema of this program, or refusing to touch it."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

from filelock import FileLock
from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.exc import DBAPIError

from store import engine as engines
from store.errors import StoreError
from store.tables import MetaRow

# The last file in store/migrations/versions; a test holds the two together, so that opening costs no Alembic import.
HEAD = "0005"
_OPENING_LOCK = 7_201_955_001  # any constant that is ours: PostgreSQL's advisory lock while the schema is brought up


def migrate(engine: Engine) -> None:
    """Bring the database to this program's schema in one transaction; a newer or foreign one is refused."""
    try:
        with _alone(engine):
            if _version(engine) != HEAD:
                _upgrade(engine)
    except DBAPIError as error:
        raise engines.fault(error, engine) or StoreError(f"Databasen kunde inte öppnas: {error.orig}") from error


@contextlib.contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Hold others off while a SQLite file is created: the step to WAL does not wait for a lock, it fails."""
    path = engines.sqlite_path(engine)
    if path is None:
        yield
        return
    if not path.parent.is_dir():
        raise StoreError(f"Mappen {path.parent} finns inte. Skapa den, eller ändra databasadressen.")
    try:
        with FileLock(f"{path}.opening.lock", timeout=engines.BUSY_SECONDS):
            with engines.with_purpose(engine, engines.NO_TRANSACTION).connect() as connection:
                if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
                    connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            yield
    except OSError as error:
        raise StoreError(
            f"Databasen {path} går inte att öppna: {error.strerror}. Kontrollera rättigheterna."
        ) from error


def _version(engine: Engine) -> str:
    with engines.with_purpose(engine, engines.READ).connect() as connection:
        if not engine.dialect.has_table(connection, "alembic_version"):
            return ""
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _upgrade(engine: Engine) -> None:
    with engines.with_purpose(engine, engines.DURABLE).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _OPENING_LOCK})
        upgrade(connection)
        known = connection.execute(select(MetaRow.value).where(MetaRow.name == "installation_id")).scalar()
        if known is None:
            connection.execute(insert(MetaRow).values(name="installation_id", value=uuid.uuid4().hex))


def upgrade(connection: Connection) -> None:
    """Run the missing migrations inside the connection's transaction."""
    from alembic import command  # imported here: needed once per new version, and it costs 0.2 s
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "store:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        name = engines.shown_url(connection.engine)
        raise StoreError(
            f"Databasen {name} hör till en nyare version av Utkik än den här. Uppdatera programmet; inget är ändrat."
        ) from error
