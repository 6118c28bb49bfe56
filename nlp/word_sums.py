"""Texts as weighted sums of their words, each word being the sum of its hashed n-grams, remembered once reckoned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from zlib import crc32

import numpy as np
import numpy.typing as npt

from nlp.encoder import SIZE, ngrams
from nlp.measures import Floats

LONGEST_TITLE, LONGEST_TEXT = 300, 600  # characters: what the labels were set on; the title counts twice
MOST_WORDS = 100_000  # remembered words, 80 MB with all columns; then the memory starts anew
TINY = 1e-12

_WORD = re.compile(r"[^\W\d][^\W\d]+")  # numbers are left out: a year says when, not what


@dataclass(frozen=True, slots=True)
class Table:
    """Weights per n-gram (rows, by its id modulo their number) and how rare each n-gram is."""

    rarity: npt.NDArray[np.float32]
    weights: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Counted:
    """The words of some texts, in the order of the texts: row in the memory, how often, and where each text starts."""

    rows: npt.NDArray[np.int64]
    times: Floats
    starts: npt.NDArray[np.int64]
    words: list[str]


class WordSums:
    """Sums, per text and column, of what its words weigh, divided by the length of the text as a vector of words.

    Words are taken to stand at right angles to each other. So a word's sum over its n-grams is reckoned once, and
    what each whole word adds to a text's sum is exactly known.
    """

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tuple(tables)
        self._columns = [table.weights.shape[1] for table in self._tables]
        self._known: dict[str, int] = {}
        self._memory: Floats = np.zeros((1024, sum(self._columns) + len(self._tables)))

    def count(self, texts: Sequence[tuple[str, str]]) -> Counted:
        """Return the words of each (title, text)."""
        if len(self._known) > MOST_WORDS:
            self._known.clear()
        rows: list[int] = []
        times: list[float] = []
        words: list[str] = []
        starts = [0]
        known = self._known
        for title, text in texts:
            found: dict[str, int] = {}
            for word in _WORD.findall(title[:LONGEST_TITLE].lower()):
                found[word] = found.get(word, 0) + 2
            for word in _WORD.findall(text[:LONGEST_TEXT].lower()):
                found[word] = found.get(word, 0) + 1
            rows.extend([known[word] if word in known else self._learn(word) for word in found])
            times.extend([_sublinear(number) for number in found.values()])
            words.extend(found)
            starts.append(len(rows))
        return Counted(np.array(rows, dtype=np.int64), np.array(times), np.array(starts), words)

    def sums(self, counted: Counted, shares: Sequence[Floats]) -> list[Floats]:
        """Return per table a row per text, from the shares of its words."""
        filled = np.diff(counted.starts) > 0
        found = []
        for share in shares:
            row = np.zeros((len(filled), share.shape[1]))
            if filled.any():
                row[filled] = np.add.reduceat(share, counted.starts[:-1][filled], axis=0)
            found.append(row)
        return found

    def shares(self, counted: Counted) -> list[Floats]:
        """Return per table what every word adds to each column of its text's sum."""
        held = self._memory[counted.rows]
        sizes = np.diff(counted.starts)
        found, start = [], 0
        for columns in self._columns:
            squares = counted.times**2 * held[:, start + columns]
            totals = np.concatenate([[0.0], np.cumsum(squares)])
            lengths = np.sqrt(np.maximum(np.diff(totals[counted.starts]), TINY))
            scale = counted.times / np.repeat(lengths, sizes)
            found.append(held[:, start : start + columns] * scale[:, None])
            start += columns + 1
        return found

    def _learn(self, word: str) -> int:
        row = len(self._known)
        if row >= len(self._memory):
            self._memory = np.concatenate([self._memory, np.zeros_like(self._memory)])
        ids = ids_of(word)
        parts = []
        for table in self._tables:
            rarity = table.rarity[ids].astype(np.float64)
            parts.append(rarity @ table.weights[ids % len(table.weights)].astype(np.float64))
            parts.append(np.array([rarity @ rarity]))
        self._memory[row] = np.concatenate(parts)
        self._known[word] = row
        return row


def ids_of(word: str) -> npt.NDArray[np.int64]:
    """Return the ids of a word's n-grams, each once."""
    return np.array(sorted({crc32(gram.encode()) % SIZE for gram in ngrams(word)}), dtype=np.int64)


@lru_cache(maxsize=1024)
def _sublinear(times: int) -> float:
    return 1.0 + log(times)
