"""What the trained model adds up: per target a bias, what each word weighs and what each sign weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp

import numpy as np
from scipy.sparse import csr_matrix

from nlp.columns import Ints
from nlp.measures import Floats
from nlp.signs import KNOWN, NamedNumbers
from nlp.word_sums import Table

RELEVANCE, CHILDREN = "relevance", "children_youth"  # the targets beside the areas


@dataclass(frozen=True, slots=True)
class Learnt:
    """Linear weights: of hashed n-grams in `words`, of named signs in `signs` (rows as in `names`, columns targets).

    Of every target the margin is its bias, the words' sum and the signs' sum, and nothing else.
    """

    version: str
    targets: tuple[str, ...]
    names: Mapping[str, int]
    signs: Floats
    words: Table
    bias: Floats
    _rows: _SignRows = field(init=False, repr=False, compare=False)
    _padded: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Add a row of zeros for the signs that no weight is known of, so that no sign need be asked about."""
        object.__setattr__(self, "_rows", _SignRows(self.names))
        object.__setattr__(self, "_padded", np.concatenate([self.signs, np.zeros((1, self.signs.shape[1]))]))

    def margins(self, signs: NamedNumbers, words: Floats) -> Floats:
        """Return the margins (items by targets) of items' signs and the sums of their words."""
        rows = np.concatenate([self._rows.of(signs.names), self._rows.of(signs.codes)])[signs.numbers]
        starts = np.searchsorted(signs.owners, np.arange(len(words) + 1))
        matrix = csr_matrix((signs.values, rows, starts), shape=(len(words), len(self._padded)))
        return np.asarray(words + self.bias + matrix @ self._padded)

    def sign_shares(self, signs: Mapping[str, float], target: str) -> dict[str, float]:
        """Return what each sign of an item adds to a target's margin; zero shares are left out."""
        column = self.targets.index(target)
        found = {
            name: value * float(self.signs[self.names[name], column])
            for name, value in signs.items()
            if name in self.names
        }
        return {name: share for name, share in found.items() if share}

    def known_weight(self) -> float:
        """Return how much of the authored log-odds counts for relevance."""
        return float(self.signs[self.names[KNOWN], self.targets.index(RELEVANCE)])


class _SignRows(dict[str, int]):
    """The row of each sign; the one after the last for a sign that is not known."""

    def __init__(self, names: Mapping[str, int]) -> None:
        super().__init__(names)
        self._last: tuple[Sequence[str], Ints] = (), np.zeros(0, dtype=np.int64)

    def __missing__(self, name: str) -> int:
        return len(self)

    def of(self, names: Sequence[str]) -> Ints:
        """Return the rows of names; those of a tuple are kept, since the knowledge's names are always the same."""
        if names is self._last[0]:
            return self._last[1]
        rows = np.array([self[name] for name in names], dtype=np.int64)
        if isinstance(names, tuple):
            self._last = names, rows
        return rows


def logistic(margin: float) -> float:
    """Return the probability of log-odds."""
    return 1.0 / (1.0 + exp(-margin)) if margin > -500.0 else 0.0
