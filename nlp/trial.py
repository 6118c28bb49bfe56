"""Measures the trained model on cases it was kept from, beside the knowledge alone: `python -m nlp.trial`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.answers import DRAWS, SEED, figures_of, interval
from nlp.assessor import Assessor
from nlp.cases import Case
from nlp.evaluation import answers_of, read_cases
from nlp.measures import Bools, Floats, average_precision
from nlp.training import Lesson, folds, lesson_of, train
from store.types import Assessment

LATER = date(2026, 1, 1)
LARGEST = 1 / 3  # share of all cases; without an origin that is larger there is too little left to learn from
FEWEST = 20  # cases of a language; the figures of fewer say nothing

Split = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]  # learnt from, asked


def splits(cases: Sequence[Case]) -> dict[str, list[Split]]:
    """Return the ways of keeping cases apart: by call and title, by origin, and by date."""
    numbers = np.arange(len(cases))
    found = {"call and title": folds([case.kin for case in cases])}
    origins = np.array([case.origin for case in cases])
    small = [name for name, count in sorted(Counter(origins.tolist()).items()) if count < LARGEST * len(cases)]
    if len(small) > 1:
        found["other origins"] = [(numbers[origins != name], numbers[origins == name]) for name in small]
    later = np.array([case.item.published is not None and case.item.published >= LATER for case in cases])
    if later.any() and not later.all():
        found["later dates"] = [(numbers[~later], numbers[later])]
    return found


def compare(cases: Sequence[Case], assessor: Assessor) -> dict[str, dict[str, Any]]:
    """Return, per way of keeping apart, the figures of the knowledge and of the model that was kept from each case.

    Only cases that were not read for the knowledge are told, as it looks better on the others than it is; and of them
    also those of either language.
    """
    known = assessor.assess([case.item for case in cases])
    lesson = lesson_of(cases, assessor)
    found = {}
    for name, pairs in splits(cases).items():
        trained = _kept_apart(cases, assessor, lesson, pairs)
        told = [n for n, case in enumerate(cases) if not case.is_read and n in trained]
        languages = {
            language: [n for n in told if (known[n].language == "sv") is (language == "sv")]
            for language in ("sv", "en")
        }
        for group, numbers in {"": told, **languages}.items():
            if len(numbers) < FEWEST:
                continue
            found[f"{name} {group}".strip()] = {
                "knowledge": _told(cases, known, numbers, assessor),
                "trained": _told(cases, trained, numbers, assessor) | _gain(cases, trained, known, numbers),
            }
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison as JSON, or what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=Path, required=True, help="JSON lines with id, kind, title, text, meta, origin")
    parser.add_argument("--labels", type=Path, required=True, help="JSON lines with id, relevance, areas, flags")
    chosen = parser.parse_args(arguments)
    for path in (chosen.items, chosen.labels):
        if not path.exists():
            parser.error(f"{path} is not there; without labelled items there is nothing to learn")
    found = compare(read_cases(chosen.items, chosen.labels), Assessor.load(weights=False))
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
    return 0


def _kept_apart(
    cases: Sequence[Case], assessor: Assessor, lesson: Lesson, pairs: Sequence[Split]
) -> dict[int, Assessment]:
    found: dict[int, Assessment] = {}
    for learnt_from, asked in pairs:
        trained = Assessor(assessor.knowledge, train(lesson.part(learnt_from)))
        numbers = asked.tolist()
        found.update(zip(numbers, trained.assess([cases[n].item for n in numbers]), strict=True))
    return found


def _told(
    cases: Sequence[Case],
    said: Mapping[int, Assessment] | Sequence[Assessment],
    numbers: Sequence[int],
    assessor: Assessor,
) -> dict[str, Any]:
    answers = answers_of([cases[n] for n in numbers], [said[n] for n in numbers], assessor.knowledge.areas)
    ends = interval(answers)
    return {
        name: [round(value, 3), *(round(end, 3) for end in ends[name])] if name in ends else round(value, 3)
        for name, value in figures_of(answers).items()
    }


def _gain(
    cases: Sequence[Case], said: Mapping[int, Assessment], known: Sequence[Assessment], numbers: Sequence[int]
) -> dict[str, Any]:
    """The gain in average precision, and within what it lies in nineteen of twenty draws of the same cases."""
    right = np.array([cases[n].label.is_relevant for n in numbers])
    now, before = (np.array([told[n].relevance for n in numbers]) for told in (said, known))
    low, high = np.quantile(list(_gains(now, before, right)), (0.025, 0.975))
    gain = average_precision(now, right) - average_precision(before, right)
    return {"gain": [round(gain, 3), round(float(low), 3), round(float(high), 3)]}


def _gains(scores: Floats, known: Floats, right: Bools) -> Iterator[float]:
    chance = np.random.default_rng(SEED)
    for _ in range(10 * DRAWS):
        drawn = chance.integers(len(right), size=len(right))
        yield average_precision(scores[drawn], right[drawn]) - average_precision(known[drawn], right[drawn])


if __name__ == "__main__":
    sys.exit(main())
