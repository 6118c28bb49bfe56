"""A page to test against: an installation of its own, accounts of every role, and a store with a week in it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.installation import Installation, open_installation
from store.accounts import add_account
from store.db import open_store
from store.types import Account, Role
from tests.pipeline.making import NOW
from tests.web.seeding import municipality_file, seed
from web import sessions
from web.app import create_app

ACCOUNTS = {role: f"{role.value}@example.org" for role in Role}


class Clock:
    """The page's clock, which a test may set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give an installation's folder, with Provköping in it and no database yet."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "utkik.toml").write_text("[web]\npublic = true\n", encoding="utf-8")
    (folder / "municipality.toml").write_text(municipality_file(), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def seeded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database with a week of items and an account of every role, to copy."""
    path = tmp_path_factory.mktemp("seeded") / "utkik.db"
    with open_store(f"sqlite:///{shutil.copy(sqlite_template, path)}") as store, store.session() as session:
        for role, name in ACCOUNTS.items():
            add_account(session, Account(id=role.value, name=name, role=role, created_at=NOW))
        seed(session)
    return path


@pytest.fixture
def installation(home: Path, seeded: Path) -> Iterator[Installation]:
    """Give the installation with its store open: a week of items, and an account of every role."""
    shutil.copy(seeded, home / "utkik.db")
    with open_installation(home) as opened:
        yield opened


@pytest.fixture
def app(installation: Installation, clock: Clock) -> Iterator[Flask]:
    made = create_app(installation, clock=clock)
    made.config["TESTING"] = True
    made.config["PROPAGATE_EXCEPTIONS"] = False  # what a reader sees is what is tested
    yield made
    finish(made)


def finish(app: Flask) -> None:
    """Wait for what requests have set going."""
    app.extensions["utkik"].background.join()
    app.extensions["utkik"].keeper.join()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser where nobody is logged in, and whose POSTs have no CSRF token."""
    return app.test_client()


@pytest.fixture
def log_in(app: Flask) -> Callable[[Role], FlaskClient]:
    """Give a function that gives a browser where the role is logged in, and whose POSTs have their CSRF token."""

    def logged_in(role: Role) -> FlaskClient:
        return browser_of(app, role)

    return logged_in


@pytest.fixture
def coordinator(app: Flask) -> FlaskClient:
    """Give a browser where the coordinator is logged in; its POSTs have their CSRF token."""
    return browser_of(app, Role.COORDINATOR)


@pytest.fixture
def analyst(app: Flask) -> FlaskClient:
    return browser_of(app, Role.ANALYST)


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    return browser_of(app, Role.READER)


def browser_of(app: Flask, role: Role, account: Account | None = None) -> FlaskClient:
    """Log in without a password, which is slow on purpose: as the role's own account, or as the one given."""
    client = app.test_client()
    account = account or Account(id=role.value, name=ACCOUNTS[role], role=role, created_at=NOW)
    store = app.extensions["utkik"].current.installation().store
    with app.test_request_context():
        from flask import session as held

        with store.session() as database:
            sessions.begin(database, account)
        values = dict(held)
    with client.session_transaction() as browser:
        browser.update(values)
    client.environ_base["HTTP_X_CSRFTOKEN"] = token_of(client)
    return client


def token_of(client: FlaskClient, path: str = "/installningar") -> str:
    """Return the CSRF token that the page at the path gives the browser."""
    page = client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf[-_]token" (?:content|value)="([^"]+)"', page)
    assert found, page[:500]
    return found[1]
