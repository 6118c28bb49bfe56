"""The commands about accounts: what they make, refuse and tell."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.installation import open_installation
from pipeline.passwords import is_password
from store.accounts import account_named
from store.audit import list_audit
from store.errors import ConfigurationError
from store.types import Account

NAME = "anna@example.org"


def utkik(home: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["--home", str(home), *words], input=typed)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    assert utkik(folder, "init").exit_code == 0
    return folder


def account(home: Path, name: str = NAME) -> Account | None:
    with open_installation(home) as installation, installation.store.reading() as session:
        return account_named(session, name)


def test_account_gets_a_password_that_is_shown_once_and_stored_nowhere(home: Path) -> None:
    said = utkik(home, "account", "add", " Anna@Example.org ", "--role", "analyst").output
    password = re.search(r"Lösenord: (\w{4}-\w{4}-\w{4}-\w{4})", said)
    assert password
    found = account(home)
    assert found is not None
    assert found.role.value == "analyst"
    assert is_password(password[1], found.password)
    assert not any(password[1].encode() in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_password_may_be_typed_and_is_then_not_shown(home: Path) -> None:
    typed = "fyra gröna båtar\nfyra gröna båtar\n"
    said = utkik(home, "account", "add", NAME, "--role", "reader", "--type", typed=typed)
    found = account(home)
    assert said.exit_code == 0
    assert "gröna" not in said.output
    assert found is not None
    assert is_password("fyra gröna båtar", found.password)


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("account", "add", NAME, "--role", "reader", "--type"), "kort\nkort\n", "för kort"),
        (("account", "remove", NAME), "", "finns inte"),
        (("account", "password", NAME), "", "finns inte"),
        (("account", "role", NAME, "reader"), "", "finns inte"),
        (("account", "add", " ", "--role", "reader"), "", "1 till 200 tecken"),
    ],
)
def test_what_cannot_be_done_is_refused_with_words(home: Path, words: tuple[str, ...], typed: str, said: str) -> None:
    result = utkik(home, *words, typed=typed)
    assert isinstance(result.exception, ConfigurationError)
    assert said in str(result.exception)
    assert account(home) is None


def test_second_account_of_a_name_is_refused(home: Path) -> None:
    utkik(home, "account", "add", NAME, "--role", "reader")
    assert "finns redan" in str(utkik(home, "account", "add", NAME, "--role", "coordinator").exception)


def test_role_and_password_change_and_the_account_goes_away_all_of_it_noted(home: Path) -> None:
    utkik(home, "account", "add", NAME, "--role", "reader")
    before = account(home)
    utkik(home, "account", "role", NAME, "coordinator")
    utkik(home, "account", "password", NAME)
    after = account(home)
    listed = json.loads(utkik(home, "account", "list", "--json").output)
    utkik(home, "account", "remove", NAME)
    assert before is not None
    assert after is not None
    assert after.password != before.password
    assert listed == [{"name": NAME, "role": "coordinator", "login": "lösenord"}]
    assert account(home) is None
    with open_installation(home) as installation, installation.store.reading() as session:
        entries = list_audit(session)
    actions = ["account.remove", "account.password", "account.role", "account.add"]
    assert [entry.action for entry in entries] == actions
    assert {entry.subject for entry in entries} == {before.id}
    assert NAME not in str(entries)
