"""Looking words up gives the same hits as going through the whole text."""

from __future__ import annotations

import random

import pytest

from nlp.knowledge import STRENGTHS, Term, load_knowledge
from nlp.matching import Matcher
from nlp.strongest import Strongest, strongest
from nlp.word_hits import WordHits


def term(text: str, strength: str = "core", key: str = "water", group: str = "area") -> Term:
    return Term(text.rstrip("*"), text.endswith("*"), group, key, strength, STRENGTHS[strength])


def both(text: str, *terms: Term, language: str = "sv") -> tuple[Strongest, Strongest]:
    return WordHits(terms, language).find(text), strongest(Matcher(terms, language).find(text))


def test_hits_stand_where_they_stand_in_the_text() -> None:
    found, expected = both("nytt dricksvatten\noch  avlopp, vatten", term("vatten"), term("avlopp"))
    assert found == expected
    assert [hit.start for hit in found.areas["water"]] == [11, 23, 31]


def test_phrase_is_found_from_its_first_word_and_over_several() -> None:
    terms = (term("local authorit*"), term("authorities of the region"), term("region", key="planning"))
    found, expected = both("the local authorities of the region", *terms, language="en")
    assert found == expected
    assert found.areas["water"][0].word_end == 21


def test_phrase_is_not_found_over_a_line_or_two_spaces() -> None:
    found, _ = both("public\nwater, public  water", term("public water"), language="en")
    assert found.areas == {}


def test_phrase_that_takes_away_reaches_into_the_word_it_covers() -> None:
    terms = (term("skr*", key="municipal"), term("skr. 2*", "not", "municipal"))
    found, expected = both("skr. 2020/21:63 och skr", *terms)
    assert found == expected
    assert [hit.start for hit in found.areas["municipal"]] == [20]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_whole_lexicon_is_found_as_in_one_pass(language: str) -> None:
    terms = load_knowledge().terms[language]
    words, chance = WordHits(terms, language), random.Random(1)  # noqa: S311 - repeatable, not secret
    matcher = Matcher(terms, language)
    for _ in range(300):
        some = [f"{one.text}{chance.choice(('', '', 'en', 's', 'x'))}" for one in chance.choices(terms, k=30)]
        text = "".join(f"{one}{chance.choice((' ', ' ', ' ', '-', ', ', chr(10)))}" for one in some)
        found, expected = words.find(text), strongest(matcher.find(text))
        assert found == expected
        assert [list(found.areas), list(found.others)] == [list(expected.areas), list(expected.others)]
