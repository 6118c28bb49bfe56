"""Stored rows as pandas columns with their real types; pandas is imported here alone, and only when used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from store.errors import ConfigurationError
from store.frame_filters import Filters, chosen_columns
from store.frame_spec import CATEGORY, DAY, MOMENT, TEXT, Column, FrameSpec

if TYPE_CHECKING:
    import pandas as pd

MISSING = "pandas och pyarrow saknas. Installera dem med: pip install 'utkik[analysis]'"


def load_pandas() -> Any:
    """Return pandas; raises ConfigurationError that says how to install it."""
    try:
        import pandas as pd
        import pyarrow as pa  # noqa: F401 - pandas keeps texts in it: a fifth of the memory
    except ImportError as error:
        raise ConfigurationError(MISSING) from error
    return pd


def plain_frame(
    rows: Sequence[Any], columns: Sequence[Column], spec: FrameSpec, areas: Sequence[str] | None
) -> pd.DataFrame:
    """Return the rows with their types, but categories still as text so that parts can be put together."""
    pd = load_pandas()
    stored = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    values = {}
    for column, cells in zip(columns, stored, strict=True):
        is_exploded = spec.explodes and column.sql is spec.column(spec.explodes).sql
        read = [column.reads(cell) for cell in cells] if column.reads else cells
        values[column.name] = list(read) if is_exploded else _series(read, column.dtype)
    frame = pd.DataFrame(values, copy=False)
    return _exploded(frame, spec, areas) if spec.explodes else frame


def typed(frame: pd.DataFrame, spec: FrameSpec) -> pd.DataFrame:
    """Return the frame with its texts of few kinds as categories."""
    few = {name: CATEGORY for name in frame.columns if spec.column(name).dtype == CATEGORY}
    return frame.astype(few)


def empty(spec: FrameSpec, filters: Filters) -> pd.DataFrame:
    """Return the frame without rows, its columns and types as ever."""
    pd = load_pandas()
    columns = chosen_columns(spec, filters.get("columns"))
    return pd.DataFrame({column.name: pd.Series([], dtype=column.dtype) for column in columns})


def _series(cells: Sequence[Any], dtype: str) -> pd.Series[Any]:
    import numpy as np

    pd = load_pandas()
    if dtype == DAY:
        return pd.Series(np.array(cells, dtype="datetime64[D]").astype(DAY))
    if dtype == MOMENT:
        if any(cell is not None and not isinstance(cell, str) for cell in cells[:1]) or not _are_texts(cells):
            return pd.Series(pd.to_datetime(list(cells), utc=True)).astype(MOMENT)
        return pd.Series(np.array(cells, dtype="datetime64[us]")).dt.tz_localize("UTC")
    return pd.Series(cells, dtype=TEXT if dtype in (CATEGORY, TEXT) else dtype)


def _are_texts(cells: Sequence[Any]) -> bool:
    return all(cell is None or isinstance(cell, str) for cell in cells)


def _exploded(frame: pd.DataFrame, spec: FrameSpec, areas: Sequence[str] | None) -> pd.DataFrame:
    """Return a row for each key of the mapping, in the order of falling score; only these areas when any are named."""
    import numpy as np

    pd = load_pandas()
    mapped = [name for name in frame.columns if spec.column(name).sql is spec.column(spec.explodes).sql]
    if not mapped:
        return frame
    wanted = set(areas) if areas is not None else None
    pairs = [
        (number, key, score)
        for number, scores in enumerate(frame[mapped[0]])
        for key, score in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        if wanted is None or key in wanted
    ]
    numbers, keys, scores = zip(*pairs, strict=True) if pairs else ((), (), ())
    found = frame.take(np.array(numbers, dtype="int64")).reset_index(drop=True)
    for name in mapped:
        is_key = name == spec.explodes
        found[name] = pd.Series(keys if is_key else scores, dtype=TEXT if is_key else spec.column(name).dtype)
    return found
