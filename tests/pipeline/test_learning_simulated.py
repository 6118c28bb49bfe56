"""Pretend coordinators whose taste differs from the shared model: what they read of value rises week by week."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from nlp.assessor import Assessor
from nlp.evaluation import Case, read_cases
from nlp.knowledge import load_knowledge
from nlp.labels import By, Label
from nlp.learning import correct, fit
from nlp.learning_rows import Reader
from store.types import Assessment, Item
from tests.nlp.teaching import CULTURE, ENERGY, pair

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
START = datetime(2026, 1, 5, tzinfo=UTC)
Pair = tuple[Item, Assessment]


def found_by_week(weeks: Sequence[Sequence[tuple[Pair, bool]]], budget: int, *, learns: bool) -> list[tuple[int, int]]:
    """Return per week how many wanted items were among the `budget` best, and how many could have been.

    Only what was read is learnt from.
    """
    labels: list[Label] = []
    found = []
    for number, week in enumerate(weeks):
        pairs = [told for told, _ in week]
        scores = [assessment.relevance for _, assessment in pairs]
        if labels and learns:
            correction = fit(labels, labels[0].assessment.assessor)
            scores = [one.relevance for one in correct(pairs, correction, Reader())]
        best = np.argsort(-np.array(scores), kind="stable")[:budget]
        found.append((sum(week[n][1] for n in best), min(budget, sum(wanted for _, wanted in week))))
        for n in best:
            (item, assessment), wanted = week[n]
            at = START + timedelta(weeks=number)
            labels.append(Label(item=item, assessment=assessment, by=By.VERDICT, at=at, wanted=wanted))
    return found


def recall(found: Sequence[tuple[int, int]]) -> float:
    return sum(got for got, _ in found) / sum(could for _, could in found)


def test_reader_of_culture_finds_more_week_by_week_with_our_own_sentences() -> None:
    weeks = []
    for week in range(8):
        rows = [(pair(f"{week}c{n}", f"{CULTURE[n]} {week}", 0.5, "culture"), True) for n in range(week % 2, 8, 2)]
        rows += [
            (pair(f"{week}e{n}", f"{ENERGY[n]} {week}", 0.6, "energy_climate"), False) for n in range(week % 2, 8, 2)
        ]
        weeks.append(rows)
    shared, learned = (found_by_week(weeks, 4, learns=learns) for learns in (False, True))
    assert recall(shared) == 0.0
    assert recall(learned[4:]) >= 0.9


@pytest.fixture(scope="module")
def labelled() -> list[tuple[Case, Assessment]]:
    if not (DATA / "labels-dev.jsonl").is_file():
        pytest.skip("../shared/data is not here")
    cases = read_cases(DATA / "pool.jsonl", DATA / "labels-dev.jsonl")
    cases.sort(key=lambda case: hashlib.sha256(f"w{case.item.key}".encode()).hexdigest())
    # Without trained weights: those were fitted to these very labels, and would be learnt to forget them.
    assessor = Assessor(load_knowledge())
    return list(zip(cases, assessor.assess([case.item for case in cases]), strict=True))


def schools_and_culture(case: Case) -> bool:
    return case.label.is_relevant and bool({"school", "social", "culture", "youth_leisure"} & set(case.label.areas))


def culture_but_no_energy_calls(case: Case) -> bool:
    if case.item.kind.value == "call" and "energy_climate" in case.label.areas:
        return False
    return case.label.is_relevant or "culture" in case.label.areas


def as_labelled(case: Case) -> bool:
    return case.label.is_relevant


@pytest.mark.slow
@pytest.mark.xdist_group("labelled")
@pytest.mark.parametrize(
    ("taste", "least_gain"), [(schools_and_culture, 0.08), (culture_but_no_energy_calls, -0.02), (as_labelled, -0.02)]
)
def test_taste_of_its_own_is_served_better_and_nobody_worse(
    labelled: list[tuple[Case, Assessment]], taste: Callable[[Case], bool], least_gain: float
) -> None:
    rows = [((case.item, assessment), taste(case)) for case, assessment in labelled]
    weeks = [rows[start : start + 190] for start in range(0, 24 * 190, 190)]
    shared, learned = (found_by_week(weeks, 20, learns=learns) for learns in (False, True))
    assert recall(learned[4:]) >= recall(shared[4:]) + least_gain
