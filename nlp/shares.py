"""The exact account of an assessment: every part of a score and what it adds, summing to the score's margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.learnt import CHILDREN, RELEVANCE, Learnt, logistic
from nlp.measures import Floats
from nlp.signs import KNOWN
from nlp.weights import BIAS

_KNOWLEDGE = ("step", "cue", "area", "core", "own")  # names of signs that the knowledge gives; `its …` too


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that adds to a margin: a whole word, a code of the source, a sign of the knowledge, or the bias."""

    sort: str  # word, code, knowledge, bias
    name: str
    share: float  # log-odds


@dataclass(frozen=True, slots=True)
class Score:
    """A margin in log-odds, the value that it makes (0 to 1), and its parts, the largest first."""

    margin: float
    value: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The scores of an item; without a trained model the areas have no margins and are left out."""

    relevance: Score
    areas: Mapping[str, Score]
    flags: Mapping[str, Score]


Steps = Sequence[tuple[str, float]]


def explain(
    signs: Mapping[str, float], steps: Steps, learnt: Learnt | None, words: Sequence[str], shares: Floats
) -> Explanation:
    """Return the account of one item.

    `steps` are those of the authored log-odds by name, `shares` what each of its words adds to each of the model's
    targets.
    """
    if learnt is None:
        return Explanation(_score([Part("bias", "", BIAS), *_steps(steps, 1.0)]), {}, {})
    scores = {
        target: _score(
            [
                Part("bias", "", float(learnt.bias[column])),
                *_signs(signs, steps, learnt, target),
                *(Part("word", word, float(row[column])) for word, row in zip(words, shares, strict=True)),
            ]
        )
        for column, target in enumerate(learnt.targets)
    }
    areas = {target: score for target, score in scores.items() if target not in (RELEVANCE, CHILDREN)}
    return Explanation(scores[RELEVANCE], areas, {CHILDREN: scores[CHILDREN]})


def _signs(signs: Mapping[str, float], steps: Steps, learnt: Learnt, target: str) -> list[Part]:
    """The signs of a target; the authored log-odds are told by their steps, each with what is learnt of it."""
    found = learnt.sign_shares(signs, target)
    parts = []
    if KNOWN in found:
        weight = found.pop(KNOWN) / signs[KNOWN]
        parts = [Part("knowledge", "start", weight * BIAS), *_steps(steps, weight)]
    return [*parts, *(Part(_sort(name), name, share) for name, share in found.items())]


def _steps(steps: Steps, weight: float) -> list[Part]:
    return [Part("knowledge", name, weight * step) for name, step in steps]


def _sort(name: str) -> str:
    scheme = name.partition(":")[0]
    is_known = scheme in _KNOWLEDGE or scheme.startswith("its ") or name == CHILDREN
    return "knowledge" if is_known else "code"


def _score(parts: Sequence[Part]) -> Score:
    margin = sum(part.share for part in parts)
    return Score(margin, logistic(margin), tuple(sorted(parts, key=lambda part: (-abs(part.share), part.name))))
