"""Keys to the HTTP API as a coordinator makes and revokes them, on the page and by command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from typer.testing import CliRunner, Result

from pipeline.api_tokens import digest_of
from pipeline.cli import app as command_line
from pipeline.installation import Installation
from store.api_tokens import list_tokens
from store.audit import list_audit
from store.errors import ConfigurationError

KEY = re.compile(r"utkik_[A-Za-z0-9_-]{43}")


def utkik(home: Path, *words: str) -> Result:
    return CliRunner().invoke(command_line, ["--home", str(home), *words])


def test_key_is_shown_once_and_opens_until_it_is_revoked(
    coordinator: FlaskClient, client: FlaskClient, installation: Installation
) -> None:
    page = coordinator.post("/api-nycklar", data={"namn": "Diariet", "roll": "reader"}).get_data(as_text=True)
    found = KEY.search(page)
    assert found
    assert not KEY.search(coordinator.get("/api-nycklar").get_data(as_text=True))
    headers = {"Authorization": f"Bearer {found[0]}"}
    assert client.get("/api/v1/sources", headers=headers).status_code == 200
    with installation.store.reading() as session:
        [token] = list_tokens(session)
    assert token.digest == digest_of(found[0])
    coordinator.post("/api-nycklar/aterkalla", data={"nummer": token.id})
    assert client.get("/api/v1/sources", headers=headers).status_code == 401
    with installation.store.reading() as session:
        noted = [(one.action, one.subject) for one in list_audit(session, action="token.")]
    assert noted == [("token.remove", token.id), ("token.add", token.id)]
    assert "Diariet" in coordinator.get("/handelser").get_data(as_text=True)


def test_key_needs_a_name_and_a_role(coordinator: FlaskClient, installation: Installation) -> None:
    assert coordinator.post("/api-nycklar", data={"namn": " ", "roll": "reader"}).status_code == 303
    assert coordinator.post("/api-nycklar", data={"namn": "x", "roll": "admin"}).status_code == 400
    with installation.store.reading() as session:
        assert list_tokens(session) == []


def test_commands_make_list_and_revoke_a_key(tmp_path: Path) -> None:
    assert utkik(tmp_path, "init").exit_code == 0
    said = utkik(tmp_path, "token", "add", "Diariet", "--role", "analyst").output
    assert KEY.search(said)
    [listed] = json.loads(utkik(tmp_path, "token", "list", "--json").output)
    assert (listed["name"], listed["role"], listed["last_used"], listed["revoked"]) == (
        "Diariet",
        "analyst",
        None,
        None,
    )
    assert "aldrig" in utkik(tmp_path, "token", "list").output
    assert "återkallad" in utkik(tmp_path, "token", "remove", listed["id"]).output
    [listed] = json.loads(utkik(tmp_path, "token", "list", "--json").output)
    assert listed["revoked"]


@pytest.mark.parametrize("words", [("add", " "), ("add", "x" * 81), ("remove", "finns-inte")])
def test_command_says_what_is_wrong(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert utkik(tmp_path, "init").exit_code == 0
    assert isinstance(utkik(tmp_path, "token", *words).exception, ConfigurationError)
