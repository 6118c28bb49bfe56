"""What a frame is: its columns with type and meaning, and how stored JSON becomes a plain value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CATEGORY, TEXT, MOMENT, DAY = "category", "str", "datetime64[us, UTC]", "datetime64[s]"
NUMBER, COUNT, YES_NO = "float64", "Int64", "boolean"


@dataclass(frozen=True)
class Column:
    """One column: its pandas dtype, its meaning in Swedish, and the expression that gives it.

    An `optional` column costs time or memory and is read only when it is asked for by name.
    """

    name: str
    dtype: str
    meaning: str
    sql: Any
    optional: bool = False
    reads: Callable[[Any], Any] | None = None  # what becomes of a stored value, where it is not taken as it is


@dataclass(frozen=True)
class FrameSpec:
    """One frame: what a row is, its columns and what its filters look at."""

    name: str
    row: str  # Swedish: what one row is
    columns: tuple[Column, ...]
    source: Any  # what is selected from
    moment: str  # the column that since and until look at
    order: tuple[Any, ...]
    of_items: bool = True
    municipality: Any = None
    sources: Any = None  # what the filter of that name looks at, of frames that are not of items
    where: tuple[Any, ...] = ()
    explodes: str = ""  # a column that holds a mapping: one row for each of its keys

    def column(self, name: str) -> Column:
        """Return the column of that name; raises KeyError."""
        return {column.name: column for column in self.columns}[name]


def joined(values: Any) -> str:
    """Return the values as one text."""
    return ", ".join(str(value) for value in values or ())


def maybe_joined(values: Any) -> str | None:
    """Return the values as one text, None when there are none at all."""
    return None if values is None else joined(values)


def programme(concepts: Any) -> str | None:
    """Return the name of a call's programme, from its concepts."""
    return next((label or code for scheme, code, label in concepts if scheme == "programme"), None)


def _budget(money: Any) -> tuple[float, str] | None:
    sums = [(value, currency) for value, currency, role in money if role == "total" and currency != "%"]
    return max(sums) if sums else None


def budget_value(money: Any) -> float | None:
    """Return a call's whole budget."""
    found = _budget(money)
    return found[0] if found else None


def budget_currency(money: Any) -> str | None:
    """Return the currency of a call's whole budget."""
    found = _budget(money)
    return found[1] if found else None


def part(name: str) -> Callable[[Any], Any]:
    """Return a reader of one value of a mapping."""
    return lambda values: (values or {}).get(name)


def share(name: str) -> Callable[[Any], float]:
    """Return a reader of one share of a mapping, 0 when it is left out."""
    return lambda values: float((values or {}).get(name, 0.0))
