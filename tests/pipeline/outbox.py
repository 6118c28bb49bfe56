"""Digests in an outbox, for the tests of sending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from store.db import Store
from store.digests import freeze_digest, list_digests
from store.types import Digest, DigestState

NOW = datetime(2026, 8, 24, 5, 0, tzinfo=UTC)


def message_to(contact: str) -> bytes:
    """Return a message with all that transport can spoil: dots at line beginnings, long lines, both parts."""
    return (
        f"From: Utkik <utkik@mellerud.example.org>\r\nTo: {contact}\r\nSubject: Vecka 34\r\n"
        f"Message-ID: <{contact}>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        ".en punkt\r\n..tv=C3=A5\r\n.\r\nslut\r\n"
        "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "<p>=C3=A5=C3=A4=C3=B6</p>\r\n--b--\r\n"
    ).encode()


def fill_outbox(store: Store, count: int, *, contacts: Sequence[str] = ()) -> list[str]:
    """Put `count` digests in the outbox and return their contacts, in the order they are due."""
    contacts = list(contacts) or [f"kontakt{number:02}@mellerud.example.org" for number in range(count)]
    with store.session() as session:
        for contact in contacts:
            digest = Digest(
                id=contact.partition("@")[0],
                municipality="mellerud",
                contact=contact,
                week="2026-W34",
                units=("unit",),
                subject="Vecka 34",
                message_id=f"<{contact}>",
                message=message_to(contact),
                state=DigestState.QUEUED,
                created_at=NOW,
            )
            freeze_digest(session, digest)
    return contacts


def states(store: Store) -> dict[str, str]:
    """Return the state of every digest by its contact."""
    with store.reading() as session:
        return {digest.contact: digest.state.value for digest in list_digests(session)}


def in_state(store: Store, state: str) -> Sequence[str]:
    """Return the contacts whose digest is in the state."""
    return [contact for contact, found in states(store).items() if found == state]
