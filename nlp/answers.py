"""What was said of labelled items beside what is right, as arrays, and the figures that follow from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from nlp.measures import Bools, Floats, average_precision, calibration_error, precision_recall, recall_at

SENT = 0.5  # the shipped threshold of relevance, at which precision and recall are told
AREA_SENT = 0.4  # the shipped threshold of areas
DRAWS, SEED = 100, 1  # draws of an interval; the same every time, so that two runs can be compared
FLAGS = ("funding", "law", "children_youth", "partnership")
SHARES = (0.1, 0.2, 0.3)  # reading budgets

Numbers = npt.NDArray[np.intp]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Answers:
    """A row per case; areas and flags a column each. Areas count on relevant cases alone."""

    scores: Floats
    right: Bools
    areas_said: Bools
    areas_sent: Bools  # said with at least the shipped threshold
    areas_right: Bools
    first_right: Bools
    flags_said: Bools
    flags_right: Bools

    def take(self, numbers: Numbers) -> Answers:
        """Return the rows with these numbers, some perhaps several times."""
        return Answers(*(getattr(self, field.name)[numbers] for field in fields(self)))


def table_of(rows: Sequence[Collection[str]], names: Sequence[str]) -> Bools:
    """Return a row per collection and a column per name: whether it holds it."""
    return np.array([[name in row for name in names] for row in rows], dtype=np.bool_).reshape(len(rows), len(names))


def ranking(scores: Floats, right: Bools) -> dict[str, float]:
    """Return average precision and recall at three reading budgets."""
    found = {"average precision": average_precision(scores, right)}
    return found | {f"recall at {share:.0%}": recall_at(scores, right, share) for share in SHARES}


def figures_of(answers: Answers) -> dict[str, float]:
    """Return the figures by name."""
    precision, recall = precision_recall(answers.scores, answers.right, SENT)
    return {
        "items": float(len(answers.right)),
        "relevant": float(answers.right.sum()),
        **ranking(answers.scores, answers.right),
        "precision": precision,
        "recall": recall,
        "calibration error": calibration_error(answers.scores, answers.right),
        **area_figures(answers.areas_said[answers.right], answers.areas_right[answers.right]),
        **_sent_areas(answers),
        "first area right": _share(answers.first_right, answers.right & answers.areas_right.any(axis=1)),
        **{f"F1 {flag}": _f1(said, right) for flag, said, right in _flags(answers)},
    }


def area_figures(said: Bools, right: Bools) -> dict[str, float]:
    """Return macro F1 over the columns that are said or right at least once, and micro F1 over all."""
    hits, wrong = (said & right).sum(axis=0), (said != right).sum(axis=0)
    occurring = (hits + wrong) > 0
    each = 2 * hits[occurring] / (2 * hits[occurring] + wrong[occurring])
    return {"area macro F1": float(each.mean()) if occurring.any() else 0.0, "area micro F1": _f1(said, right)}


def interval(answers: Answers) -> dict[str, Interval]:
    """Return within what each figure lies in nineteen of twenty draws of as many cases, with some drawn again."""
    chance = np.random.default_rng(SEED)
    size = len(answers.right)
    drawn = [figures_of(answers.take(chance.integers(size, size=size))) for _ in range(DRAWS)]
    return {name: ends([row[name] for row in drawn]) for name in drawn[0]}


def ranking_interval(scores: Floats, right: Bools) -> dict[str, Interval]:
    """Return the same for scores alone."""
    chance = np.random.default_rng(SEED)
    size = len(right)
    drawn = []
    for _ in range(DRAWS):
        numbers = chance.integers(size, size=size)
        drawn.append(ranking(scores[numbers], right[numbers]))
    return {name: ends([row[name] for row in drawn]) for name in drawn[0]}


def ends(values: Iterable[float]) -> Interval:
    """Return what nineteen of twenty values lie between."""
    low, high = np.quantile(list(values), (0.025, 0.975))
    return float(low), float(high)


def _sent_areas(answers: Answers) -> dict[str, float]:
    said, right = answers.areas_sent[answers.right], answers.areas_right[answers.right]
    hits = float((said & right).sum())
    return {
        "area precision": hits / max(1.0, float(said.sum())),
        "area recall": hits / max(1.0, float(right.sum())),
    }


def _flags(answers: Answers) -> Iterable[tuple[str, Bools, Bools]]:
    return zip(FLAGS, answers.flags_said.T, answers.flags_right.T, strict=True)


def _f1(said: Bools, right: Bools) -> float:
    hits, wrong = int((said & right).sum()), int((said != right).sum())
    return 2 * hits / (2 * hits + wrong) if hits else 0.0


def _share(chosen: Bools, among: Bools) -> float:
    return float((chosen & among).sum()) / max(1.0, float(among.sum()))
