"""How likely a coordinator is to send an item on: a logistic over features that a person can read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log1p

import numpy as np

from nlp.columns import Ints, each, summed
from nlp.evidence import Evidence, Strengths
from nlp.measures import Floats
from nlp.mentions import Mentions
from nlp.term_table import TermTable
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


# The steps that are not of a cue, in the order in which they are added up.
STEPS = (
    *("core", "own", "signs", "strength", "area", "core in title", "own in title", "acts", "no text", "family"),
    *("call", "english"),
)


@dataclass(frozen=True, slots=True)
class Steps:
    """What makes up the log-odds of some items: a row per item of STEPS, and a row per mention of a cue."""

    fixed: Floats
    cues: Floats  # a step for each of `Mentions`; zero for flags
    log_odds: Floats
    size: Floats  # how much all steps move, whichever way


def steps_of(
    table: TermTable,
    items: Sequence[Item],
    families: Sequence[str],
    languages: Sequence[str],
    found: Evidence,
    strong: Strengths,
    mentions: Mentions,
) -> Steps:
    """Return the steps that together with the bias make the items' log-odds; their logistic is the probability."""
    groups = [GROUPS[item.kind] for item in items]
    fixed = np.zeros((len(items), len(STEPS)))
    fixed[:, :8] = _of_evidence(table, groups, found, strong)
    fixed[:, 8] = [EVIDENCE["no text"] if len(item.text) < SHORT_TEXT else 0.0 for item in items]
    fixed[:, 9] = [FAMILY.get(family, 0.0) for family in families]
    fixed[:, 10] = [_of_call(item) if item.kind is Kind.CALL else 0.0 for item in items]
    english = zip(groups, languages, strict=True)
    fixed[:, 11] = [ENGLISH.get(group, 0.0) if language != "sv" else 0.0 for group, language in english]
    cues = _of_cues(table, groups, mentions)
    log_odds, size = np.zeros(len(items)), np.zeros(len(items))
    for steps in fixed.T:  # one after another, so that the sum does not depend on how many are read at once
        log_odds += steps
        size += np.abs(steps)
    np.add.at(log_odds, mentions.owners, cues)
    np.add.at(size, mentions.owners, np.abs(cues))
    return Steps(fixed, cues, BIAS + log_odds, size)


def _of_evidence(table: TermTable, groups: Sequence[str], found: Evidence, strong: Strengths) -> Floats:
    number = len(groups)
    most = np.zeros(number)
    np.maximum.at(most, found.owners, found.core)
    own = summed(found.owners, found.own, number)
    total = summed(found.owners, found.total, number)
    has_any = np.diff(strong.firsts) > 0
    best = strong.firsts[:-1][has_any]
    strength, of_area = np.zeros(number), np.zeros(number)
    strength[has_any] = strong.values[best]
    of_area[has_any] = np.array([AREA.get(area, 0.0) for area in table.areas])[found.areas[strong.rows[best]]]

    def has(rows: Ints) -> Floats:
        return (np.bincount(found.owners[rows], minlength=number) > 0).astype(np.float64)

    columns = (
        EVIDENCE["core"] * (1.0 - each(exp, -most / CORE_SATURATION)),
        EVIDENCE["own"] * (1.0 - each(exp, -own / CORE_SATURATION)),
        EVIDENCE["signs"] * each(log1p, total),
        EVIDENCE["strength"] * strength,
        of_area,
        has(np.flatnonzero(found.has_core_title)) * np.array([CORE_TITLE[group] for group in groups]),
        has(np.flatnonzero(found.has_own_title)) * np.array([OWN_TITLE.get(group, 0.0) for group in groups]),
        has(np.flatnonzero(found.has_act)) * EVIDENCE["acts"],
    )
    return np.stack(columns, axis=1)


def _of_cues(table: TermTable, groups: Sequence[str], mentions: Mentions) -> Floats:
    steps = {(group, key): _steps(table, table.others[key], group) for group in set(groups) for key in _keys(mentions)}
    told = zip(mentions.owners.tolist(), mentions.keys.tolist(), strict=True)
    each_step = np.array([steps[groups[owner], key] for owner, key in told]).reshape(-1, 2)
    text = each(log1p, mentions.text)
    return np.asarray(each_step[:, 0] * np.minimum(mentions.title, MOST_IN_TITLE) + each_step[:, 1] * text)


def _keys(mentions: Mentions) -> list[int]:
    return list(set(mentions.keys.tolist()))


def _steps(table: TermTable, key: str, group: str) -> tuple[float, float]:
    if key not in table.cues:
        return 0.0, 0.0
    return CUES.get(f"{key}@{group}" if key in GROUPED else key, (0.0, 0.0))


def _of_call(item: Item) -> float:
    """The parts of its identifier, and its programme's name when the identifier does not carry it."""
    names = {part for r in item.references if r.scheme == "call" for part in r.value.split("-")}
    for concept in item.concepts:
        if concept.scheme == "programme":
            names.update(_NAME.findall(f"{concept.code} {concept.label}"))
    return sum([CALL_CODES.get(name, 0.0) for name in sorted(names)])
