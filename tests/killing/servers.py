"""The world outside, in a process of its own that nobody kills: the sample sources and a mail server that takes all.

`python -m tests.killing.servers FILE` prints its addresses as one line of JSON and ends with its standard input.
"""

# ruff: noqa: ARG002 - aiosmtpd gives every handler all arguments

from __future__ import annotations

import asyncio
import contextlib
import email
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from pipeline.sample_server import serve_sample_week

ROOT = Path(__file__).resolve().parents[2]
THINKS = 0.002  # seconds between taking a message and saying so, in which a real server writes it to its disk


class PostOffice:
    """Takes every message and notes its Message-ID before it says so."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="ascii")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a message."""
        message = email.message_from_bytes(bytes(envelope.original_content or b""))
        self._file.write(f"{message['Message-ID']}\n")
        self._file.flush()
        await asyncio.sleep(THINKS)
        return "250 accepted"


async def serve(path: Path, before: str, week: str) -> None:
    """Serve until standard input ends."""
    office, loop = PostOffice(path), asyncio.get_running_loop()
    listener = await loop.create_server(lambda: SMTP(office, hostname="mail.example.org", loop=loop), "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    sys.stdout.write(json.dumps({"before": before, "week": week, "mail": port}) + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    listener.close()


@dataclass(frozen=True, slots=True)
class Outside:
    """Where the sources and the mail server are, and what the latter has accepted."""

    before: str
    week: str
    mail: int
    log: Path

    def so_far(self) -> int:
        """Return how many messages have been accepted, for `accepted` to begin after."""
        return len(self._lines())

    def accepted(self, after: int) -> Counter[str]:
        """Return how often each Message-ID has been accepted since then."""
        return Counter(self._lines()[after:])

    def _lines(self) -> list[str]:
        return self.log.read_text(encoding="ascii").splitlines() if self.log.exists() else []


@contextlib.contextmanager
def outside(folder: Path) -> Iterator[Outside]:
    """Give the servers, running."""
    log = folder / "accepted.txt"
    command = [sys.executable, "-m", "tests.killing.servers", str(log)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    # Every crawl that is killed is a connection that breaks, told at length.
    with (
        (folder / "servers.log").open("wb") as said,
        subprocess.Popen(command, cwd=ROOT, text=True, stderr=said, **pipes) as process,  # noqa: S603 - our own program
    ):
        assert process.stdout is not None
        yield Outside(**json.loads(process.stdout.readline()), log=log)
        process.communicate()


if __name__ == "__main__":
    with serve_sample_week("before") as then, serve_sample_week("week") as now:
        asyncio.run(serve(Path(sys.argv[1]), then, now))
