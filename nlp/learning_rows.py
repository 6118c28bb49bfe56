"""What learning sees of an item: its words as hashed n-grams, and names of where it is from and what it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from nlp.encoder import SIZE, Encoder
from nlp.rarity import load_rarity, read_text
from store.types import Assessment, Item

# The row of words has length one. Beside it a source or kind says little by itself, areas within a kind most: a
# coordinator who drops calls about energy keeps acts about it. Tried on the labels with made-up tastes (README).
VALUES = {"source": 0.2, "kind": 0.2, "publisher": 0.3, "area": 0.5, "area in kind": 0.5}

MOST_TEXTS = 10_000  # remembered, each 4 kB; then the memory starts anew
MOST_GRAMS = 4_000_000  # of words shared out, remembered likewise: 50 MB

Row = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]  # columns and values

_WORD = re.compile(r"\w\w+")
_NONE: Row = (np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Shared:
    """The words of a text and their n-grams, one word's after another's: columns, values, and where each begins."""

    words: tuple[str, ...]
    columns: npt.NDArray[np.int32]
    values: npt.NDArray[np.floating]
    starts: npt.NDArray[np.integer]


class Rows(Protocol):
    """What gives the rows of items, and what their words add to them."""

    def rows(self, pairs: Sequence[tuple[Item, Assessment]], names: Mapping[str, int]) -> csr_matrix:
        """Return a row per item: SIZE columns of n-grams, then one per name that is known."""

    def by_word(self, item: Item, row: Row, weights: npt.NDArray[np.float64]) -> dict[str, float]:
        """Return what each whole word of the item adds to its row's product with the weights."""


class Reader:
    """Makes rows of items, and remembers words and texts; threads may share one."""

    def __init__(self) -> None:
        self._encoder = Encoder(load_rarity())
        self._texts: dict[str, Row] = {}
        self._shared: dict[str, Shared] = {}  # other municipalities ask of the same texts
        self._grams_shared = 0
        self._lock = Lock()

    def rows(
        self, pairs: Sequence[tuple[Item, Assessment]], names: Mapping[str, int], *, keep: bool = True
    ) -> csr_matrix:
        """Return a row per item: SIZE columns of n-grams, then one per known name; `keep` remembers the texts."""
        columns, values, starts = [_NONE[0]], [_NONE[1]], [0]
        for words, pair in zip(self._read([read_text(item) for item, _ in pairs], keep), pairs, strict=True):
            told = [(SIZE + names[name], value) for name, value in names_of(*pair).items() if name in names]
            columns += [words[0], np.array([column for column, _ in told], dtype=np.int32)]
            values += [words[1], np.array([value for _, value in told], dtype=np.float32)]
            starts.append(starts[-1] + len(words[0]) + len(told))
        shape = (len(pairs), SIZE + len(names))
        return csr_matrix((np.concatenate(values), np.concatenate(columns), starts), shape=shape)

    def by_word(self, item: Item, row: Row, weights: npt.NDArray[np.float64]) -> dict[str, float]:
        """Return what each whole word of the item adds to its row's product with the weights; the sum is exact.

        An n-gram that stands in several words is shared between them by how often each has it.
        """
        text = read_text(item)
        shared = self._shared.get(text)
        if shared is None:
            shared = self._share(text, row)
            self._remember(text, shared)
        if not shared.words:
            return {}
        parts = np.add.reduceat(shared.values * weights[shared.columns], shared.starts)
        return dict(zip(shared.words, parts.tolist(), strict=True))

    def _share(self, text: str, row: Row) -> Shared:
        """Return how the text's row is shared between its words, which no weights change."""
        words = Counter(_WORD.findall(text))
        if not words:
            return Shared((), _NONE[0], _NONE[1], _NONE[0])
        inside = row[0] < SIZE
        ids = row[0][inside]
        grams = self._grams(words)
        sizes = np.array([len(found) for found in grams])
        columns = np.concatenate(grams)
        places = np.searchsorted(ids, columns)
        times = np.repeat(np.array(list(words.values()), dtype=np.float64), sizes)
        holders = np.bincount(places, weights=times, minlength=len(ids))
        values = times * (row[1][inside] / holders)[places]
        return Shared(tuple(words), columns, values, np.cumsum(sizes) - sizes)

    def _remember(self, text: str, shared: Shared) -> None:
        with self._lock:
            if self._grams_shared > MOST_GRAMS:
                self._shared, self._grams_shared = {}, 0
            self._shared[text] = shared
            self._grams_shared += len(shared.columns)

    def _read(self, texts: Sequence[str], keep: bool) -> list[Row]:
        """The n-grams of each text; reading one costs much more than looking it up, so that all may be kept."""
        with self._lock:
            found = {text: self._texts[text] for text in texts if text in self._texts}
            if new := [text for text in dict.fromkeys(texts) if text not in found]:
                matrix = self._encoder.encode(new)
                cuts = matrix.indptr[1:-1]
                found |= zip(
                    new, zip(np.split(matrix.indices, cuts), np.split(matrix.data, cuts), strict=True), strict=True
                )
                if keep:
                    self._keep(new[:MOST_TEXTS], found)
        return [found[text] for text in texts]

    def _keep(self, texts: Sequence[str], found: Mapping[str, Row]) -> None:
        if len(self._texts) + len(texts) > MOST_TEXTS:
            self._texts.clear()
        self._texts |= {text: found[text] for text in texts}

    def _grams(self, words: Iterable[str]) -> list[npt.NDArray[np.int32]]:
        with self._lock:
            return self._encoder.ids(words)


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
