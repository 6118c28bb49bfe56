"""Sending that is killed at any moment: nothing twice, nothing lost, and every doubt shown."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from pipeline.send import send_due
from pipeline.transport import FolderTransport, SmtpTransport
from store.db import Store, open_store
from tests.pipeline.mail_server import mail_server
from tests.pipeline.outbox import NOW, fill_outbox, in_state, states

ROOT = Path(__file__).resolve().parents[2]
SEND = """
import sys
from datetime import datetime
from pathlib import Path
from pipeline.send import send_due
from pipeline.transport import FolderTransport, SmtpTransport
from store.db import open_store

url, kind, place, now = sys.argv[1:]
if kind == "folder":
    transport = FolderTransport(Path(place))
else:
    transport = SmtpTransport("127.0.0.1", int(place), security="none")
with open_store(url) as store:
    print("begins", flush=True)
    send_due(store, transport, now=datetime.fromisoformat(now))
"""


def send_and_kill(url: str, kind: str, place: str, round_number: int, seconds: float) -> None:
    """Start a process that sends, and kill it so many seconds after it has begun."""
    now = NOW + timedelta(hours=round_number)
    command = [sys.executable, "-c", SEND, url, kind, place, now.isoformat()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:  # noqa: S603 - our own program
        assert child.stdout is not None
        assert child.stdout.readline() == b"begins\n"
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)


def test_F31_ten_kills_send_nothing_twice_and_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random(20260824)  # noqa: S311 - moments to kill at, not secrets
    url = f"sqlite:///{tmp_path / 'utkik.db'}"
    with open_store(url) as store:
        contacts = fill_outbox(store, 60)
    with mail_server() as server:
        for number in range(10):
            send_and_kill(url, "smtp", str(server.port), number, chance.uniform(0.0, 0.12))
        with open_store(url) as store:
            send_due(store, SmtpTransport("127.0.0.1", server.port, security="none"), now=NOW + timedelta(days=1))
            accepted = Counter(server.recipients)
            unclear = in_state(store, "unclear")
            assert set(states(store).values()) <= {"sent", "unclear"}
            assert max(accepted.values()) == 1
            assert set(contacts) == {*in_state(store, "sent"), *unclear}
            assert set(in_state(store, "sent")) <= set(accepted)
            assert len(unclear) <= 10
            assert store.problems() == []


def test_F31_folder_after_ten_kills_is_as_after_an_undisturbed_run(tmp_path: Path, sqlite_store: Store) -> None:
    chance = random.Random(20260831)  # noqa: S311 - moments to kill at, not secrets
    fill_outbox(sqlite_store, 60)
    send_due(sqlite_store, FolderTransport(tmp_path / "undisturbed"), now=NOW)
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    with open_store(url) as store:
        fill_outbox(store, 60)
    for number in range(10):
        send_and_kill(url, "folder", str(tmp_path / "killed"), number, chance.uniform(0.0, 0.12))
    with open_store(url) as store:
        send_due(store, FolderTransport(tmp_path / "killed"), now=NOW + timedelta(days=1))
        assert states(store) == states(sqlite_store)
    assert contents(tmp_path / "killed") == contents(tmp_path / "undisturbed")


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file in the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
