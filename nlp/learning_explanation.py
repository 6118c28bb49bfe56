"""Why what was learnt moves an item: words, names and earlier decisions, each with its exact part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix

from nlp.encoder import SIZE
from nlp.learning import MOST, RELEVANCE, Correction, Decision
from nlp.learning_rows import Row, Rows
from nlp.measures import Floats
from store.types import Assessment, Item

LEAST_PART = 0.25  # of the whole shift that an earlier decision must carry to be named
LEAST_LIKENESS = 0.15  # cosine of the words; two items drawn at random have 0.02, and 0.1 is seldom about the same
TOGETHER = 100  # decisions that rows are compared with at once: 20 MB

Pair = tuple[Item, Assessment]


@dataclass(frozen=True, slots=True)
class Cause:
    """What moved an item: `words` and `names` sum to `shift`; `nearest` is the decision that it is most like.

    Words and names are left out where they were not asked for beside a decision.
    """

    shift: float
    words: Mapping[str, float]
    names: Mapping[str, float]
    nearest: Decision | None = None


class Explainer:
    """Explains items one by one against a correction and the items of the decisions it may name."""

    def __init__(self, correction: Correction, reader: Rows, decided: Mapping[tuple[str, str], Pair]) -> None:
        self._correction = correction
        self._reader = reader
        known = [one for one in correction.decisions if (one.source, one.key) in decided]
        self._decisions: Sequence[Decision] = known
        self._pulls = np.array([one.pull for one in known])
        pairs = [decided[one.source, one.key] for one in known]
        self._decided = reader.rows(pairs, correction.columns) if pairs else None

    def explain(self, item: Item, assessment: Assessment) -> Cause:
        """Return what moved the item; a shift that was cut at MOST is shared out in the same proportions."""
        [cause] = self.explain_all([(item, assessment)])
        return cause

    def explain_all(self, pairs: Sequence[Pair], *, whole: bool = True) -> list[Cause]:
        """Return what moved each item; together, since a product of matrices costs the same for one as for many.

        Unless the `whole` of it is wanted, an item that is like an earlier decision gets no words: they cost the most.
        """
        if not pairs:
            return []
        rows = self._reader.rows(pairs, self._correction.columns)
        moved = np.asarray(rows @ self._correction.weights[RELEVANCE])
        likeness, products = self._compared(rows)
        causes = []
        for number, (item, _) in enumerate(pairs):
            cause = self._like(item, float(moved[number]), likeness[number], products[number])
            told = whole or cause.nearest is None
            causes.append(self._in_words(cause, item, _row(rows, number), float(moved[number])) if told else cause)
        return causes

    def _compared(self, rows: csr_matrix) -> tuple[Floats, Floats]:
        """Return how like each row's words are to each decision's, and their whole products."""
        if self._decided is None:
            return np.zeros((rows.shape[0], 0)), np.zeros((rows.shape[0], 0))
        asked = rows[:, :SIZE], rows[:, SIZE:]
        found = [
            _product(asked, self._decided[start : start + TOGETHER])
            for start in range(0, len(self._decisions), TOGETHER)
        ]
        likeness = np.concatenate([words for words, _ in found], axis=1)
        return likeness, likeness + np.concatenate([names for _, names in found], axis=1)

    def _like(self, item: Item, whole: float, likeness: Floats, products: Floats) -> Cause:
        shift = min(max(whole, -MOST), MOST)
        cut = shift / whole if whole else 1.0
        nearest = self._nearest(item, likeness, products * (cut / shift)) if shift else None
        return Cause(shift, {}, {}, nearest)

    def _in_words(self, cause: Cause, item: Item, row: Row, whole: float) -> Cause:
        weights = self._correction.weights[RELEVANCE]
        cut = cause.shift / whole if whole else 1.0
        words = {word: part * cut for word, part in self._reader.by_word(item, row, weights).items()}
        named = row[0] >= SIZE
        names = {
            self._correction.names[column - SIZE]: float(value * weights[column]) * cut
            for column, value in zip(row[0][named].tolist(), row[1][named].tolist(), strict=True)
        }
        return replace(cause, words=words, names=names)

    def _nearest(self, item: Item, likeness: Floats, products: Floats) -> Decision | None:
        """The decision that carries most of the move, of those that are alike and carry enough."""
        parts = self._pulls * products
        order: list[int] = np.argsort(-parts, kind="stable").tolist()
        for number in order:
            if parts[number] < LEAST_PART:
                break
            decision = self._decisions[number]
            if likeness[number] >= LEAST_LIKENESS and (decision.source, decision.key) != (item.source, item.key):
                return decision
        return None


def _product(asked: Sequence[csr_matrix], decided: csr_matrix) -> list[Floats]:
    """Return the products of both parts of rows; spread out, a few decisions are met much faster than as rows."""
    parts = (decided[:, :SIZE], decided[:, SIZE:])
    found = []
    for rows, part in zip(asked, parts, strict=True):
        columns = np.unique(part.indices)
        spread = np.ascontiguousarray(part[:, columns].toarray().T)
        found.append(np.asarray(rows[:, columns] @ spread))
    return found


def _row(rows: csr_matrix, number: int) -> Row:
    inside = slice(rows.indptr[number], rows.indptr[number + 1])
    return rows.indices[inside], rows.data[inside]


def word_parts(pairs: Sequence[Pair], correction: Correction, reader: Rows) -> dict[str, tuple[float, int]]:
    """Return what each whole word of the items has learnt to do, on average where it stands, and in how many."""
    weights = correction.weights[RELEVANCE]
    found: dict[str, list[float]] = {}
    for item, assessment in pairs:
        row = _row(reader.rows([(item, assessment)], correction.columns), 0)
        for word, part in reader.by_word(item, row, weights).items():
            found.setdefault(word, []).append(part)
    return {word: (sum(parts) / len(parts), len(parts)) for word, parts in found.items()}
