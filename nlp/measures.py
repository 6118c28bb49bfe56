"""The figures by which an assessor is judged, from scores and right answers alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def average_precision(scores: Floats, right: Bools) -> float:
    """Return the mean of the precision at every right answer, best first; 0 when there is none."""
    if not right.any():
        return 0.0
    ordered = right[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    return float(precision[ordered].mean())


def recall_at(scores: Floats, right: Bools, share: float) -> float:
    """Return the part of the right answers that is among the highest-scored share of all."""
    if not right.any():
        return 0.0
    best = np.argsort(-scores, kind="stable")[: int(share * len(scores))]
    return float(right[best].sum() / right.sum())


def precision_recall(scores: Floats, right: Bools, threshold: float) -> tuple[float, float]:
    """Return precision and recall of what scores at least the threshold."""
    chosen = scores >= threshold
    hits = float((chosen & right).sum())
    return hits / max(1.0, float(chosen.sum())), hits / max(1.0, float(right.sum()))


def f1(pairs: Iterable[tuple[bool, bool]]) -> float:
    """Return the F1 of (said, right) pairs; 0 when nothing was said and nothing right."""
    counted = list(pairs)
    hits = sum(said and right for said, right in counted)
    wrong = sum(said != right for said, right in counted)
    return 2 * hits / (2 * hits + wrong) if hits else 0.0


def area_f1(
    said: Sequence[Collection[str]], right: Sequence[Collection[str]], areas: Iterable[str]
) -> tuple[float, float, Mapping[str, float]]:
    """Return macro F1, micro F1 and the F1 of every area that is said or right at least once."""
    each: dict[str, float] = {}
    pooled: list[tuple[bool, bool]] = []
    for area in areas:
        pairs = [(area in told, area in wanted) for told, wanted in zip(said, right, strict=True)]
        pooled.extend(pairs)
        if any(one or other for one, other in pairs):
            each[area] = f1(pairs)
    return sum(each.values()) / max(1, len(each)), f1(pooled), each


def calibration_error(scores: Floats, right: Bools, bins: int = 10) -> float:
    """Return how far the mean probability lies from the truth, over equal bins weighted by their size (ECE)."""
    places = np.minimum((scores * bins).astype(int), bins - 1)
    error = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            error += float(inside.mean()) * abs(float(scores[inside].mean()) - float(right[inside].mean()))
    return error
