"""Items as the trained model reads them beside their words: named numbers from the knowledge and from their source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, log, log1p
from typing import Any

import numpy as np

from nlp.columns import Ints, each
from nlp.evidence import Evidence, Strengths
from nlp.measures import Floats
from nlp.mentions import Mentions
from nlp.relevance import CORE_SATURATION, MOST_IN_TITLE, STEPS, Steps
from nlp.term_table import TermTable
from nlp.weights import FAMILY
from store.types import Item, Kind

# What the knowledge says is scaled so that one penalty fits all: a sign that speaks plainly is about one.
KNOWN = "known"  # the authored log-odds; its parts are told by themselves in an explanation
CODE, CUE, STEP = 0.5, 0.25, 0.5
FULL = 7.0  # evidence at which a share of it says 1 - 1/e
LEAST = 0.01  # a flag's probability is kept this far from 0 and 1

_NOT_WORD = re.compile(r"\W+")
_ENTITIES = re.compile(r", (?=[A-Z])")  # "Public Body (national, regional and local), Other"
_STATED = ("doc_type", "type", "department", "organ", "status", "action_type", "call_kind", "cluster", "destination")
_OF_AREA = ("area", "core", "own", "its strength", "its evidence", "its likeness", "its title", "its codes")
_KINDS = {kind: number for number, kind in enumerate(Kind)}


class SignNames:
    """The names of the signs that the knowledge gives, each with its number; they are put together once."""

    def __init__(self, table: TermTable) -> None:
        self._numbers: dict[str, int] = {}
        self.known, self.children = self._all([KNOWN, "children_youth"]).tolist()
        self.steps = self._all([f"step:{name}" for name in STEPS])
        self.step_areas = self._all([f"step:area {area}" for area in table.areas])
        self.step_families = {family: self._one(f"step:family {family}") for family in FAMILY}
        self.step_cues = self._all([f"step:cue {key}" for key in table.others])
        self.areas = self._all([f"{what}:{area}" for area in table.areas for what in _OF_AREA]).reshape(-1, 8)
        self.first_places = self._all([f"its first place:{area}" for area in table.areas])
        cues = [
            f"cue:{key}:{place}{of_kind}"
            for key in table.others
            for kind in Kind
            for place in ("title", "text")
            for of_kind in ("", f":{kind.value}")
        ]
        self.cues = self._all(cues).reshape(len(table.others), len(_KINDS), 4)
        self.names = tuple(self._numbers)

    def _one(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))

    def _all(self, names: Sequence[str]) -> Ints:
        return np.array([self._one(name) for name in names], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class NamedNumbers:
    """The signs of some items as columns, item by item; a name that an item has not is zero.

    A number beyond the `names` is that of a code. Codes are named as they come: sources have thousands.
    """

    names: tuple[str, ...]
    codes: Sequence[str]
    owners: Ints
    numbers: Ints
    values: Floats

    def of(self, item: int) -> dict[str, float]:
        """Return the signs of one item by name."""
        inside = slice(*np.searchsorted(self.owners, (item, item + 1)).tolist())
        told, closed = zip(self.numbers[inside].tolist(), self.values[inside].tolist(), strict=True), len(self.names)
        return {self.names[number] if number < closed else self.codes[number - closed]: value for number, value in told}


def signs_of(
    names: SignNames,
    codes: Sequence[Sequence[str]],
    kinds: Sequence[Kind],
    families: Sequence[str],
    children: Floats,
    steps: Steps,
    found: Evidence,
    strong: Strengths,
    mentions: Mentions,
) -> NamedNumbers:
    """Return the named numbers of items; `codes` are theirs, `children` their flag of children and youth."""
    items = np.arange(len(codes))
    coded = np.repeat(items, [len(some) for some in codes])
    flag = np.minimum(np.maximum(children, LEAST), 1.0 - LEAST)
    blocks = (
        (items, np.full(len(items), names.known), steps.log_odds),
        (coded, len(names.names) + np.arange(len(coded)), np.full(len(coded), CODE)),
        _of_steps(names, families, steps, found, strong, mentions),
        _of_mentions(names, kinds, mentions),
        _of_areas(names, found, strong),
        _of_first_places(names, found, strong),
        (items, np.full(len(items), names.children), each(log, flag / (1.0 - flag))),
    )
    owners, numbers, values = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
    order = np.argsort(owners, kind="stable")
    return NamedNumbers(
        names.names, [code for some in codes for code in some], owners[order], numbers[order], values[order]
    )


Block = tuple[Ints, Ints, Floats]


def _of_steps(
    names: SignNames, families: Sequence[str], steps: Steps, found: Evidence, strong: Strengths, mentions: Mentions
) -> Block:
    numbers = np.repeat(names.steps[None, :], len(families), axis=0)
    has_any = np.diff(strong.firsts) > 0
    best = found.areas[strong.rows[strong.firsts[:-1][has_any]]]
    numbers[has_any, STEPS.index("area")] = names.step_areas[best]
    numbers[:, STEPS.index("family")] = [names.step_families.get(family, 0) for family in families]
    items, columns = np.nonzero(steps.fixed)
    cues = np.flatnonzero(steps.cues)
    return (
        np.concatenate([items, mentions.owners[cues]]),
        np.concatenate([numbers[items, columns], names.step_cues[mentions.keys[cues]]]),
        STEP * np.concatenate([steps.fixed[items, columns], steps.cues[cues]]),
    )


def _of_mentions(names: SignNames, kinds: Sequence[Kind], mentions: Mentions) -> Block:
    of_kind = np.array([_KINDS[kind] for kind in kinds], dtype=np.int64)[mentions.owners]
    title = CUE * np.minimum(mentions.title, MOST_IN_TITLE)
    text = CUE * each(log1p, mentions.text)
    values = np.stack([title, title, text, text], axis=1)
    rows, columns = np.nonzero(values)
    return mentions.owners[rows], names.cues[mentions.keys, of_kind][rows, columns], values[rows, columns]


def _of_areas(names: SignNames, found: Evidence, strong: Strengths) -> Block:
    strength = np.zeros(len(found.owners))
    strength[strong.rows] = strong.values
    always = np.ones(len(strength), dtype=np.bool_)
    columns = (
        (0.5 * strength, always),
        (0.5 * _part(found.core, CORE_SATURATION), found.core != 0.0),
        (0.5 * _part(found.own, CORE_SATURATION), found.own != 0.0),
        (3.0 * strength, always),
        (each(log1p, found.total), always),
        (10.0 * found.likeness, always),
        (_part(found.title, FULL), found.title != 0.0),
        (_part(found.coded, FULL), found.coded != 0.0),
    )
    values, told = (np.stack(some, axis=1) for some in zip(*columns, strict=True))
    rows, places = np.nonzero(told)
    return found.owners[rows], names.areas[found.areas[rows], places], values[rows, places]


def _part(evidence: Floats, whole: float) -> Floats:
    parts = np.zeros(len(evidence))
    there = np.flatnonzero(evidence)
    parts[there] = 1.0 - each(exp, -evidence[there] / whole)
    return parts


def _of_first_places(names: SignNames, found: Evidence, strong: Strengths) -> Block:
    best = strong.rows[strong.firsts[:-1][np.diff(strong.firsts) > 0]]
    return found.owners[best], names.first_places[found.areas[best]], np.ones(len(best))


def codes_of(item: Item, family: str, language: str) -> Iterator[str]:
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
    yield from _of_all(family, item.kind, language)


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
