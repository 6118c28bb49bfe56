"""What the trained model adds up: per target a bias, what each word weighs and what each sign weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

from nlp.measures import Floats
from nlp.signs import KNOWN
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

    def margins(self, rows: Sequence[Mapping[str, float]], words: Floats) -> Floats:
        """Return the margins (items by targets) of items' signs and the sums of their words."""
        found = words + self.bias
        names = self.names
        places: list[int] = []
        values: list[float] = []
        starts: list[int] = []
        for signs in rows:
            starts.append(len(places))
            for name, value in signs.items():
                if name in names:
                    places.append(names[name])
                    values.append(value)
        if rows:  # every item has at least its authored log-odds
            found += np.add.reduceat(self.signs[places] * np.array(values)[:, None], starts, axis=0)
        return found

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


def logistic(margin: float) -> float:
    """Return the probability of log-odds."""
    return 1.0 / (1.0 + exp(-margin)) if margin > -500.0 else 0.0
