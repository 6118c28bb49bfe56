"""Installations for the notebooks: one with a made-up year, the demonstration's, and one that is empty."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from pipeline.demo import run_demo
from pipeline.installation import create_installation
from store.db import open_store
from tests.notebooks.year import fill_year


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the folders of the three installations by name."""
    found = {name: tmp_path_factory.mktemp("hem") / name for name in ("year", "demo", "empty")}
    for name in ("year", "empty"):
        create_installation(found[name], "mellerud")
    with open_store(f"sqlite:///{found['year'] / 'utkik.db'}") as store:
        fill_year(store)
    run_demo(Console(quiet=True), home=found["demo"], municipality="mellerud")
    return found
