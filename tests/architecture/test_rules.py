"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("crawlers", "nlp", "pipeline", "store", "web")


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_imports_follow_the_contracts() -> None:
    run = subprocess.run(  # noqa: S603 - our own tool, fixed arguments
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("spacy", {"nlp/text.py"}),
        ("smtplib", {"pipeline/send.py", "pipeline/transport.py"}),
        ("apscheduler", {"pipeline/schedule.py"}),
        ("dask", {"pipeline/engine_dask.py"}),
        ("distributed", {"pipeline/engine_dask.py", "pipeline/engine_worker.py"}),
        ("os.environ", {"pipeline/settings.py"}),
    ],
)
def test_each_library_has_its_one_place(library: str, allowed: set[str]) -> None:
    users = set()
    for path in modules():
        if library == "os.environ":
            uses = "os.environ" in path.read_text(encoding="utf-8") or "os.getenv" in path.read_text(encoding="utf-8")
        else:
            uses = any(name.split(".")[0] == library for name in imported(path))
        if uses:
            users.add(path.relative_to(ROOT).as_posix())
    assert users <= allowed


def test_the_clock_is_read_only_at_the_edges() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if re.search(r"\b(datetime\.now|date\.today|datetime\.utcnow|time\.time)\(", path.read_text(encoding="utf-8"))
    }
    assert readers <= {"pipeline/cli.py", "pipeline/schedule.py", "web/app.py"}


def test_no_module_is_longer_than_300_lines_without_saying_why() -> None:
    long = [
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if len(path.read_text(encoding="utf-8").splitlines()) > 300
        and "One long file, because" not in (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
    ]
    assert long == []


def test_init_files_are_empty() -> None:
    assert [path for path in modules() if path.name == "__init__.py" and path.read_text(encoding="utf-8").strip()] == []


@pytest.mark.parametrize("folder", [*PACKAGES, "notebooks", "tests"])
def test_every_folder_says_what_lives_in_it(folder: str) -> None:
    assert len((ROOT / folder / "README.md").read_text(encoding="utf-8")) > 200


def test_packaging_names_every_package() -> None:
    import tomllib

    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"])
    present = {
        init.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for package in (*PACKAGES, "notebooks")
        for init in (ROOT / package).rglob("__init__.py")
    }
    assert listed == present


def test_constraints_pin_exactly_and_name_no_index() -> None:
    lines = [
        line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
    ]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.\-\[\]]+==[^\s/]+(\s*;.+)?", line)] == []
