"""Why what was learnt moves an item: words, names and earlier decisions, each with its exact part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from nlp.encoder import SIZE
from nlp.learning import MOST, RELEVANCE, Correction, Decision
from nlp.learning_rows import Reader
from nlp.measures import Floats
from store.types import Assessment, Item

LEAST_PART = 0.25  # of the whole shift that an earlier decision must carry to be named
LEAST_LIKENESS = 0.15  # cosine of the words; two items drawn at random have 0.02, and 0.1 is seldom about the same

Pair = tuple[Item, Assessment]


@dataclass(frozen=True, slots=True)
class Cause:
    """What moved an item: `words` and `names` sum to `shift`; `nearest` is the decision that it is most like."""

    shift: float
    words: Mapping[str, float]
    names: Mapping[str, float]
    nearest: Decision | None = None


class Explainer:
    """Explains items one by one against a correction and the items of the decisions it may name."""

    def __init__(self, correction: Correction, reader: Reader, decided: Mapping[tuple[str, str], Pair]) -> None:
        self._correction = correction
        self._reader = reader
        known = [one for one in correction.decisions if (one.source, one.key) in decided]
        self._decisions: Sequence[Decision] = known
        pairs = [decided[one.source, one.key] for one in known]
        self._decided = reader.rows(pairs, correction.columns) if pairs else None

    def explain(self, item: Item, assessment: Assessment) -> Cause:
        """Return what moved the item; a shift that was cut at MOST is shared out in the same proportions."""
        [cause] = self.explain_all([(item, assessment)])
        return cause

    def explain_all(self, pairs: Sequence[Pair]) -> list[Cause]:
        """Return what moved each item; together, since a product of matrices costs the same for one as for many."""
        if not pairs:
            return []
        rows = self._reader.rows(pairs, self._correction.columns)
        whole = np.asarray(rows @ self._correction.weights[RELEVANCE])
        likeness, products = self._compared(rows)
        return [
            self._cause(pair[0], rows[number], float(whole[number]), likeness[:, number], products[:, number])
            for number, pair in enumerate(pairs)
        ]

    def _compared(self, rows: csr_matrix) -> tuple[Floats, Floats]:
        """Return how like each decision's words are to each row's, and their whole products."""
        if self._decided is None:
            return np.zeros((0, rows.shape[0])), np.zeros((0, rows.shape[0]))
        across = rows.T.tocsc()
        return (self._decided[:, :SIZE] @ across[:SIZE]).toarray(), (self._decided @ across).toarray()

    def _cause(self, item: Item, row: csr_matrix, whole: float, likeness: Floats, products: Floats) -> Cause:
        weights = self._correction.weights[RELEVANCE]
        shift = float(np.clip(whole, -MOST, MOST))
        cut = shift / whole if whole else 1.0
        words = {word: part * cut for word, part in self._reader.by_word(item, row, weights).items()}
        named = row.indices >= SIZE
        names = {
            self._correction.names[column - SIZE]: float(value * weights[column]) * cut
            for column, value in zip(row.indices[named].tolist(), row.data[named].tolist(), strict=True)
        }
        nearest = self._nearest(item, likeness, products * (cut / shift)) if shift else None
        return Cause(shift, words, names, nearest)

    def _nearest(self, item: Item, likeness: Floats, products: Floats) -> Decision | None:
        best: tuple[float, Decision] | None = None
        for decision, like, product in zip(self._decisions, likeness.tolist(), products.tolist(), strict=True):
            part = decision.pull * product
            itself = (decision.source, decision.key) == (item.source, item.key)
            if not itself and like >= LEAST_LIKENESS and part >= LEAST_PART and (best is None or part > best[0]):
                best = (part, decision)
        return best[1] if best else None


def word_parts(pairs: Sequence[Pair], correction: Correction, reader: Reader) -> dict[str, tuple[float, int]]:
    """Return what each whole word of the items has learnt to do, on average where it stands, and in how many."""
    weights = correction.weights[RELEVANCE]
    found: dict[str, list[float]] = {}
    for item, assessment in pairs:
        row = reader.rows([(item, assessment)], correction.columns)
        for word, part in reader.by_word(item, row, weights).items():
            found.setdefault(word, []).append(part)
    return {word: (sum(parts) / len(parts), len(parts)) for word, parts in found.items()}
