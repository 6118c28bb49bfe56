"""A life: a process that does some work, until it is done or killed with SIGKILL at a moment or a point.

It is forked from a process that has imported and loaded everything, so that a thousand of them take minutes. What it
does, it does as any process: its own connections, its own files, its own locks.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.killing.points import Passing, Watch

LONGEST = 120.0  # seconds: a life that nobody kills and that does not end is a fault

Say = Callable[[Any], None]
Work = Callable[[Say], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """When a life is to end: after so many seconds, or when it passes a point; alone or with its children."""

    after: float = LONGEST
    at: Passing | None = None
    with_children: bool = True


@dataclass(frozen=True, slots=True)
class Life:
    """What became of a life, and what it said before it ended."""

    killed: bool
    seconds: float
    said: list[Any]
    passed: dict[str, int]  # points, when nobody killed it


class DiedOfItself(AssertionError):
    """A life ended with an error of its own."""


def live(work: Work, death: Death | None, log: Path, *, watched: frozenset[str] = frozenset()) -> Life:
    """Let a process do the work, and kill it when told to; raises DiedOfItself when it fails by itself."""
    hears, says = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.close(hears)
        _be(work, Watch(watched, death.at if death else None), says, log)
    with contextlib.suppress(OSError):  # it has done so itself, or is gone already
        os.setpgid(pid, pid)
    os.close(says)
    said = bytearray()
    if not _listen(hears, said, death.after if death else LONGEST):
        if death is None:
            os.killpg(pid, signal.SIGKILL)
            raise DiedOfItself(f"not done after {LONGEST} s: {log.read_text()[-2000:]}")
        os.killpg(pid, signal.SIGKILL) if death.with_children else os.kill(pid, signal.SIGKILL)
        _listen(hears, said, LONGEST)
    os.close(hears)
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if not killed and status != 0:
        raise DiedOfItself(f"status {status}: {log.read_text()[-4000:]}")
    lines = [json.loads(line) for line in bytes(said).split(b"\n")[:-1]]  # one that was cut off is no line
    passed = lines.pop() if not killed else {}
    return Life(killed, time.monotonic() - began, lines, passed)


def _listen(pipe: int, said: bytearray, seconds: float) -> bool:
    """Read until the other end is gone, at most so long; tell whether it is."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0 and select.select([pipe], [], [], left)[0]:
        chunk = os.read(pipe, 65_536)
        if not chunk:
            return True
        said += chunk
    return False


def _be(work: Work, watch: Watch, says: int, log: Path) -> None:
    """Do the work and end; never returns."""
    status = 1
    try:
        os.setpgid(0, 0)  # here and in the parent: whoever is first, it can be killed with its children
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for standard in (1, 2):
            os.dup2(file, standard)
        with os.fdopen(says, "wb", buffering=0) as pipe:

            def say(value: Any) -> None:
                pipe.write(json.dumps(value).encode() + b"\n")

            with watch:
                work(say)
            say(watch.passed)
        status = 0
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)
