"""The terms of the knowledge as numbers, so that what is found in many texts can be reckoned at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nlp.columns import Ints
from nlp.knowledge import LANGUAGES, Knowledge, Term


class TermTable:
    """Every term by its number, and what it speaks for by the number of that: the areas first, then cues and flags."""

    def __init__(self, terms: Mapping[str, Sequence[Term]], areas: Sequence[str]) -> None:
        self.by_language = terms
        self.terms = tuple(dict.fromkeys(term for language in LANGUAGES for term in terms[language]))
        self.numbers = {term: number for number, term in enumerate(self.terms)}
        self.areas = tuple(areas)
        of_others = sorted({(term.group, term.key) for term in self.terms if term.group != "area"})
        self.others = tuple(key for _, key in of_others)
        self.cues = frozenset(key for group, key in of_others if group == "cue")
        keys = {("area", area): number for number, area in enumerate(self.areas)}
        keys |= {other: len(self.areas) + number for number, other in enumerate(of_others)}
        texts = {text: number for number, text in enumerate(dict.fromkeys(term.text for term in self.terms))}
        self.keys: Ints = np.array([keys[term.group, term.key] for term in self.terms], dtype=np.int64)
        self.texts: Ints = np.array([texts[term.text] for term in self.terms], dtype=np.int64)
        self.weights = np.array([term.weight for term in self.terms])
        self.is_own = np.array([term.strength == "own" for term in self.terms], dtype=np.bool_)
        self.is_core = np.array([term.strength in ("own", "core") for term in self.terms], dtype=np.bool_)

    @classmethod
    def of(cls, knowledge: Knowledge) -> TermTable:
        """Return the table of the whole knowledge."""
        return cls(knowledge.terms, tuple(knowledge.areas))
