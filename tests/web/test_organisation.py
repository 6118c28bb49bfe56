"""The organisation is shown with what it lacks, changed in its file, and what was changed can be put back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from pipeline.installation import Installation
from pipeline.municipality import load_municipality
from pipeline.toml_edit import version_of
from store.audit import list_audit
from store.contacts import contact_state, mark_contact
from store.organisation import list_changes
from store.types import ContactState, Reach, Role
from tests.pipeline.making import NOW

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SCHOOL = {
    "name": "Skolförvaltningen",
    "kind": "administration",
    "committee": "Skolnämnden",
    "areas": ["school", "youth_leisure"],
    "contact_role": "kontaktperson för skolan",
    "contact_email": "skola@example.org",
}


@pytest.fixture
def file(home: Path) -> Path:
    return home / "municipality.toml"


def said(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def send(client: FlaskClient, path: str, file: Path, **fields: Any) -> Any:
    return client.post(path, data={"seen": version_of(said(file)), **fields})


def mark(installation: Installation, email: str, state: Reach) -> None:
    with installation.store.session() as session:
        mark_contact(session, ContactState(municipality="provköping", email=email, state=state, since=AT))


def test_units_that_lack_a_reader_stand_first_and_areas_of_nobody_are_named(
    reader: FlaskClient, installation: Installation
) -> None:
    mark(installation, "vatten@example.org", Reach.UNREACHABLE)
    page = reader.get("/organisation").get_data(as_text=True)
    names = re.findall(r"<h2>(.*?) <span", page)
    assert names[:2] == ["Provköpings Vatten AB", "Kommunledningskontoret"]
    assert "2 enheter nås inte av breven." in page
    assert "Breven kommer inte fram" in page
    assert "Ingen svarar för:" in page
    assert "Kultur" in page


def test_reader_may_look_and_not_change(reader: FlaskClient) -> None:
    page = reader.get("/organisation").get_data(as_text=True)
    assert "Skicka provbrev" not in page
    assert "/organisation/enhet/" not in page


def test_changed_contact_is_in_the_file_with_its_comments_and_counts_at_once(
    coordinator: FlaskClient, file: Path
) -> None:
    file.write_text(said(file).replace("[units.skola]", "[units.skola] # vår egen rad"), encoding="utf-8")
    answer = send(
        coordinator,
        "/organisation/enhet/skola",
        file,
        **SCHOOL
        | {"contact_email": "ny@example.org", "contact_from": ["2026-12-01", ""], "contact_until": ["2026-12-14", ""]},
    )
    assert answer.status_code == 303
    assert "[units.skola] # vår egen rad" in said(file)
    contact = load_municipality(file).units["skola"].contact
    assert contact is not None
    assert (contact.email, str(contact.away[0].until)) == ("ny@example.org", "2026-12-14")
    page = coordinator.get("/organisation").get_data(as_text=True)
    assert "ny@example.org" in page
    assert "14 dec" in page


def test_absence_that_is_emptied_and_deputy_that_is_added_are_so_in_the_file(
    coordinator: FlaskClient, file: Path
) -> None:
    away = {"contact_from": ["2026-12-01"], "contact_until": ["2026-12-14"]}
    deputy = {"deputy_role": "ersättare", "deputy_email": "deputy@example.org"}
    send(coordinator, "/organisation/enhet/skola", file, **SCHOOL | away)
    send(
        coordinator,
        "/organisation/enhet/skola",
        file,
        **SCHOOL | deputy | {"contact_from": [""], "contact_until": [""]},
    )
    unit = load_municipality(file).units["skola"]
    assert unit.contact is not None
    assert unit.contact.away == ()
    assert unit.deputy is not None
    assert unit.deputy.email == "deputy@example.org"
    send(coordinator, "/organisation/enhet/skola", file, **SCHOOL)
    assert load_municipality(file).units["skola"].deputy is None


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("contact_email", "inte en adress", "Är ingen giltig e-postadress"),
        ("contact_email", "", "Är ingen giltig e-postadress"),
        ("contact_role", "", "Får inte vara tomt"),
        ("name", "", "Får inte vara tomt"),
        ("areas", [], "Får inte vara tomt"),
        ("kind", "klubb", "Ska vara"),
        ("contact_from", "1 juli", "Ska vara en dag, som 2026-07-01."),
    ],
)
def test_fault_is_told_in_swedish_at_its_field_and_what_was_typed_stays(
    coordinator: FlaskClient, file: Path, field: str, value: Any, told: str
) -> None:
    before = said(file)
    more = {"contact_until": "2026-07-02"} if field == "contact_from" else {}
    answer = send(
        coordinator, "/organisation/enhet/skola", file, **SCHOOL | {"committee": "Det typade"} | more | {field: value}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    name = "contact_away" if field == "contact_from" else field
    fault = re.search(rf'<p class="fault" id="{name}-fault">(.*?)</p>', page)
    assert fault is not None
    assert fault[1].startswith(told)
    assert "Det typade" in page
    assert said(file) == before


def test_F80_two_who_opened_the_same_form_do_not_overwrite_each_other(coordinator: FlaskClient, file: Path) -> None:
    seen = version_of(said(file))
    first = coordinator.post("/organisation/enhet/skola", data=SCHOOL | {"seen": seen, "name": "Först"})
    second = coordinator.post("/organisation/enhet/skola", data=SCHOOL | {"seen": seen, "name": "Sedan"})
    assert (first.status_code, second.status_code) == (303, 409)
    page = second.get_data(as_text=True)
    assert "Någon annan har ändrat i filen" in page
    assert "I filen står nu: Först" in page
    assert 'value="Sedan"' in page
    assert 'name = "Först"' in said(file)


def test_F80_an_editor_in_between_is_not_overwritten(coordinator: FlaskClient, file: Path) -> None:
    seen = version_of(said(file))
    file.write_text(said(file) + "# för hand\n", encoding="utf-8")
    assert coordinator.post("/organisation/enhet/skola", data=SCHOOL | {"seen": seen, "name": "Ny"}).status_code == 409
    assert said(file).endswith("# för hand\n")


def test_unit_is_added_and_gets_a_key_of_its_name(coordinator: FlaskClient, file: Path) -> None:
    fields = {"name": "Årjängs Skola & Vård", "kind": "company", "areas": ["waste"]}
    assert send(coordinator, "/organisation/ny", file, **fields).status_code == 303
    assert load_municipality(file).units["arjangs-skola-vard"].areas == ("waste",)
    assert send(coordinator, "/organisation/ny", file, **fields).status_code == 303
    assert "arjangs-skola-vard-2" in load_municipality(file).units


def test_removal_says_who_gets_what_and_leaves_the_rest(coordinator: FlaskClient, file: Path) -> None:
    page = coordinator.get("/organisation/enhet/vatten/bort").get_data(as_text=True)
    assert re.search(r"Vatten och avlopp</th><td>Samordnaren", page)
    assert send(coordinator, "/organisation/enhet/vatten/bort", file).status_code == 303
    assert sorted(load_municipality(file).units) == ["ledning", "skola", "social"]
    assert coordinator.get("/organisation/enhet/vatten").status_code == 404


def test_last_unit_stays(coordinator: FlaskClient, file: Path) -> None:
    for unit in ("vatten", "ledning", "social"):
        send(coordinator, f"/organisation/enhet/{unit}/bort", file)
    assert "Det är den enda enheten" in coordinator.get("/organisation/enhet/skola/bort").get_data(as_text=True)
    assert send(coordinator, "/organisation/enhet/skola/bort", file).status_code == 422
    assert list(load_municipality(file).units) == ["skola"]


def test_coordinator_and_thresholds_are_changed_together(coordinator: FlaskClient, file: Path) -> None:
    fields = {
        "coordinator_role": "samordnaren",
        "coordinator_email": "ny.samordnare@example.org",
        "coordinator_deputy_role": "biträdande",
        "coordinator_deputy_email": "bitr@example.org",
        "summary": "yes",
        "thresholds_relevance": "0,6",
        "thresholds_area": "0.4",
        "thresholds_per_digest": "25",
        "thresholds_explore": "4",
    }
    assert send(coordinator, "/organisation/samordnare", file, **fields).status_code == 303
    found = load_municipality(file)
    assert found.coordinator.email == "ny.samordnare@example.org"
    assert found.coordinator.summary
    assert found.coordinator.deputy is not None
    assert found.thresholds.relevance == 0.6
    refused = send(coordinator, "/organisation/samordnare", file, **fields | {"thresholds_relevance": "7"})
    assert refused.status_code == 422
    assert "Ska vara högst 1" in refused.get_data(as_text=True)


def test_twin_towns_are_added_changed_and_taken_away(coordinator: FlaskClient, file: Path) -> None:
    one = {"name": ["Vännäs", ""], "country": ["Norge", ""], "also": ["Vanneys, Vennes", ""]}
    assert send(coordinator, "/organisation/vanorter", file, **one).status_code == 303
    assert load_municipality(file).twin_towns[0].also == ("Vanneys", "Vennes")
    two = {"name": ["Vännäs", "By"], "country": ["Finland", ""], "also": ["", ""]}
    send(coordinator, "/organisation/vanorter", file, **two)
    assert [(town.name, town.country) for town in load_municipality(file).twin_towns] == [
        ("Vännäs", "Finland"),
        ("By", ""),
    ]
    send(coordinator, "/organisation/vanorter", file, name=[""], country=[""], also=[""])
    assert load_municipality(file).twin_towns == ()


def test_history_tells_who_changed_what_and_puts_an_older_version_back(
    coordinator: FlaskClient, file: Path, installation: Installation
) -> None:
    original = said(file)
    send(coordinator, "/organisation/enhet/skola", file, **SCHOOL | {"name": "Skola och fritid"})
    page = coordinator.get("/organisation/historik").get_data(as_text=True)
    assert "Ändrade Skola och fritid" in page
    assert "coordinator@example.org" in page
    assert "Så som filen var innan" in page
    with installation.store.reading() as session:
        oldest = list_changes(session, "provköping")[-1]
    assert send(coordinator, f"/organisation/historik/{oldest.number}", file).status_code == 303
    assert said(file) == original
    with installation.store.reading() as session:
        assert [one.what for one in list_changes(session, "provköping")][-2:] == [
            "ändrade Skola och fritid",
            "så som filen var innan",
        ]
        assert list_audit(session)[0].action == "organisation.restore"
    assert coordinator.post("/organisation/historik/999", data={"seen": ""}).status_code == 404


def test_change_by_hand_in_between_has_its_place_in_the_history(
    coordinator: FlaskClient, file: Path, installation: Installation
) -> None:
    send(coordinator, "/organisation/enhet/skola", file, **SCHOOL | {"name": "Ett"})
    file.write_text(said(file) + "# för hand\n", encoding="utf-8")
    send(coordinator, "/organisation/enhet/skola", file, **SCHOOL | {"name": "Två"})
    with installation.store.reading() as session:
        assert [one.what for one in list_changes(session, "provköping")] == [
            "ändrade Två",
            "ändringar i själva filen",
            "ändrade Ett",
            "så som filen var innan",
        ]


def test_letters_begin_again_to_one_who_had_ended_them(coordinator: FlaskClient, installation: Installation) -> None:
    mark(installation, "skola@example.org", Reach.UNSUBSCRIBED)
    assert "Skicka brev hit igen" in coordinator.get("/organisation").get_data(as_text=True)
    coordinator.post("/organisation/brev", data={"email": "skola@example.org"})
    with installation.store.reading() as session:
        state = contact_state(session, "provköping", "skola@example.org")
    assert state is not None
    assert state.state is Reach.ACTIVE


def test_trial_letter_goes_to_those_in_the_file_only(coordinator: FlaskClient, installation: Installation) -> None:
    answer = coordinator.post("/organisation/provbrev", data={"email": "skola@example.org"}, follow_redirects=True)
    assert "Provbrevet till skola@example.org ligger i mappen" in answer.get_data(as_text=True)
    letter = next(installation.settings.outbox.rglob("*.eml")).read_bytes()
    assert b"skola@example.org" in letter
    assert coordinator.post("/organisation/provbrev", data={"email": "annan@example.org"}).status_code == 400


def test_what_is_typed_is_shown_as_text(coordinator: FlaskClient, file: Path) -> None:
    evil = "<script>alert(1)</script>\"'"
    send(
        coordinator,
        "/organisation/enhet/skola",
        file,
        **SCHOOL | {"name": evil, "committee": '"\n[units.x]\nname = "y'},
    )
    assert load_municipality(file).units["skola"].name == evil
    assert "x" not in load_municipality(file).units
    for path in (
        "/organisation",
        "/organisation/historik",
        "/organisation/enhet/skola",
        "/organisation/enhet/skola/bort",
    ):
        assert "<script>alert" not in coordinator.get(path).get_data(as_text=True)


def test_bundled_municipality_is_shown_and_cannot_be_changed(log_in: Callable[[Role], FlaskClient], file: Path) -> None:
    file.unlink()
    browser = log_in(Role.COORDINATOR)
    assert browser.get("/organisation").status_code == 200
    assert browser.get("/organisation/enhet/skola").status_code == 404


def test_moment_of_a_change_is_the_requests(coordinator: FlaskClient, file: Path, installation: Installation) -> None:
    send(coordinator, "/organisation/enhet/skola", file, **SCHOOL | {"name": "Ny"})
    with installation.store.reading() as session:
        newest = list_changes(session, "provköping")[0]
    assert (newest.at, newest.account_id, newest.role) == (NOW, "coordinator", "coordinator")
