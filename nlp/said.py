"""What is said of an item: by the knowledge alone, or by the trained model on top of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from nlp.learnt import CHILDREN, RELEVANCE, Learnt, logistic
from nlp.measures import Floats
from nlp.reading import Read

FLOOR = 0.3  # least strength of an area told by the knowledge; on the labels F1 is flat from 0.2 to 0.35
TOLD = 0.5  # least strength of an area told by the model
FIRST = 0.1  # least strength of the best area, which is told even when nothing reaches TOLD
MOST_AREAS = 4
MOST_WORDS = 2  # words that are told of a target
LEAST_WORD = 0.08  # log-odds; a word that adds less is not worth telling


@dataclass(frozen=True, slots=True)
class Said:
    """Relevance, areas and flags as an assessment tells them, and the learnt words behind them.

    `words` holds, per target (an area, or relevance), the words that add most and what they add; for relevance also
    the ones that take away most.
    """

    relevance: float
    areas: Mapping[str, float]
    flags: Mapping[str, float]
    words: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)
    scale: float = 1.0  # what a step of the knowledge weighs beside the words


def said_by_knowledge(read: Read) -> Said:
    """Return what the authored knowledge says alone."""
    strongest = islice(read.known.strengths.items(), MOST_AREAS)
    return Said(
        relevance=round(logistic(read.log_odds), 4),
        areas={area: round(strength, 4) for area, strength in strongest if strength >= FLOOR},
        flags=read.known.flags,
    )


def said_by_model(read: Read, learnt: Learnt, margins: Floats, words: Sequence[str], shares: Floats) -> Said:
    """Return what the margins say; `shares` is what each word of the item adds to them."""
    strengths = 1.0 / (1.0 + np.exp(-margins))
    areas = _areas(learnt.targets[1:-1], strengths[1:-1])
    columns = {RELEVANCE: 0, **{area: 1 + learnt.targets[1:-1].index(area) for area in islice(areas, MOST_WORDS)}}
    return Said(
        relevance=round(float(strengths[0]), 4),
        areas=areas,
        flags={**read.known.flags, CHILDREN: round(float(strengths[-1]), 4)},
        words={target: _most(words, shares[:, column].tolist(), target) for target, column in columns.items()},
        scale=learnt.known_weight(),
    )


def _areas(names: Sequence[str], strengths: Floats) -> dict[str, float]:
    order = np.argsort(-strengths, kind="stable")[:MOST_AREAS].tolist()
    told = [(names[n], round(float(strengths[n]), 4)) for n in order]
    return dict([pair for pair in told if pair[1] >= TOLD] or [pair for pair in told[:1] if pair[1] >= FIRST])


def _most(words: Sequence[str], shares: Sequence[float], target: str) -> list[tuple[str, float]]:
    """The words that add most, and for relevance those that take most away; sorted only when there is something."""
    told = [(share, word) for share, word in zip(shares, words, strict=True) if abs(share) >= LEAST_WORD]
    told.sort(key=lambda pair: -pair[0])
    ends = [pair for pair in told[:MOST_WORDS] if pair[0] > 0]
    if target == RELEVANCE:
        ends += [pair for pair in told[-MOST_WORDS:] if pair[0] < 0]
    return [(word, share) for share, word in ends]
