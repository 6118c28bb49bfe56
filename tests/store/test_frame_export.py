"""Frames as files that other programs open."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from store.db import Store
from store.errors import ConfigurationError
from store.frame_export import export_frame
from store.frames import open_frames
from store.items import upsert_items
from store.types import Item, Kind

NOW = datetime(2026, 8, 20, 8, 30, tzinfo=UTC)
STARTS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture
def filled(store: Store, make_item: Callable[..., Item]) -> Store:
    """Seven items, six of them with titles that a spreadsheet would take for formulas."""
    titles = ['Rening; med "citat" och\nrad', *(f"{start}HYPERLINK(1)" for start in STARTS)]
    items = [make_item(key=f"K{number}", title=title, published=None) for number, title in enumerate(titles)]
    with store.session() as session:
        upsert_items(session, items, now=NOW)
    return store


def test_csv_has_days_and_moments_as_iso_and_no_formula(filled: Store, database_url: str, tmp_path: Path) -> None:
    target = tmp_path / "poster.csv"
    with open_frames(database_url) as frames:
        assert export_frame(frames, "items", target, columns=["key", "title", "day", "published", "first_seen"]) == 7
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert rows[0] == {
        "key": "K0",
        "title": 'Rening; med "citat" och\nrad',
        "day": "2026-08-20",
        "published": "",
        "first_seen": "2026-08-20T08:30:00Z",
    }
    assert [row["title"] for row in rows[1:]] == [f"'{start}HYPERLINK(1)" for start in STARTS]


def test_parquet_keeps_types_and_rows(filled: Store, database_url: str, tmp_path: Path) -> None:
    target = tmp_path / "poster.parquet"
    with open_frames(database_url) as frames:
        assert export_frame(frames, "items", target) == 7
        read = pd.read_parquet(target)
        assert read["title"].tolist() == frames.items()["title"].tolist()
    assert read["day"].tolist() == [date(2026, 8, 20)] * 7
    kinds = {name: str(read[name].dtype) for name in ("source", "first_seen")}
    assert kinds == {"source": "category", "first_seen": "datetime64[us, UTC]"}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_frame_without_rows_is_a_file_with_its_columns(
    filled: Store, database_url: str, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / f"tom.{ending}"
    with open_frames(database_url) as frames:
        assert export_frame(frames, "items", target, kinds=[Kind.CALL.value], columns=["key", "day"]) == 0
    read = pd.read_parquet(target) if ending == "parquet" else pd.read_csv(target, sep=";")
    assert list(read.columns) == ["key", "day"]


def test_refused_export_leaves_the_earlier_file(filled: Store, database_url: str, tmp_path: Path) -> None:
    target = tmp_path / "poster.csv"
    target.write_text("förra", encoding="utf-8")
    with open_frames(database_url) as frames:
        with pytest.raises(ConfigurationError, match="kolumn"):
            export_frame(frames, "items", target, columns=["saknas"])
        with pytest.raises(ConfigurationError, match=r"\.parquet eller \.csv"):
            export_frame(frames, "items", tmp_path / "poster.xlsx")
    assert target.read_text(encoding="utf-8") == "förra"
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".part", ".xlsx")] == []
