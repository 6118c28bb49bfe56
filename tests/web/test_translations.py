"""The page in its second language: every text has its words, and they take the same things in."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from web import catalogue
from web.language import DEFAULT, LANGUAGES

OTHERS = [language for language in LANGUAGES if language != DEFAULT]
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd%]")


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    fresh = catalogue.brought_up_to_date(catalogue.read(language))
    assert catalogue.untranslated(fresh) == [], "translate them in messages.po, then: make words"


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_is_left_that_the_page_no_longer_shows(language: str) -> None:
    there = {message.id for message in catalogue.read(language) if message.id}
    assert {words if isinstance(words, str) else tuple(words) for words in there} <= catalogue.taken_out()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_take_in_the_same_things(language: str) -> None:
    for message in catalogue.read(language):
        if message.id:
            [wanted] = {frozenset(PLACE.findall(text)) for text in catalogue.forms(message.id)}
            for text in catalogue.forms(message.string):
                assert frozenset(PLACE.findall(text)) == wanted, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_what_the_page_reads_is_made_of_what_is_written(language: str) -> None:
    assert catalogue.path_of(language, ".mo").read_bytes() == catalogue.compiled(catalogue.read(language)), "make words"


def test_nothing_is_only_guessed() -> None:
    assert not [text.id for language in OTHERS for text in catalogue.read(language) if text.fuzzy and text.id]


def test_language_is_chosen_kept_and_left_again(coordinator: FlaskClient) -> None:
    def chosen(language: str) -> str:
        coordinator.post("/sprak", data={"language": language, "next": "/installningar"})
        return coordinator.get("/installningar").get_data(as_text=True)

    english = chosen("en")
    assert '<html lang="en">' in english
    assert "<h1>Settings</h1>" in english
    assert '<button class="link" name="language" value="sv" lang="sv">Svenska</button>' in english
    assert "Log out" in coordinator.get("/veckan").get_data(as_text=True)
    swedish = chosen("sv")
    assert '<html lang="sv">' in swedish
    assert "<h1>Inställningar</h1>" in swedish
    assert coordinator.post("/sprak", data={"language": "de"}).status_code == 400


def test_text_in_another_language_than_the_page_says_so(coordinator: FlaskClient) -> None:
    english, swedish = "Schools across Europe test shorter days", "Kommunalskatten utreds"

    def marked(title: str) -> str:
        found = re.search(rf'class="title"([^>]*)>{title}<', coordinator.get("/veckan").get_data(as_text=True))
        assert found
        return found[1]

    assert (marked(english), marked(swedish)) == (' lang="en"', "")
    coordinator.post("/sprak", data={"language": "en"})
    assert (marked(english), marked(swedish)) == ("", ' lang="sv"')
    assert re.search(r'<time [^>]+ lang="sv">', coordinator.get("/veckan").get_data(as_text=True))


def test_what_residents_are_shown_is_swedish_whatever_is_chosen(coordinator: FlaskClient) -> None:
    before = coordinator.get("/for-invanare").data
    coordinator.post("/sprak", data={"language": "en"})
    assert coordinator.get("/for-invanare").data == before
