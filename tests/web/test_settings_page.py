"""The pages of settings and of the audit log: every row explained, no secret shown."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from pipeline.installation import Installation, open_installation
from pipeline.settings import Settings
from pipeline.settings_help import settings_help
from store.audit import note
from store.types import AuditEntry, Role
from tests.pipeline.making import NOW
from tests.test_docs import settings_of
from tests.web.conftest import Clock, browser_of
from web.app import create_app
from web.views.audit import ACTIONS

VIEWS = Path(__file__).parents[2] / "web" / "views"


@pytest.mark.parametrize("name", [name for name in settings_of(Settings) if name != "replay_url"])
def test_every_setting_is_explained_in_swedish(name: str) -> None:
    assert settings_help().get(name)


def test_no_secret_is_shown(home: Path, installation: Installation) -> None:
    (home / "utkik.toml").write_text(
        'database_url = "sqlite:////tmp/x.db"\n[mail]\npassword = "canary-1"\n'
        '[web.oidc]\nclient_secret = "canary-2"\n[sources.interreg.options]\nkey = "canary-3"\n',
        encoding="utf-8",
    )
    secret = open_installation(home)
    settings = installation.settings
    with secret as opened:
        settings = opened.settings
    app = create_app(Installation(settings, installation.store, installation.municipality), clock=Clock())
    page = browser_of(app, Role.READER).get("/installningar").get_data(as_text=True)
    assert "canary" not in page
    assert "••••" in page
    assert "interreg" in page


def test_log_names_who_is_still_there_and_says_of_others_that_they_are_gone(
    coordinator: FlaskClient, installation: Installation
) -> None:
    gone = AuditEntry(at=NOW, account_id="borta", role="analyst", action="verdict.send", subject="feeds/a")
    by_command = AuditEntry(at=NOW, account_id="", role="", action="account.role", subject="reader", detail="analyst")
    with installation.store.session() as session:
        note(session, gone)
        note(session, by_command)
    page = " ".join(re.sub(r"<[^>]+>", " ", coordinator.get("/handelser").get_data(as_text=True)).split())
    assert "borttaget konto (analytiker) bedömde: skicka feeds/a" in page
    assert "kommandoraden ändrade en roll reader@example.org analytiker" in page


def test_log_is_shown_a_hundred_at_a_time(coordinator: FlaskClient, installation: Installation) -> None:
    with installation.store.session() as session:
        for number in range(150):
            at = NOW - timedelta(minutes=number)
            note(session, AuditEntry(at=at, account_id="", role="", action="login", subject=f"nr {number}."))
    first = coordinator.get("/handelser").get_data(as_text=True)
    second = coordinator.get("/handelser?fran=100").get_data(as_text=True)
    assert "nr 99." in first
    assert "nr 100." not in first
    assert "nr 100." in second
    assert "nr 149." in second
    assert "/handelser?fran=100" in first
    assert coordinator.get("/handelser?fran=-1").status_code == 200
    assert coordinator.get("/handelser?fran=x").status_code == 200


def test_every_kind_of_entry_that_a_view_writes_has_words() -> None:
    written = set()
    for path in VIEWS.glob("*.py"):
        written |= set(re.findall(r"\baudit\(\s*\"([\w.]+)\"", path.read_text(encoding="utf-8")))
    assert {"login", "logout"} <= written
    assert written <= set(ACTIONS)
