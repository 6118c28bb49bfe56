"""To which municipality accounts and keys belong: said when there are several, and kept when a second one comes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.installation import open_installation
from store.accounts import list_accounts
from store.api_tokens import list_tokens
from store.audit import list_audit
from store.errors import ConfigurationError

ANNA, BO = "anna@example.org", "bo@example.org"


def utkik(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["--home", str(home), *words])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give an installation of Mellerud alone, with a coordinator and a reader from then."""
    folder = tmp_path / "home"
    assert utkik(folder, "init").exit_code == 0
    assert utkik(folder, "account", "add", ANNA, "--role", "coordinator").exit_code == 0
    assert utkik(folder, "account", "add", BO, "--role", "reader").exit_code == 0
    assert utkik(folder, "token", "add", "diariet").exit_code == 0
    return folder


def belongings(home: Path) -> dict[str, str]:
    with open_installation(home) as installation, installation.store.reading() as session:
        accounts = {one.name: one.municipality for one in list_accounts(session)}
        return accounts | {one.name: one.municipality for one in list_tokens(session)}


def refusal(home: Path, *words: str) -> str:
    done = utkik(home, *words)
    assert isinstance(done.exception, ConfigurationError), done.output
    return str(done.exception)


def test_with_one_municipality_nothing_is_bound_or_told(home: Path) -> None:
    assert belongings(home) == {ANNA: "", BO: "", "diariet": ""}
    assert "Kommun" not in utkik(home, "account", "list").output
    assert json.loads(utkik(home, "account", "list", "--json").output)[0].keys() == {"name", "role", "login"}


def test_what_was_made_with_one_municipality_stays_in_it_but_for_who_runs_the_whole(home: Path) -> None:
    said = utkik(home, "municipality", "add", "varberg").output
    assert belongings(home) == {ANNA: "", BO: "mellerud", "diariet": "mellerud"}
    assert f"Samordnarkonton ser nu alla kommuner: {ANNA}" in said
    utkik(home, "municipality", "add", "åmål")
    assert belongings(home) == {ANNA: "", BO: "mellerud", "diariet": "mellerud"}


def test_with_several_it_is_said_whose_a_new_account_or_key_is(home: Path) -> None:
    utkik(home, "municipality", "add", "varberg")
    told = refusal(home, "account", "add", "c@example.org", "--role", "reader")
    assert "--for KOMMUN" in told
    assert "mellerud, varberg" in told
    assert "--for KOMMUN" in refusal(home, "token", "add", "arkivet")
    assert "ale" in refusal(home, "account", "add", "c@example.org", "--role", "reader", "--for", "ale")
    assert utkik(home, "account", "add", "c@example.org", "--role", "reader", "--for", "Varberg").exit_code == 0
    assert utkik(home, "account", "add", "d@example.org", "--role", "reader", "--for", "alla").exit_code == 0
    assert utkik(home, "token", "add", "arkivet", "--for", "1383").exit_code == 0
    found = belongings(home)
    assert (found["c@example.org"], found["d@example.org"], found["arkivet"]) == ("varberg", "", "varberg")
    assert "Kommun" in utkik(home, "account", "list").output
    assert json.loads(utkik(home, "token", "list", "--json").output)[0]["municipality"] == "varberg"


def test_account_is_bound_to_another_municipality_and_the_log_of_that_one_says_so(home: Path) -> None:
    utkik(home, "municipality", "add", "varberg")
    assert "ser nu varberg" in utkik(home, "account", "municipality", ANNA, "varberg").output
    assert belongings(home)[ANNA] == "varberg"
    with open_installation(home) as installation, installation.store.reading() as session:
        (entry,) = list_audit(session, municipality="varberg")
    assert (entry.action, entry.detail) == ("account.municipality", "varberg")
    assert "ser nu alla kommuner" in utkik(home, "account", "municipality", ANNA, "alla").output
