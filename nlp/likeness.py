"""How like an item is to each area, by the n-grams of the area's names, remit and terms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp.encoder import Encoder, rarity
from nlp.knowledge import Knowledge

OPENING = 400  # characters of the text that are compared, beside the title twice


class Likeness:
    """Pseudo-documents of the areas in n-gram space; both languages in one, so that either finds the other."""

    def __init__(self, knowledge: Knowledge) -> None:
        texts = [_pseudo_document(knowledge, key) for key in knowledge.areas]
        # An n-gram that stands in most areas tells them not apart; the rarity is learnt from the areas themselves.
        weights = rarity(Encoder().encode(texts))
        self._encoder = Encoder(weights)
        self._areas: npt.NDArray[np.float32] = np.ascontiguousarray(self._encoder.encode(texts).toarray().T)

    def measure(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the cosine of every lower-cased text (rows) to every area (columns)."""
        if not texts:
            return np.zeros((0, self._areas.shape[1]), dtype=np.float32)
        return np.asarray(self._encoder.encode(texts) @ self._areas, dtype=np.float32)


def opening(title: str, text: str) -> str:
    """Return what is compared of an item: its title twice and the beginning of its text."""
    return f"{title[:300]} {title[:300]} {text[:OPENING]}".lower()


def _pseudo_document(knowledge: Knowledge, key: str) -> str:
    area = knowledge.areas[key]
    terms = [
        term.text
        for found in knowledge.terms.values()
        for term in found
        if term.group == "area" and term.key == key and term.strength in ("own", "core", "terms")
        for _ in range(1 if term.strength == "terms" else 2)
    ]
    return " ".join([*(3 * [area.sv, area.en]), area.remit, *terms]).lower()
