"""An item as the trained model reads it beside its words: named numbers from the knowledge and from its source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import exp, log, log1p
from typing import Any, NamedTuple

from nlp.evidence import Evidence
from nlp.matching import Hit
from nlp.relevance import CORE_SATURATION, MOST_IN_TITLE, Feature, number_in_title
from store.types import Item, Kind

# What the knowledge says is scaled so that one penalty fits all: a sign that speaks plainly is about one.
KNOWN = "known"  # the authored log-odds; its parts are told by themselves in an explanation
CODE, CUE = 0.5, 0.25
FULL = 7.0  # evidence at which a share of it says 1 - 1/e
LEAST = 0.01  # a flag's probability is kept this far from 0 and 1

_NOT_WORD = re.compile(r"\W+")
_ENTITIES = re.compile(r", (?=[A-Z])")  # "Public Body (national, regional and local), Other"
_STATED = ("doc_type", "type", "department", "organ", "status", "action_type", "call_kind", "cluster", "destination")


class Known(NamedTuple):
    """What the authored knowledge says of one item: all that its assessment is made of."""

    family: str
    language: str
    found: Mapping[str, Evidence]
    strengths: Mapping[str, float]  # the strongest area first
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
    _add_cues(item, known, signs)
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
    yield from _of_all(known.family, item.kind, known.language)


@lru_cache(maxsize=2_000)
def _of_all(family: str, kind: Kind, language: str) -> tuple[str, str, str]:
    return code_name("family", family), code_name("kind", kind.value), code_name("kind", f"{kind.value} {language}")


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


def _add_cues(item: Item, known: Known, signs: dict[str, float]) -> None:
    for cue, hits in known.hits.items():
        title = number_in_title(hits, known.title_length)
        in_title, in_title_of_kind, in_text, in_text_of_kind = _cue_names(cue, item.kind)
        if title:
            signs[in_title] = signs[in_title_of_kind] = CUE * min(title, MOST_IN_TITLE)
        if text := len(hits) - title:
            signs[in_text] = signs[in_text_of_kind] = CUE * log1p(text)


@lru_cache(maxsize=2_000)
def _cue_names(cue: str, kind: Kind) -> tuple[str, str, str, str]:
    title, text = f"cue:{cue}:title", f"cue:{cue}:text"
    return title, f"{title}:{kind.value}", text, f"{text}:{kind.value}"


@lru_cache(maxsize=200)
def _names(area: str) -> tuple[str, ...]:
    what = ("area", "core", "own", "its strength", "its evidence", "its likeness", "its title", "its codes")
    return tuple(f"{name}:{area}" for name in what)


def _add_areas(known: Known, signs: dict[str, float]) -> None:
    strengths = known.strengths
    for area, (_, likeness, total, core, own, title, coded, *_) in known.found.items():
        names = _names(area)
        strength = strengths.get(area, 0.0)
        signs[names[0]] = 0.5 * strength
        if core:
            signs[names[1]] = 0.5 * (1.0 - exp(-core / CORE_SATURATION))
            if own:
                signs[names[2]] = 0.5 * (1.0 - exp(-own / CORE_SATURATION))
        signs[names[3]] = 3.0 * strength
        signs[names[4]] = log1p(total)
        signs[names[5]] = 10.0 * likeness
        if title:
            signs[names[6]] = 1.0 - exp(-title / FULL)
        if coded:
            signs[names[7]] = 1.0 - exp(-coded / FULL)
    if best := next(iter(strengths), ""):
        signs[_joined("its first place", best)] = 1.0
