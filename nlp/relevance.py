"""How likely a coordinator is to send an item on: a logistic over features that a person can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    features = [*_of_evidence(item, group, found, strengths), Feature(f"family {family}", FAMILY.get(family, 0.0))]
    if item.kind is Kind.CALL:
        features.append(_of_call(item))
    if language != "sv":
        features.append(Feature("english", ENGLISH.get(group, 0.0)))
    features.extend(_of_cues(group, cues, title_length))
    return [feature for feature in features if feature.step]


def log_odds(features: Sequence[Feature]) -> float:
    """Return the bias and all steps; their logistic is the probability."""
    return BIAS + sum(feature.step for feature in features)


def _of_evidence(
    item: Item, group: str, found: Mapping[str, Evidence], strengths: Mapping[str, float]
) -> Iterator[Feature]:
    best = max(strengths, key=strengths.__getitem__, default="")
    core = max((evidence.core for evidence in found.values()), default=0.0)
    own = sum(evidence.own for evidence in found.values())
    yield Feature("core", EVIDENCE["core"] * (1.0 - exp(-core / CORE_SATURATION)))
    yield Feature("own", EVIDENCE["own"] * (1.0 - exp(-own / CORE_SATURATION)))
    yield Feature("signs", EVIDENCE["signs"] * log1p(sum(evidence.total for evidence in found.values())))
    yield Feature("strength", EVIDENCE["strength"] * strengths.get(best, 0.0))
    yield Feature(f"area {best}", AREA.get(best, 0.0))
    has_core, has_own, has_act = _looked_through(found.values())
    if has_core:
        yield Feature("core in title", CORE_TITLE[group])
    if has_own:
        yield Feature("own in title", OWN_TITLE.get(group, 0.0))
    if has_act:
        yield Feature("acts", EVIDENCE["acts"])
    if len(item.text) < SHORT_TEXT:
        yield Feature("no text", EVIDENCE["no text"])


def _looked_through(found: Iterable[Evidence]) -> tuple[bool, bool, bool]:
    """Whether a core word and an own word stand in the title, and whether any sign is the number of an act."""
    has_core = has_own = has_act = False
    for evidence in found:
        for sign in evidence.signs:
            if sign.is_core and sign.place == "title":
                has_core = True
                has_own = has_own or sign.strength == "own"
            if sign.place == "acts" or sign.word[:1].isdigit():
                has_act = True
    return has_core, has_own, has_act


def _of_call(item: Item) -> Feature:
    """The parts of its identifier, and its programme's name when the identifier does not carry it."""
    names = {part for r in item.references if r.scheme == "call" for part in r.value.split("-")}
    for concept in item.concepts:
        if concept.scheme == "programme":
            names.update(_NAME.findall(f"{concept.code} {concept.label}"))
    return Feature("call", sum(CALL_CODES.get(name, 0.0) for name in sorted(names)))


def _of_cues(group: str, cues: Mapping[str, Sequence[Hit]], title_length: int) -> Iterator[Feature]:
    for cue, cue_hits in cues.items():
        in_title, in_text = CUES.get(f"{cue}@{group}" if cue in GROUPED else cue, (0.0, 0.0))
        title = sum(hit.start < title_length for hit in cue_hits)
        step = in_title * min(title, MOST_IN_TITLE) + in_text * log1p(len(cue_hits) - title)
        yield Feature(f"cue {cue}", step, cue, cue_hits[0])
