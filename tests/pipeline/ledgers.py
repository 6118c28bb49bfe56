"""A small installation with letters in its ledger, for the tests of the ledger and what is built on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import formataddr
from pathlib import Path
from typing import Any

from pipeline.installation import Installation
from pipeline.settings import Settings
from store.claims import claim, settle
from store.db import Store
from store.digests import freeze_digest
from store.feedback import save_feedback
from store.items import upsert_items
from store.types import Answer, Delivery, Digest, DigestEntry, DigestState, Feedback, Item
from tests.pipeline.making import municipality

NOW = datetime(2026, 8, 24, 5, 0, tzinfo=UTC)  # Monday of week 35, 07:00 in Stockholm
KEY = "provköping"


def make_installation(store: Store, home: Path) -> Installation:
    """Return Provköping with this store."""
    return Installation(Settings(home=home), store, municipality())


def letter(contact: str, role: str, text: str = "Hej") -> bytes:
    """Return a message as it is frozen: both parts in UTF-8."""
    return (
        f"From: Samordnaren <samordnare@example.org>\r\nTo: {formataddr((role, contact))}\r\nSubject: Veckan\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{text}\r\n"
    ).encode()


def sent_digest(store: Store, name: str, *, keys: tuple[str, ...] = (), **fields: Any) -> Digest:
    """Put a digest in the outbox, send it at its time, and return it."""
    values: dict[str, Any] = {
        "id": name,
        "municipality": KEY,
        "contact": "skola@example.org",
        "week": "2026-W35",
        "units": ("skola",),
        "subject": "Veckan",
        "message_id": f"<{name}@provkoping.example.org>",
        "message": letter(fields.get("contact", "skola@example.org"), "kontaktperson för skolan"),
        "state": DigestState.QUEUED,
        "created_at": NOW,
        "entries": tuple(
            DigestEntry(source="cellar", key=key, section="law", position=place, because="skola", content_hash="h")
            for place, key in enumerate(keys, start=1)
        ),
    }
    digest = Digest(**values | fields)
    with store.session() as session:
        assert freeze_digest(session, digest)
        claim(session, name, digest.created_at)
        at = digest.created_at + timedelta(minutes=1)
        settle(session, Delivery(digest_id=name, at=at, transport="smtp", state=DigestState.SENT, code=250))
    return digest


def fill_ledger(store: Store, make_item: Callable[..., Item]) -> None:
    """Store two items and three letters about them, one of which has been answered."""
    items = [
        make_item(key="32026L0001", title="Direktiv om skolmat", url="https://example.org/mat/"),
        make_item(key="32026L0002", title="=HYPERLINK(1) om badvatten", url="https://example.org/bad"),
    ]
    with store.session() as session:
        upsert_items(session, items, now=NOW - timedelta(days=3))
    sent_digest(store, "d1", keys=("32026L0001", "32026L0002"))
    vatten = {"contact": "vatten@example.org", "units": ("vatten",)}
    sent_digest(store, "d2", keys=("32026L0002",), **vatten, message=letter("vatten@example.org", "VA-chefen"))
    sent_digest(store, "d3", week="2026-W36", created_at=NOW + timedelta(days=7))
    with store.session() as session:
        save_feedback(session, Feedback(digest_id="d1", source="cellar", key="32026L0001", answer=Answer.ACT, at=NOW))
