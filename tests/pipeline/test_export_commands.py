"""`utkik export` and `utkik notebooks`, as typed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.installation import create_installation
from pipeline.notebook_commands import NEEDED, copy_notebooks, missing_packages
from pipeline.settings import child_environment
from store.db import open_store
from store.errors import ConfigurationError
from store.items import upsert_items
from store.types import Item, Kind

NOW = datetime(2026, 8, 20, 8, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, make_item: Callable[..., Item]) -> Path:
    """An installation with an act and two calls."""
    folder = tmp_path / "hem"
    create_installation(folder, "mellerud")
    calls = [
        make_item(source="funding_tenders", key=key, kind=Kind.CALL, title=title, published=day)
        for key, title, day in (("B", "=SUMMA(1)", date(2026, 8, 18)), ("C", "Vatten", date(2026, 8, 19)))
    ]
    with open_store(f"sqlite:///{folder / 'utkik.db'}") as store, store.session() as session:
        upsert_items(session, [make_item(key="A"), *calls], now=NOW)
    return folder


def test_export_takes_filters_and_columns_and_the_last_day_is_included(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "utlysningar.csv"
    typed = ["--kind", "call", "--since", "2026-08-18", "--until", "2026-08-18", "--column", "key", "--column", "title"]
    result = CliRunner().invoke(app, ["--home", str(home), "export", "items", str(target), *typed])
    assert result.exit_code == 0, result.output
    assert "1\N{NO-BREAK SPACE}rad i" in result.output
    with target.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [["key", "title"], ["B", "'=SUMMA(1)"]]


def test_export_of_what_is_no_frame_or_cannot_be_filtered_so_is_refused_in_words(home: Path, tmp_path: Path) -> None:
    for typed, said in (
        (["poster", "a.csv"], "ramen 'poster' finns inte"),
        (["digests", "a.csv", "--area", "water"], "ramen digests går inte att filtrera på areas"),
        (["items", "a.txt"], "ska sluta på .parquet eller .csv"),
    ):
        file = str(tmp_path / typed[1])
        result = CliRunner().invoke(app, ["--home", str(home), "export", typed[0], file, *typed[2:]])
        assert isinstance(result.exception, ConfigurationError)
        assert said in str(result.exception)
        assert not Path(file).exists()


def test_notebooks_are_copied_and_an_analysts_own_changes_are_left(tmp_path: Path) -> None:
    folder = tmp_path / "böcker"
    assert copy_notebooks(folder)[0].startswith("8\N{NO-BREAK SPACE}filer kopierade")
    (folder / "01-veckan.ipynb").write_text("egen", encoding="utf-8")
    (folder / "egen.ipynb").write_text("egen", encoding="utf-8")
    said = copy_notebooks(folder)
    assert said == [
        f"0\N{NO-BREAK SPACE}filer kopierade till {folder}.",
        "Orörda, eftersom de skiljer sig från våra: 01-veckan.ipynb. Skriv över med --replace.",
    ]
    assert copy_notebooks(folder, replace=True)[0].startswith("1\N{NO-BREAK SPACE}fil kopierad")
    assert (folder / "01-veckan.ipynb").read_text(encoding="utf-8").startswith("{")
    assert (folder / "egen.ipynb").read_text(encoding="utf-8") == "egen"


def test_command_copies_and_says_what_opening_lacks(home: Path) -> None:
    result = CliRunner().invoke(app, ["--home", str(home), "notebooks", "--copy"])
    assert result.exit_code == 0, result.output
    assert sorted(path.name[:2] for path in (home / "notebooks").glob("*.ipynb"))[0] == "01"
    if missing := missing_packages():
        result = CliRunner().invoke(app, ["--home", str(home), "notebooks"])
        assert str(result.exception) == (f"{', '.join(missing)} saknas. Installera med: pip install 'utkik[notebooks]'")
    assert set(missing) <= set(NEEDED)


def test_what_is_opened_works_on_the_same_installation(home: Path) -> None:
    assert child_environment(home)["UTKIK_HOME"] == str(home)
