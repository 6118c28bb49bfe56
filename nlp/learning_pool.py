"""Rows of the items that many municipalities' corrections are asked about, made once and kept close together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from nlp.encoder import SIZE
from nlp.learning import MOST, RELEVANCE, Correction
from nlp.learning_rows import Reader, Row, name_columns
from nlp.logistic import LEAST, moved_by
from nlp.measures import Floats
from store.types import Assessment, Item

BLOCK = 1_000  # items read at a time: what reading takes besides its result stays some 10 MB
MARGIN = 0.001  # of relevance, far beyond what rounding and the last bits of a sum can do


class Pool:
    """Knows the rows of some items; rows and words of others are the reader's. Threads may share one.

    An item takes 3 kB, and a correction is asked about all of them in one product, so that a municipality costs what
    may concern it and not what all sources have published. `keep` lets the reader remember the texts too.
    """

    def __init__(self, pairs: Sequence[tuple[Item, Assessment]], reader: Reader, *, keep: bool = False) -> None:
        self._reader = reader
        self._names = name_columns(pairs)
        starts = range(0, len(pairs), BLOCK)
        self._blocks = [reader.rows(pairs[start : start + BLOCK], self._names, keep=keep) for start in starts]
        self._numbers = {id(item): number for number, (item, _) in enumerate(pairs)}
        self._items = [item for item, _ in pairs]  # kept, so that no other item gets the id of one of these
        self._relevance = np.array([assessment.relevance for _, assessment in pairs], dtype=np.float64)
        self._assessors = np.array([assessment.assessor for _, assessment in pairs], dtype=object)

    def reached(self, correction: Correction, least: float) -> list[int]:
        """Return the numbers of the items that may be `least` relevant when corrected; some are a little less."""
        kept = np.clip(self._relevance, LEAST, 1.0 - LEAST)
        moved = 1.0 / (1.0 + np.exp(-(np.log(kept / (1.0 - kept)) + self._shifts(correction))))
        stands = self._assessors == correction.assessor
        found: list[int] = np.flatnonzero(np.where(stands, moved, self._relevance) >= least - MARGIN).tolist()
        return found

    def relevances(self, pairs: Sequence[tuple[Item, Assessment]], correction: Correction) -> list[float]:
        """Return how relevant items of ours are when corrected, exactly as `correct` says."""
        shifts: list[float] = self._shifts(correction).tolist()
        return [
            moved_by(assessment.relevance, shifts[self._numbers[id(item)]])
            if assessment.assessor == correction.assessor
            else assessment.relevance
            for item, assessment in pairs
        ]

    def _shifts(self, correction: Correction) -> Floats:
        learnt, columns = correction.weights[RELEVANCE], correction.columns
        weights = np.zeros(SIZE + len(self._names))
        weights[:SIZE] = learnt[:SIZE]
        for name, number in self._names.items():
            if name in columns:
                weights[SIZE + number] = learnt[SIZE + columns[name]]
        shifts = [np.asarray(block @ weights, dtype=np.float64) for block in self._blocks]
        return np.asarray(np.clip(np.concatenate([*shifts, np.zeros(0)]), -MOST, MOST), dtype=np.float64)

    def rows(self, pairs: Sequence[tuple[Item, Assessment]], names: Mapping[str, int]) -> csr_matrix:
        """Return what `Reader.rows` does, to the bit."""
        numbers = [self._numbers.get(id(item)) for item, _ in pairs]
        known = [number for number in numbers if number is not None]
        found = self._known(known, names)
        if len(known) == len(pairs):
            return found
        others = self._reader.rows([pair for pair, n in zip(pairs, numbers, strict=True) if n is None], names)
        return _in_order(found, others, [number is not None for number in numbers])

    def _known(self, numbers: Sequence[int], names: Mapping[str, int]) -> csr_matrix:
        """Return rows of our own, each name in the column that the other names give it, or left out."""
        rows = [self._row(number) for number in numbers]
        columns = np.concatenate([_NO_COLUMNS, *(row[0] for row in rows)])
        values = np.concatenate([_NO_VALUES, *(row[1] for row in rows)])
        starts = np.concatenate([[0], np.cumsum([len(row[0]) for row in rows], dtype=np.int64)])
        places = np.full(SIZE + len(self._names), -1, dtype=np.int32)
        places[:SIZE] = np.arange(SIZE)
        for name, number in self._names.items():
            if name in names:
                places[SIZE + number] = SIZE + names[name]
        columns = places[columns]
        if len(left := np.flatnonzero(columns < 0)):
            columns, values = np.delete(columns, left), np.delete(values, left)
            starts -= np.searchsorted(left, starts)
        return csr_matrix((values, columns, starts), shape=(len(rows), SIZE + len(names)))

    def _row(self, number: int) -> Row:
        block, place = self._blocks[number // BLOCK], number % BLOCK
        inside = slice(block.indptr[place], block.indptr[place + 1])
        return block.indices[inside], block.data[inside]

    def by_word(self, item: Item, row: Row, weights: npt.NDArray[np.float64]) -> dict[str, float]:
        """Return what `Reader.by_word` does."""
        return self._reader.by_word(item, row, weights)


_NO_COLUMNS = np.zeros(0, dtype=np.int32)
_NO_VALUES = np.zeros(0, dtype=np.float32)


def _in_order(ours: csr_matrix, others: csr_matrix, is_ours: Sequence[bool]) -> csr_matrix:
    """Return the rows of both as they were asked for."""
    from scipy.sparse import vstack  # here, for it is seldom needed

    first, second = iter(range(ours.shape[0])), iter(range(ours.shape[0], len(is_ours)))
    return vstack([ours, others], format="csr")[[next(first if here else second) for here in is_ours]]
