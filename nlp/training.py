"""Learns a correction of the authored log-odds from labelled items; `nlp/trial.py` measures whether it is worth it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from nlp.assessor import Assessor
from nlp.encoder import Encoder, rarity
from nlp.evaluation import Case
from nlp.measures import Floats
from store.errors import ModelError
from store.types import Item

LENGTH = 600  # characters of the text, beside the title twice: what the labels were set on
WORDS = 3.0  # weight of the row of n-grams, which has length one, beside the row of codes
CODES = 2**16
KNOWN = 1.0  # weight of the authored log-odds; large, so that the penalty falls on what is learnt beside them
TUNED = 0.4  # weight of cases the knowledge was tuned on: it looks better there than it is
FEWEST = 20  # cases of a kind and language before they have a middle of their own
LEAST = 0.00005  # relevance is told in ten-thousandths


@dataclass(frozen=True, slots=True)
class Reading:
    """What a correction reads of a case: its words, its source's codes, and what the knowledge says of it."""

    text: str
    codes: tuple[str, ...]
    group: str
    known: float  # log-odds
    is_relevant: bool
    is_tuned: bool


class Correction:
    """A linear correction over n-grams and codes, centred per kind and language.

    Centred, because how common the relevant are among calls or news differs from origin to origin, and what a new
    origin has cannot be learnt from others: the correction only moves items against others of their kind.
    """

    def __init__(self, penalty: float = 0.3) -> None:
        self.penalty = penalty

    def fit(self, readings: Sequence[Reading]) -> Correction:
        """Learn from readings; raises ModelError when all of them have the same answer."""
        from sklearn.feature_extraction.text import HashingVectorizer
        from sklearn.linear_model import LogisticRegression

        right = np.array([reading.is_relevant for reading in readings])
        if right.all() or not right.any():
            raise ModelError("inget att lära: alla poster har samma svar")
        self.encoder_ = Encoder(rarity(Encoder().encode([reading.text for reading in readings])))
        self.codes_ = HashingVectorizer(analyzer=_codes_of, n_features=CODES, alternate_sign=False)
        rows = self._rows(readings)
        known = csr_matrix(KNOWN * _known(readings)[:, None])
        weights = np.array([TUNED if reading.is_tuned else 1.0 for reading in readings])
        learnt = LogisticRegression(C=self.penalty, solver="liblinear", max_iter=300)
        learnt.fit(hstack([known, rows]).tocsr(), right, sample_weight=weights)
        self.weights_ = learnt.coef_[0][1:]
        self._centre(readings, rows @ self.weights_)
        return self

    def log_odds(self, readings: Sequence[Reading]) -> Floats:
        """Return the corrected log-odds; raises ModelError when one is no number."""
        middles = np.array([self.middles_.get(reading.group, self.middle_) for reading in readings])
        found: Floats = _known(readings) + self._rows(readings) @ self.weights_ - middles
        if not np.isfinite(found).all():
            raise ModelError("det inlärda ger svar som inte är tal")
        return found

    def _rows(self, readings: Sequence[Reading]) -> csr_matrix:
        words = self.encoder_.encode([reading.text for reading in readings])
        return hstack([WORDS * words, self.codes_.transform(readings)]).tocsr()

    def _centre(self, readings: Sequence[Reading], moved: npt.NDArray[np.float64]) -> None:
        self.middle_ = float(moved.mean())
        self.middles_: dict[str, float] = {}
        groups = np.array([reading.group for reading in readings])
        for group in sorted(set(groups.tolist())):
            inside = groups == group
            if inside.sum() >= FEWEST:
                self.middles_[group] = float(moved[inside].mean())


def readings_of(cases: Sequence[Case], assessor: Assessor) -> list[Reading]:
    """Return what a correction reads of each case, in order."""
    said = assessor.assess([case.item for case in cases])
    return [
        Reading(
            text=f"{case.item.title[:300]} {case.item.title[:300]} {case.item.text[:LENGTH]}".lower(),
            codes=tuple(_codes(case.item)),
            group=f"{case.item.kind.value} {'sv' if told.language == 'sv' else 'other'}",
            known=_log_odds(told.relevance),
            is_relevant=case.label.is_relevant,
            is_tuned=case.is_tuned,
        )
        for case, told in zip(cases, said, strict=True)
    ]


def probabilities(log_odds: Floats) -> Floats:
    """Return the logistic of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def _log_odds(relevance: float) -> float:
    kept = min(max(relevance, LEAST), 1.0 - LEAST)
    return float(np.log(kept / (1.0 - kept)))


def _known(readings: Sequence[Reading]) -> Floats:
    return np.array([reading.known for reading in readings], dtype=np.float64)


def _codes_of(reading: Reading) -> tuple[str, ...]:
    return reading.codes


_NOT_WORD = re.compile(r"\W+")


def _codes(item: Item) -> Iterator[str]:
    for concept in item.concepts:
        yield _name(concept.scheme, concept.code)
        if concept.scheme == "directory":  # 06.20.20: the chapter and its part say something too
            yield from (_name("directory", concept.code[:length]) for length in (2, 5))
    for reference in item.references:
        if reference.scheme == "call":
            yield from (_name("call", part) for part in reference.value.split("-"))
    for name in ("doc_type", "type", "department", "organ", "status"):
        if isinstance(value := item.meta.get(name), str):
            yield _name(name, value)


def _name(scheme: str, code: str) -> str:
    return f"{scheme}_{_NOT_WORD.sub('_', code.lower())}"
