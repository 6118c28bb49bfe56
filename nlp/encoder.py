"""Texts as vectors of hashed character n-grams, with the n-grams of every word remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

SIZE = 2**18
SHORTEST, LONGEST = 2, 5
MOST_WORDS = 200_000  # remembered words, about 60 MB; then the memory starts anew

_WORD = re.compile(r"\w\w+")


class Encoder:
    """Hashes char_wb(2..5) n-grams and whole words; words seen before cost one look-up.

    An n-gram never crosses a word, so that the ids of a word can be kept: the quality of characters at the speed of
    words. Frequencies are sublinear and rows have length one, after `weights` (one per id) when they are given.
    """

    def __init__(self, weights: npt.NDArray[np.float32] | None = None) -> None:
        self.weights = weights
        self._ids: dict[str, npt.NDArray[np.int32]] = {}

    def encode(self, texts: Sequence[str]) -> csr_matrix:
        """Return one row per lower-cased text."""
        rows = [self.ids(_WORD.findall(text)) for text in texts]
        matrix = _counted(rows)
        matrix.data = np.log(matrix.data) + 1.0
        if self.weights is not None:
            matrix.data *= self.weights[matrix.indices]
        return _normalised(matrix)

    def ids(self, words: Iterable[str]) -> list[npt.NDArray[np.int32]]:
        """Return the ids of the n-grams of each word, as often as they stand in it."""
        known = self._ids
        return [known[word] if word in known else self._learn(word) for word in words]

    def _learn(self, word: str) -> npt.NDArray[np.int32]:
        if len(self._ids) >= MOST_WORDS:
            self._ids.clear()
        ids = np.array([crc32(gram.encode()) % SIZE for gram in ngrams(word)], dtype=np.int32)
        self._ids[word] = ids
        return ids


def _counted(rows: Sequence[list[npt.NDArray[np.int32]]]) -> csr_matrix:
    """Return how often each id stands in each row, ids in order.

    There and back through columns: each way counts instead of comparing, which beats sorting every row by a third.
    """
    ids = [word for row in rows for word in row]
    indices = np.concatenate(ids) if ids else np.zeros(0, dtype=np.int32)
    indptr = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum([sum(map(len, row)) for row in rows], out=indptr[1:])
    matrix = csr_matrix((np.ones(len(indices), dtype=np.float32), indices, indptr), shape=(len(rows), SIZE))
    matrix = matrix.tocsc().tocsr()
    matrix.has_sorted_indices = True
    matrix.sum_duplicates()
    return matrix


def ngrams(word: str) -> list[str]:
    """Return the n-grams of a word with a space at either end, and the word itself marked as such."""
    padded = f" {word[:40]} "
    grams = [
        padded[start : start + size]
        for size in range(SHORTEST, LONGEST + 1)
        for start in range(max(len(padded) - size + 1, 0))
    ]
    grams.append(f"={word}")
    return grams


def rarity(matrix: csr_matrix) -> npt.NDArray[np.float32]:
    """Return a weight per n-gram that falls with the number of rows it stands in."""
    holders = np.bincount(matrix.indices, minlength=SIZE)
    weights: npt.NDArray[np.float32] = np.log((1.0 + matrix.shape[0]) / (1.0 + holders)).astype(np.float32)
    return weights + np.float32(0.1)


def _normalised(matrix: csr_matrix) -> csr_matrix:
    squares = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    lengths = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
    matrix.data /= np.repeat(lengths, np.diff(matrix.indptr))
    return matrix
