"""Minutes on the page: a decision is kept, one about an item becomes an action, and what is missing is told."""

from __future__ import annotations

from datetime import date
from html import unescape

from flask.testing import FlaskClient

from pipeline.installation import Installation
from store.actions import list_actions
from store.audit import list_audit
from store.decisions import list_decisions

MUNICIPALITY = "provköping"
DAY = {"dag": "2026-11-20", "beslut": "Sök stödet tillsammans med vänorten"}


def decisions(installation: Installation) -> list[str]:
    with installation.store.reading() as session:
        found = list_decisions(session, MUNICIPALITY, since=date(2026, 1, 1), until=date(2027, 1, 1))
    return [decision.text for decision in found]


def first_choice(client: FlaskClient) -> str:
    page = client.get("/moten").get_data(as_text=True)
    return unescape(page.split('<select name="post">')[1].split("</option>")[1].split('value="')[1].split('"')[0])


def test_a_decision_without_item_is_kept_and_shown(coordinator: FlaskClient, installation: Installation) -> None:
    answer = coordinator.post("/moten", data=DAY)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/moten?dag=2026-11-20#nytt")
    assert decisions(installation) == [DAY["beslut"]]
    assert DAY["beslut"] in coordinator.get("/moten").get_data(as_text=True)


def test_a_decision_about_an_item_becomes_an_action_that_the_page_leads_to(
    coordinator: FlaskClient, installation: Installation
) -> None:
    item = first_choice(coordinator)
    coordinator.post("/moten", data={**DAY, "post": item, "enhet": "skola", "senast": "2027-03-01"})
    with installation.store.reading() as session:
        action = next(one for one in list_actions(session, MUNICIPALITY) if one.title == DAY["beslut"])
        [told] = [one for one in list_audit(session) if one.action == "meeting.decide"]
    assert (f"{action.source}/{action.key}", action.unit, action.due) == (item, "skola", date(2027, 3, 1))
    assert told.subject == "2026-11-20"
    page = coordinator.get("/moten").get_data(as_text=True)
    assert f"/atgarder/{action.id}" in page


def test_the_address_of_an_items_page_names_it_too(coordinator: FlaskClient, installation: Installation) -> None:
    item = first_choice(coordinator)
    address = f"http://localhost/post/{item}"
    assert coordinator.post("/moten", data={**DAY, "annan": address, "enhet": "skola"}).status_code == 303
    with installation.store.reading() as session:
        assert DAY["beslut"] in [action.title for action in list_actions(session, MUNICIPALITY)]


def test_what_is_missing_is_told_and_what_was_typed_stays(coordinator: FlaskClient, installation: Installation) -> None:
    for wrong, told in (
        ({"beslut": " "}, "Skriv vad mötet beslutade."),
        ({"dag": "i går"}, "Skriv mötets dag"),
        ({"dag": "2999-01-01"}, "inte vara efter i dag"),
        ({"annan": "finns/inte", "enhet": "skola"}, "Posten finns inte."),
        ({"annan": "strunt"}, "Posten finns inte."),
        ({"enhet": "skola"}, "En åtgärd gäller alltid en post"),
        ({"post": first_choice(coordinator)}, "Välj vilken enhet"),
        ({"senast": "snart"}, "Skriv dagen som"),
    ):
        answer = coordinator.post("/moten", data={**DAY, **wrong})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 400
        assert told in page
        assert wrong.get("beslut", DAY["beslut"]) in page
    assert decisions(installation) == []


def test_readers_see_decisions_but_no_form(coordinator: FlaskClient, reader: FlaskClient) -> None:
    coordinator.post("/moten", data=DAY)
    page = reader.get("/moten").get_data(as_text=True)
    assert DAY["beslut"] in page
    assert '<form method="post" class="panel"' not in page
    assert reader.post("/moten", data=DAY).status_code == 403
