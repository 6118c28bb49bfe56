"""The measures are right, and the day-one assessor keeps above its floors on the shared labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp.assessor import Assessor
from nlp.evaluation import baselines, figures, is_tuned, read_cases
from nlp.measures import area_f1, average_precision, calibration_error, f1, precision_recall, recall_at

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_labels = pytest.mark.skipif(
    not (SHARED / "labels-dev.jsonl").exists(), reason="the shared labels are not beside the project"
)


def test_average_precision_of_a_known_ranking() -> None:
    right = np.array([True, False, True, False])
    assert average_precision(np.array([0.9, 0.8, 0.7, 0.1]), right) == pytest.approx((1.0 + 2 / 3) / 2)


def test_recall_counts_what_fits_the_budget() -> None:
    right = np.array([True, False, True, False])
    assert recall_at(np.array([0.9, 0.8, 0.7, 0.1]), right, 0.5) == 0.5


def test_precision_and_recall_at_a_threshold() -> None:
    assert precision_recall(np.array([0.9, 0.6, 0.4]), np.array([True, False, True]), 0.5) == (0.5, 0.5)


def test_calibration_error_is_nothing_for_honest_probabilities() -> None:
    scores = np.full(10, 0.3)
    assert calibration_error(scores, np.array([True] * 3 + [False] * 7)) == pytest.approx(0.0)


def test_area_f1_leaves_out_areas_that_never_occur() -> None:
    macro, micro, each = area_f1([["a"], ["b"]], [["a"], ["a"]], ["a", "b", "c"])
    assert each == {"a": pytest.approx(2 / 3), "b": 0.0}
    assert macro == pytest.approx(1 / 3)
    assert micro == 0.5


def test_f1_of_nothing_is_nothing() -> None:
    assert f1([(False, False)]) == 0.0


def test_halves_are_told_by_the_identifier_alone() -> None:
    assert {is_tuned(str(number)) for number in range(20)} == {True, False}
    assert is_tuned("a") is is_tuned("a")


@needs_labels
def test_floors_on_the_half_of_the_labels_that_was_not_tuned_on(assessor: Assessor) -> None:
    cases = read_cases(SHARED / "pool.jsonl", SHARED / "labels-dev.jsonl")
    unseen = [case for case in cases if not case.is_tuned]
    found = figures(unseen, assessor.assess([case.item for case in unseen]), assessor.knowledge.areas)
    beaten = baselines(cases, assessor)
    assert found["average precision"] >= 0.74  # measured 0.77; less means that a change has cost something
    assert found["recall at 20%"] >= 0.68
    assert found["area macro F1"] >= 0.68
    assert found["F1 funding"] >= 0.95
    assert found["F1 law"] >= 0.90
    assert found["F1 children_youth"] >= 0.65
    assert found["calibration error"] <= 0.08
    assert found["average precision"] > beaten["word TF-IDF + LR"]["average precision"] + 0.05
    assert found["average precision"] > 3 * beaten["keyword alert"]["average precision"]
