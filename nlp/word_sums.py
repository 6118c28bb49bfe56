"""Texts as weighted sums of their words, each word being the sum of its hashed n-grams, remembered once reckoned."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log
from zlib import crc32

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from nlp.encoder import SIZE, ngrams
from nlp.measures import Floats

LONGEST_TITLE, LONGEST_TEXT = 300, 600  # characters: what the labels were set on; the title counts twice
MOST_WORDS = 100_000  # remembered words, 80 MB with all columns; then the memory starts anew
MOST_PIECES = 150_000  # remembered words with what is written close to them, 20 MB
TINY = 1e-12
SUBLINEAR = np.array([0.0, *(1.0 + log(times) for times in range(1, LONGEST_TITLE + LONGEST_TEXT))])

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
    known: Sequence[str]  # every word by its row

    @property
    def words(self) -> list[str]:
        """Return the words as they are written, in small letters."""
        return [self.known[row] for row in self.rows.tolist()]


class WordSums:
    """Sums, per text and column, of what its words weigh, divided by the length of the text as a vector of words.

    Words are taken to stand at right angles to each other. So a word's sum over its n-grams is reckoned once, and
    what each whole word adds to a text's sum is exactly known. What is counted holds until more texts are.
    """

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables
        self._known = _Rows(self._learn)
        self._pieces = _Pieces(self._known)
        self._memories = [np.zeros((1024, table.weights.shape[1])) for table in tables]
        self._squares = [np.zeros(1024) for _ in tables]

    def count(self, texts: Sequence[tuple[str, str]]) -> Counted:
        """Return the words of each (title, text)."""
        if len(self._known) > MOST_WORDS or len(self._pieces) > MOST_PIECES:
            self._known.clear()
            self._pieces.clear()
        rows: list[int] = []
        times: list[int] = []
        starts = [0]
        of_piece = self._pieces.__getitem__
        for title, text in texts:
            in_title = list(chain.from_iterable(map(of_piece, title[:LONGEST_TITLE].lower().split())))
            in_text = chain.from_iterable(map(of_piece, text[:LONGEST_TEXT].lower().split()))
            found = Counter(chain(in_title, in_title, in_text))
            rows.extend(found)
            times.extend(found.values())
            starts.append(len(rows))
        return Counted(
            np.array(rows, dtype=np.int64),
            SUBLINEAR[np.array(times, dtype=np.int64)],
            np.array(starts),
            self._known.words,
        )

    def scales(self, counted: Counted) -> list[Floats]:
        """Return per table what each word's weights are multiplied by: how often it stands, by its text's length."""
        sizes = np.diff(counted.starts)
        filled = sizes > 0
        found = []
        for known in self._squares:
            squares = np.zeros(len(sizes))
            if filled.any():  # text by text, so that a sum does not depend on what else is read
                parts = counted.times**2 * known[counted.rows]
                squares[filled] = np.add.reduceat(parts, counted.starts[:-1][filled])
            found.append(counted.times / np.repeat(np.sqrt(np.maximum(squares, TINY)), sizes))
        return found

    def sums(self, counted: Counted, scales: Sequence[Floats]) -> list[Floats]:
        """Return per table a row per text: the sum of its words' weights, scaled."""
        texts = len(counted.starts) - 1
        return [
            np.asarray(csr_matrix((scale, counted.rows, counted.starts), shape=(texts, len(memory))) @ memory)
            for scale, memory in zip(scales, self._memories, strict=True)
        ]

    def shares(self, counted: Counted, scales: Sequence[Floats], table: int) -> Shares:
        """Return what the words add to the sums of a table."""
        return Shares(self._memories[table], counted, scales[table])

    def _learn(self, word: str) -> int:
        row = len(self._known)
        if row >= len(self._squares[0]):
            self._memories = [np.concatenate([memory, np.zeros_like(memory)]) for memory in self._memories]
            self._squares = [np.concatenate([squares, np.zeros_like(squares)]) for squares in self._squares]
        ids = ids_of(word)
        for table, memory, squares in zip(self._tables, self._memories, self._squares, strict=True):
            rarity = table.rarity[ids].astype(np.float64)
            memory[row] = rarity @ table.weights[ids % len(table.weights)].astype(np.float64)
            squares[row] = rarity @ rarity
        return row


@dataclass(frozen=True, slots=True)
class Shares:
    """What every word of some texts adds to the columns of its text's sum, reckoned when asked for."""

    memory: Floats
    counted: Counted
    scale: Floats

    def of_all(self) -> Floats:
        """Return a row per word, with every column."""
        return np.asarray(self.memory[self.counted.rows] * self.scale[:, None])

    def heavy(self, columns: Mapping[int, int], least: float, ends: int) -> dict[int, list[tuple[float, str]]]:
        """Return, per text that a column is asked of, the words that add or take away at least so much in it.

        The one that adds most is first; of many only so many from either end are told.
        """
        counted = self.counted
        asked = np.full(len(counted.starts) - 1, -1, dtype=np.intp)
        asked[list(columns)] = list(columns.values())
        column = np.repeat(asked, np.diff(counted.starts))
        inside = np.flatnonzero(column >= 0)
        shares = self.memory[counted.rows[inside], column[inside]] * self.scale[inside]
        is_heavy = np.abs(shares) >= least
        places, shares = inside[is_heavy], shares[is_heavy]
        texts = np.searchsorted(counted.starts, places, side="right") - 1
        order = np.lexsort((-shares, texts))
        order = order[_ends(texts, ends)]
        found: dict[int, list[tuple[float, str]]] = {}
        told = zip(texts[order].tolist(), shares[order].tolist(), counted.rows[places[order]].tolist(), strict=True)
        for text, share, row in told:
            found.setdefault(text, []).append((share, counted.known[row]))
        return found


def _ends(groups: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.bool_]:
    """Tell which of numbered things that stand in groups, one group after another, are near an end of theirs."""
    starts = np.searchsorted(groups, groups, side="left")
    ends = np.searchsorted(groups, groups, side="right")
    places = np.arange(len(groups))
    return np.asarray((places - starts < most) | (ends - places <= most))


class _Rows(dict[str, int]):
    """The row of each word; a word that is not there is learnt."""

    def __init__(self, learn: Callable[[str], int]) -> None:
        self._learn = learn
        self.words: list[str] = []  # by their rows

    def __missing__(self, word: str) -> int:
        self[word] = row = self._learn(word)
        self.words.append(word)
        return row

    def clear(self) -> None:
        """Forget every word."""
        super().clear()
        self.words = []  # the old ones are still those of what was counted before


class _Pieces(dict[str, tuple[int, ...]]):
    """The rows of the words in what stands between spaces, a word with its comma: remembered, not sought again."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows

    def __missing__(self, piece: str) -> tuple[int, ...]:
        self[piece] = rows = tuple(self._rows[word] for word in _WORD.findall(piece))
        return rows


def ids_of(word: str) -> npt.NDArray[np.int64]:
    """Return the ids of a word's n-grams, each once."""
    return np.array(sorted({crc32(gram.encode()) % SIZE for gram in ngrams(word)}), dtype=np.int64)
