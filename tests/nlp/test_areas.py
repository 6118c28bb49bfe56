"""Every area is recognised in sentences of our own, in both languages."""

from __future__ import annotations

import pytest

from nlp.assessor import Assessor
from store.types import Item, Kind
from tests.nlp.area_sentences import ENGLISH, SWEDISH

CASES = [
    (language, area, sentence)
    for language, sentences in (("sv", SWEDISH), ("en", ENGLISH))
    for area, found in sentences.items()
    for sentence in found
]


@pytest.mark.parametrize(("language", "area", "sentence"), CASES)
def test_sentence_has_its_area_first(assessor: Assessor, language: str, area: str, sentence: str) -> None:
    item = Item(source="test", key=sentence, kind=Kind.AGENCY, title=sentence, url="", language=language)
    (assessment,) = assessor.assess([item])
    assert next(iter(assessment.areas), None) == area, assessment.areas


def test_every_area_has_three_sentences_in_each_language(assessor: Assessor) -> None:
    for sentences in (SWEDISH, ENGLISH):
        assert set(sentences) == set(assessor.knowledge.areas)
        assert all(len(found) >= 3 for found in sentences.values())
