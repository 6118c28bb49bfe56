"""Committee figures: what is right follows from the municipality's file, what is said from the real routing."""

from __future__ import annotations

from nlp.cases import Case, Label
from pipeline.committee_figures import committee_figures, right_committees
from pipeline.municipality import find_municipality
from store.types import Assessment, Deadline, Item, Kind
from tests.pipeline.making import TODAY, municipality


def pair(key: str, right: tuple[str, ...], said: dict[str, float], relevance: int = 3) -> tuple[Case, Assessment]:
    item = Item(
        source="t", key="same", kind=Kind.CALL, title=key, url="", status="closed", deadlines=(Deadline(TODAY),)
    )
    told = Assessment(
        source="t", key="same", content_hash="", assessor="t", language="sv", relevance=0.0, areas=said, flags={}
    )
    return Case(item, Label(relevance, right, ()), is_tuned=False), told


def test_an_area_that_nobody_answers_for_is_the_coordinators() -> None:
    assert right_committees(municipality(), ["water", "culture"]) == {"Provköpings Vatten AB", "_coordinator"}


def test_items_that_reach_the_right_committee_count_whatever_their_relevance_and_age() -> None:
    pairs = [pair("a", ("school",), {"school": 0.9}), pair("b", ("school",), {"school": 0.8})]
    figures, within = committee_figures(*zip(*pairs, strict=True))["Mellerud"]  # type: ignore[arg-type]
    assert figures == {
        "items": 2.0,
        "committee macro F1": 1.0,
        "committee micro F1": 1.0,
        "first committee right": 1.0,
    }
    assert within["first committee right"] == (1.0, 1.0)


def test_wrong_and_missing_committees_count_against() -> None:
    pairs = [
        pair("a", ("school",), {"school": 0.9}),
        pair("b", ("school",), {"school": 0.3}),  # below the threshold: goes nowhere
        pair("c", ("school",), {"water": 0.9}),
        pair("d", (), {"water": 0.9}, relevance=0),
    ]
    figures, _ = committee_figures(*zip(*pairs, strict=True))["Varberg"]  # type: ignore[arg-type]
    assert figures["items"] == 3.0
    assert figures["first committee right"] == 1 / 3
    assert figures["committee micro F1"] < 1.0


def test_committees_of_the_bundled_municipalities_are_told_apart() -> None:
    place = find_municipality("mellerud")
    assert right_committees(place, ["school"]) == {"Kultur- och utbildningsnämnden"}
