"""The program as it is typed, each command in a process of its own, forked from one that has loaded the program.

Loading is most of what a command takes, and a test that types ten would wait for it ten times. What is typed, the
environment, the streams, the exit code and the end are those of any process.

`python -m tests.pipeline.loaded` reads commands, one JSON line each, until its standard input ends.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# One thread: a process that is forked must have no other.
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
STREAMS = ("stdin", "stdout", "stderr")


def typed(
    words: Sequence[str], environment: Mapping[str, str], *, given: str = "", seconds: int = 60
) -> subprocess.CompletedProcess[str]:
    """Run `utkik` with these words and this environment, and return what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: str(Path(folder) / name) for name in STREAMS}
        Path(paths["stdin"]).write_text(given, encoding="utf-8")
        asked = {"words": list(words), "environment": dict(environment), "seconds": seconds, **paths}
        loaded = _loaded()
        assert loaded.stdin is not None
        assert loaded.stdout is not None
        loaded.stdin.write(json.dumps(asked) + "\n")
        loaded.stdin.flush()
        code = int(loaded.stdout.readline())
        if code == -signal.SIGALRM:
            raise TimeoutError(f"utkik {' '.join(words)} is not done after {seconds} s")
        said = [Path(paths[name]).read_text(encoding="utf-8") for name in STREAMS[1:]]
    return subprocess.CompletedProcess(["utkik", *words], code, *said)


@cache
def _loaded() -> subprocess.Popen[str]:
    """Return the process that has loaded the program; it ends with this one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.pipeline.loaded"],
        cwd=ROOT,
        env=os.environ | ALONE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)
    return process


def serve() -> dict[str, Any] | None:
    """Fork a process for every command and tell its exit code; return the command there, and None in the end here."""
    from nlp.assessor import Assessor
    from pipeline import cli

    assert cli.app
    Assessor.load()  # what is loaded when it is needed, too
    gc.freeze()
    assert len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - names alone
    with os.fdopen(os.dup(0), encoding="utf-8") as commands, os.fdopen(os.dup(1), "w", encoding="utf-8") as codes:
        while line := commands.readline():
            asked: dict[str, Any] = json.loads(line)
            pid = os.fork()
            if pid == 0:
                return asked
            codes.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
            codes.flush()
    return None


def become(asked: dict[str, Any]) -> None:
    """Be the command: its environment, its streams, its words and at most its seconds."""
    os.environ.clear()
    os.environ.update(asked["environment"])
    for number, name in enumerate(STREAMS):
        opened = os.open(asked[name], os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    signal.alarm(asked["seconds"])
    sys.argv = ["utkik", *asked["words"]]
    from pipeline.entry import main

    main()


if __name__ == "__main__" and (command := serve()):
    become(command)
