"""Tidy pandas frames of everything stored, through a connection that cannot write.

    frames = open_frames("~/.utkik")
    calls = frames.items(kinds=["call"], since="2026-08-01", columns=["source", "key", "title"])

Every method takes the same filters (`store.frame_filters.Filters`), which the database applies; what a frame cannot be
filtered by is refused in words. The columns are those of `store.frame_columns`, told in `notebooks/README.md`. pandas
is asked for when the first frame is read, so that everything else runs without it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Unpack

from sqlalchemy import Engine, func, select, union

from store.errors import ConfigurationError
from store.frame_columns import FRAMES
from store.frame_filters import Filters, query_of
from store.frame_spec import FrameSpec
from store.frame_values import empty, load_pandas, plain_frame, typed
from store.read_only import open_read_only, reading
from store.tables import DigestRow, ItemRow, RunRow, VerdictRow

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 50_000  # rows that are Python objects at a time: some 60 MB without texts
SETTINGS, DATABASE = "utkik.toml", "utkik.db"


class Frames:
    """The frames of one store; made by `open_frames`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def items(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return items, one row each."""
        return self.frame("items", **filters)

    def assessments(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return what is thought of the items, one row each."""
        return self.frame("assessments", **filters)

    def areas(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return which policy areas the items concern, one row per item and area."""
        return self.frame("areas", **filters)

    def deadlines(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return the days to be met, one row per item, day and role."""
        return self.frame("deadlines", **filters)

    def verdicts(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return the coordinators' verdicts, every one that was given."""
        return self.frame("verdicts", **filters)

    def routes(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return which units the items went to, one row per item, unit and week."""
        return self.frame("routes", **filters)

    def digests(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return the letters, without whom they went to."""
        return self.frame("digests", **filters)

    def entries(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return what stood in the letters, one row per letter and item."""
        return self.frame("entries", **filters)

    def answers(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return what contact persons answered, every answer that was given."""
        return self.frame("answers", **filters)

    def actions(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return what is done about items."""
        return self.frame("actions", **filters)

    def sources(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return how each part of each source stands now."""
        return self.frame("sources", **filters)

    def threads(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return the items' places in their matters."""
        return self.frame("threads", **filters)

    def runs(self, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return what was executed."""
        return self.frame("runs", **filters)

    def frame(self, name: str, **filters: Unpack[Filters]) -> pd.DataFrame:
        """Return the frame of that name whole; use `chunks` for what may not fit in memory."""
        spec, pd = _spec(name), load_pandas()
        parts = [part for part, _ in self._parts(spec, filters, CHUNK)]
        if not parts:
            return empty(spec, filters)
        return typed(pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0], spec)

    def chunks(self, name: str, *, size: int = CHUNK, **filters: Unpack[Filters]) -> Iterator[pd.DataFrame]:
        """Yield the frame of that name in parts of at most so many stored rows, all as of one moment.

        Each part has categories of its own; `pd.concat` of several gives them back as text.
        """
        spec = _spec(name)
        for part, start in self._parts(spec, filters, size):
            part.index += start
            yield typed(part, spec)

    def as_of(self) -> pd.Timestamp:
        """Return the latest moment that anything was executed or seen, NaT in an empty store.

        What a notebook calls now: an old copy of a store is then not told as a silent one.
        """
        pd = load_pandas()
        with reading(self._engine) as connection:
            found = [connection.scalar(select(func.max(column))) for column in (RunRow.started_at, ItemRow.changed_at)]
        moments = [moment for moment in found if moment is not None]
        return pd.Timestamp(max(moments)) if moments else pd.NaT

    def municipalities(self) -> list[str]:
        """Return the municipalities that anything was decided for or sent to."""
        query = union(select(VerdictRow.municipality), select(DigestRow.municipality))
        with reading(self._engine) as connection:
            return sorted(str(row[0]) for row in connection.execute(query))

    def close(self) -> None:
        """Close every connection; they are opened again when needed."""
        self._engine.dispose()

    def __enter__(self) -> Frames:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _parts(self, spec: FrameSpec, filters: Filters, size: int) -> Iterator[tuple[pd.DataFrame, int]]:
        query, columns = query_of(spec, filters, self._engine.dialect.name)
        areas = filters.get("areas") if spec.explodes else None
        start = 0
        with reading(self._engine) as connection:
            result = connection.execution_options(stream_results=True, yield_per=size).execute(query)
            for rows in result.partitions(size):
                part = plain_frame(rows, columns, spec, areas)
                yield part, start
                start += len(part)


def open_frames(place: str | Path = "~/.utkik") -> Frames:
    """Return the frames of an installation's folder, or of a database's address; nothing can be written through them.

    Raises ConfigurationError when pandas is missing, StoreError when the database is not there or another version's.
    """
    load_pandas()
    return Frames(open_read_only(place if isinstance(place, str) and "://" in place else _address(Path(place))))


def frame_columns() -> Mapping[str, list[tuple[str, str, str]]]:
    """Return each frame's columns as (name, dtype, meaning), in their order."""
    return {
        name: [(column.name, column.dtype, column.meaning) for column in spec.columns] for name, spec in FRAMES.items()
    }


def _address(home: Path) -> str:
    """Return the address of the folder's database: as its settings say, else the file of the usual name."""
    folder = home.expanduser().resolve()
    if folder.suffix == ".db":
        return f"sqlite:///{folder}"
    settings: dict[str, Any] = {}
    if (folder / SETTINGS).is_file():
        settings = tomllib.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    return str(settings.get("database_url") or f"sqlite:///{folder / DATABASE}")


def _spec(name: str) -> FrameSpec:
    if name not in FRAMES:
        raise ConfigurationError(f"ramen {name!r} finns inte; välj bland {', '.join(FRAMES)}")
    return FRAMES[name]
