"""Phrases are found wherever they stand, as they are written."""

from __future__ import annotations

import pytest

from nlp.facts import find_facts
from nlp.phrases import Phrases
from store.types import Item, Kind


@pytest.mark.parametrize(
    ("text", "stands"), [("Vi söker stöd", True), ("ansökan", True), ("SÖKA", False), ("", False), ("sök", False)]
)
def test_phrase_is_found_also_inside_a_word(text: str, stands: bool) -> None:
    assert Phrases(("söka", "söker", "stöd")).stand_in(text) is stands


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("Kommuner kan nu söka bidrag till lekplatser.", True),
        ("Kommuner FÅR SÖKA bidraget, och ansökan görs senare.", True),
        ("Municipalities can apply for the grant.", True),
        ("Kommuner har fått bidrag till lekplatser, och ansökan är prövad.", False),
    ],
)
def test_news_is_read_for_who_may_apply_only_when_it_speaks_of_applying(text: str, is_read: bool) -> None:
    item = Item(source="t", key="1", kind=Kind.NEWS, title="Nytt", text=text, url="")
    facts = find_facts(item, "sv" if "Kommuner" in text else "en")
    assert ("applicants" in facts) is is_read
