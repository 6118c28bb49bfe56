"""A sentence encoder stacked on the linear scores: it adds a share of its own to the log-odds, and replaces nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nlp.logistic import chance, log_odds
from nlp.measures import Bools, Floats, average_precision
from nlp.sentence_encoder import SentenceEncoder, Vectors, text_of
from store.errors import ModelError, ModelMismatch
from store.types import Assessment, Item, Reason

RULES = 1  # raise when an older file would be read as something else
FOLDS = 5
FEWEST = 100  # labels to learn from, and
FEWEST_EACH = 15  # of either answer
PENALTY = 10.0  # of the encoder's own learner, inverted; its rows have length one
MOST = 2.5  # log-odds that it may move an item by: 0.5 becomes at most 0.92, at least 0.08
TOLD = 0.2  # log-odds from which the share is named among the reasons


class Assessing(Protocol):
    """What is stacked upon: `nlp.assessor.Assessor`."""

    version: str

    def assess(self, items: Sequence[Item]) -> list[Assessment]:
        """Return one assessment per item, in order."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What was learnt: a weight per dimension, and the share of it that is added to the log-odds.

    `gain` is in average precision, on labels kept apart from what they were told by.
    """

    encoder: str  # fingerprint
    weights: tuple[float, ...]
    middle: float
    share: float
    labels: int
    gain: float

    @property
    def name(self) -> str:
        """What tells it from another one."""
        return hashlib.sha256(json.dumps(self.values()).encode()).hexdigest()[:8]

    def values(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        names = ("encoder", "middle", "share", "labels", "gain")
        return {"rules": RULES, **{name: getattr(self, name) for name in names}, "weights": list(self.weights)}

    def steps(self, vectors: Vectors) -> Floats:
        """Return what each row's log-odds are moved by."""
        moved = self.share * (vectors @ np.array(self.weights) - self.middle)
        # Of a text without a known word nothing is known.
        return np.asarray(np.where(vectors.any(axis=1), np.clip(moved, -MOST, MOST), 0.0))


def fit_stack(known: Floats, vectors: Vectors, right: Bools, kin: Sequence[str], encoder: str) -> Stack:
    """Return what the labels teach, the share being learnt out of fold; raises ModelError when it adds nothing.

    `known` are the linear log-odds, which keep their weight of one; `kin` keeps like with like, so that no label is
    told by its sibling.
    """
    if len(right) < FEWEST or min(right.sum(), (~right).sum()) < FEWEST_EACH or len(set(kin)) < FOLDS:
        raise ModelError(f"det behövs minst {FEWEST} bedömda poster, minst {FEWEST_EACH} av vardera svaret")
    apart = _out_of_fold(vectors, right, kin)
    share, middle = _share(known, apart, right)
    moved = known + np.clip(share * (apart - middle), -MOST, MOST)
    gain = average_precision(moved, right) - average_precision(known, right)
    if share <= 0 or gain <= 0:
        raise ModelError("språkmodellen tillför inget till de bedömningar som finns")
    weights, bias = _learnt(vectors, right)
    rounded = tuple(round(float(weight), 6) for weight in weights)
    return Stack(encoder, rounded, round(middle - bias, 6), round(share, 4), len(right), round(gain, 4))


def stack(assessments: Sequence[Assessment], vectors: Vectors, learnt: Stack) -> list[Assessment]:
    """Return the assessments with the encoder's share in their relevance, and named among the reasons."""
    return [_moved(said, round(float(step), 2)) for said, step in zip(assessments, learnt.steps(vectors), strict=True)]


class StackedAssessor:
    """An assessor with an encoder on top; the version says so, so that everything is assessed anew with another one."""

    def __init__(self, inner: Assessing, encoder: SentenceEncoder, learnt: Stack) -> None:
        if encoder.fingerprint != learnt.encoder:
            raise ModelMismatch("språkmodellen är en annan än den som lärdes in: kör utkik encoder train")
        self.inner = inner
        self.encoder = encoder
        self.learnt = learnt
        self.version = f"{inner.version}+{learnt.name}"

    def assess(self, items: Sequence[Item]) -> list[Assessment]:
        """Return one assessment per item, in order."""
        return self.lay_on(items, self.inner.assess(items))

    def lay_on(self, items: Sequence[Item], said: Sequence[Assessment]) -> list[Assessment]:
        """Return what the inner assessor said of the items with the encoder's share in it."""
        moved = stack(said, self.encoder.encode([text_of(item) for item in items]), self.learnt) if items else []
        return [replace(assessment, assessor=self.version) for assessment in moved]


def save_stack(learnt: Stack, path: Path) -> None:
    """Write it to a file, whole or not at all."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(learnt.values()) + "\n", encoding="utf-8")
    beside.replace(path)


def load_stack(path: Path) -> Stack:
    """Return the one of a file; raises ModelMismatch when it is none of ours."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values.pop("rules") != RULES:
            raise ModelMismatch(f"{path}: inlärt med en annan version: kör utkik encoder train")
        weights = tuple(float(weight) for weight in values.pop("weights"))
        numbers = {name: float(values[name]) for name in ("middle", "share", "gain")}
        learnt = Stack(encoder=str(values["encoder"]), weights=weights, labels=int(values["labels"]), **numbers)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ModelMismatch(f"{path}: filen går inte att läsa: kör utkik encoder train") from error
    if not np.isfinite([*weights, *numbers.values()]).all():
        raise ModelMismatch(f"{path}: filen har vikter som inte är tal: kör utkik encoder train")
    return learnt


def _moved(said: Assessment, step: float) -> Assessment:
    if step == 0:
        return said
    told = "liknar" if step > 0 else "liknar inte"
    reason = Reason(text=f"språkmodellen: innehållet {told} det som brukar skickas", weight=step)
    reasons = (*said.reasons, reason) if abs(step) >= TOLD else said.reasons
    return replace(said, relevance=round(chance(log_odds(said.relevance) + step), 4), reasons=reasons)


def _out_of_fold(vectors: Vectors, right: Bools, kin: Sequence[str]) -> Floats:
    from sklearn.model_selection import GroupKFold

    found = np.zeros(len(right))
    for learnt_from, asked in GroupKFold(FOLDS).split(vectors, groups=list(kin)):
        if right[learnt_from].any() and not right[learnt_from].all():
            weights, bias = _learnt(vectors[learnt_from], right[learnt_from])
            found[asked] = vectors[asked] @ weights + bias
    return found


def _learnt(vectors: Vectors, right: Bools) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    learnt = LogisticRegression(C=PENALTY, max_iter=500)
    learnt.fit(vectors, right)
    return np.asarray(learnt.coef_[0], dtype=np.float64), float(learnt.intercept_[0])


def _share(known: Floats, apart: Floats, right: Bools) -> tuple[float, float]:
    """Return the share, none or more, and the middle that together with the linear log-odds tell best what is right."""
    from scipy.optimize import minimize

    wanted = right.astype(np.float64)

    def loss(values: npt.NDArray[np.float64]) -> float:
        odds = known + values[0] * apart + values[1]
        return float(np.mean(np.logaddexp(0.0, odds) - wanted * odds))

    found = minimize(loss, np.zeros(2), bounds=[(0.0, 2.0), (-MOST, MOST)], method="L-BFGS-B")
    share, offset = float(found.x[0]), float(found.x[1])
    return share, -offset / share if share else 0.0
