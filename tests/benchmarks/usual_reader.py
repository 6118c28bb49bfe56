"""What one would otherwise assemble to read items: lingua, TfidfVectorizer, linear models, PhraseMatcher, datasketch.

Fitted beforehand, as ours is loaded beforehand. The answers it learns from are made up: what its scores are worth is
not measured here, what they cost is. It tells the same fields as Utkik does, of the same languages, areas and flags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import spacy
from datasketch import MinHash, MinHashLSH
from lingua import Language, LanguageDetectorBuilder
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from spacy.matcher import PhraseMatcher

from nlp.classification import FLAGS
from nlp.knowledge import load_knowledge

PERMUTATIONS = 64  # as many as ours; the library's own number is twice that
ALIKE = 0.6
TAUGHT = 500  # texts
MOST_REASONS = 4
LANGUAGES = (  # the eight that Utkik tells
    *(Language.SWEDISH, Language.ENGLISH, Language.DANISH, Language.BOKMAL, Language.NYNORSK, Language.FINNISH),
    *(Language.GERMAN, Language.FRENCH),
)
_MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november"),
    *("december", "january", "february", "march", "may", "june", "july", "august", "october"),
)
_DAY = re.compile(rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}} (?:{'|'.join(_MONTHS)}) \d{{4}}\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?:€|EUR|SEK)\s?\d[\d ,.]*(?: million| billion)?|\b\d[\d ,.]*(?:miljoner |million )?(?:kr\b|kronor|euro)"
)


class UsualReader:
    """Reads texts; `words` takes whole words instead of n-grams, which is faster and finds less of Swedish."""

    def __init__(self, texts: Sequence[str], *, words: bool = False) -> None:
        knowledge = load_knowledge()
        self.names = ("relevance", *knowledge.areas, *FLAGS)
        self.detector = LanguageDetectorBuilder.from_languages(*LANGUAGES).build()
        grams = {"ngram_range": (1, 1)} if words else {"analyzer": "char_wb", "ngram_range": (2, 5)}
        self.vectors = TfidfVectorizer(max_features=60_000, **grams)
        rows = self.vectors.fit_transform(texts[:TAUGHT])
        answers = np.random.default_rng(1).random((rows.shape[0], len(self.names))) < 0.3
        self.models = OneVsRestClassifier(LogisticRegression(solver="liblinear")).fit(rows, answers)
        self.nlp = spacy.blank("sv")
        self.matcher = PhraseMatcher(self.nlp.vocab, attr="LOWER")
        terms = sorted({term.text.rstrip("*") for some in knowledge.terms.values() for term in some})
        self.matcher.add("terms", [self.nlp.make_doc(term) for term in terms])

    def read(self, ids: Sequence[str], texts: Sequence[str], near: MinHashLSH | None = None) -> list[dict[str, Any]]:
        """Return of each text its language, scores, days, amounts, reasons and the earlier texts that are alike."""
        scores = self.models.predict_proba(self.vectors.transform(texts))
        near = MinHashLSH(threshold=ALIKE, num_perm=PERMUTATIONS) if near is None else near
        told = []
        for name, text, row, document in zip(ids, texts, scores.tolist(), self.nlp.pipe(texts), strict=True):
            language = self.detector.detect_language_of(text)
            found = dict.fromkeys(document[start:end].text for _, start, end in self.matcher(document))
            by_name = dict(zip(self.names, row, strict=True))
            told.append(
                {
                    "id": name,
                    "language": language.iso_code_639_1.name.lower() if language else "",
                    "relevance": round(by_name["relevance"], 4),
                    "areas": {area: round(by_name[area], 4) for area in self.names[1:-4] if by_name[area] >= 0.5},
                    "flags": {flag: round(by_name[flag], 4) for flag in FLAGS},
                    "dates": _DAY.findall(text),
                    "amounts": _AMOUNT.findall(text),
                    "reasons": [f"{word} i texten" for word in list(found)[:MOST_REASONS]],
                    "alike": _alike(near, name, text),
                }
            )
        return told


def _alike(near: MinHashLSH, name: str, text: str) -> list[str]:
    words = text.lower().split()
    hashed = MinHash(num_perm=PERMUTATIONS)
    hashed.update_batch([f"{one} {other}".encode() for one, other in pairwise(words)])
    alike: list[str] = near.query(hashed)
    near.insert(name, hashed)
    return alike
