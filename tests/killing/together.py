"""Two senders on one PostgreSQL, killed at any moment, while the server too is restarted: nothing twice, nothing lost.

`python -m tests.killing.together` runs one; `make kill` does so after the campaigns.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import create_engine, make_url

from pipeline.send import send_due
from pipeline.transport import SmtpTransport
from store.claims import recover_sending
from store.db import open_store
from store.digests import list_digests
from store.errors import StoreError
from tests.killing.servers import Outside, outside
from tests.pipeline.outbox import NOW, fill_outbox
from tests.postgresql import postgresql

FORK = multiprocessing.get_context("fork")  # everything is imported once, before any sender begins
LONGEST = 600.0  # seconds


@dataclass(slots=True)
class Together:
    """What it has come to; `faults` is what it must not."""

    letters: int
    kills: int = 0
    restarts: int = 0
    begun: int = 0
    senders: int = 0  # runs that sent anything
    sent: int = 0
    unclear: int = 0
    faults: list[str] = field(default_factory=list)

    def expect(self, right: bool, fault: str) -> None:
        """Note a fault unless it is right."""
        if not right:
            self.faults.append(fault)


def send_once(url: str, port: int, hour: int) -> None:
    """Send what is due, as a process of its own; a database that goes away ends it in one sentence."""
    with contextlib.suppress(StoreError), open_store(url) as store:
        send_due(store, SmtpTransport("127.0.0.1", port, security="none"), now=NOW + timedelta(hours=hour))


def send_together(url: str, post: Outside, told: Together, kills: int, restarts: int, chance: random.Random) -> None:
    """Keep two senders at work until nothing is left to send; kill one of them, or restart the server, meanwhile."""
    with open_store(url) as store:
        contacts = fill_outbox(store, told.letters)
    moments = sorted(chance.sample(range(1, told.letters), restarts))
    at_work: list[BaseProcess] = []
    ends = time.monotonic() + LONGEST
    while time.monotonic() < ends:
        at_work = [sender for sender in at_work if sender.is_alive()]
        if told.kills >= kills and post.so_far() >= told.letters - told.kills - told.restarts:
            break
        while len(at_work) < 2:
            told.begun += 1
            at_work.append(FORK.Process(target=send_once, args=(url, post.mail, told.begun)))
            at_work[-1].start()
        time.sleep(chance.uniform(0.0, 0.25))
        if moments and post.so_far() >= moments[0]:
            moments.pop(0)
            restart(url)
            told.restarts += 1
        elif told.kills < kills and post.so_far() >= (told.kills + 1) * told.letters // (kills + 2):
            victim = chance.choice(at_work)
            told.kills += victim.is_alive()
            victim.kill()
            victim.join()
    for sender in at_work:
        sender.join()
    send_once(url, post.mail, told.begun + 1)
    check(url, post, told, contacts)


def check(url: str, post: Outside, told: Together, contacts: list[str]) -> None:
    """Check what was promised."""
    with open_store(url) as store:
        with store.session() as session:
            recover_sending(session, NOW, resend=False)
        with store.reading() as session:
            digests = list_digests(session)
    accepted = post.accepted(0)
    states = {digest.message_id: digest.state.value for digest in digests}
    sent = {name for name, state in states.items() if state == "sent"}
    unclear = {name for name, state in states.items() if state == "unclear"}
    told.sent, told.unclear, told.senders = len(sent), len(unclear), senders(url)
    told.expect(max(accepted.values()) == 1, "a letter was accepted twice")
    told.expect({f"<{contact}>" for contact in contacts} == sent | unclear, "a letter is neither sent nor unclear")
    told.expect(sent <= set(accepted), "a letter counts as sent that nobody got")
    told.expect(len(unclear) <= told.kills + 2 * told.restarts, f"{len(unclear)} unclear")
    told.expect(told.senders >= 2, "one sender alone did it all")


def senders(url: str) -> int:
    """Return how many runs sent the letters."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT holder FROM digests WHERE state = 'sent'").scalars().all()
    engine.dispose()
    return len(Counter(rows))


def restart(url: str) -> None:
    """Restart the server as an administrator does: every connection is cut, also those of locks."""
    from pgserver._commands import pg_ctl

    data = make_url(url).query["host"]
    pg_ctl(["-w", "-m", "fast", "restart"], pgdata=Path(str(data)), user="pgserver" if os.geteuid() == 0 else None)


def run(letters: int, kills: int, restarts: int, seed: int) -> Together:
    """Let two send together on a server of their own, and return what it came to."""
    chance = random.Random(seed)  # noqa: S311 - repeatable moments, not secrets
    told = Together(letters)
    mine = not os.environ.get("TEST_DATABASE_URL")  # a server that others use too is not restarted
    with (
        tempfile.TemporaryDirectory(prefix="utkik-together-") as place,
        postgresql() as url,
        outside(Path(place)) as post,
    ):
        send_together(url, post, told, kills, restarts if mine else 0, chance)
    return told


def main() -> int:
    """Run it, show the figures as JSON, and return the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--letters", type=int, default=200)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--restarts", type=int, default=3)
    options.add_argument("--seed", type=int, default=20261124)
    chosen = options.parse_args()
    told = run(chosen.letters, chosen.kills, chosen.restarts, chosen.seed)
    sys.stdout.write(json.dumps(asdict(told)) + "\n")
    return 1 if told.faults else 0


if __name__ == "__main__":
    sys.exit(main())
