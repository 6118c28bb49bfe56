"""Terms are found as words, inflected, and inside Swedish compounds, but not by accident."""

from __future__ import annotations

from nlp.knowledge import STRENGTHS, Term
from nlp.matching import Matcher, lower


def term(text: str, strength: str = "core", key: str = "water") -> Term:
    return Term(text.rstrip("*"), text.endswith("*"), "area", key, strength, STRENGTHS[strength])


def words(text: str, *terms: Term, language: str = "sv") -> list[str]:
    shown = text
    return [shown[hit.word_start : hit.word_end] for hit in Matcher(terms, language).find(lower(text))]


def test_swedish_endings_are_allowed_for() -> None:
    assert words("Avloppet, avloppen och avlopps", term("avlopp")) == ["Avloppet", "avloppen", "avlopps"]


def test_term_is_found_first_in_a_compound() -> None:
    assert words("en dagvattenutredning", term("dagvatten")) == ["dagvattenutredning"]


def test_term_is_found_last_in_a_compound_and_marked_so() -> None:
    (hit,) = Matcher([term("vatten")], "sv").find("nytt dricksvatten")
    assert hit.is_compound


def test_joint_counts_for_the_first_part_only_when_three_letters_are_left() -> None:
    assert words("kommunsektorn", term("kommun")) == ["kommunsektorn"]
    assert words("utvatten", term("vatten")) == []


def test_short_terms_do_not_stand_inside_other_words() -> None:
    assert words("Elever väntar på tåget", term("el"), term("väg")) == []


def test_not_term_takes_away_the_hit_of_its_own_area_only() -> None:
    terms = (term("skol*", key="school"), term("högskol*", "not", "school"), term("högskol*", key="culture"))
    hits = Matcher(terms, "sv").find("högskolan")
    assert [hit.term.key for hit in hits] == ["culture"]


def test_english_terms_are_never_found_inside_words() -> None:
    assert words("the sport of transporting", term("port"), language="en") == []


def test_english_plurals_are_allowed_for() -> None:
    terms = (term("landfill"), term("library"))
    assert words("Landfills and libraries", *terms, language="en") == ["Landfills", "libraries"]


def test_stem_takes_any_ending() -> None:
    assert words("municipalities", term("municipal*"), language="en") == ["municipalities"]


def test_lower_keeps_every_character_in_its_place() -> None:
    text = "İSTANBUL och Göteborg"
    assert len(lower(text)) == len(text)
    assert lower(text).endswith("och göteborg")
