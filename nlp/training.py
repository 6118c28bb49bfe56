"""Learns the trained model's weights from labelled items, on top of what the authored knowledge finds in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags, hstack

from nlp.assessor import Assessor
from nlp.cases import RELEVANT, Case
from nlp.learnt import CHILDREN, RELEVANCE, Learnt
from nlp.measures import Bools, Floats
from nlp.model_file import targets_of
from nlp.rarity import load_rarity
from nlp.signs import KNOWN
from nlp.word_sums import Table, ids_of
from store.errors import ModelError

SIZE = 2**16  # rows of the words' table: n-grams share them four to one, which cost nothing on the labels
FEWEST = 4  # items that a code or sign must stand in
TUNED = 0.4  # what a case that the knowledge was tuned on counts for relevance: it looks better there than it is
FOLDS = 5
WORDS = 3.0  # weight of the words, which have length one, beside the signs: relevance
AREA_WORDS = 3.0  # the same for areas and children
GRADES = (0.05, 0.6, 1.0, 1.0)  # what a case counts when areas are learnt, by its grade: the irrelevant bear few areas
BOUNDARY = 0.3  # probability from which areas and children are told; their strengths are shifted so that it is a half
PENALTY = {RELEVANCE: 0.3, "areas": 1.0, CHILDREN: 1.0}  # scikit-learn's C: less is more shrinkage


@dataclass(frozen=True, slots=True)
class Lesson:
    """Cases as numbers: n-grams (rows of length one), signs, and the right answers."""

    words: csr_matrix
    signs: csr_matrix
    names: tuple[str, ...]
    areas: tuple[str, ...]
    grades: npt.NDArray[np.intp]
    right: Bools  # cases by targets
    counts: Floats
    kin: tuple[str, ...]
    known: Floats  # authored log-odds

    def part(self, numbers: npt.NDArray[np.intp]) -> Lesson:
        """Return the lesson of some of the cases."""
        return Lesson(
            self.words[numbers],
            self.signs[numbers],
            self.names,
            self.areas,
            self.grades[numbers],
            self.right[numbers],
            self.counts[numbers],
            tuple(self.kin[n] for n in numbers.tolist()),
            self.known[numbers],
        )


def lesson_of(cases: Sequence[Case], assessor: Assessor) -> Lesson:
    """Return what there is to learn from labelled items; signs that are rarer than FEWEST are left out."""
    reading, counted, _, _ = assessor.read([case.item for case in cases])
    areas = tuple(assessor.knowledge.areas)
    rows = [reading.signs.of(number) for number in range(len(cases))]
    often = Counter(name for row in rows for name in row)
    names = tuple(sorted(name for name, times in often.items() if times >= FEWEST or name == KNOWN))
    texts = [counted.words[start:end] for start, end in zip(counted.starts[:-1], counted.starts[1:], strict=True)]
    grades = np.array([case.label.relevance for case in cases])
    right = [
        [case.label.is_relevant, *(area in case.label.areas for area in areas), CHILDREN in case.label.flags]
        for case in cases
    ]
    return Lesson(
        words=_word_rows(texts, counted.times),
        signs=_sign_rows(rows, names),
        names=names,
        areas=areas,
        grades=grades,
        right=np.array(right, dtype=np.bool_),
        counts=np.array([TUNED if case.is_tuned else 1.0 for case in cases]),
        kin=tuple(case.kin for case in cases),
        known=np.array([row[KNOWN] for row in rows]),
    )


def train(lesson: Lesson) -> Learnt:
    """Return the weights of every target; raises ModelError when a target has one answer alone."""
    targets = targets_of(lesson.areas)
    words = np.zeros((SIZE, len(targets)))
    signs = np.zeros((len(lesson.names), len(targets)))
    bias = np.zeros(len(targets))
    for column, target in enumerate(targets):
        words[:, column], signs[:, column], bias[column] = _fit(lesson, target, column)
    slope, shift = _calibration(lesson)
    words[:, 0] *= slope
    signs[:, 0] *= slope
    bias[0] = slope * bias[0] + shift
    bias[1:] -= np.log(BOUNDARY / (1.0 - BOUNDARY))
    if not all(np.isfinite(found).all() for found in (words, signs, bias)):
        raise ModelError("det inlärda är inte tal: den förra modellen behålls")
    table = Table(load_rarity(), words.astype(np.float16))
    return Learnt("new", targets, {n: i for i, n in enumerate(lesson.names)}, signs, table, bias)


def folds(kin: Sequence[str], number: int = FOLDS) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Return (learnt from, asked) so that cases of one call or headline are on one side."""
    from sklearn.model_selection import GroupKFold

    return list(GroupKFold(min(number, len(set(kin)))).split(np.arange(len(kin)), groups=list(kin)))


