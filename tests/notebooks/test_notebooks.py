"""Every notebook runs from a clean kernel, tells what it shows, and reads through the frames alone."""

from __future__ import annotations

import ast
import base64
import os
import time
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("notebooks")]  # one worker, so that each runs once

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# Warnings are errors, but for the kernel's own; it warns of itself when it is told to end.
STRICT = """import warnings
warnings.simplefilter("error")
warnings.filterwarnings("ignore", module="ipykernel")"""
LONGEST = 60  # seconds, what an analyst is promised
FROM_PIPELINE = {"estimates", "key_names", "pictures"}
IMPORTS = {"pandas", "IPython.display", "pipeline", *(f"pipeline.{name}" for name in FROM_PIPELINE), "store.frames"}
WAYS_AROUND = {"open", "exec", "eval", "__import__", "open_store", "read_sql", "read_sql_query", "read_sql_table"}


def code_of(path: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@cache  # each runs once on each installation: a kernel takes seconds to start
def run(path: Path, home: Path) -> tuple[Any, float]:
    """Return the notebook after it has run in a kernel of its own, on the installation, and the seconds it took."""
    began = time.monotonic()
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UTKIK_")}
    client = NotebookClient(notebook, timeout=LONGEST, resources={"metadata": {"path": str(home)}})
    client.execute(env={**environment, "UTKIK_HOME": str(home), "PYTHONPATH": str(FOLDER.parent)})
    del notebook.cells[0]
    return notebook, time.monotonic() - began


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def pictures(notebook: Any) -> list[Any]:
    return [output for output in outputs(notebook) if "image/png" in output.get("data", {})]


def test_there_are_the_seven_that_are_promised() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06", "07"]


@pytest.mark.parametrize("home", ["year", "demo", "empty"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_from_a_clean_kernel_and_says_something_in_every_cell(
    path: Path, home: str, homes: dict[str, Path]
) -> None:
    done, seconds = run(path, homes[home])
    assert seconds < LONGEST
    kinds = {output.output_type for output in outputs(done)}
    assert kinds <= {"display_data"}, [output for output in outputs(done) if output.output_type != "display_data"]
    assert all(cell.outputs for cell in done.cells if cell.cell_type == "code")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_picture_of_a_year_says_what_it_shows_and_has_its_table(path: Path, homes: dict[str, Path]) -> None:
    done, _ = run(path, homes["year"])
    drawn = pictures(done)
    assert drawn
    for output in drawn:
        assert base64.b64decode(output["data"]["image/png"]).startswith(b"\x89PNG")
        assert output["metadata"]["image/png"]["alt"] == output["data"]["text/plain"]
        assert len(output["data"]["text/plain"]) > 40
    for cell in done.cells:
        data = [output["data"] for output in cell.get("outputs", [])]
        if any("image/png" in each for each in data):
            assert any("text/html" in each for each in data), cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_empty_store_gives_words_instead_of_tables_of_nothing(path: Path, homes: dict[str, Path]) -> None:
    done, _ = run(path, homes["empty"])
    drawn = [output["data"]["text/plain"] for output in pictures(done)]
    assert all("ingen enhet svarar" in told for told in drawn)  # who answers for what is known without any items
    assert any("text/markdown" in output["data"] for output in outputs(done))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_reads_through_the_frames_alone(path: Path) -> None:
    for source in code_of(path):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= IMPORTS
            elif isinstance(node, ast.ImportFrom):
                assert node.module in IMPORTS
                if node.module == "pipeline":
                    assert {alias.name for alias in node.names} <= FROM_PIPELINE
            elif isinstance(node, ast.Name):
                assert node.id not in WAYS_AROUND
            elif isinstance(node, ast.Attribute):
                assert node.attr not in WAYS_AROUND
                assert node.attr != "_engine"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_stripped_and_the_kernel_is_anybodys(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [
        cell for cell in notebook.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)
    ] == []
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.cells[0].source.startswith("# ")
