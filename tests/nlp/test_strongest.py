"""Of hits over each other the heaviest and longest count, each under its own key."""

from __future__ import annotations

from nlp.knowledge import Term
from nlp.matching import Hit
from nlp.strongest import kept_of


def hit(text: str, start: int, *, key: str = "water", group: str = "area", weight: float = 1.0) -> Hit:
    end = start + len(text)
    return Hit(Term(text, False, group, key, "terms", weight), start, end, start, end)


def test_longer_of_two_equal_terms_counts() -> None:
    short, long = hit("vatten", 0), hit("vattenverk", 0)
    assert kept_of([short, long]) == {("area", "water"): [long]}


def test_heavier_term_takes_the_place_of_what_it_overlaps() -> None:
    light, heavy = hit("dricksvatten", 0, weight=0.35), hit("vatten", 6, weight=2.0)
    assert kept_of([light, heavy]) == {("area", "water"): [heavy]}


def test_other_keys_lie_over_each_other_unharmed() -> None:
    first, second = hit("vattenverk", 0), hit("vatten", 0, key="environment")
    assert kept_of([second, first]) == {("area", "water"): [first], ("area", "environment"): [second]}


def test_keys_stand_in_the_order_they_are_met() -> None:
    cue, flag = hit("kommun", 0, key="municipal", group="cue"), hit("barn", 9, key="children_youth", group="flag")
    assert list(kept_of([flag, cue])) == [("cue", "municipal"), ("flag", "children_youth")]
