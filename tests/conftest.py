"""Fixtures for every test that needs a store: the real databases, SQLite in a file and PostgreSQL."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from store.db import Store, open_store
from store.types import Item, Kind
from tests.postgresql import postgresql


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: a long test that comes last runs alone while the other workers wait."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Give the address of a PostgreSQL server on which databases may be made and dropped."""
    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """Give the name of a database with our tables, to copy: quicker than migrating for every test."""
    with database(postgresql_server) as url:
        open_store(url).close()
        yield str(make_url(url).database)


@contextlib.contextmanager
def database(server_url: str, template: str = "template1") -> Iterator[str]:
    """Give the address of a new database, which is dropped afterwards."""
    name = f"utkik_{uuid.uuid4().hex}"
    server = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def postgresql_url(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    """Give the address of a database of its own, empty but for our tables."""
    with database(postgresql_server, postgresql_template) as url:
        yield url


@pytest.fixture
def bare_postgresql_url(postgresql_server: str) -> Iterator[str]:
    """Give the address of a database of its own, without tables."""
    with database(postgresql_server) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with our tables and nothing in them, to copy: migrating takes a tenth of a second of each test."""
    path = tmp_path_factory.mktemp("template") / "utkik.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path / 'utkik.db')}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Give an empty store, of either kind."""
    with open_store(database_url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """Give an empty store on SQLite, for tests to which the kind of database is nothing."""
    with open_store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'utkik.db')}") as opened:
        yield opened


@pytest.fixture
def make_item() -> Callable[..., Item]:
    """Give a function that makes an item, any field of which may be named."""

    def make(**fields: Any) -> Item:
        values: dict[str, Any] = {
            "source": "cellar",
            "key": "32026L0001",
            "kind": Kind.LEGAL_ACT,
            "title": "Direktiv om rening av avloppsvatten",
            "url": "https://example.org/32026L0001",
            "text": "Medlemsstaterna ska se till att avloppsvatten från tätbebyggelse renas.",
            "language": "sv",
            "published": date(2026, 8, 17),
        }
        return Item(**values | fields)

    return make
