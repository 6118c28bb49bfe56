"""What is said of an item: by the knowledge alone, or by the trained model on top of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from nlp.learnt import CHILDREN, RELEVANCE, Learnt, logistic
from nlp.measures import Floats
from nlp.reading import Reading
from nlp.word_sums import Shares

FLOOR = 0.3  # least strength of an area told by the knowledge; on the labels F1 is flat from 0.2 to 0.35
TOLD = 0.5  # least strength of an area told by the model
FIRST = 0.15  # least strength of the best area, which is told even when nothing reaches TOLD
MOST_AREAS = 4
MOST_WORDS = 2  # words that are told of a target
LEAST_WORD = 0.08  # log-odds; a word that adds less is not worth telling


class Said(NamedTuple):
    """Relevance, areas and flags as an assessment tells them, and the learnt words behind them.

    `words` holds, for relevance and for a first area without other signs, the words that add most and what they add;
    for relevance also the ones that take away most.
    """

    relevance: float
    areas: Mapping[str, float]
    flags: Mapping[str, float]
    words: Mapping[str, Sequence[tuple[str, float]]] = MappingProxyType({})
    scale: float = 1.0  # what a step of the knowledge weighs beside the words


def said_by_knowledge(reading: Reading) -> list[Said]:
    """Return what the authored knowledge says alone of each item."""
    strong, areas = reading.strengths, reading.table.areas
    names = [areas[area] for area in reading.evidence.areas[strong.rows].tolist()]
    told = list(zip(names, strong.values.tolist(), strict=True))
    firsts = strong.firsts.tolist()
    return [
        Said(
            relevance=round(logistic(log_odds), 4),
            areas={
                area: round(strength, 4)
                for area, strength in told[first : min(first + MOST_AREAS, last)]
                if strength >= FLOOR
            },
            flags=flags,
        )
        for first, last, log_odds, flags in zip(
            firsts[:-1], firsts[1:], reading.steps.log_odds.tolist(), reading.flags, strict=True
        )
    ]


def said_by_model(reading: Reading, learnt: Learnt, margins: Floats, shares: Shares) -> list[Said]:
    """Return what the margins say of each item; `shares` is what the words of the items add to them."""
    strengths = 1.0 / (1.0 + np.exp(-margins))
    order = np.argsort(-strengths[:, 1:-1], axis=1, kind="stable")[:, :MOST_AREAS] + 1
    best = np.take_along_axis(strengths, order, axis=1)
    told = [_told(*pair) for pair in zip(order.tolist(), best.tolist(), strict=True)]
    heavy = [shares.heavy(column, LEAST_WORD, MOST_WORDS) for column in _columns(reading, told)]
    scale, names = learnt.known_weight(), learnt.targets
    found: list[Said] = []
    ends = zip(strengths[:, 0].tolist(), strengths[:, -1].tolist(), strict=True)
    for number, (known, areas, (relevance, children)) in enumerate(zip(reading.flags, told, ends, strict=True)):
        words = {RELEVANCE: _most(heavy[0].get(number, ()), RELEVANCE)}
        for (column, _), its_words in zip(areas, heavy[1:], strict=False):
            if number in its_words:
                words[names[column]] = _most(its_words[number], names[column])
        flags = {**known, CHILDREN: round(children, 4)}
        found.append(
            Said(round(relevance, 4), {names[column]: strong for column, strong in areas}, flags, words, scale)
        )
    return found


def _told(columns: Sequence[int], strengths: Sequence[float]) -> list[tuple[int, float]]:
    """Return the areas to tell, as their columns, of the strongest ones, the strongest first."""
    first = round(strengths[0], 4)
    if first < TOLD:
        return [(columns[0], first)] if first >= FIRST else []
    rounded = [(column, round(strength, 4)) for column, strength in zip(columns, strengths, strict=True)]
    return [pair for pair in rounded if pair[1] >= TOLD]


def _columns(reading: Reading, told: Sequence[Sequence[tuple[int, float]]]) -> Iterator[dict[int, int]]:
    """Yield, per number of an item, the column whose words are told of it.

    First relevance, then the first area and the second, of those for which the knowledge has no sign to tell.
    """
    has_signs = reading.evidence.have_signs().tolist()
    yield dict.fromkeys(range(len(told)), 0)
    for place in range(MOST_WORDS):
        yield {
            number: areas[place][0]
            for number, areas in enumerate(told)
            if place < len(areas) and not has_signs[number][areas[place][0] - 1]
        }


def _most(heavy: Sequence[tuple[float, str]], target: str) -> list[tuple[str, float]]:
    """The first words that add, and for relevance the last that take away."""
    if not heavy:
        return []
    ends = [(word, share) for share, word in heavy[:MOST_WORDS] if share > 0]
    if target == RELEVANCE:
        ends += [(word, share) for share, word in heavy[-MOST_WORDS:] if share < 0]
    return ends
