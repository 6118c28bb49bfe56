"""The outbox as the coordinator sees it: what was sent, what was not, and the decisions only a person takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape

from pipeline.installation import Installation
from pipeline.terminal import plain_table
from store.db import Session
from store.digests import count_as_sent, deliveries, list_digests, release_held, send_again
from store.errors import ConfigurationError
from store.types import DigestState

STATE_WORDS = {
    DigestState.QUEUED: "väntar på att skickas",
    DigestState.SENDING: "skickas just nu",
    DigestState.SENT: "skickat",
    DigestState.RETRY: "försöks igen",
    DigestState.REFUSED: "avvisat av mottagaren",
    DigestState.BOUNCED: "kom tillbaka",
    DigestState.UNCLEAR: "oklart om det skickades",
    DigestState.HELD: "hålls kvar",
}
ADVICE = (
    "Oklara brev avgör du: utkik outbox --again ID skickar igen, --sent ID räknar som skickat. "
    "Det som hålls kvar släpps med --release när felet är rättat."
)


def outbox_values(installation: Installation, *, week: str = "") -> list[dict[str, Any]]:
    """Return each digest with its state and what the last attempt came to, newest week first."""
    with installation.store.reading() as session:
        digests = list_digests(session, week=week or None, municipality=installation.municipality.key)
        last = {digest.id: next(reversed(deliveries(session, digest.id)), None) for digest in digests}
    return [
        {
            "id": digest.id,
            "week": digest.week,
            "contact": digest.contact,
            "state": digest.state.value,
            "subject": digest.subject,
            "entries": len(digest.entries),
            "next_try": digest.next_try.isoformat() if digest.next_try else None,
            "detail": (attempt.detail if (attempt := last[digest.id]) else ""),
        }
        for digest in sorted(digests, key=lambda digest: (digest.week, digest.contact), reverse=True)
    ]


def show_outbox(installation: Installation, console: Console, *, week: str = "") -> None:
    """Show the outbox in a table, with advice when something waits for a person."""
    values = outbox_values(installation, week=week)
    rows = [
        [
            row["id"][:8],
            row["week"],
            escape(row["contact"]),
            STATE_WORDS[DigestState(row["state"])],
            escape(row["detail"] or ""),
        ]
        for row in values
    ]
    console.print(plain_table("Utkorg", ["Id", "Vecka", "Till", "Läge", "Senast"], rows))
    if any(row["state"] in (DigestState.UNCLEAR, DigestState.HELD) for row in values):
        console.print(ADVICE)


def decide(installation: Installation, *, again: str, sent: str, release: bool, now: datetime) -> list[str]:
    """Carry out a person's decisions and return what was done, in Swedish."""
    done = []
    if again:
        done.append(f"{settle_one(installation, again, send_again, now)} skickas igen vid nästa utkik send.")
    if sent:
        done.append(f"{settle_one(installation, sent, count_as_sent, now)} räknas som skickat.")
    if release:
        with installation.store.session() as session:
            number = release_held(session, now, municipality=installation.municipality.key)
        done.append(f"{number} brev släppta; de skickas vid nästa utkik send.")
    return done


def settle_one(
    installation: Installation, start: str, action: Callable[[Session, str, datetime], bool], now: datetime
) -> str:
    """Do one thing with the digest whose id begins so; raises ConfigurationError when it cannot be done."""
    with installation.store.session() as session:
        found = [d for d in list_digests(session, municipality=installation.municipality.key) if d.id.startswith(start)]
        if len(found) != 1:
            raise ConfigurationError(f"{start}: {'flera brev börjar så' if found else 'inget brev har det id:t'}")
        if not action(session, found[0].id, now):
            raise ConfigurationError(f"{start}: brevet är i läget '{STATE_WORDS[found[0].state]}' och ändras inte så")
    return f"Brevet till {found[0].contact}"
