"""How likely a coordinator is to send an item on: a logistic over features that a person can read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import exp, log1p
from typing import NamedTuple

from nlp.evidence import Evidence
from nlp.matching import Hit
from nlp.weights import AREA, BIAS, CALL_CODES, CORE_TITLE, CUES, ENGLISH, EVIDENCE, FAMILY, OWN_TITLE
from store.types import Item, Kind

# Features that mean different things in an act, a call, a Swedish document and the news are counted per group.
GROUPS = {
    Kind.LEGAL_ACT: "act",
    Kind.PROPOSAL: "act",
    Kind.CALL: "call",
    Kind.CONSULTATION: "document",
    Kind.GOVERNMENT: "document",
    Kind.AGENCY: "agency",
    Kind.NEWS: "news",
}
GROUPED = frozenset(cue.partition("@")[0] for cue in CUES if "@" in cue)
_NAME = re.compile(r"[A-Z][A-Z0-9]{2,}")  # LIFE, CL4: a programme's short name stands in capitals
CORE_SATURATION = 6.0  # evidence of one core word in the title
SHORT_TEXT = 40  # characters; less is a title alone
MOST_IN_TITLE = 2  # more hits of a cue in one title add nothing


class Feature(NamedTuple):  # made by the dozen for every item, which a frozen dataclass is four times slower at
    """One step of the log-odds; `cue` and `word` are there when words of the item caused it."""

    name: str
    step: float
    cue: str = ""
    hit: Hit | None = None


_new = tuple.__new__  # a NamedTuple's own constructor is written in Python and takes twice as long


def features_of(
    item: Item,
    family: str,
    cues: Mapping[str, Sequence[Hit]],
    title_length: int,
    found: Mapping[str, Evidence],
    strengths: Mapping[str, float],
    language: str,
) -> list[Feature]:
    """Return the steps that together with the bias make an item's log-odds; `cues` are the hits of each that count."""
    group = GROUPS[item.kind]
    steps = _of_evidence(item, group, found, strengths)
    steps.append((_named("family", family), FAMILY.get(family, 0.0)))
    if item.kind is Kind.CALL:
        steps.append(("call", _of_call(item)))
    if language != "sv":
        steps.append(("english", ENGLISH.get(group, 0.0)))
    features: list[Feature] = [_new(Feature, (name, step, "", None)) for name, step in steps if step]
    for cue, hits in cues.items():
        if step := _of_cue(cue, group, hits, title_length):
            features.append(_new(Feature, (_named("cue", cue), step, cue, hits[0])))
    return features


def log_odds(features: Sequence[Feature]) -> float:
    """Return the bias and all steps; their logistic is the probability."""
    return BIAS + sum([feature.step for feature in features])


@lru_cache(maxsize=1_000)
def _named(what: str, which: str) -> str:
    return f"{what} {which}"


def _of_evidence(
    item: Item, group: str, found: Mapping[str, Evidence], strengths: Mapping[str, float]
) -> list[tuple[str, float]]:
    best = next(iter(strengths), "")  # the strongest is first
    most, own, total = 0.0, 0.0, 0.0
    has_core = has_own = has_act = False
    for _, _, of_area, core, its_own, _, _, has_core_title, has_own_title, has_number in found.values():
        total += of_area
        own += its_own
        if core > most:
            most = core
        has_core = has_core or has_core_title
        has_own = has_own or has_own_title
        has_act = has_act or has_number
    steps = [
        ("core", EVIDENCE["core"] * (1.0 - exp(-most / CORE_SATURATION))),
        ("own", EVIDENCE["own"] * (1.0 - exp(-own / CORE_SATURATION))),
        ("signs", EVIDENCE["signs"] * log1p(total)),
        ("strength", EVIDENCE["strength"] * strengths.get(best, 0.0)),
        (_named("area", best), AREA.get(best, 0.0)),
    ]
    if has_core:
        steps.append(("core in title", CORE_TITLE[group]))
    if has_own:
        steps.append(("own in title", OWN_TITLE.get(group, 0.0)))
    if has_act:
        steps.append(("acts", EVIDENCE["acts"]))
    if len(item.text) < SHORT_TEXT:
        steps.append(("no text", EVIDENCE["no text"]))
    return steps


def _of_call(item: Item) -> float:
    """The parts of its identifier, and its programme's name when the identifier does not carry it."""
    names = {part for r in item.references if r.scheme == "call" for part in r.value.split("-")}
    for concept in item.concepts:
        if concept.scheme == "programme":
            names.update(_NAME.findall(f"{concept.code} {concept.label}"))
    return sum([CALL_CODES.get(name, 0.0) for name in sorted(names)])


def _of_cue(cue: str, group: str, hits: Sequence[Hit], title_length: int) -> float:
    in_title, in_text = _steps(cue, group)
    title = number_in_title(hits, title_length)
    return in_title * min(title, MOST_IN_TITLE) + in_text * log1p(len(hits) - title)


@lru_cache(maxsize=1_000)
def _steps(cue: str, group: str) -> tuple[float, float]:
    return CUES.get(f"{cue}@{group}" if cue in GROUPED else cue, (0.0, 0.0))


def number_in_title(hits: Sequence[Hit], title_length: int) -> int:
    """Return how many of the hits stand in the title."""
    number = 0
    for _, start, _, _, _ in hits:
        if start < title_length:
            number += 1
    return number
