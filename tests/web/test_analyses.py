"""Analyses on the page: writing, signing, what is refused, and a draft that nobody stands for."""

from __future__ import annotations

import json
from pathlib import Path

from flask.testing import FlaskClient

from store.analyses import analyses_on
from store.audit import list_audit
from store.db import open_store
from store.types import Analysis
from tests.pipeline.chat_server import chat_server, saying

ITEM = ("cellar", "avlopp")
NAMED = {"post": "cellar/avlopp"}
SAID = {
    "meaning": "Verket måste byggas ut.",
    "duty": "Rena kväve.",
    "cost": "",
    "due": "2035-12-31",
    "proposal": "Planera.",
}


def kept(home: Path) -> list[Analysis]:
    with open_store(f"sqlite:///{home / 'utkik.db'}") as store, store.reading() as session:
        return analyses_on(session, "provköping", ITEM)


def write(client: FlaskClient, **changes: object) -> str:
    form = {**NAMED, **SAID, "units": ["vatten"], "sedd": "0", **changes}
    return client.post("/analys", data=form, follow_redirects=True).get_data(as_text=True)


def test_analyst_writes_a_draft_and_the_coordinator_signs_it(
    analyst: FlaskClient, coordinator: FlaskClient, home: Path
) -> None:
    page = write(analyst)
    assert "sparad som utkast" in page
    assert "Utkast av analytiker; ingen har undertecknat det" in page
    assert "Underteckna</button>" not in page
    signed = coordinator.post("/analys/underteckna", data={**NAMED, "sedd": "1"}, follow_redirects=True)
    assert "Undertecknad av samordnare" in signed.get_data(as_text=True)
    [analysis] = kept(home)
    assert (analysis.author, analysis.signed_by, analysis.units) == ("analytiker", "samordnare", ("vatten",))


def test_analyst_cannot_sign_by_the_form_of_writing(analyst: FlaskClient, home: Path) -> None:
    write(analyst, underteckna="ja")
    assert [one.is_signed for one in kept(home)] == [False]


def test_coordinator_writes_and_signs_in_one_go(coordinator: FlaskClient, home: Path) -> None:
    assert "sparad och undertecknad" in write(coordinator, underteckna="ja")
    assert [one.is_signed for one in kept(home)] == [True]
    with open_store(f"sqlite:///{home / 'utkik.db'}") as store, store.reading() as session:
        actions = [entry.action for entry in list_audit(session, limit=10)]
    assert {"analysis.write", "analysis.sign"} <= set(actions)


def test_a_version_that_was_not_seen_is_not_written_over(coordinator: FlaskClient, home: Path) -> None:
    write(coordinator)
    page = write(coordinator, meaning="Något annat", sedd="0")
    assert "Någon annan har skrivit en ny version" in page
    assert "Något annat</textarea>" in page
    assert len(kept(home)) == 1


def test_what_is_missing_or_no_day_is_said_and_what_was_typed_stays(coordinator: FlaskClient, home: Path) -> None:
    assert "Skriv vad det betyder" in write(coordinator, meaning=" ")
    page = write(coordinator, due="nästa år")
    assert "Skriv dagen som" in page
    assert "Verket måste byggas ut.</textarea>" in page
    assert kept(home) == []


def test_item_page_shows_whose_analysis_it_is(coordinator: FlaskClient) -> None:
    assert "Ingen har skrivit vad den betyder för oss" in coordinator.get("/post/cellar/avlopp").get_data(as_text=True)
    write(coordinator)
    page = coordinator.get("/post/cellar/avlopp").get_data(as_text=True)
    assert "Verket måste byggas ut." in page
    assert "Utkast av samordnare; ingen har undertecknat det" in page


def test_unknown_item_is_not_found(coordinator: FlaskClient) -> None:
    assert coordinator.get("/analys?post=cellar/finns-inte").status_code == 404
    assert coordinator.get("/analys").status_code == 404
    form = {**SAID, "post": "cellar/finns-inte", "sedd": "0"}
    assert coordinator.post("/analys", data=form).status_code == 404


def test_markup_in_an_analysis_stays_text(coordinator: FlaskClient) -> None:
    page = write(coordinator, meaning="<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_second_reader_is_not_offered_or_asked_when_it_is_off(coordinator: FlaskClient, home: Path) -> None:
    assert "andra läsaren om ett utkast" not in coordinator.get("/analys?post=cellar/avlopp").get_data(as_text=True)
    form = {**NAMED, "sedd": "0"}
    assert coordinator.post("/analys/utkast", data=form).status_code == 404


def test_draft_of_the_second_reader_is_marked_until_a_person_signs(coordinator: FlaskClient, home: Path) -> None:
    answer = json.dumps({**SAID, "units": ["vatten"]})
    with chat_server(saying(answer)) as server:
        settings = f'[second_reader]\nurl = "{server.url}"\nmodel = "m"\n'
        with (home / "utkik.toml").open("a", encoding="utf-8") as file:
            file.write(settings)
        form = {**NAMED, "sedd": "0"}
        page = coordinator.post("/analys/utkast", data=form, follow_redirects=True).get_data(as_text=True)
    assert "Utkast av andra läsaren; ingen har undertecknat det" in page
    [analysis] = kept(home)
    assert (analysis.origin, analysis.is_signed, analysis.author) == ("second_reader", False, "m")
