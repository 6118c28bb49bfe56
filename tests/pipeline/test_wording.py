"""Days, money and kinds as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.wording import clean, day_in_words, distance_in_words, kind_in_words, listed, money_in_words, shortened
from store.types import Kind, Money, Reference
from tests.pipeline.making import candidate

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "name", "distance"),
    [
        (date(2026, 11, 22), "sön 22 nov", "i dag"),
        (date(2026, 11, 23), "mån 23 nov", "i morgon"),
        (date(2026, 12, 4), "fre 4 dec", "om 12 dagar"),
        (date(2027, 7, 31), "31 juli 2027", "om 8 månader"),
        (date(2029, 1, 1), "1 jan 2029", "om 2 år"),
        (date(2026, 11, 19), "tors 19 nov", "för 3 dagar sedan"),
    ],
)
def test_days_are_said_as_people_say_them(day: date, name: str, distance: str) -> None:
    assert (day_in_words(day, TODAY), distance_in_words(day, TODAY)) == (name, distance)


@pytest.mark.parametrize(
    ("money", "words"),
    [
        ((), ""),
        (
            (Money(6e6, "EUR", "total"), Money(150_000, "EUR", "grant_max")),
            "6 miljoner euro totalt, högst 150 000 euro per projekt",
        ),
        ((Money(6e6, "EUR", "grant_min"), Money(7e6, "EUR", "grant_max")), "6–7 miljoner euro per projekt"),
        ((Money(500_000, "EUR", "grant_min"), Money(2e6, "EUR", "grant_max")), "500 000–2 miljoner euro per projekt"),
        (
            (Money(100_000, "SEK", "grant_min"), Money(150_000, "SEK", "grant_max")),
            "100 000–150 000 kronor per projekt",
        ),
        ((Money(1e9, "SEK", "total"),), "1 miljard kronor totalt"),
        ((Money(1_250_000, "CHF", "total"),), "1,25 miljoner CHF totalt"),
        ((Money(80, "%", "rate"),), "stöd med högst 80 % av kostnaden"),
        ((Money(40e6, "SEK", "other"),), "40 miljoner kronor"),
        ((Money(0, "EUR", "total"),), ""),
    ],
)
def test_money_is_said_with_its_role(money: tuple[Money, ...], words: str) -> None:
    assert money_in_words(money).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(
    ("kind", "reference", "word"),
    [
        (Kind.LEGAL_ACT, Reference("celex", "32026L0999", "is"), "Direktiv"),
        (Kind.LEGAL_ACT, Reference("celex", "32026R0999", "is"), "Förordning"),
        (Kind.LEGAL_ACT, Reference("celex", "32020L2184", "amends"), "Rättsakt"),
        (Kind.GOVERNMENT, Reference("sou", "2026:74", "is"), "Utredning"),
        (Kind.CALL, Reference("celex", "32026L0999", "is"), "Utlysning"),
    ],
)
def test_kind_is_named_as_the_reader_knows_it(kind: Kind, reference: Reference, word: str) -> None:
    assert kind_in_words(candidate("a", kind=kind, references=(reference,)).item) == word


def test_clean_text_stands_on_one_line_without_what_cannot_be_seen() -> None:
    assert clean("Åäö\u202e baklänges\r\nBcc: x\u200b\u2028ny\x00 rad\ufeff") == "Åäö baklänges Bcc: x ny rad"


def test_long_text_is_cut_between_words() -> None:
    assert shortened("En ganska lång rubrik, som ska kortas", 24) == "En ganska lång rubrik…"
    assert shortened("x" * 30, 10) == "xxxxxxxxx…"
    assert shortened("kort", 10) == "kort"


def test_lists_end_as_sentences_do() -> None:
    assert [listed(list("abc"[:n])) for n in range(4)] == ["", "a", "a och b", "a, b och c"]
