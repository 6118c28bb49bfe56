"""What a municipality teaches: a small correction of the shared relevance, areas and routes, kept apart from them.

Pure: labels in, `Correction` out. The shared model is never changed by it, and no label of one municipality reaches
another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from scipy.sparse import csr_matrix

from nlp.labels import By, Label, in_order
from nlp.learning_rows import Reader, Rows, name_columns
from nlp.logistic import chance, fit_weights, log_odds, moved_by
from nlp.measures import Floats
from store.errors import ModelError
from store.types import Assessment, Item

# What keeps weights at zero. One verdict moves the item itself by 1.3 log-odds on average, the twenty most alike of
# 3,000 by 0.5 and the median by 0.03; from 0.15 to 1.2 simulated coordinators find as much (README).
PENALTY = 0.6
MOST = 2.5  # log-odds that what is learnt may move an item by: 0.5 becomes at most 0.92, at least 0.08
FEWEST_ONE_SIDED = 20  # verdicts; so many without a single other answer teach how it is used, not what is wanted
ODD = 12.0  # log-odds; a correction that would move its own labels so far on average, uncut, is not to be trusted
UNSAID = 0.1  # strength taken for an area that the shared assessment does not tell
TOLD = 0.3  # least strength at which an area that was not told comes in
WANTED = 0.8  # chance taken that a unit wants what is routed to it, before it has said anything
DECISIONS = 400  # earlier decisions that may be named as a reason; the heaviest are kept

RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True)
class Decision:
    """An earlier ruling, with the pull that it has on what is like it."""

    source: str
    key: str
    wanted: bool
    at: datetime
    by: str
    pull: float  # times the likeness of another item is what this decision adds to it


@dataclass(frozen=True, slots=True)
class Correction:
    """Weights per head (`relevance`, `area:KEY`, `unit:KEY`) over the columns of `nlp.learning_rows`.

    `assessor` is whose relevance it corrects: of another one the same labels would teach something else.
    """

    assessor: str
    names: tuple[str, ...]
    weights: Mapping[str, Floats]
    decisions: tuple[Decision, ...] = ()

    @property
    def columns(self) -> dict[str, int]:
        """The column of each name, counted from the first after the n-grams."""
        return {name: number for number, name in enumerate(self.names)}

    def shifts(self, rows: csr_matrix, head: str) -> Floats:
        """Return the log-odds that a head moves each row by, none further than MOST; zeros for an unknown head."""
        if head not in self.weights:
            return np.zeros(rows.shape[0])
        return np.asarray(np.clip(rows @ self.weights[head], -MOST, MOST), dtype=np.float64)


def fit(labels: Sequence[Label], assessor: str) -> Correction:
    """Return what the labels teach; the same labels in any order give the same bits.

    Raises ModelError with Swedish words when there is nothing to learn or what is learnt cannot be trusted.
    """
    ordered = in_order(label for label in labels if label.assessment.assessor == assessor)
    if not any(label.teaches for label in ordered):
        raise ModelError("det finns inga bedömningar att lära av")
    _refuse_one_sided(ordered)
    pairs = [(label.item, label.assessment) for label in ordered]
    columns = name_columns(pairs)
    rows = Reader().rows(pairs, columns)
    weights = {RELEVANCE: _fit_relevance(ordered, rows), **_fit_areas(ordered, rows), **_fit_units(ordered, rows)}
    _refuse_odd(rows, weights)
    decisions = _decisions(ordered, rows, weights[RELEVANCE])
    return Correction(assessor=assessor, names=tuple(columns), weights=weights, decisions=decisions)


def _refuse_one_sided(labels: Sequence[Label]) -> None:
    rulings = [label.wanted for label in labels if label.by is By.VERDICT and label.wanted is not None]
    if len(rulings) >= FEWEST_ONE_SIDED and len(set(rulings)) == 1:
        word = "skickas vidare" if rulings[0] else "väljas bort"
        raise ModelError(f"alla {len(rulings)} bedömningar säger att posten ska {word}: det går inte att lära av")


def _refuse_odd(rows: csr_matrix, weights: Mapping[str, Floats]) -> None:
    for head, learnt in weights.items():
        moved = float(np.mean(np.abs(rows @ learnt)))
        if not np.isfinite(learnt).all() or moved > ODD:
            raise ModelError(f"det inlärda ({head}) flyttar posterna orimligt långt")


def _fit_relevance(labels: Sequence[Label], rows: csr_matrix) -> Floats:
    told = [number for number, label in enumerate(labels) if label.wanted is not None]
    known = np.array([log_odds(labels[number].assessment.relevance) for number in told])
    right = np.array([bool(labels[number].wanted) for number in told], dtype=np.bool_)
    counts = np.array([labels[number].weight for number in told])
    return fit_weights(rows[told], known, right, counts, PENALTY)


def _fit_areas(labels: Sequence[Label], rows: csr_matrix) -> dict[str, Floats]:
    """Return a head per area that anybody has added or taken away."""
    changed = [n for n, label in enumerate(labels) if label.areas is not None]
    areas = sorted({area for n in changed for area in set(labels[n].areas or ()) ^ set(labels[n].assessment.areas)})
    heads = {}
    for area in areas:
        told = [n for n in changed if area in (labels[n].areas or ()) or area in labels[n].assessment.areas]
        known = np.array([log_odds(labels[n].assessment.areas.get(area, UNSAID)) for n in told])
        right = np.array([area in (labels[n].areas or ()) for n in told], dtype=np.bool_)
        counts = np.array([labels[n].weight for n in told])
        heads[f"area:{area}"] = fit_weights(rows[told], known, right, counts, PENALTY)
    return heads


def _fit_units(labels: Sequence[Label], rows: csr_matrix) -> dict[str, Floats]:
    """Return a head per unit that has been said not to want something."""
    heads = {}
    for unit in sorted({unit for label in labels for unit, wanted in label.units.items() if not wanted}):
        told = [n for n, label in enumerate(labels) if unit in label.units]
        known = np.full(len(told), log_odds(WANTED))
        right = np.array([labels[n].units[unit] for n in told], dtype=np.bool_)
        counts = np.array([labels[n].shown_weight for n in told])
        heads[f"unit:{unit}"] = fit_weights(rows[told], known, right, counts, PENALTY)
    return heads


def _decisions(labels: Sequence[Label], rows: csr_matrix, weights: Floats) -> tuple[Decision, ...]:
    """Return the decisions that pull most; at the solution their pulls times their rows are the weights."""
    moved = rows @ weights
    found = []
    for number, label in enumerate(labels):
        if label.wanted is None or label.by is not By.VERDICT:
            continue
        odds = log_odds(label.assessment.relevance) + float(moved[number])
        missed = float(label.wanted) - chance(odds)
        pull = round(label.weight * missed / PENALTY, 6)
        found.append(Decision(label.item.source, label.item.key, label.wanted, label.at, label.by.value, pull))
    found.sort(key=lambda decision: (-abs(decision.pull), decision.source, decision.key))
    return tuple(found[:DECISIONS])


@dataclass(frozen=True, slots=True)
class Corrected:
    """What one item becomes: relevance and areas as corrected, and how far each head moved it, in log-odds."""

    relevance: float
    shift: float
    areas: Mapping[str, float]
    units: Mapping[str, float]


def correct(pairs: Sequence[tuple[Item, Assessment]], correction: Correction, reader: Rows) -> list[Corrected]:
    """Return what each item becomes; raises ModelError for assessments that the correction does not stand on."""
    if any(assessment.assessor != correction.assessor for _, assessment in pairs):
        raise ModelError("rättelsen hör till en annan bedömare")
    rows = reader.rows(pairs, correction.columns)
    moved = {head: correction.shifts(rows, head) for head in correction.weights}
    return [
        Corrected(
            relevance=moved_by(assessment.relevance, float(moved[RELEVANCE][number])),
            shift=float(moved[RELEVANCE][number]),
            areas=_areas(assessment, {head: float(values[number]) for head, values in moved.items()}),
            units={head[5:]: float(values[number]) for head, values in moved.items() if head.startswith("unit:")},
        )
        for number, (_, assessment) in enumerate(pairs)
    ]


def _areas(assessment: Assessment, shifts: Mapping[str, float]) -> Mapping[str, float]:
    """Return the areas as moved, best first; one that was not told comes in when it is as sure as the told ones."""
    moved = {area: moved_by(value, shifts.get(f"area:{area}", 0.0)) for area, value in assessment.areas.items()}
    for head, shift in shifts.items():
        area = head.removeprefix("area:")
        if head.startswith("area:") and area not in moved and (value := moved_by(UNSAID, shift)) >= TOLD:
            moved[area] = value
    if moved == dict(assessment.areas):
        return assessment.areas
    return dict(sorted(moved.items(), key=lambda pair: (-pair[1], pair[0])))
