"""What speaks for each policy area in an item: terms, the source's own subject codes, and likeness to the area."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, log2

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


@dataclass(slots=True)
class Sign:
    """One piece of evidence: a word of the item or a code, with its weight and the strength of its term."""

    word: str
    place: str  # title, text, eurovoc, government, …
    weight: float
    strength: str = ""

    @property
    def is_core(self) -> bool:
        """Tell whether this names something that is always of concern to municipalities."""
        return self.strength in ("own", "core")


@dataclass
class Evidence:
    """All signs of one area, and the likeness of the item to it; the sums are made once, when all signs are there."""

    signs: list[Sign] = field(default_factory=list)
    likeness: float = 0.0

    @cached_property
    def total(self) -> float:
        """Return the sum of the evidence."""
        return sum([sign.weight for sign in self.signs]) + LIKENESS * max(0.0, self.likeness - LIKENESS_FLOOR)

    @cached_property
    def core(self) -> float:
        """Return the part of the evidence that is always of concern to municipalities."""
        return sum([sign.weight for sign in self.signs if sign.is_core])

    @cached_property
    def own(self) -> float:
        """Return the part of the evidence that names what a municipality itself runs."""
        return sum([sign.weight for sign in self.signs if sign.strength == "own"])


def weigh(
    knowledge: Knowledge, item: Item, hits: Sequence[Hit], title_length: int, shown: str, likeness: Sequence[float]
) -> dict[str, Evidence]:
    """Return the evidence per area; `shown` is the text that was matched, with its own capitals."""
    found: dict[str, Evidence] = defaultdict(Evidence)
    for key, kept in strongest(hit for hit in hits if hit.term.group == "area").items():
        found[key].signs.extend(_signs(kept, title_length, shown))
    for area, sign in _coded(knowledge, item):
        found[area].signs.append(sign)
    for area, cosine in zip(knowledge.areas, likeness, strict=True):
        if cosine > LIKENESS_FLOOR:
            found[area].likeness = float(cosine)
    return dict(found)


def strengths(found: Mapping[str, Evidence]) -> dict[str, float]:
    """Return 0..1 per area: how much speaks for it, held down by the areas that have more."""
    totals = {area: evidence.total for area, evidence in found.items()}
    most = max(totals.values(), default=0.0)
    if most <= 0.0:
        return {}
    return {
        area: (1.0 - exp(-total / SATURATION)) * (total / most) ** RIVALRY
        for area, total in sorted(totals.items(), key=lambda pair: -pair[1])
        if total > 0.0
    }


def strongest(hits: Iterator[Hit]) -> dict[str, list[Hit]]:
    """Return the hits per key, the heaviest and longest alone where several lie over each other."""
    ordered: dict[str, list[Hit]] = defaultdict(list)
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.term.weight, hit.start - hit.end)):
        kept = ordered[hit.term.key]
        if kept and hit.start < kept[-1].word_end:
            if hit.term.weight > kept[-1].term.weight:
                kept[-1] = hit
        else:
            kept.append(hit)
    return ordered


def _signs(hits: Sequence[Hit], title_length: int, shown: str) -> Iterator[Sign]:
    by_text: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_text[hit.term.text].append(hit)
    for same in by_text.values():
        weights = [_place_weight(hit, title_length) for hit in same]
        heaviest = max(weights)
        best = same[weights.index(heaviest)]
        again = 1.0 + 0.3 * log2(len(same))
        weight = best.term.weight * heaviest * again
        place = "title" if best.start < title_length else "text"
        yield Sign(shown[best.word_start : best.word_end], place, weight, best.term.strength)


def _place_weight(hit: Hit, title_length: int) -> float:
    place = TITLE if hit.start < title_length else OPENING if hit.start < title_length + OPENING_LENGTH else LATER
    return place * (COMPOUND if hit.is_compound else 1.0)


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
            yield area, Sign(reference.value, "acts", CODE["acts"] * weight, "core")
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
