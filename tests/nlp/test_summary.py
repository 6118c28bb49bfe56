"""One sentence that says what an item is."""

from __future__ import annotations

import pytest

from nlp.summary import pick_sentence
from store.types import Item, Kind


def _summary(title: str, text: str, kind: Kind = Kind.NEWS) -> str:
    return pick_sentence(Item(source="s", key="k", kind=kind, title=title, url="", text=text))


def test_first_telling_sentence_is_picked() -> None:
    text = "Regeringen föreslår att kommuner ska få stöd för skyfallskartor. Förslaget är på remiss."
    assert _summary("Stöd till kartor", text) == "Regeringen föreslår att kommuner ska få stöd för skyfallskartor."


@pytest.mark.parametrize(
    "boilerplate",
    [
        "Här kan du ta del av svaren som har kommit in om förslaget.",
        "Vi använder kakor för att webbplatsen ska fungera så bra som möjligt.",
        "We use cookies to give you the best experience on our site.",
        "Project results are expected to contribute to all of the following outcomes.",
        "Övriga yttranden finns tillgängliga i departementet.",
        "Sista dag att svara på remissen är den 4 maj 2026.",
    ],
)
def test_boilerplate_is_passed_over(boilerplate: str) -> None:
    assert _summary("Promemoria", boilerplate) == ""
    wanted = "Kommunerna får ansvar för att samla in textilavfall."
    assert _summary("Promemoria", f"{boilerplate} {wanted}") == wanted


def test_heading_before_the_sentence_is_dropped() -> None:
    text = "Expected Outcome:\n\nCities receive tools to plan for heat waves and heavy rain.\n\nScope:\n\nMore."
    assert _summary("Heat", text) == "Cities receive tools to plan for heat waves and heavy rain."


def test_title_is_never_repeated() -> None:
    assert _summary("Nya regler för avlopp i Sverige", "Nya regler för avlopp i Sverige.") == ""


def test_nothing_but_a_title_gives_nothing() -> None:
    assert _summary("Nya regler för avlopp", "") == ""


def test_long_sentence_is_cut_between_words() -> None:
    found = _summary("Stöd", "Kommunen ska " + "bygga flera nya skolor och " * 20 + "parker.")
    assert len(found) <= 240
    assert found.endswith("…")
    assert found[:-1].split()[-1] in {"bygga", "flera", "nya", "skolor", "och"}


def test_recitals_of_an_act_are_no_summary() -> None:
    text = (
        "Whereas:\n(1) Waste water is a source of nutrients and of pollution across the whole Union.\n"
        "HAS ADOPTED THIS DIRECTIVE:\nArticle 1\nThis Directive lays down rules on the treatment of urban waste water."
    )
    found = _summary("Directive on waste water", text, Kind.LEGAL_ACT)
    assert found == "This Directive lays down rules on the treatment of urban waste water."


def test_abbreviation_does_not_end_a_sentence() -> None:
    text = "Stödet gäller t.ex. badhus, idrottshallar och lekplatser i kommunerna. Det är nytt."
    assert _summary("Stöd", text) == "Stödet gäller t.ex. badhus, idrottshallar och lekplatser i kommunerna."


def test_sentence_that_leans_on_another_gives_way() -> None:
    text = "Därför är det bra för alla i landet som helhet. Kommuner får söka bidrag till cykelvägar från och med maj."
    assert _summary("Cykel", text) == "Kommuner får söka bidrag till cykelvägar från och med maj."
