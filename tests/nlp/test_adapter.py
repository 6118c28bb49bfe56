"""Lines that are no stored items become items, whatever they hold."""

from __future__ import annotations

from datetime import date

import pytest

from nlp.adapter import item_of
from store.types import Concept, Deadline, Kind, Money, Reference


def test_metadata_becomes_concepts_deadlines_and_money() -> None:
    item = item_of(
        {
            "id": "portal:LIFE-2031-SAP-NAT",
            "source": "portal",
            "kind": "call",
            "title": "Nature",
            "meta": {
                "programme": ["Programme for the Environment and Climate Action (LIFE)"],
                "deadline": "2031-09-20",
                "budget_eur": 1_000_000,
                "eurovoc_ids": ["607"],
                "eurovoc": ["drinking water"],
                "directory_codes": ["15.10.20.20 Environment / Water"],
            },
        }
    )
    assert item.kind is Kind.CALL
    assert item.deadlines == (Deadline(date(2031, 9, 20)),)
    assert item.money == (Money(1_000_000.0, "EUR", "total"),)
    assert Concept("eurovoc", "607", "drinking water") in item.concepts
    assert Concept("directory", "15.10.20.20", "Environment / Water") in item.concepts
    assert {concept.code for concept in item.concepts if concept.scheme == "programme"} == {"LIFE"}
    assert Reference("call", "LIFE-2031-SAP-NAT", "is") in item.references


def test_government_categories_become_concepts() -> None:
    item = item_of({"id": "1", "kind": "riksdag", "title": "x", "meta": {"categories": ["Socialtjänst"]}})
    assert item.kind is Kind.GOVERNMENT
    assert item.concepts == (Concept("government", "Socialtjänst", "Socialtjänst"),)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"id": None, "title": None, "text": None, "meta": None},
        {"id": 5, "title": ["a"], "text": {"b": 1}, "kind": "unheard of", "meta": "text"},
        {"id": "1", "published": "last week", "meta": {"deadline": [None, 7], "budget_eur": "much", "eurovoc": 3}},
    ],
)
def test_odd_lines_are_read_without_complaint(line: dict[str, object]) -> None:
    assert item_of(line).kind is Kind.NEWS
