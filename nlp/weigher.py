"""The scores of py3langid for many texts at once: its automaton goes one letter of all of them at a time.

One text takes the library a tenth of a millisecond, since it follows its automaton letter by letter in Python. The
model and the sums are the library's own; a test holds the two together.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

Matrix = npt.NDArray[Any]

LONGEST = 1_000  # bytes of a text; more would not fit the numbers here
_DAMPED = np.log1p(np.arange(LONGEST + 1))


class Weigher:
    """A language identifier, restricted to the languages that are weighed, for short texts."""

    def __init__(self, identifier: LanguageIdentifier) -> None:
        self._rows = np.asarray(identifier.tk_row, dtype=np.int32) << 8
        self._moves = np.asarray(identifier.tk_nextmove)
        self._features = np.asarray(identifier.tk_output, dtype=np.int32)
        self._weights = np.asarray(identifier.nb_ptc, dtype=np.float32)  # half as much memory to reach into
        self._priors = np.asarray(identifier.nb_pc, dtype=np.float64)
        self._labels = list(identifier.nb_classes)
        self._are_unique = len(set(self._labels)) == len(self._labels)

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Return the log score per language of each text."""
        if not texts:
            return []
        sums = self._sums(self._seen(_letters(texts)))
        return [self._by_label(row) for row in sums.tolist()]

    def _seen(self, letters: list[bytes]) -> Matrix:
        """Return the feature met at each letter of each text (one row per text), -1 where there is none."""
        longest = max(map(len, letters))
        padded = np.frombuffer(b"".join(text.ljust(longest, b"\0") for text in letters), dtype=np.uint8)
        columns = np.ascontiguousarray(padded.reshape(len(letters), longest).T)
        lengths = np.array([len(text) for text in letters])
        states = np.zeros(len(letters), dtype=self._moves.dtype)
        met = np.empty((longest, len(letters)), dtype=self._moves.dtype)
        for place, column in enumerate(columns):
            met[place] = states = self._moves[self._rows[states] + column]
        seen = self._features[met]
        seen[np.arange(longest)[:, None] >= lengths] = -1
        return seen.T

    def _sums(self, seen: Matrix) -> Matrix:
        """Return the log posterior by damped counts of features; the lowest there is where there are none."""
        texts, places = np.nonzero(seen >= 0)
        size = len(self._weights)
        numbers = np.int32 if len(seen) * size < 2**31 else np.int64  # the smaller ones are sorted in half the time
        keys, counts = np.unique((texts * size + seen[texts, places]).astype(numbers), return_counts=True)
        owners = keys // size
        sums = np.full((len(seen), len(self._labels)), np.finfo(np.float32).min, dtype=np.float64)
        if len(keys):
            parts = _DAMPED[counts][:, None] * self._weights[keys - owners * size]
            starts = np.flatnonzero(np.concatenate(([True], owners[1:] != owners[:-1])))
            sums[owners[starts]] = np.add.reduceat(parts, starts, axis=0) + self._priors
        return sums

    def _by_label(self, row: list[float]) -> dict[str, float]:
        if self._are_unique:
            return dict(zip(self._labels, row, strict=True))
        found: dict[str, float] = {}
        for label, score in zip(self._labels, row, strict=True):
            found[label] = max(score, found.get(label, score))  # a label may have two scripts
        return found


def _letters(texts: Sequence[str]) -> list[bytes]:
    lowered = (text.lower() if text.isupper() else text for text in texts)
    return [unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass") for text in lowered]