def _fit(lesson: Lesson, target: str, column: int) -> tuple[Floats, Floats, float]:
    from sklearn.linear_model import LogisticRegression

    right = lesson.right[:, column]
    if target not in lesson.areas and (right.all() or not right.any()):
        raise ModelError(f"inget att lära om {target}: alla poster har samma svar")
    if right.all():
        raise ModelError(f"modellen skulle bete sig ovanligt: alla poster hör till {target}")
    kept = _columns(lesson.names, target, lesson.areas)
    weight = WORDS if target == RELEVANCE else AREA_WORDS
    words, signs = np.zeros(SIZE), np.zeros(len(lesson.names))
    if not right.any():  # an area that no label names is left to its own evidence
        return words, signs, -10.0
    rows = hstack([weight * lesson.words, lesson.signs[:, kept]]).tocsr()
    counts = np.ones(len(right))
    if target == RELEVANCE:
        counts = lesson.counts
    elif target in lesson.areas:
        counts = np.array(GRADES)[lesson.grades]
    penalty = PENALTY.get(target, PENALTY["areas"])
    learnt = LogisticRegression(C=penalty, solver="liblinear", max_iter=300, random_state=0)
    learnt.fit(rows, right, sample_weight=counts)
    words[:] = weight * learnt.coef_[0][:SIZE]
    signs[kept] = learnt.coef_[0][SIZE:]
    return words, signs, float(learnt.intercept_[0])


def _columns(names: Sequence[str], target: str, areas: Sequence[str]) -> npt.NDArray[np.intp]:
    """The signs that a target is learnt from: relevance from all that is said, an area from what is said of it."""

    def is_read(name: str) -> bool:
        scheme, _, rest = name.partition(":")
        if scheme.startswith("its "):
            return rest == target
        if target == RELEVANCE:
            return name != CHILDREN
        if target in areas:
            return name not in (KNOWN, CHILDREN) and scheme not in ("step", "cue", "core", "own")
        return name == CHILDREN or (name != KNOWN and scheme not in ("step", "cue", "core", "own", "area"))

    return np.array([number for number, name in enumerate(names) if is_read(name)], dtype=np.intp)


def _calibration(lesson: Lesson) -> tuple[float, float]:
    """Return what makes margins of cases that were kept apart into log-odds: their factor and their addition."""
    from sklearn.linear_model import LogisticRegression

    margins = np.zeros(len(lesson.kin))
    for learnt_from, asked in folds(lesson.kin):
        words, signs, bias = _fit(lesson.part(learnt_from), RELEVANCE, 0)
        margins[asked] = lesson.words[asked] @ words + lesson.signs[asked] @ signs + bias
    right = lesson.grades >= RELEVANT
    found = LogisticRegression(C=1e3).fit(margins[:, None], right, sample_weight=lesson.counts)
    return float(found.coef_[0][0]), float(found.intercept_[0])


def _word_rows(texts: Sequence[Sequence[str]], times: Floats) -> csr_matrix:
    """Rows as `WordSums` makes them, spelled out per n-gram."""
    vocabulary = {word: number for number, word in enumerate(sorted({word for text in texts for word in text}))}
    rarity = load_rarity().astype(np.float64)
    ids = [ids_of(word) for word in vocabulary]
    starts = np.concatenate([[0], np.cumsum([len(found) for found in ids])])
    flat = np.concatenate(ids) if ids else np.zeros(0, dtype=np.int64)
    grams = csr_matrix((rarity[flat], flat % SIZE, starts), shape=(len(ids), SIZE))
    squares = np.array([float(rarity[found] @ rarity[found]) for found in ids])
    columns = np.array([vocabulary[word] for text in texts for word in text], dtype=np.int64)
    ends = np.concatenate([[0], np.cumsum([len(text) for text in texts])])
    rows = csr_matrix((times, columns, ends), shape=(len(texts), len(vocabulary)))
    lengths = np.sqrt(np.maximum(rows.multiply(rows) @ squares, 1e-12))
    return (diags(1.0 / lengths) @ rows @ grams).tocsr()


def _sign_rows(rows: Sequence[dict[str, float]], names: Sequence[str]) -> csr_matrix:
    places = {name: number for number, name in enumerate(names)}
    told = [[(places[name], value) for name, value in row.items() if name in places] for row in rows]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in told])])
    columns = np.array([place for row in told for place, _ in row], dtype=np.int64)
    values = np.array([value for row in told for _, value in row])
    return csr_matrix((values, columns, starts), shape=(len(rows), len(names)))
