"""Calls for planned projects on the page: shown with reasons, decided by a coordinator, exported as evidence."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from pipeline.installation import Installation
from store.actions import list_actions
from store.assessments import save_assessments
from store.audit import list_audit
from store.items import upsert_items
from store.runs import begin_run
from store.types import Deadline, Kind
from tests.pipeline.making import NOW, candidate
from tests.web.seeding import municipality_file

PROJECT = """
[[networks]]
name = "Eurocities"

[[twin_towns]]
name = "Valga"
country = "Estland"

[[projects]]
key = "reningsverk"
name = "Nytt reningsverk"
unit = "vatten"
areas = ["water"]
words = ["rening"]

"""
CALL = {"project": "reningsverk", "source": "feeds", "key": "vattenstod"}


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "utkik.toml").write_text("", encoding="utf-8")
    text = municipality_file().replace("[units.skola]", getattr(request, "param", PROJECT) + "[units.skola]", 1)
    (folder / "municipality.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def filled(installation: Installation) -> None:
    call = candidate(
        "vattenstod",
        "Stöd till <b>rening</b> av vatten",
        kind=Kind.CALL,
        status="open",
        areas={"water": 0.8},
        deadlines=(Deadline(date(2026, 12, 15)),),
        facts={"applicants": ["municipality"], "partners_min": 3, "countries_min": 3},
    )
    news = candidate("valga", "Skolan i Valga byggs om")
    with installation.store.session() as session:
        upsert_items(session, [call.item, news.item], now=NOW)
        save_assessments(session, [call.assessment, news.assessment], now=NOW)


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(re.sub(r"\s+", " ", answer.get_data(as_text=True)))


def test_a_project_shows_its_calls_with_day_reasons_and_state(reader: FlaskClient) -> None:
    page = text(reader, "/medfinansiering")
    assert "Nytt reningsverk" in page
    assert "om 22 dagar · tis 15 dec" in page
    assert "gäller vatten och avlopp; rening i rubriken; kommunen får söka." in page
    assert "kräver minst 3 partner." in page
    assert "inte avgjord" in page
    assert "<b>rening" not in reader.get("/medfinansiering").get_data(as_text=True)
    assert "Avgör" not in page  # a reader decides nothing


def test_a_decision_is_kept_with_its_reason_and_becomes_an_action(
    coordinator: FlaskClient, installation: Installation
) -> None:
    answer = coordinator.post("/medfinansiering", data=CALL | {"state": "applied", "why": "passar väl"})
    assert answer.status_code == 303
    page = text(coordinator, "/medfinansiering")
    assert "prövad" in page
    assert "passar väl" in page
    with installation.store.reading() as session:
        assert [action.unit for action in list_actions(session, "provköping")] == ["vatten"]
        assert list_audit(session, limit=1, offset=0)[0].action == "cofinancing.applied"
    rows = coordinator.get("/medfinansiering/register.csv").get_data(as_text=True)
    assert "Nytt reningsverk" in rows
    assert "passar väl" in rows


def test_declining_without_a_reason_is_met_at_the_form_and_keeps_nothing(
    coordinator: FlaskClient, installation: Installation
) -> None:
    answer = coordinator.post("/medfinansiering", data=CALL | {"state": "declined", "why": ""})
    assert answer.status_code == 400
    assert "Skriv varför ni avstår" in unescape(answer.get_data(as_text=True))
    assert coordinator.post("/medfinansiering", data=CALL | {"state": "lost"}).status_code == 400
    assert coordinator.post("/medfinansiering", data=CALL | {"project": "x", "state": "applied"}).status_code == 400
    assert "inte avgjord" in text(coordinator, "/medfinansiering")


def test_partners_are_shown_with_what_names_them_and_what_a_call_lacks(reader: FlaskClient) -> None:
    page = text(reader, "/partner")
    assert "I norr</dt><dd>Valga" in page
    assert "nämner Valga." in page
    assert "kräver 2 partner från 2 andra länder utöver er; Valga passar; saknas: 1 partner till" in page


@pytest.mark.parametrize("home", [""], indirect=True)
def test_without_projects_the_page_says_how_to_begin(reader: FlaskClient) -> None:
    page = text(reader, "/medfinansiering")
    assert "Inga planerade projekt än." in page
    assert "Ingen utlysning har återkommit" in page


def test_what_fits_is_kept_until_something_is_read_again(reader: FlaskClient, installation: Installation) -> None:
    assert "Nytt stöd" not in text(reader, "/medfinansiering")
    another = candidate("annat", "Nytt stöd till rening", kind=Kind.CALL, status="open", areas={"water": 0.8})
    with installation.store.session() as session:
        upsert_items(session, [another.item], now=NOW)
        save_assessments(session, [another.assessment], now=NOW)
    assert "Nytt stöd" not in text(reader, "/medfinansiering")
    with installation.store.session() as session:
        begin_run(session, "assess", now=NOW)
    assert "Nytt stöd" in text(reader, "/medfinansiering") or "Det räknas om just nu" in text(
        reader, "/medfinansiering"
    )
