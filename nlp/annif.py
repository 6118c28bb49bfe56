"""Annif as a baseline, where its command is installed: taught and asked in a folder that is gone afterwards."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

MOST = 3  # subjects that it may name
LONGEST = 600  # seconds for one of its commands
PROJECT = "areas"
CONFIGURATION = f"""[{PROJECT}]
name=Areas
language=sv
backend=tfidf
analyzer=simple
vocab={PROJECT}
limit={MOST}
"""
URI = "http://example.org/area/"


def command() -> str | None:
    """Return Annif's command: beside this Python or on the path; None where it is not installed."""
    return shutil.which("annif", path=str(Path(sys.executable).parent)) or shutil.which("annif")


def suggest(
    program: str, names: Mapping[str, str], taught: Sequence[tuple[str, Sequence[str]]], texts: Sequence[str]
) -> list[list[str]] | None:
    """Return the subjects it names of each text, best first, after it was taught; None when it does not run."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "projects.cfg").write_text(CONFIGURATION, encoding="utf-8")
        _write_lines(folder / "vocabulary.tsv", [f"<{URI}{key}>\t{name}" for key, name in names.items()])
        rows = [f"{_line(text)}\t{' '.join(f'<{URI}{key}>' for key in keys)}" for text, keys in taught if keys]
        _write_lines(folder / "taught.tsv", rows)
        asked = folder / "asked"
        asked.mkdir()
        for number, text in enumerate(texts):
            (asked / f"{number:06}.txt").write_text(_line(text), encoding="utf-8", errors="replace")
        steps = (
            ["load-vocab", "--language", "sv", PROJECT, "vocabulary.tsv"],
            ["train", PROJECT, "taught.tsv"],
            ["index", "--force", "--suffix", ".said", "--limit", str(MOST), PROJECT, "asked"],
        )
        if not all(_runs(program, step, folder) for step in steps):
            return None
        return [_keys(asked / f"{number:06}.said") for number in range(len(texts))]


def _runs(program: str, step: Sequence[str], folder: Path) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - the command is the installed one, and no text of an item is an argument
            [program, *step], cwd=folder, capture_output=True, timeout=LONGEST, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _keys(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [line.partition(">")[0].removeprefix(f"<{URI}") for line in lines if line.startswith(f"<{URI}")]


def _line(text: str) -> str:
    return " ".join(text.split())


def _write_lines(path: Path, lines: Sequence[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", errors="replace")
