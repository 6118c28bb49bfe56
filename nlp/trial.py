"""Measures whether learnt weights would beat the authored knowledge; run as `python -m nlp.trial`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.assessor import Assessor
from nlp.baselines import word_model
from nlp.evaluation import DRAWS, SEED, Case, ranking, read_cases
from nlp.measures import Bools, Floats, average_precision, calibration_error, precision_recall
from nlp.training import Correction, Reading, probabilities, readings_of

FOLDS = 5
LATER = date(2026, 1, 1)
LARGEST = 1 / 3  # share of all cases; without an origin that is larger there is too little left to learn from
GAIN, ERROR = 0.03, 0.05  # least gain in average precision, and most calibration error, that make weights worth having

Split = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]  # learnt from, asked


def splits(cases: Sequence[Case]) -> dict[str, list[Split]]:
    """Return the ways of keeping cases apart: by call and title, by origin, and by date."""
    from sklearn.model_selection import GroupKFold

    numbers = np.arange(len(cases))
    kin = [case.kin for case in cases]
    found = {"call and title": list(GroupKFold(FOLDS).split(numbers, groups=kin))}
    origins = np.array([case.origin for case in cases])
    small = [name for name, count in sorted(Counter(origins.tolist()).items()) if count < LARGEST * len(cases)]
    if len(small) > 1:
        found["other origins"] = [(numbers[origins != name], numbers[origins == name]) for name in small]
    later = np.array([case.item.published is not None and case.item.published >= LATER for case in cases])
    if later.any() and not later.all():
        found["later dates"] = [(numbers[~later], numbers[later])]
    return found


def compare(cases: Sequence[Case], assessor: Assessor) -> dict[str, dict[str, dict[str, float]]]:
    """Return, per way of keeping apart, the figures of the knowledge, of it corrected, and of words alone.

    Only cases that the knowledge was not tuned on are told: on the others it looks better than it is.
    """
    readings = readings_of(cases, assessor)
    found = {}
    for name, pairs in splits(cases).items():
        corrected, words = np.full(len(cases), np.nan), np.full(len(cases), np.nan)
        for learnt_from, asked in pairs:
            corrected[asked] = _corrected(readings, learnt_from, asked)
            words[asked] = _words(cases, learnt_from, asked)
        told = [n for n, case in enumerate(cases) if not case.is_tuned and not np.isnan(corrected[n])]
        known = probabilities(np.array([readings[n].known for n in told]))
        right = np.array([readings[n].is_relevant for n in told])
        found[name] = {
            "knowledge": _figures(known, right),
            "corrected": _figures(corrected[told], right) | _gain(corrected[told], known, right),
            "words alone": _figures(words[told], right),
        }
    return found


def is_worth(found: Mapping[str, Mapping[str, Mapping[str, float]]]) -> bool:
    """Tell whether the correction gains enough, and is calibrated, on other origins and on later dates alike."""
    held_out = [found[name]["corrected"] for name in ("other origins", "later dates") if name in found]
    return bool(held_out) and all(row["gain"] >= GAIN and row["calibration error"] <= ERROR for row in held_out)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison as JSON, or what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=Path, required=True, help="JSON lines with id, kind, title, text, meta, origin")
    parser.add_argument("--labels", type=Path, required=True, help="JSON lines with id, relevance, areas, flags")
    chosen = parser.parse_args(arguments)
    for path in (chosen.items, chosen.labels):
        if not path.exists():
            parser.error(f"{path} is not there; without labelled items there is nothing to learn")
    found = compare(read_cases(chosen.items, chosen.labels), Assessor.load())
    sys.stdout.write(json.dumps({**found, "worth shipping": is_worth(found)}, ensure_ascii=False, indent=1) + "\n")
    return 0


def _corrected(readings: Sequence[Reading], learnt_from: npt.NDArray[np.intp], asked: npt.NDArray[np.intp]) -> Floats:
    learnt = Correction().fit([readings[n] for n in learnt_from])
    return probabilities(learnt.log_odds([readings[n] for n in asked]))


def _words(cases: Sequence[Case], learnt_from: npt.NDArray[np.intp], asked: npt.NDArray[np.intp]) -> Floats:
    right = np.array([cases[n].label.is_relevant for n in learnt_from])
    return word_model([cases[n].item for n in learnt_from], right, [cases[n].item for n in asked])


def _figures(scores: Floats, right: Bools) -> dict[str, float]:
    precision, recall = precision_recall(scores, right, 0.5)
    found = {
        **ranking(scores, right),
        "precision": precision,
        "recall": recall,
        "calibration error": calibration_error(scores, right),
    }
    return {name: round(value, 3) for name, value in found.items()}


def _gain(scores: Floats, known: Floats, right: Bools) -> dict[str, float]:
    """The gain in average precision, and within what it lies in nineteen of twenty draws of the same cases."""
    gains = list(_gains(scores, known, right))
    low, high = np.quantile(gains, (0.025, 0.975))
    gain = average_precision(scores, right) - average_precision(known, right)
    return {"gain": round(gain, 3), "gain at least": round(float(low), 3), "gain at most": round(float(high), 3)}


def _gains(scores: Floats, known: Floats, right: Bools) -> Iterator[float]:
    chance = np.random.default_rng(SEED)
    for _ in range(10 * DRAWS):
        drawn = chance.integers(len(right), size=len(right))
        yield average_precision(scores[drawn], right[drawn]) - average_precision(known[drawn], right[drawn])


if __name__ == "__main__":
    sys.exit(main())
