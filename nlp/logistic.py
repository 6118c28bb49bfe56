"""The one learner of a municipality's taste: a logistic over sparse rows on top of known log-odds, shrunk to zero."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from nlp.measures import Floats
from store.errors import ModelError

LEAST = 0.00005  # relevance is told in ten-thousandths
MOST_STEPS = 300
DIGITS = 6  # of a weight: what is beyond is the solver's noise


def log_odds(probability: float) -> float:
    """Return the log-odds, of 0 and 1 those of the nearest that can be told from them."""
    kept = min(max(probability, LEAST), 1.0 - LEAST)
    return float(np.log(kept / (1.0 - kept)))


def chance(odds: float) -> float:
    """Return the probability of log-odds."""
    return float(1.0 / (1.0 + np.exp(-odds)))


def moved_by(probability: float, shift: float) -> float:
    """Return the probability after so many log-odds; exactly the same after none."""
    return round(chance(log_odds(probability) + shift), 4) if shift else probability


def fit_weights(
    rows: csr_matrix, known: Floats, right: npt.NDArray[np.bool_], counts: Floats, penalty: float
) -> Floats:
    """Return the weight per column that with `known` best tells what is right; without rows all are zero.

    The penalty keeps a weight at zero until something speaks against it. Only columns that stand in a row are
    solved for, and the answer is the only one there is, so that the way to it leaves no trace beyond `DIGITS`.
    """
    from scipy.optimize import minimize  # here, for who only reads what was learnt need not wait for it

    weights = np.zeros(rows.shape[1])
    active = np.unique(rows.indices)
    if not len(active):
        return weights
    if not (np.isfinite(known).all() and np.isfinite(counts).all()):
        raise ModelError("en bedömd post har en relevans som inte är ett tal")
    inside = rows[:, active].astype(np.float64)
    across = inside.T.tocsr()
    wanted = right.astype(np.float64)

    def loss(inner: Floats) -> tuple[float, Floats]:
        odds = known + inside @ inner
        missed = counts * (1.0 / (1.0 + np.exp(-np.clip(odds, -500, 500))) - wanted)
        value = float(np.sum(counts * (np.logaddexp(0.0, odds) - wanted * odds)) + 0.5 * penalty * np.sum(inner**2))
        return value, np.asarray(across @ missed + penalty * inner)

    found = minimize(
        loss,
        np.zeros(len(active)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MOST_STEPS, "gtol": 1e-7, "ftol": 1e-13, "maxcor": 10},
    )
    if not np.isfinite(found.x).all():
        raise ModelError("det inlärda är inte tal: rättelsen används inte")
    weights[active] = np.round(found.x, DIGITS)
    return weights
