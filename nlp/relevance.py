"""How likely a coordinator is to send an item on: a logistic over features that a person can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log1p

from nlp.evidence import Evidence, strongest
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


@dataclass(frozen=True, slots=True)
class Feature:
    """One step of the log-odds; `cue` and `word` are there when words of the item caused it."""

    name: str
    step: float
    cue: str = ""
    hit: Hit | None = None


def features_of(
    item: Item,
    family: str,
    hits: Sequence[Hit],
    title_length: int,
    found: Mapping[str, Evidence],
    strengths: Mapping[str, float],
    language: str,
) -> list[Feature]:
    """Return the steps that together with the bias make an item's log-odds."""
    group = GROUPS[item.kind]
    features = [*_of_evidence(item, group, found, strengths), Feature(f"family {family}", FAMILY.get(family, 0.0))]
    if item.kind is Kind.CALL:
        features.append(_of_call(item))
    if language != "sv":
        features.append(Feature("english", ENGLISH.get(group, 0.0)))
    features.extend(_of_cues(group, hits, title_length))
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
    signs = [sign for evidence in found.values() for sign in evidence.signs]
    if any(sign.is_core and sign.place == "title" for sign in signs):
        yield Feature("core in title", CORE_TITLE[group])
    if any(sign.strength == "own" and sign.place == "title" for sign in signs):
        yield Feature("own in title", OWN_TITLE.get(group, 0.0))
    if any(sign.place == "acts" or sign.word[:1].isdigit() for sign in signs):
        yield Feature("acts", EVIDENCE["acts"])
    if len(item.text) < SHORT_TEXT:
        yield Feature("no text", EVIDENCE["no text"])


def _of_call(item: Item) -> Feature:
    """The parts of its identifier, and its programme's name when the identifier does not carry it."""
    names = {part for r in item.references if r.scheme == "call" for part in r.value.split("-")}
    for concept in item.concepts:
        if concept.scheme == "programme":
            names.update(_NAME.findall(f"{concept.code} {concept.label}"))
    return Feature("call", sum(CALL_CODES.get(name, 0.0) for name in sorted(names)))


def _of_cues(group: str, hits: Sequence[Hit], title_length: int) -> Iterator[Feature]:
    for cue, cue_hits in strongest(hit for hit in hits if hit.term.group == "cue").items():
        in_title, in_text = CUES.get(f"{cue}@{group}" if cue in GROUPED else cue, (0.0, 0.0))
        title = sum(hit.start < title_length for hit in cue_hits)
        step = in_title * min(title, MOST_IN_TITLE) + in_text * log1p(len(cue_hits) - title)
        yield Feature(f"cue {cue}", step, cue, cue_hits[0])
