"""The learning curve: what so many labels would give a linear learner, with the knowledge under it and without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack

from nlp.answers import SEED, Interval, Numbers, ranking, ranking_interval
from nlp.assessor import Assessor
from nlp.cases import Case
from nlp.knowledge import Knowledge
from nlp.measures import Bools, Floats

FOLDS = 5
SIZES = (100, 250, 500, 1000, 2000)  # labels; the last point is all that a fold leaves
FEWEST_RELEVANT = 2  # a learner needs both answers, and of either more than one
WORDS = 600  # characters of the text: what the labels were set on
PENALTY = 0.3
ROW = 3.0  # length of the row of words, beside log-odds that are some units long
WORD = r"\w+|$"  # a text without words is an empty one, not a fault
LEAST = 0.00005  # relevance is told in ten-thousandths


@dataclass(frozen=True, slots=True)
class Point:
    """The figures with so many labels, of the knowledge corrected by them and of words alone."""

    labels: int
    corrected: dict[str, float]
    corrected_within: dict[str, Interval]
    words: dict[str, float]
    words_within: dict[str, Interval]

    def values(self) -> dict[str, Any]:
        """Return the point as JSON can hold it, in thousandths."""
        return {
            "labels": self.labels,
            "corrected": {name: round(value, 3) for name, value in self.corrected.items()},
            "corrected within": {name: [round(end, 3) for end in ends] for name, ends in self.corrected_within.items()},
            "words alone": {name: round(value, 3) for name, value in self.words.items()},
            "words alone within": {name: [round(end, 3) for end in ends] for name, ends in self.words_within.items()},
        }


def learning_curve(
    cases: Sequence[Case], knowledge: Knowledge, *, progress: Callable[[str], None] = lambda _: None
) -> list[Point]:
    """Return a point per number of labels, the first with none; every case is asked about by those kept apart from it.

    Kept apart by call and title, so that no case is told by its sibling; learnt from either part, told of the unread
    one. The knowledge is the authored one alone: a model that has learnt from these labels would tell what it was
    taught.
    """
    right = np.array([case.label.is_relevant for case in cases], dtype=np.bool_)
    progress("Lärkurvan: läser utan det inlärda")
    known = _log_odds(Assessor(knowledge).assess([case.item for case in cases]))
    # The knowledge looks better than it is on what it was tuned on, and the labels so much the worse.
    told = np.array([not case.is_read for case in cases], dtype=np.bool_)
    if not right[told].any():
        told[:] = True
    points = [_point(0, known[told], known[told], right[told])]
    folds = _folds(cases)
    if not folds:
        return points
    counts = _counts(cases)
    whole = min(len(learnt_from) for learnt_from, _ in folds)
    for size in [*(size for size in SIZES if size < whole), whole]:
        progress(f"Lärkurvan: {size} etiketter")
        corrected, words = known.copy(), np.zeros(len(cases))
        for learnt_from, asked in folds:
            some = learnt_from[:size]
            if min(right[some].sum(), (~right[some]).sum()) < FEWEST_RELEVANT:
                continue
            corrected[asked], words[asked] = _learnt(counts, known, right, some, asked)
        points.append(_point(size, corrected[told], words[told], right[told]))
    return points


def _folds(cases: Sequence[Case]) -> list[tuple[Numbers, Numbers]]:
    from sklearn.model_selection import GroupKFold

    kin = [case.kin for case in cases]
    if len(set(kin)) < FOLDS:
        return []
    chance = np.random.default_rng(SEED)
    pairs = GroupKFold(FOLDS).split(np.arange(len(cases)), groups=kin)
    return [(chance.permutation(learnt_from), asked) for learnt_from, asked in pairs]


def _counts(cases: Sequence[Case]) -> csr_matrix:
    """Return how often each word stands in each case, dampened; what a word is worth is learnt apart."""
    from sklearn.feature_extraction.text import CountVectorizer

    texts = [f"{case.item.title} {case.item.title} {case.item.text[:WORDS]}" for case in cases]
    counts = CountVectorizer(dtype=np.float64, token_pattern=WORD).fit_transform(texts)
    counts.data = 1.0 + np.log(counts.data)
    return csr_matrix(counts)


def _learnt(
    counts: csr_matrix, known: Floats, right: Bools, learnt_from: Numbers, asked: Numbers
) -> tuple[Floats, Floats]:
    """Return the log-odds of those asked about, with the knowledge and by words alone."""
    from sklearn.linear_model import LogisticRegression

    held = np.asarray((counts[learnt_from] > 0).sum(axis=0)).ravel()
    worth = np.where(held > 0, np.log((1 + len(learnt_from)) / (1 + held)) + 1, 0.0)
    rows, wanted = _rows(counts[learnt_from], worth), _rows(counts[asked], worth)
    both = LogisticRegression(C=PENALTY, solver="liblinear", max_iter=300)
    both.fit(hstack([rows, csr_matrix(known[learnt_from][:, None])]).tocsr(), right[learnt_from])
    alone = LogisticRegression(C=10.0, solver="liblinear", max_iter=300, class_weight="balanced")
    alone.fit(rows / ROW, right[learnt_from])
    corrected = both.decision_function(hstack([wanted, csr_matrix(known[asked][:, None])]).tocsr())
    return np.asarray(corrected), np.asarray(alone.decision_function(wanted / ROW))


def _rows(counts: csr_matrix, worth: Floats) -> csr_matrix:
    from sklearn.preprocessing import normalize

    return csr_matrix(ROW * normalize(counts @ diags(worth)))


def _point(labels: int, corrected: Floats, words: Floats, right: Bools) -> Point:
    return Point(
        labels,
        ranking(corrected, right),
        ranking_interval(corrected, right),
        ranking(words, right) if labels else {},
        ranking_interval(words, right) if labels else {},
    )


def _log_odds(assessments: Sequence[Any]) -> Floats:
    kept = np.clip([assessment.relevance for assessment in assessments], LEAST, 1.0 - LEAST)
    return np.asarray(np.log(kept / (1.0 - kept)))
