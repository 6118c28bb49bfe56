"""The account of a score is exact: whole words, codes and what the knowledge says sum to the margin."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.assessor import Assessor
from store.types import Concept, Item, Kind, Reference

WORDS = st.sampled_from(
    (
        "kommunen",
        "bygger",
        "förskolor",
        "avloppsvatten",
        "Europeiska",
        "direktiv",
        "energi",
        "cities",
        "living",
        "waste",
        "water",
        "Trump",
        "match",
        "polisen",
        "skollagen",
        "äldreomsorg",
        "upphandling",
        "2031/1",
        "the",
    )
)
PHRASES = st.lists(WORDS, max_size=60).map(" ".join)


@st.composite
def items(draw: st.DrawFn) -> Item:
    return Item(
        source="t",
        key="1",
        kind=draw(st.sampled_from(list(Kind))),
        title=draw(st.one_of(PHRASES, st.text(max_size=80))),
        text=draw(PHRASES),
        url="",
        language=draw(st.sampled_from(["sv", "en", ""])),
        concepts=draw(st.sampled_from([(), (Concept("eurovoc", "607", "dricksvatten"),)])),
        references=draw(st.sampled_from([(), (Reference("call", "LIFE-2031-CIT", "is"),)])),
        meta=draw(st.sampled_from([{}, {"doc_type": "fpm", "organ": ["FiU"]}])),
    )


@settings(max_examples=300, deadline=None)
@given(item=items())
def test_parts_sum_to_the_margin_and_the_margin_makes_the_score(assessor: Assessor, item: Item) -> None:
    said, told = assessor.assess([item])[0], assessor.explain(item)
    margins = trained_margins(assessor, item)
    assert said.relevance == pytest.approx(1 / (1 + exp(-told.relevance.margin)), abs=6e-5)
    for target, score in {"relevance": told.relevance, **told.areas, **told.flags}.items():
        assert sum(part.share for part in score.parts) == pytest.approx(margins[target], abs=1e-9)
    for area, strength in said.areas.items():
        assert told.areas[area].value == pytest.approx(strength, abs=6e-5)


def trained_margins(assessor: Assessor, item: Item) -> dict[str, float]:
    """The margins as they are reckoned for a batch, not as the account adds them up."""
    learnt = assessor.learnt
    assert learnt is not None
    reading, _, _, sums = assessor.read([item])
    return dict(zip(learnt.targets, learnt.margins(reading.signs, sums[1])[0].tolist(), strict=True))


def test_words_are_whole_and_stand_in_the_item(assessor: Assessor) -> None:
    item = Item(source="t", key="1", kind=Kind.NEWS, title="Förskolorna får mer plats", text="Fler barn.", url="")
    words = [part.name for part in assessor.explain(item).relevance.parts if part.sort == "word"]
    assert sorted(words) == ["barn", "fler", "får", "förskolorna", "mer", "plats"]


def test_largest_part_comes_first(assessor: Assessor) -> None:
    item = Item(source="t", key="1", kind=Kind.NEWS, title="Förskolorna får mer plats", url="")
    shares = [abs(part.share) for part in assessor.explain(item).relevance.parts]
    assert shares == sorted(shares, reverse=True)


def test_knowledge_alone_accounts_for_its_relevance() -> None:
    assessor = Assessor.load(weights=False)
    item = Item(source="t", key="1", kind=Kind.NEWS, title="Kommunen bygger ny förskola", url="", language="sv")
    told = assessor.explain(item)
    assert told.relevance.value == pytest.approx(assessor.assess([item])[0].relevance, abs=6e-5)
    assert {part.sort for part in told.relevance.parts} == {"bias", "knowledge"}
