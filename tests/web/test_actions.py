"""The register of actions: begun, changed, listed, exported, and never overwritten by another."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from pipeline.attention import action_faults
from pipeline.installation import Installation
from store.actions import action_changes, get_action, list_actions, save_action
from store.audit import list_audit
from store.types import Action
from tests.pipeline.making import NOW
from tests.web import register

FORM = {"title": "Svara på remissen", "unit": "vatten", "owner": "VA-chef", "due": "2026-12-04", "state": "ongoing",
        "applied": "", "granted": "", "currency": "SEK", "outcome": "", "note": ""}  # fmt: skip


@pytest.fixture(autouse=True)
def filled(installation: Installation) -> None:
    with installation.store.session() as session:
        register.matter(session)
        register.actions(session)


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return unescape(answer.get_data(as_text=True))


def listed(client: FlaskClient, path: str) -> list[str]:
    return re.findall(r'class="title" href="/atgarder/[^"]+">([^<]+)', text(client, path))


def kept(installation: Installation, name: str = "a1") -> Action:
    with installation.store.reading() as session:
        found = get_action(session, name)
    assert found is not None
    return found


def test_lists_are_by_state_and_unit_and_name_what_is_late(reader: FlaskClient) -> None:
    assert listed(reader, "/atgarder") == ["Utred kostnaden för kväverening", "Svara på remissen om avloppsdirektivet"]
    assert listed(reader, "/atgarder?lista=forsenade") == ["Utred kostnaden för kväverening"]
    assert listed(reader, "/atgarder?lista=klara&enhet=ledning") == ["Sök stöd för vänortsmöte"]
    assert listed(reader, "/atgarder?lista=nedlagda&enhet=ledning") == []
    assert len(listed(reader, "/atgarder?lista=alla&enhet=okand&sida=-3")) == 4
    page = text(reader, "/atgarder")
    assert "försenad</strong> · " in page
    assert "för 7 dagar sedan" in page
    assert "450\u00a0000 euro" in text(reader, "/atgarder?lista=klara")


def test_new_action_is_begun_from_an_item(analyst: FlaskClient, installation: Installation) -> None:
    page = text(analyst, "/atgarder/ny?post=regeringen/lss")
    assert 'value="Ändringar i lagen om stöd och service till vissa funktionshindrade"' in page
    answer = analyst.post("/atgarder/ny", data=FORM | {"post": "regeringen/lss", "unit": "social"})
    assert answer.status_code == 303
    made = kept(installation, answer.headers["Location"].rpartition("/")[2])
    assert (made.key, made.unit, made.due, made.state) == ("lss", "social", date(2026, 12, 4), "ongoing")
    with installation.store.reading() as session:
        assert "action.add" in {entry.action for entry in list_audit(session)}
        assert action_changes(session, made.id)[0].by == "analytiker"
    assert analyst.get("/atgarder/ny?post=regeringen/finns-inte").status_code == 404


def test_change_is_kept_with_who_and_when(coordinator: FlaskClient, installation: Installation) -> None:
    changed = FORM | {"seen": "2", "state": "done", "applied": "1 250 000,50", "granted": "900000", "currency": "EUR",
                      "outcome": "Svarat <b>i tid</b>\nmed bilaga"}  # fmt: skip
    assert coordinator.post("/atgarder/a1", data=changed).status_code == 303
    now = kept(installation)
    assert (now.applied, now.granted, now.currency, now.version) == (1_250_000.5, 900_000.0, "EUR", 3)
    page = text(coordinator, "/atgarder/a1")
    assert "Svarat <b>i tid</b>" not in coordinator.get("/atgarder/a1").get_data(as_text=True)
    assert re.search(r"mån 23 nov 07\.00</time></td><td>samordnare</td>", page)
    assert "<del>pågår</del> → <ins>klar</ins>" in page
    assert "sökt belopp: <ins>1\u00a0250\u00a0000,50</ins>" in page
    with installation.store.reading() as session:
        assert "action.change" in {entry.action for entry in list_audit(session)}


def test_action_page_has_its_item_and_matter_beside_it(reader: FlaskClient) -> None:
    page = text(reader, "/atgarder/a1")
    assert 'href="/post/regeringen/avlopp-remiss"' in page
    assert 'href="/arenden/avloppsdirektivet"' in page
    assert "faktapromemoria" in page
    assert '<form method="post" class="panel">' not in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " \u202e "}, "Skriv vad som ska göras."),
        ({"due": "snart"}, "Skriv dagen som 2026-12-04"),
        ({"applied": "många"}, "Skriv sökt belopp som ett tal"),
        ({"granted": "-5"}, "Skriv beviljat belopp som ett tal"),
        ({"applied": "9" * 14}, "Skriv sökt belopp som ett tal"),
        ({"applied": "nan"}, "Skriv sökt belopp som ett tal"),
        ({"unit": "rymden"}, "Välj vilken enhet"),
        ({"state": "flyger"}, "känns inte igen"),
        ({"currency": "XXX"}, "känns inte igen"),
    ],
)
def test_form_that_lacks_something_says_what_and_keeps_what_was_written(
    analyst: FlaskClient, installation: Installation, wrong: dict[str, str], said: str
) -> None:
    answer = analyst.post("/atgarder/a1", data=FORM | {"seen": "2", "note": "Det jag skrev"} | wrong)
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 400
    assert said in page
    assert "Det jag skrev" in page
    assert kept(installation).version == 2


def test_F80_second_change_is_told_who_was_first_and_loses_nothing(
    analyst: FlaskClient, coordinator: FlaskClient, installation: Installation
) -> None:
    assert coordinator.post("/atgarder/a1", data=FORM | {"seen": "2", "note": "Först"}).status_code == 303
    answer = analyst.post("/atgarder/a1", data=FORM | {"seen": "2", "note": "Sedan"})
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "Ändrad av samordnare medan du skrev" in page
    assert ">Sedan</textarea>" in page
    assert "<dd>Först</dd>" in page
    assert kept(installation).note == "Först"
    assert 'name="seen" value="3"' in page
    assert analyst.post("/atgarder/a1", data=FORM | {"seen": "3", "note": "Sedan"}).status_code == 303
    assert kept(installation).note == "Sedan"


def test_F73_no_cell_of_the_file_is_a_formula(analyst: FlaskClient, installation: Installation) -> None:
    hostile = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")']
    for place, words in enumerate(hostile):
        with installation.store.session() as session:
            save_action(session, register.action(f"h{place}", title=words, owner=words, note=words, outcome=words))
    answer = analyst.get("/atgarder/lista.csv?lista=alla")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="atgarder-2026-11-23.csv"'
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 11
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert ["Sök stöd för vänortsmöte", "Kommunledningskontoret", "internationell strateg", "klar", "2026-10-01",
            "450000", "300000", "EUR", "Beviljat. Resan görs i maj."] in [row[:9] for row in rows]  # fmt: skip


def test_action_of_another_municipality_is_not_here(coordinator: FlaskClient, installation: Installation) -> None:
    with installation.store.session() as session:
        save_action(session, register.action("other", municipality="annanstans"))
    assert coordinator.get("/atgarder/other").status_code == 404
    assert coordinator.post("/atgarder/other", data=FORM | {"seen": "1"}).status_code == 404
    assert "other" not in text(coordinator, "/atgarder?lista=alla")


def test_late_action_is_told_to_the_coordinator_once_as_news_and_then_along_with_other_matters(
    installation: Installation,
) -> None:
    with installation.store.reading() as session:
        fresh, older = action_faults(session, installation.municipality, NOW)
        later = action_faults(session, installation.municipality, NOW + timedelta(days=3))
    assert fresh == [
        "1\u00a0åtgärd är försenad: Utred kostnaden för kväverening (Provköpings Vatten AB). "
        "Se efter på sidan Åtgärder."
    ]
    assert older == []
    assert later == ([], fresh)


def test_answer_that_something_is_done_stands_in_the_register(installation: Installation, reader: FlaskClient) -> None:
    with installation.store.reading() as session:
        assert {action.id for action in list_actions(session, "provköping", unit="vatten")} == {"a1", "a2"}
    assert "<td>kontaktperson</td>" in text(reader, "/atgarder/a1")
