"""What speaks for each policy area in an item: terms, the source's own subject codes, and likeness to the area."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import exp, log2
from operator import itemgetter
from typing import NamedTuple

from nlp.knowledge import Knowledge
from nlp.matching import Hit
from store.types import Concept, Item

TITLE = 3.0  # a term in the title weighs as three in the text
OPENING, LATER = 1.0, 0.4  # a term in the first 600 characters of the text, and after them
OPENING_LENGTH = 600
COMPOUND = 0.8  # "vatten" in "dricksvatten" says a little less than the word alone
CODE = {"acts": 4.0, "eurovoc": 2.6, "directory": 4.0, "government": 3.0, "programme": 3.0, "committee": 2.0}
LIKENESS = 14.0  # evidence per unit of cosine above the floor; cosines of real items reach 0.3
LIKENESS_FLOOR = 0.05
SATURATION = 7.0  # evidence at which an area's strength is 1 - 1/e
RIVALRY = 0.9  # how strongly an area is held down when another has more evidence


class Sign(NamedTuple):  # made by the dozen for every item, as are the hits that they are made of
    """One piece of evidence: a word of the item or a code, with its weight and the strength of its term.

    `is_core` says whether it names something that is always of concern to municipalities.
    """

    word: str
    place: str  # title, text, eurovoc, government, …
    weight: float
    strength: str = ""
    is_core: bool = False


class Evidence(NamedTuple):
    """All signs of one area, and the likeness of the item to it, with their sums.

    `total` is all evidence, `core` the part of it that is always of concern to municipalities, and `own` the part that
    names what a municipality itself runs; `title` and `coded` are the weights in the title and of the source's codes.
    """

    signs: Sequence[Sign]
    likeness: float
    total: float
    core: float = 0.0
    own: float = 0.0
    title: float = 0.0
    coded: float = 0.0
    has_core_title: bool = False  # whether one that is always of concern stands in the title, and
    has_own_title: bool = False  # whether the first such or a later one is a municipality's own
    has_act: bool = False  # whether one is the number of an act


_new = tuple.__new__  # a NamedTuple's own constructor is written in Python and takes twice as long
_CORE = frozenset({"own", "core"})


def weigh(
    knowledge: Knowledge,
    item: Item,
    hits: Mapping[str, Sequence[Hit]],
    title_length: int,
    shown: str,
    likeness: Sequence[float],
) -> dict[str, Evidence]:
    """Return the evidence per area; `hits` are those that count and `shown` is the matched text with its capitals."""
    signs = {area: _signs(kept, title_length, shown) for area, kept in hits.items()}
    if item.concepts or item.references:
        for area, sign in _coded(knowledge, item):
            signs.setdefault(area, []).append(sign)
    like = {area: cosine for area, cosine in zip(knowledge.areas, likeness, strict=True) if cosine > LIKENESS_FLOOR}
    found = {area: _added_up(of_area, like.pop(area, 0.0)) for area, of_area in signs.items()}
    for area, cosine in like.items():
        total = LIKENESS * (cosine - LIKENESS_FLOOR)
        found[area] = _new(Evidence, ((), cosine, total, 0.0, 0.0, 0.0, 0.0, False, False, False))
    return found


def _added_up(signs: Sequence[Sign], likeness: float) -> Evidence:
    total = core = own = title = coded = 0.0
    has_core_title = has_own_title = has_act = False
    for word, place, weight, strength, is_core in signs:
        total += weight
        if is_core:
            core += weight
            if strength == "own":
                own += weight
        if place == "title":
            title += weight
            if is_core:
                has_core_title = True
                has_own_title = has_own_title or strength == "own"
        elif place != "text":
            coded += weight
        if place == "acts" or word[:1].isdigit():
            has_act = True
    if likeness:
        total += LIKENESS * (likeness - LIKENESS_FLOOR)
    told = (signs, likeness, total, core, own, title, coded, has_core_title, has_own_title, has_act)
    return _new(Evidence, told)


def strengths(found: Mapping[str, Evidence]) -> dict[str, float]:
    """Return 0..1 per area, the strongest first: how much speaks for it, held down by those that have more."""
    totals = [(evidence.total, area) for area, evidence in found.items() if evidence.total > 0.0]
    if not totals:
        return {}
    totals.sort(key=_heaviness, reverse=True)
    most = totals[0][0]
    return {area: (1.0 - exp(-total / SATURATION)) * (total / most) ** RIVALRY for total, area in totals}


_heaviness = itemgetter(0)


def _signs(hits: Sequence[Hit], title_length: int, shown: str) -> list[Sign]:
    if len(hits) == 1:
        return [_sign(hits[0], _place_weight(hits[0], title_length), title_length, shown)]
    by_text: dict[str, list[Hit]] = {}
    for hit in hits:
        by_text.setdefault(hit.term.text, []).append(hit)
    return [_sign_of_same(same, title_length, shown) for same in by_text.values()]


def _sign_of_same(same: Sequence[Hit], title_length: int, shown: str) -> Sign:
    """The sign of the hits of one term: as much as the heaviest of them, and a little more for each time again."""
    weights = [_place_weight(hit, title_length) for hit in same]
    heaviest = max(weights)
    again = 1.0 + 0.3 * log2(len(same))
    return _sign(same[weights.index(heaviest)], heaviest, title_length, shown, again)


def _sign(hit: Hit, weight: float, title_length: int, shown: str, again: float = 1.0) -> Sign:
    term, start, _, word_start, word_end = hit
    place, strength = "title" if start < title_length else "text", term.strength
    return _new(Sign, (shown[word_start:word_end], place, term.weight * weight * again, strength, strength in _CORE))


def _place_weight(hit: Hit, title_length: int) -> float:
    _, start, _, word_start, _ = hit
    place = TITLE if start < title_length else OPENING if start < title_length + OPENING_LENGTH else LATER
    return place * COMPOUND if word_start < start else place


def _coded(knowledge: Knowledge, item: Item) -> Iterator[tuple[str, Sign]]:
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for concept in item.concepts:
        for area, weight, label in _pointed_to(knowledge, concept):
            counts[area, concept.scheme] += 1
            # The tenth concept of an act says less than its first.
            share = CODE[concept.scheme] * weight / counts[area, concept.scheme] ** 0.5
            yield area, Sign(label, concept.scheme, share)
    for reference in item.references:
        for area, weight in knowledge.codes["acts"].get(reference.value, ()):
            yield area, Sign(reference.value, "acts", CODE["acts"] * weight, "core", True)
        if reference.scheme == "call":
            for code, rows in knowledge.codes["programme"].items():
                if "-" in code and set(code.split("-")) <= set(reference.value.split("-")):
                    yield from ((area, Sign(code, "programme", CODE["programme"] * weight)) for area, weight in rows)


def _pointed_to(knowledge: Knowledge, concept: Concept) -> Iterator[tuple[str, float, str]]:
    table = knowledge.codes.get(concept.scheme, {})
    if concept.scheme == "directory":
        for code, rows in table.items():
            if concept.code.startswith(code):
                yield from ((area, weight, concept.label or concept.code) for area, weight in rows)
        return
    for name in _names(concept):
        if pointed := table.get(name):  # a code and its label are one sign
            label = concept.label or concept.code
            shown = knowledge.labels.get(concept.code, label) if concept.scheme == "eurovoc" else label
            yield from ((area, weight, shown) for area, weight in pointed)
            return


_BRACKET = re.compile(r"\(([^()]+)\)\s*$")


def _names(concept: Concept) -> Iterator[str]:
    yield concept.code
    if concept.label:
        yield concept.label
        bracket = _BRACKET.search(concept.label)
        if bracket:
            yield bracket[1].strip()
