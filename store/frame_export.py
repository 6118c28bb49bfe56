"""A frame as a file: Parquet, or CSV that a Swedish spreadsheet opens right and in which no cell is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from store.cells import safe_cell
from store.errors import ConfigurationError
from store.frame_columns import FRAMES
from store.frame_filters import Filters, chosen_columns
from store.frame_spec import CATEGORY, COUNT, DAY, MOMENT, NUMBER, YES_NO, Column
from store.frames import Frames

if TYPE_CHECKING:
    import pandas as pd


def export_frame(frames: Frames, name: str, path: Path, **filters: Unpack[Filters]) -> int:
    """Write the frame to a file by its ending, .parquet or .csv, and return its rows.

    It is written part by part beside the file and then put in its place: a cut-off export leaves the earlier one.
    """
    writers = {".parquet": _write_parquet, ".csv": _write_csv}
    if path.suffix.lower() not in writers:
        raise ConfigurationError("filnamnet ska sluta på .parquet eller .csv", path=path)
    chunks = frames.chunks(name, **filters)  # refuses an unknown frame before anything is written
    spec = FRAMES.get(name)
    columns = chosen_columns(spec, filters.get("columns")) if spec else []
    beside = path.with_name(f".{path.name}.part")
    try:
        number = writers[path.suffix.lower()](beside, columns, chunks)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return number


def _write_csv(path: Path, columns: list[Column], chunks: Iterator[pd.DataFrame]) -> int:
    number = 0
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow([column.name for column in columns])
        for chunk in chunks:
            texts = [_cells(chunk[column.name], column.dtype) for column in columns]
            writer.writerows(zip(*texts, strict=True))
            number += len(chunk)
    return number


def _cells(values: pd.Series[Any], dtype: str) -> list[Any]:
    if dtype == DAY:
        return list(values.dt.strftime("%Y-%m-%d").fillna(""))
    if dtype == MOMENT:
        return list(values.dt.strftime("%Y-%m-%dT%H:%M:%SZ").fillna(""))
    plain = values.astype(object)
    return [safe_cell(value) for value in plain.where(plain.notna(), None)]


def _write_parquet(path: Path, columns: list[Column], chunks: Iterator[pd.DataFrame]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        CATEGORY: pa.dictionary(pa.int32(), pa.string()),
        DAY: pa.date32(),
        MOMENT: pa.timestamp("us", tz="UTC"),
        NUMBER: pa.float64(),
        COUNT: pa.int64(),
        YES_NO: pa.bool_(),
    }
    schema = pa.schema([(column.name, types.get(column.dtype, pa.string())) for column in columns])
    number = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for chunk in chunks:
            writer.write_table(pa.Table.from_pandas(chunk, schema=schema, preserve_index=False))
            number += len(chunk)
    return number
