"""A text without a mark has nothing of what the mark stands for."""

from __future__ import annotations

import pytest

from nlp.days import find_days
from nlp.extraction import extract_conditions
from nlp.facts import find_facts
from nlp.marks import A_DAY, A_NUMBER, A_PLACE, APPLYING, EVERY, MONEY, Marks
from nlp.money import find_money
from nlp.places import find_places
from store.types import Item, Kind


def marks_of(text: str) -> int:
    found, marks = 0, Marks()
    for word in text.lower().replace("\n", " ").split(" "):
        found |= marks.of(word)
    return found


def test_a_plain_sentence_has_no_marks() -> None:
    assert marks_of("Nämnden har möte om skolan och vattnet i dag") == 0


AMOUNTS = (
    *("5 miljoner kronor", "12 Mkr", "€ 500 000", "EUR 6 million", "200 000 SEK", "80 % av kostnaden", "2 MEur"),
    *("300 NOK", "40 procent av kostnaderna", "75 per cent of the costs", "£ 4,000", "5 000 pund", "10 000 euro"),
)


@pytest.mark.parametrize("amount", AMOUNTS)
def test_every_amount_has_the_marks_of_a_number_and_of_money(amount: str) -> None:
    assert find_money(f"Stödet är {amount} per projekt.", "sv")
    assert marks_of(amount) & (A_NUMBER | MONEY) == A_NUMBER | MONEY


@pytest.mark.parametrize(
    "words", ["Kommuner kan söka stödet", "Ny utlysning för kommuner", "Municipalities can apply for the grant"]
)
def test_words_for_applying_have_their_mark(words: str) -> None:
    assert marks_of(words) & APPLYING


def test_facts_are_the_same_whether_the_marks_are_known_or_not() -> None:
    text = "Kommuner kan söka bidrag för upp till 80 procent av kostnaderna."
    item = Item(source="s", key="k", kind=Kind.AGENCY, title="Bidrag", url="", text=text)
    assert find_facts(item, "sv", marks_of(text)) == find_facts(item, "sv", EVERY) != {}


DAYS = (
    *("den 31 mars 2027", "31st of March", "3–5 MAJ", "15\njanuari 2027", "March 3, 2027", "2027-03-31T12:00", "31/3"),
    *("(sep 15th, 2027)", "31.03.2027", "1 okt.", "31/03-2027"),
)


@pytest.mark.parametrize("day", DAYS)
def test_every_day_has_its_mark(day: str) -> None:
    assert find_days(f"Svara senast {day} till oss")
    assert marks_of(f"Svara senast {day} till oss") & A_DAY


@pytest.mark.parametrize("place", ["i Melleruds kommun", "(Upplands Väsby)", "in the\nNetherlands", "Malung-Sälen,"])
def test_every_place_has_its_mark(place: str) -> None:
    assert find_places(f"Ett projekt {place}".replace("\n", " "))
    assert marks_of(f"Ett projekt {place}") & A_PLACE


def test_conditions_are_the_same_whether_the_marks_are_known_or_not() -> None:
    text = "Sök senast den 31 mars 2027, högst 5 miljoner kronor per projekt."
    item = Item(source="s", key="k", kind=Kind.CALL, title="Bidrag", url="", text=text)
    assert extract_conditions(item, "sv", marks_of(text)) == extract_conditions(item, "sv")
    assert extract_conditions(item, "sv").deadlines
