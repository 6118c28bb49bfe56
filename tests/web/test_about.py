"""What the page tells of itself: the statements say what is so, and no more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.installation import open_installation
from pipeline.retention import RULES as RETENTION
from tests.web.browsing import RULES
from tests.web.conftest import Clock
from tests.web.record_accessibility import FILE, html_pages
from tests.web.test_accessibility import WIDTHS
from web.app import create_app
from web.views.about import SHORTCOMINGS, STORED


def recorded() -> dict[str, Any]:
    values: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return values


def test_statement_rests_on_a_check_of_exactly_the_pages_there_are(app: Flask) -> None:
    assert recorded()["pages"] == html_pages(app), "check anew with: make accessibility"


def test_statement_names_the_rules_and_widths_that_the_tests_hold_to() -> None:
    assert recorded()["rules"] == RULES
    assert recorded()["widths"] == list(WIDTHS)


def test_statement_says_what_was_found_what_falls_short_and_whom_to_write_to(client: FlaskClient) -> None:
    page = client.get("/tillganglighet").get_data(as_text=True)
    values = recorded()
    assert all(one in page for one in SHORTCOMINGS)
    assert "samordnare@example.org" in page
    assert f'datetime="{values["on"]}"' in page
    assert f"axe {values['axe']} " in page
    assert ("granskningen hittade" in page) == bool(values["violations"])


def test_what_is_stored_names_every_time_of_retention_that_is_about_persons(client: FlaskClient) -> None:
    named = {name for *_, name in STORED if name}
    assert named | {"runs_months"} == {rule.setting for rule in RETENTION}
    page = client.get("/personuppgifter").get_data(as_text=True)
    assert page.count("kommunen har inte beslutat om gallring") == 4
    assert "samordnare@example.org" in page


def page_with(home: Path, settings: str) -> str:
    (home / "utkik.toml").write_text(settings, encoding="utf-8")
    with open_installation(home) as opened:
        page = create_app(opened, clock=Clock()).test_client().get("/personuppgifter").get_data(as_text=True)
    return re.sub(r"\s+", " ", page)


def test_page_about_personal_data_says_what_the_settings_say(home: Path) -> None:
    page = page_with(
        home,
        '[retention]\ndecision = "KS 2026:12"\nfeedback_days = 30\naudit_months = 1\n'
        '[privacy]\nofficer = "dataskydd@example.org"\nrecord = "R 17"\nprocessors = "Driftbolaget"\n'
        '[second_reader]\nurl = "http://127.0.0.1:11434/v1"\nmodel = "m"\n',
    )
    assert "KS 2026:12" in page
    assert "30 dagar" in page
    assert "1 månad<" in page
    assert "dataskydd@example.org" in page
    assert "R 17" in page
    assert "Driftbolaget. " in page
    assert "språkmodell" in page
    assert "språkmodell" not in page_with(home, "")


@pytest.mark.parametrize("path", ["/tillganglighet", "/personuppgifter"])
def test_anyone_may_read_it_and_finds_it_from_every_page(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200
    assert f'href="{path}"' in client.get("/logga-in").get_data(as_text=True)
    assert f'href="{path}"' in client.get("/for-invanare").get_data(as_text=True)
