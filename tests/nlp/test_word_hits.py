"""Looking words up gives the same hits as going through the whole text."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from nlp.knowledge import LANGUAGES, STRENGTHS, Term, load_knowledge
from nlp.matching import Hit, Matcher
from nlp.strongest import kept_of
from nlp.term_table import TermTable
from nlp.word_hits import WordHits

Found = dict[tuple[str, str], list[tuple[Term, int, int, int]]]  # term, its start, the word's start and end


def term(text: str, strength: str = "core", key: str = "water", group: str = "area") -> Term:
    return Term(text.rstrip("*"), text.endswith("*"), group, key, strength, STRENGTHS[strength])


def table_of(terms: Sequence[Term], language: str) -> TermTable:
    return TermTable({one: terms if one == language else () for one in LANGUAGES}, ("water", "planning", "municipal"))


def by_key(table: TermTable, words: WordHits, texts: list[str], language: str) -> list[Found]:
    hits = words.find(texts, [language] * len(texts))
    found: list[Found] = [{} for _ in texts]
    columns = (hits.owners, hits.terms, hits.starts, hits.word_starts, hits.word_ends, hits.is_number)
    for owner, number, start, word_start, word_end, is_number in zip(*(c.tolist() for c in columns), strict=True):
        term = table.terms[number]
        found[owner].setdefault((term.group, term.key), []).append((term, start, word_start, word_end))
        assert is_number == texts[owner][word_start].isdigit()
    return found


def expected_of(hits: Sequence[Hit]) -> Found:
    kept = kept_of(hits).items()
    return {key: [(hit.term, hit.start, hit.word_start, hit.word_end) for hit in some] for key, some in kept}


def both(text: str, *terms: Term, language: str = "sv") -> tuple[Found, Found]:
    table = table_of(terms, language)
    (found,) = by_key(table, WordHits(table), [text], language)
    return found, expected_of(Matcher(terms, language).find(text))


WATER = ("area", "water")


def test_hits_stand_where_they_stand_in_the_text() -> None:
    found, expected = both("nytt dricksvatten\noch  avlopp, vatten", term("vatten"), term("avlopp"))
    assert found == expected
    assert [start for _, start, _, _ in found[WATER]] == [11, 23, 31]


def test_phrase_is_found_from_its_first_word_and_over_several() -> None:
    terms = (term("local authorit*"), term("authorities of the region"), term("region", key="planning"))
    found, expected = both("the local authorities of the region", *terms, language="en")
    assert found == expected
    assert found[WATER][0][3] == 21


def test_phrase_is_not_found_over_a_line_or_two_spaces() -> None:
    found, _ = both("public\nwater, public  water", term("public water"), language="en")
    assert found == {}


def test_phrase_that_takes_away_reaches_into_the_word_it_covers() -> None:
    terms = (term("skr*", key="municipal"), term("skr. 2*", "not", "municipal"))
    found, expected = both("skr. 2020/21:63 och skr", *terms)
    assert found == expected
    assert [start for _, start, _, _ in found["area", "municipal"]] == [20]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_whole_lexicon_is_found_as_in_one_pass(language: str) -> None:
    knowledge, chance = load_knowledge(), random.Random(1)  # noqa: S311 - repeatable, not secret
    table, terms = TermTable.of(knowledge), knowledge.terms[language]
    words, matcher = WordHits(table), Matcher(terms, language)
    texts = []
    for _ in range(300):
        some = [f"{one.text}{chance.choice(('', '', 'en', 's', 'x'))}" for one in chance.choices(terms, k=30)]
        texts.append("".join(f"{one}{chance.choice((' ', ' ', ' ', '-', ', ', chr(10)))}" for one in some))
    for text, found in zip(texts, by_key(table, words, texts, language), strict=True):
        expected = expected_of(matcher.find(text))
        assert found == expected
        assert [key for key in found if key[0] == "area"] == [key for key in expected if key[0] == "area"]
        assert [key for key in found if key[0] != "area"] == [key for key in expected if key[0] != "area"]


def test_each_text_has_its_own_hits_and_marks_and_its_own_language() -> None:
    table = TermTable({"sv": (term("vatten"),), "en": (term("water", key="planning"),)}, ("water", "planning"))
    hits = WordHits(table).find(["water vatten 5", "", "water vatten"], ["sv", "sv", "en"])
    assert (hits.owners.tolist(), hits.starts.tolist(), hits.marks) == ([0, 2], [6, 0], [1, 0, 0])
