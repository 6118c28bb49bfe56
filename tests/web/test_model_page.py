"""The model's page: what was learnt in words, pictures and tables, and that going back is a person's doing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nlp.labels import By, Label
from pipeline.installation import Installation
from pipeline.learn import learn_now
from pipeline.model_view import agreement_of, disagreements_of
from store.assessments import save_assessments
from store.audit import list_audit
from store.corrections import list_corrections
from store.items import upsert_items
from store.types import Ruling, Verdict
from store.verdicts import save_verdict
from tests.pipeline.making import NOW, candidate
from tests.web.conftest import Clock, finish

LIKED, DISLIKED = "Vattentornet ska renoveras", "Travdagen lockade många"


def label(key: str, relevance: float, *, wanted: bool | None, by: By = By.VERDICT) -> Label:
    one = candidate(key, relevance=relevance)
    return Label(item=one.item, assessment=one.assessment, by=by, at=NOW, wanted=wanted)


@pytest.fixture
def taught(installation: Installation) -> None:
    """Let the coordinator have sent what tells of the water tower, and dropped what tells of trotting."""
    with installation.store.session() as session:
        for number in range(40):
            is_liked = number % 2 == 0
            one = candidate(f"n{number}", f"{LIKED if is_liked else DISLIKED} ({number})", relevance=0.5)
            upsert_items(session, [one.item], now=NOW)
            save_assessments(session, [one.assessment], now=NOW)
            ruling = Ruling.SEND if is_liked else Ruling.DROP
            at = NOW - timedelta(hours=number + 1)
            verdict = Verdict(
                municipality="provköping", source="feeds", key=f"n{number}", ruling=ruling, at=at, by="samordnaren"
            )
            save_verdict(session, verdict)
        learn_now(session, installation.municipality, now=NOW)


def shown(client: FlaskClient, app: Flask) -> str:
    client.get("/modell")
    finish(app)
    return client.get("/modell").get_data(as_text=True)


def test_page_says_that_nothing_is_learnt_and_how_the_shared_model_was_measured(
    coordinator: FlaskClient, app: Flask
) -> None:
    page = shown(coordinator, app)
    assert "Inget är lärt ännu" in page
    assert "tränad på 4784 poster" in page
    assert "0.82" in page
    assert "ingen tjänsteperson har kontrollerat dem" in page


def test_what_was_learnt_is_told_in_words_with_curve_and_table(
    taught: None, coordinator: FlaskClient, app: Flask
) -> None:
    page = shown(coordinator, app)
    assert "Lärt av 40 bedömningar av samordnaren" in page
    more, less = page.split("Ger högre plats")[1].split("Ger lägre plats")
    assert "vattentornet" in more.lower()
    assert "travdagen" in less.split("</section>")[0].lower()
    assert 'role="img" aria-label="Andel par i rätt ordning' in page
    assert "20 av 40 gick åt samma håll." in page
    assert "används" in page


def test_going_back_is_noted_and_learning_anew_brings_it_again(
    taught: None, coordinator: FlaskClient, app: Flask, installation: Installation, clock: Clock
) -> None:
    with installation.store.reading() as session:
        (version,) = list_corrections(session, "provköping")
    answer = coordinator.post("/modell/backa", follow_redirects=True).get_data(as_text=True)
    assert "Nu används inget inlärt." in answer
    assert "backad" in shown(coordinator, app)
    clock.now += timedelta(minutes=1)
    coordinator.post("/modell/lar-om")
    finish(app)
    with installation.store.reading() as session:
        assert [one.state for one in list_corrections(session, "provköping")].count("active") == 1
        noted = {entry.action for entry in list_audit(session)}
    assert noted == {"model.rollback", "model.refit"}
    assert version.id in shown(coordinator, app)


def test_version_that_is_not_there_changes_nothing(coordinator: FlaskClient, installation: Installation) -> None:
    page = coordinator.post("/modell/backa", data={"version": "'--"}, follow_redirects=True).get_data(as_text=True)
    assert "Inget är ändrat." in page
    with installation.store.reading() as session:
        assert list_audit(session) == []


def test_reader_sees_it_and_changes_nothing(taught: None, reader: FlaskClient, app: Flask) -> None:
    page = shown(reader, app)
    assert "Lär om av allt" not in page
    assert "Gå tillbaka" not in page


def test_agreement_counts_verdicts_against_the_threshold() -> None:
    verdicts = [
        label("a", 0.9, wanted=True),
        label("b", 0.2, wanted=True),
        label("c", 0.8, wanted=False),
        label("d", 0.1, wanted=False),
        label("e", 0.5, wanted=True),
    ]
    found = agreement_of(verdicts, 0.5)
    assert (found.sent_above, found.sent_below, found.dropped_above, found.dropped_below) == (2, 1, 1, 1)
    assert (found.right, found.all) == (3, 5)


def test_only_what_was_far_off_is_worth_a_look_and_the_furthest_stands_first() -> None:
    verdicts = [label("a", 0.6, wanted=False), label("b", 0.1, wanted=True), label("c", 0.7, wanted=False)]
    assert [(one.item[1], one.is_wanted) for one in disagreements_of(verdicts)] == [("b", True), ("c", False)]
