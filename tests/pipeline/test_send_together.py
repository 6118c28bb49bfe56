"""Two senders on one PostgreSQL, each a process: killed, and their server restarted, nothing is sent twice or lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_F31_two_senders_who_are_killed_share_the_letters_and_send_none_twice() -> None:
    pytest.importorskip("pgserver", reason="restarts a PostgreSQL server of its own")
    command = [sys.executable, "-m", "tests.killing.together", "--letters", "60", "--kills", "5", "--restarts", "1"]
    environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"}
    done = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["faults"], told["kills"], told["restarts"]) == ([], 5, 1)
    assert told["sent"] + told["unclear"] == 60
