"""How like an item is to each area, by the n-grams of the area's names, remit and terms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nlp.encoder import Encoder, rarity
from nlp.knowledge import Knowledge
from nlp.word_sums import Table

# Words taken for independent make a text a little shorter than it is; on real items its cosines are so much too large.
TOO_LARGE = 0.87


def likeness_table(knowledge: Knowledge) -> Table:
    """Return the pseudo-documents of the areas in n-gram space, a column each.

    Both languages are in one, so that either finds the other. A text's sum is its cosine to the area.
    """
    texts = [_pseudo_document(knowledge, key) for key in knowledge.areas]
    # An n-gram that stands in most areas tells them not apart; the rarity is learnt from the areas themselves.
    weights = rarity(Encoder().encode(texts))
    areas: npt.NDArray[np.float32] = np.ascontiguousarray(Encoder(weights).encode(texts).toarray().T)
    return Table(weights, areas * np.float32(TOO_LARGE))


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
