"""Columns of numbers: what is found in many items at once, and sums that do not depend on how many they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from nlp.measures import Floats

Ints = npt.NDArray[np.int64]


def summed(rows: Ints, values: Floats, number: int) -> Floats:
    """Return the sums of the values of each row, added one after another in the order they stand."""
    return np.asarray(np.bincount(rows, values, minlength=number), dtype=np.float64)


def each(function: Callable[[float], float], values: Floats | Ints) -> Floats:
    """Return what a function of `math` gives of each value: numpy's own differ in the last bits between machines."""
    return np.array(list(map(function, values.tolist())), dtype=np.float64)
