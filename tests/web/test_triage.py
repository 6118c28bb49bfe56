"""The week's page by its forms alone, as a browser without script uses it: a verdict changes the next digest."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.compose import build_digests
from pipeline.installation import Installation
from pipeline.triage_list import Tab
from store.actions import list_actions
from store.analyses import save_analysis
from store.assessments import save_assessments
from store.audit import list_audit
from store.corrections import active_correction
from store.items import upsert_items
from store.opinions import save_opinion
from store.types import Analysis, Opinion, Role, Ruling, StoredCorrection
from store.verdicts import latest_verdicts, list_verdicts
from tests.pipeline.making import NOW, candidate
from tests.web.conftest import Clock
from web.triage_page import moved_words

AVLOPP = {"post": "cellar/avlopp", "ruling": "send", "seen": "0"}


OPINION = Opinion(
    content_hash="h1", model="liten", prompt="1", source="cellar", key="avlopp", asked_at=NOW, week="2026-W48",
    is_answered=True, relevance=2, areas=("water",), because="Kommunen är huvudman för avloppet.",
)  # fmt: skip


def store_alike(installation: Installation, number: int) -> None:
    """Keep twelve items that are nearly the same and hardly worth telling."""
    found = [
        candidate(f"lik-{n}", f"Avloppet i kommunen, del {n}", source="feeds", relevance=0.52, areas={"water": 0.7})
        for n in range(number)
    ]
    with installation.store.session() as session:
        upsert_items(session, [one.item for one in found], now=NOW)
        save_assessments(session, [one.assessment for one in found], now=NOW)


def told(installation: Installation) -> dict[str, set[str]]:
    digests = build_digests(
        installation.store, installation.municipality, installation.settings, week="2026-W48", now=NOW + timedelta(1)
    )
    return {digest.contact.partition("@")[0]: {entry.key for entry in digest.entries} for digest in digests}


def titles(client: FlaskClient, path: str = "/veckan") -> list[str]:
    page = client.get(path).get_data(as_text=True)
    return [unescape(found) for found in re.findall(r'<span class="title"[^>]*>([^<]+)', page)]


def standing(installation: Installation) -> dict[str, Ruling]:
    with installation.store.reading() as session:
        found = latest_verdicts(session, installation.municipality.key)
    return {key: verdict.ruling for (_source, key), verdict in found.items()}


def test_week_shows_what_is_to_be_judged_the_most_important_first(coordinator: FlaskClient) -> None:
    assert titles(coordinator)[0] == "Rening av avloppsvatten från tätbebyggelse (omarbetning)"
    assert "Travdag på söndag" not in titles(coordinator)
    assert titles(coordinator, "/veckan?flik=troligen-inte") == ["Travdag på söndag"]


def test_item_says_why_it_is_there_for_whom_and_until_when(coordinator: FlaskClient) -> None:
    page = unescape(coordinator.get("/veckan?post=regeringen/lss").get_data(as_text=True))
    assert "Socialförvaltningen" in page
    assert "om 11 dagar" in page
    assert 'title="2026-12-04"' in page
    assert "som ni svarar för" in page


def test_verdict_changes_the_next_digest(coordinator: FlaskClient, installation: Installation) -> None:
    assert "avlopp" in told(installation)["vatten"]
    answer = coordinator.post("/veckan/bedom", data=AVLOPP | {"ruling": "drop"})
    assert answer.status_code == 303
    assert "avlopp" not in told(installation)["vatten"]


def test_chosen_recipients_are_exactly_those_of_the_next_digest(
    coordinator: FlaskClient, installation: Installation
) -> None:
    coordinator.post("/veckan/bedom", data=AVLOPP | {"has_units": "1", "units": ["skola", "social"], "note": "Se s. 3"})
    found = told(installation)
    assert [reader for reader, keys in found.items() if "avlopp" in keys] == ["skola", "social"]
    page = unescape(coordinator.get("/veckan?flik=skickas&post=cellar/avlopp").get_data(as_text=True))
    assert "Se s. 3" in page


def test_item_from_the_unlikely_pile_can_be_sent(coordinator: FlaskClient, installation: Installation) -> None:
    coordinator.post("/veckan/bedom", data={"post": "feeds/travsport", "ruling": "send", "has_units": "1",
                                            "units": "skola", "seen": "0"})  # fmt: skip
    assert "travsport" in told(installation)["skola"]


def test_unchanged_boxes_say_nothing_of_areas_and_units(coordinator: FlaskClient, installation: Installation) -> None:
    coordinator.post("/veckan/bedom", data=AVLOPP | {"has_units": "1", "units": "vatten", "has_areas": "1",
                                                     "areas": "water"})  # fmt: skip
    with installation.store.reading() as session:
        [verdict] = list_verdicts(session)
    assert (verdict.areas, verdict.units, verdict.origin, verdict.by) == (None, None, "routed", "samordnare")


def test_after_a_verdict_the_next_item_is_open(coordinator: FlaskClient) -> None:
    before = titles(coordinator)
    page = coordinator.post("/veckan/bedom", data=AVLOPP, follow_redirects=True).get_data(as_text=True)
    assert f">{before[1]}</h2>" in unescape(page)
    assert "1 av 6 bedömda" in page


def test_list_keeps_its_order_while_one_works_and_learns_when_asked_to(
    coordinator: FlaskClient, installation: Installation, clock: Clock
) -> None:
    def learnt() -> StoredCorrection | None:
        with installation.store.reading() as session:
            return active_correction(session, installation.municipality.key)

    coordinator.post("/veckan/bedom", data=AVLOPP)
    first = learnt()
    assert first
    clock.now += timedelta(seconds=20)
    coordinator.post("/veckan/bedom", data={"post": "regeringen/lss", "ruling": "send", "seen": "0"})
    assert learnt() == first
    clock.now += timedelta(seconds=20)
    answer = coordinator.post("/veckan/ordna-om", follow_redirects=True).get_data(as_text=True)
    assert "Listan är ordnad efter det ni har bedömt hittills." in answer
    assert learnt() != first


def test_what_a_verdict_moves_to_another_pile_is_told(app: Flask) -> None:
    before = {("feeds", "a"): Tab.TO_JUDGE, ("feeds", "b"): Tab.TO_JUDGE, ("feeds", "c"): Tab.UNLIKELY}
    after = {("feeds", "a"): Tab.UNLIKELY, ("feeds", "b"): Tab.SEND, ("feeds", "c"): Tab.TO_JUDGE}
    with app.test_request_context("/veckan"):
        assert moved_words(before, before) == ""
        assert moved_words(before, after) == (
            "1 liknande post flyttades till Troligen inte. 1 liknande post flyttades hit från Troligen inte."
        )


def test_items_that_a_first_verdict_moves_are_counted_on_the_page(
    coordinator: FlaskClient, installation: Installation
) -> None:
    store_alike(installation, 12)
    assert "Avloppet i kommunen, del 3" in titles(coordinator)
    answer = coordinator.post(
        "/veckan/bedom", data={"post": "feeds/lik-0", "ruling": "drop", "seen": "0"}, follow_redirects=True
    )
    page = unescape(answer.get_data(as_text=True))
    moved = re.search(r"(\d+) liknande poster? flyttades till Troligen inte", page)
    left = [title for title in titles(coordinator) if title.startswith("Avloppet")]
    assert moved
    assert len(left) == 11 - int(moved[1])


def test_second_readers_opinion_and_the_analysis_stand_beside_the_item(
    coordinator: FlaskClient, installation: Installation
) -> None:
    assert "Andra läsaren" not in coordinator.get("/veckan?post=cellar/avlopp").get_data(as_text=True)
    with installation.store.session() as session:
        save_opinion(session, OPINION)
        save_analysis(
            session,
            Analysis(
                municipality=installation.municipality.key,
                source="cellar",
                key="avlopp",
                meaning="Reningsverket måste byggas ut.",
                written_at=NOW,
                author="samordnare",
            ),
        )
    for place in ("/veckan?post=cellar/avlopp", "/post/cellar/avlopp"):
        page = unescape(coordinator.get(place).get_data(as_text=True))
        assert "Andra läsaren (liten)" in page
        assert "Kommunen är huvudman för avloppet." in page
        assert "Reningsverket måste byggas ut." in page


def test_undo_brings_the_item_back_as_far_back_as_the_visit_goes(
    coordinator: FlaskClient, installation: Installation, clock: Clock
) -> None:
    coordinator.post("/veckan/bedom", data=AVLOPP)
    clock.now += timedelta(seconds=10)
    coordinator.post("/veckan/bedom", data={"post": "regeringen/lss", "ruling": "later", "seen": "0"})
    assert standing(installation) == {"avlopp": Ruling.SEND, "lss": Ruling.LATER}
    for left in ({"avlopp": Ruling.SEND}, {}):
        clock.now += timedelta(seconds=10)
        coordinator.post("/veckan/angra")
        assert standing(installation) == left
    answer = coordinator.post("/veckan/angra", follow_redirects=True).get_data(as_text=True)
    assert "inget att ångra" in answer


def test_undo_never_takes_back_what_another_visit_ruled(
    coordinator: FlaskClient, log_in: Callable[[Role], FlaskClient], installation: Installation
) -> None:
    coordinator.post("/veckan/bedom", data=AVLOPP)
    log_in(Role.COORDINATOR).post("/veckan/angra")
    assert standing(installation) == {"avlopp": Ruling.SEND}


def test_F80_second_coordinator_is_told_who_was_first(
    coordinator: FlaskClient, log_in: Callable[[Role], FlaskClient], installation: Installation
) -> None:
    other = log_in(Role.COORDINATOR)
    coordinator.post("/veckan/bedom", data=AVLOPP)
    answer = other.post("/veckan/bedom", data=AVLOPP | {"ruling": "drop"}, follow_redirects=True)
    assert "Ändrad av samordnare 07.00" in answer.get_data(as_text=True)
    assert standing(installation) == {"avlopp": Ruling.SEND}


def test_marked_items_and_all_of_a_filter_are_ruled_on_together(
    coordinator: FlaskClient, installation: Installation
) -> None:
    coordinator.post("/veckan/flera", data={"ruling": "later", "items": ["0:cellar/avlopp", "0:regeringen/lss"]})
    assert standing(installation) == {"avlopp": Ruling.LATER, "lss": Ruling.LATER}
    coordinator.post("/veckan/flera", data={"ruling": "drop", "everything": "1", "slag": "call"})
    assert standing(installation)["vanort"] is Ruling.DROP
    assert len(standing(installation)) == 3


def test_filter_by_kind_unit_and_deadline(coordinator: FlaskClient) -> None:
    assert titles(coordinator, "/veckan?slag=call") == ["Möten mellan vänorter: stöd till resor"]
    assert titles(coordinator, "/veckan?enhet=vatten") == ["Rening av avloppsvatten från tätbebyggelse (omarbetning)"]
    assert titles(coordinator, "/veckan?frist=14&ordning=frist") == [
        "Ändringar i lagen om stöd och service till vissa funktionshindrade",
        "Möten mellan vänorter: stöd till resor",
    ]
    assert "Inget i högen passar urvalet" in coordinator.get("/veckan?slag=proposal").get_data(as_text=True)


def test_action_is_kept_with_owner_and_day(coordinator: FlaskClient, installation: Installation) -> None:
    coordinator.post("/veckan/atgard", data={"post": "funding_tenders/vanort", "unit": "ledning", "due": "2026-12-01",
                                             "title": "Sök resestöd", "owner": "internationell strateg"})  # fmt: skip
    with installation.store.reading() as session:
        [action] = list_actions(session, installation.municipality.key)
        assert {entry.action for entry in list_audit(session)} >= {"action.add"}
    assert (action.title, action.owner, str(action.due)) == ("Sök resestöd", "internationell strateg", "2026-12-01")


@pytest.mark.parametrize("path", ["/veckan/bedom", "/veckan/flera", "/veckan/angra", "/veckan/atgard"])
def test_reader_sees_the_week_but_may_not_rule(reader: FlaskClient, path: str) -> None:
    assert 'name="ruling"' not in reader.get("/veckan").get_data(as_text=True)
    assert reader.post(path, data=AVLOPP).status_code == 403


@pytest.mark.parametrize(
    "query", ["flik=x", "sida=0", "sida=99", "post=finns/inte", "frist=abc", "ordning=x", "post=x", "sida=" + "9" * 99]
)
def test_odd_addresses_give_a_page(coordinator: FlaskClient, query: str) -> None:
    assert coordinator.get(f"/veckan?{query}").status_code == 200


def test_browser_with_script_gets_the_changing_part_alone(coordinator: FlaskClient) -> None:
    answer = coordinator.post("/veckan/bedom", data=AVLOPP, headers={"HX-Request": "true"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<html" not in text
    assert 'id="triage"' in text
    assert 'data-told="Skickas: Rening av avloppsvatten' in text
    assert answer.headers["HX-Push-Url"].startswith("/veckan?post=")
