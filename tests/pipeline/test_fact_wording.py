"""Facts in Swedish for a reader."""

from __future__ import annotations

from typing import Any

from pipeline.fact_wording import basis_in_words, facts_in_words, places_in_words
from store.types import Item, Kind


def item(kind: Kind = Kind.CALL) -> Item:
    return Item(source="x", key="1", kind=kind, title="t", url="")


def test_line_tells_who_with_whom_and_for_how_much() -> None:
    facts = {"applicants": ["municipality", "school"], "partners_min": 3, "countries_min": 3, "cofinancing": [80.0]}
    assert facts_in_words(item(), facts) == (
        "Får sökas av: kommuner, skolor · minst tre partner från tre länder"
        " · högst 80\N{NO-BREAK SPACE}% av kostnaderna"
    )


def test_call_whose_applicants_are_unknown_says_so() -> None:
    assert facts_in_words(item(), {}) == "Vi vet inte vem som får söka; det står inte i källans uppgifter"
    assert facts_in_words(item(Kind.NEWS), {}) == ""


def test_text_that_could_not_be_read_is_told() -> None:
    assert facts_in_words(item(), {"unreadable": True}) == "Källans text kunde inte läsas"


def test_own_share_single_applicant_and_length() -> None:
    facts: dict[str, Any] = {
        "applicants": ["any"],
        "not_eligible": ["individual"],
        "partners_min": 1,
        "countries_min": 1,
        "own_share": [12.5],
        "months": [24, 36],
    }
    assert facts_in_words(item(), facts) == (
        "Får sökas av: alla slags organisationer · inte av: enskilda personer · en sökande räcker"
        " · egen finansiering 12,5\N{NO-BREAK SPACE}% · projektet får pågå 24–36\N{NO-BREAK SPACE}månader"
    )


def test_fewer_countries_than_partners() -> None:
    facts = {"applicants": ["company"], "partners_min": 4, "countries_min": 2, "cofinancing": [70.0, 100.0]}
    assert facts_in_words(item(), facts) == (
        "Får sökas av: företag · minst fyra partner från minst två länder"
        " · högst 70 eller 100\N{NO-BREAK SPACE}% av kostnaderna"
    )


def test_basis_says_whose_word_it_is() -> None:
    facts = {"basis": {"partners_min": {"from": "rule", "words": "Life: en sökande räcker"}}}
    assert basis_in_words(facts) == ["antal partner: programmets regler (Life: en sökande räcker)"]


def test_places_are_named_in_swedish() -> None:
    facts = {"places": {"country": ["NO", "DK"], "municipality": ["Mellerud"]}}
    assert places_in_words(facts) == "Mellerud, Norge, Danmark"
