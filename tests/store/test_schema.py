"""The schema: migrations lead to the tables, and a database that is not ours to change is refused with words."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from store import schema
from store.db import Store, migrate, open_store
from store.errors import StoreError
from store.meta import get_meta, installation_id, set_meta
from store.migrations.searching import is_ours
from store.tables import Table


def test_migrations_lead_to_exactly_the_tables(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_migrations_work_on_an_empty_postgresql(bare_postgresql_url: str) -> None:
    migrate(bare_postgresql_url)
    with open_store(bare_postgresql_url) as store, store.reading() as session:
        assert len(installation_id(session)) == 32


def test_head_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_installation_keeps_its_id(database_url: str) -> None:
    with open_store(database_url) as store, store.reading() as session:
        first = installation_id(session)
    with open_store(database_url) as store, store.reading() as session:
        assert installation_id(session) == first


def test_fact_is_overwritten(store: Store) -> None:
    with store.session() as session:
        assert get_meta(session, "kommun") is None
        set_meta(session, "kommun", "mellerud")
        set_meta(session, "kommun", "varberg")
        assert get_meta(session, "kommun") == "varberg"


def test_F43_database_of_a_newer_version_is_refused_and_left_alone(database_url: str) -> None:
    with open_store(database_url) as store, store.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="nyare version av Utkik"):
        open_store(database_url)
    with pytest.raises(StoreError, match="inget är ändrat"):
        migrate(database_url)


def test_F43_many_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    ids: list[str] = []

    def open_it() -> None:
        with open_store(url) as store, store.reading() as session:
            ids.append(installation_id(session))

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 6
    assert len(set(ids)) == 1


def test_F36_file_that_is_no_database_is_refused_and_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "utkik.db"
    path.write_text("Detta är ett brev, ingen databas. " * 100, encoding="utf-8")
    with pytest.raises(StoreError, match="ingen databas"):
        open_store(f"sqlite:///{path}")
    assert path.read_text(encoding="utf-8").startswith("Detta är ett brev")


def test_F36_truncated_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "utkik.db"
    with open_store(f"sqlite:///{path}"):
        pass
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(StoreError, match=r"skadad.*säkerhetskopia"):
        open_store(f"sqlite:///{path}")


def test_F36_flipped_bytes_are_found_by_reading_the_database_through(tmp_path: Path) -> None:
    path = tmp_path / "utkik.db"
    with open_store(f"sqlite:///{path}") as store:
        assert store.problems() == []
    content = bytearray(path.read_bytes())
    for page in range(3, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises(StoreError, match="skadad"), open_store(f"sqlite:///{path}") as store:
        if store.problems():
            raise StoreError("skadad")


def test_missing_folder_and_strange_addresses_are_refused_with_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"Mappen .* finns inte"):
        open_store(f"sqlite:///{tmp_path / 'ingen' / 'utkik.db'}")
    with pytest.raises(StoreError, match="måste vara en fil"):
        open_store("sqlite://")
    with pytest.raises(StoreError, match="stöds inte"):
        open_store("mysql://localhost/utkik")
    with pytest.raises(StoreError, match="går inte att tolka"):
        open_store("utkik.db")
    with pytest.raises(StoreError, match="Databasservern svarar inte"):
        open_store("postgresql://utkik:hemligt@127.0.0.1:1/utkik")


def test_password_is_not_in_messages() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://utkik:hemligt@127.0.0.1:1/utkik")
    assert "hemligt" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:/utkik:hemligt@server/utkik",
        "postgresql://utkik:hemligt@server:port/utkik",
        "postgresql://utkik@127.0.0.1:1/utkik?password=hemligt",
        "mysql://utkik:hemligt@server/utkik",
    ],
)
def test_password_of_a_wrong_address_is_not_told_either(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "hemligt" not in str(caught.value)


def test_sqlite_is_set_up_as_it_should(sqlite_store: Store) -> None:
    with sqlite_store.session() as session:
        pragma = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys")}
        assert session.execute(text("PRAGMA synchronous")).scalar() == 1
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1}
    with sqlite_store.session(durable=True) as session:
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2
