"""What learning sees of an item: its words as hashed n-grams, and names of where it is from and what it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from nlp.encoder import SIZE, Encoder, ngrams
from nlp.rarity import load_rarity, read_text
from store.types import Assessment, Item

# The row of words has length one. Beside it a source or kind says little by itself, areas within a kind most: a
# coordinator who drops calls about energy keeps acts about it. Tried on the labels with made-up tastes (README).
VALUES = {"source": 0.2, "kind": 0.2, "publisher": 0.3, "area": 0.5, "area in kind": 0.5}

_WORD = re.compile(r"\w\w+")


class Reader:
    """Makes rows of items; remembers words, so one is for one thread."""

    def __init__(self) -> None:
        self._encoder = Encoder(load_rarity())
        self._ids: dict[str, npt.NDArray[np.int64]] = {}

    def rows(self, pairs: Sequence[tuple[Item, Assessment]], names: Mapping[str, int]) -> csr_matrix:
        """Return a row per item: SIZE columns of n-grams, then one per name that is known."""
        words = self._encoder.encode([read_text(item) for item, _ in pairs])
        told = [[(names[name], value) for name, value in names_of(*pair).items() if name in names] for pair in pairs]
        starts = np.concatenate([[0], np.cumsum([len(row) for row in told])])
        columns = np.array([column for row in told for column, _ in row], dtype=np.int32)
        values = np.array([value for row in told for _, value in row], dtype=np.float32)
        return hstack([words, csr_matrix((values, columns, starts), shape=(len(pairs), len(names)))]).tocsr()

    def by_word(self, item: Item, row: csr_matrix, weights: npt.NDArray[np.float64]) -> dict[str, float]:
        """Return what each whole word of the item adds to the row's product with the weights; the sum is exact.

        An n-gram that stands in several words is shared between them by how often each has it.
        """
        words = Counter(_WORD.findall(read_text(item)))
        inside = row.indices < SIZE
        ids = row.indices[inside]
        steps = dict(zip(ids.tolist(), (row.data[inside] * weights[ids]).tolist(), strict=True))
        grams = {word: self._grams(word) for word in words}
        holders: Counter[int] = Counter()
        for word, times in words.items():
            for gram in grams[word].tolist():
                holders[gram] += times
        return {
            word: sum(times * steps.get(gram, 0.0) / holders[gram] for gram in grams[word].tolist())
            for word, times in words.items()
        }

    def _grams(self, word: str) -> npt.NDArray[np.int64]:
        known = self._ids.get(word)
        if known is None:
            known = np.array([crc32(gram.encode()) % SIZE for gram in ngrams(word)], dtype=np.int64)
            self._ids[word] = known
        return known


def names_of(item: Item, assessment: Assessment) -> dict[str, float]:
    """Return the names that an item carries, each with its value."""
    found = {f"source:{item.source}": VALUES["source"], f"kind:{item.kind.value}": VALUES["kind"]}
    if item.publisher:
        found[f"publisher:{item.publisher}"] = VALUES["publisher"]
    for area, strength in assessment.areas.items():
        found[f"area:{area}"] = VALUES["area"] * strength
        found[f"area in kind:{item.kind.value}/{area}"] = VALUES["area in kind"] * strength
    return found


def name_columns(pairs: Sequence[tuple[Item, Assessment]]) -> dict[str, int]:
    """Return a column per name that any of the items carries, in order of the alphabet."""
    known = sorted({name for pair in pairs for name in names_of(*pair)})
    return {name: number for number, name in enumerate(known)}
