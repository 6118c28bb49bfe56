"""Whether what was learnt helps: asked of verdicts that it was kept from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.labels import By, Label
from nlp.learning import correct, fit
from nlp.learning_rows import Reader
from store.errors import ModelError

STEPS = (0, 25, 50, 100, 200, 400, 800, 1600)  # verdicts after which the curve is asked
FOLDS = 5
FEWEST = 5  # sent, and dropped: the order of fewer says nothing


@dataclass(frozen=True, slots=True)
class Order:
    """How often a sent item ranked above a dropped one, among `asked` verdicts, with `labels` learnt from."""

    labels: int
    asked: int
    shared: float
    learned: float


def learning_curve(labels: Sequence[Label], assessor: str) -> list[Order]:
    """Return the order of all later verdicts after the first 0, 25, 50 … in the order they were given.

    The coordinator has seen most of them because they ranked high, so the figures are of those alone.
    """
    given = _verdicts(labels)
    found = []
    for step in STEPS:
        later = given[step:]
        if not _is_enough(later):
            break
        found.append(_order(given[:step], later, assessor))
    return found


def order_out_of_fold(labels: Sequence[Label], assessor: str) -> Order | None:
    """Return the order of all verdicts, each ranked by what the other four fifths taught; None when there are too few.

    An item's part is decided by its name, so that the same verdicts give the same figure.
    """
    given = _verdicts(labels)
    if not _is_enough(given):
        return None
    learned: dict[int, float] = {}
    for fold in range(FOLDS):
        kept = [number for number, label in enumerate(given) if _fold(label) == fold]
        others = [label for label in given if _fold(label) != fold]
        scores = _scores(others, [given[number] for number in kept], assessor)
        learned.update(zip(kept, scores, strict=True))
    shared = [label.assessment.relevance for label in given]
    corrected = [learned[number] for number in range(len(given))]
    return Order(len(given), len(given), _right(given, shared), _right(given, corrected))


def _verdicts(labels: Sequence[Label]) -> list[Label]:
    given = [label for label in labels if label.by is By.VERDICT and label.wanted is not None]
    return sorted(given, key=lambda label: (label.at, label.item.source, label.item.key))


def _is_enough(labels: Sequence[Label]) -> bool:
    sent = sum(bool(label.wanted) for label in labels)
    return sent >= FEWEST and len(labels) - sent >= FEWEST


def _order(first: Sequence[Label], later: Sequence[Label], assessor: str) -> Order:
    shared = [label.assessment.relevance for label in later]
    learned = _scores(first, later, assessor) if first else shared
    return Order(len(first), len(later), _right(later, shared), _right(later, learned))


def _scores(first: Sequence[Label], later: Sequence[Label], assessor: str) -> list[float]:
    """Return the corrected relevance; the shared one where what comes first cannot be learnt from."""
    try:
        correction = fit(first, assessor)
    except ModelError:
        return [label.assessment.relevance for label in later]
    pairs = [(label.item, label.assessment) for label in later]
    return [one.relevance for one in correct(pairs, correction, Reader())] if pairs else []


def _right(labels: Sequence[Label], scores: Sequence[float]) -> float:
    """Return the share of pairs, one sent and one dropped, that stand in the right order; a tie is half."""
    sent = [score for label, score in zip(labels, scores, strict=True) if label.wanted]
    dropped = [score for label, score in zip(labels, scores, strict=True) if not label.wanted]
    right = sum((high > low) + 0.5 * (high == low) for high in sent for low in dropped)
    return round(right / (len(sent) * len(dropped)), 4)


def _fold(label: Label) -> int:
    name = f"{label.item.source}\n{label.item.key}"
    return hashlib.sha256(name.encode()).digest()[0] % FOLDS
