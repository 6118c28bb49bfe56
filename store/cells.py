"""Cells of a table that a spreadsheet is going to open."""

from __future__ import annotations

from typing import Any

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet reads as a formula, or hides one behind


def safe_cell(value: Any) -> Any:
    """Return the value so that no spreadsheet reads it as a formula: an apostrophe goes before what begins as one."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value
