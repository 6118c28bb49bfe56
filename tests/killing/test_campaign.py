"""Sixty kills on each database: nothing twice, nothing lost, every doubt shown, and the end as if undisturbed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.killing.run import DATABASES, PER_WORLD

ROOT = Path(__file__).resolve().parents[2]
# One thread: a process that is forked must have no other.
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@pytest.mark.slow
@pytest.mark.timeout(900)  # a minute on two quiet cores
@pytest.mark.parametrize("database", DATABASES)
def test_F28_F29_F30_F31_sixty_kills_break_no_promise(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    server = request.getfixturevalue("postgresql_server") if database == "postgresql" else ""
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.killing.run", "--kills", "60", "--seed", "20261124"]
    command += ["--database", database, "--server", server, "--json", str(figures)]
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env=os.environ | ALONE, capture_output=True, text=True, check=False, timeout=880
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(figures.read_text())[database]
    assert (told["total"], told["faults"]) == (60, [])
    assert PER_WORLD == 60
    assert len([step for step, kills in told["kills"].items() if kills]) >= 5  # a moment may come when all is done
    assert told["at_points"] > 10
