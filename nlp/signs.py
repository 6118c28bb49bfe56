"""An item as the trained model reads it beside its words: named numbers from the knowledge and from its source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, log1p
from typing import Any

from nlp.evidence import Evidence
from nlp.matching import Hit
from nlp.relevance import CORE_SATURATION, Feature
from store.types import Item

# What the knowledge says is scaled so that one penalty fits all: a sign that speaks plainly is about one.
KNOWN = "known"  # the authored log-odds; its parts are told by themselves in an explanation
CODE, CUE = 0.5, 0.25
FULL = 7.0  # evidence at which a share of it says 1 - 1/e
LEAST = 0.01  # a flag's probability is kept this far from 0 and 1

_NOT_WORD = re.compile(r"\W+")
_ENTITIES = re.compile(r", (?=[A-Z])")  # "Public Body (national, regional and local), Other"
_STATED = ("doc_type", "type", "department", "organ", "status", "action_type", "call_kind", "cluster", "destination")


@dataclass(frozen=True, slots=True)
class Known:
    """What the authored knowledge says of one item: all that its assessment is made of."""

    family: str
    language: str
    found: Mapping[str, Evidence]
    strengths: Mapping[str, float]
    features: Sequence[Feature]
    hits: Mapping[str, Sequence[Hit]]  # those that count, of each cue and flag
    title_length: int
    flags: Mapping[str, float]


def signs_of(item: Item, known: Known, log_odds: float) -> dict[str, float]:
    """Return the named numbers of an item; a name that is not there is zero."""
    signs = {KNOWN: log_odds}
    for code in codes_of(item, known):
        signs[code] = CODE
    for feature in known.features:
        signs[_joined("step", feature.name)] = 0.5 * feature.step
    signs.update(_of_cues(item, known))
    _add_areas(known, signs)
    flag = min(max(known.flags["children_youth"], LEAST), 1.0 - LEAST)
    signs["children_youth"] = log(flag / (1.0 - flag))
    return signs


def codes_of(item: Item, known: Known) -> Iterator[str]:
    """Yield the codes and type names that the source gave, and what sort of document the item is."""
    for concept in item.concepts:
        yield code_name(concept.scheme, concept.code)
        if concept.scheme == "directory":  # 06.20.20: the chapter and its part say something too
            yield from (code_name("directory", concept.code[:length]) for length in (2, 5))
    for reference in item.references:
        if reference.scheme == "call":
            yield from (code_name("call", part) for part in reference.value.split("-"))
    if item.meta:
        yield from _stated(item.meta)
    yield code_name("family", known.family)
    yield code_name("kind", item.kind.value)
    yield code_name("kind", f"{item.kind.value} {known.language}")


def _stated(meta: Mapping[str, Any]) -> Iterator[str]:
    for name in _STATED:
        value = meta.get(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield code_name(name, one)
    if isinstance(entities := meta.get("eligible_entities"), str):
        yield from (code_name("eligible", one) for one in _ENTITIES.split(entities))


@lru_cache(maxsize=20_000)
def code_name(scheme: str, code: str) -> str:
    """Return the name of a code of a scheme."""
    return f"{scheme}:{_NOT_WORD.sub('_', code[:80].lower())}"


@lru_cache(maxsize=20_000)
def _joined(*parts: str) -> str:
    return ":".join(parts)


def _of_cues(item: Item, known: Known) -> Iterator[tuple[str, float]]:
    kind = item.kind.value
    for cue, hits in known.hits.items():
        title = sum(hit.start < known.title_length for hit in hits)
        for place, value in (("title", float(min(title, 2))), ("text", log1p(len(hits) - title))):
            if value:
                yield _joined("cue", cue, place), CUE * value
                yield _joined("cue", cue, place, kind), CUE * value


@lru_cache(maxsize=200)
def _names(area: str) -> tuple[str, ...]:
    what = ("area", "core", "own", "its strength", "its evidence", "its likeness", "its title", "its codes")
    return tuple(f"{name}:{area}" for name in what)


def _add_areas(known: Known, signs: dict[str, float]) -> None:
    best = max(known.strengths, key=known.strengths.__getitem__, default="")
    for area, evidence in known.found.items():
        name, core, own, its_strength, its_evidence, its_likeness, its_title, its_codes = _names(area)
        strength = known.strengths.get(area, 0.0)
        signs[name] = 0.5 * strength
        if evidence.core:
            signs[core] = 0.5 * (1.0 - exp(-evidence.core / CORE_SATURATION))
        if evidence.own:
            signs[own] = 0.5 * (1.0 - exp(-evidence.own / CORE_SATURATION))
        signs[its_strength] = 3.0 * strength
        signs[its_evidence] = log1p(evidence.total)
        signs[its_likeness] = 10.0 * evidence.likeness
        title, coded = 0.0, 0.0
        for sign in evidence.signs:
            if sign.place == "title":
                title += sign.weight
            elif sign.place != "text":
                coded += sign.weight
        if title:
            signs[its_title] = 1.0 - exp(-title / FULL)
        if coded:
            signs[its_codes] = 1.0 - exp(-coded / FULL)
    if best:
        signs[_joined("its first place", best)] = 1.0
