"""Letters for the tests of the page, as the outbox holds them."""

from __future__ import annotations

from pipeline.message import Envelope, Rendered, build_message, to_bytes
from store.types import Digest, DigestEntry, DigestState
from tests.pipeline.making import NOW


def letter(
    name: str,
    *,
    contact: str,
    week: str,
    municipality: str = "provköping",
    units: tuple[str, ...] = ("skola",),
    entries: tuple[DigestEntry, ...] = (),
    text: str = "Hej.\n",
) -> Digest:
    """Return a letter that waits."""
    rendered = Rendered(subject=f"Brev till {contact.partition('@')[0]}", text=text, html=f"<p>{text}</p>\n")
    envelope = Envelope(
        digest_id=name,
        installation="prov",
        domain="example.org",
        short="Provköping",
        sender="samordnare@example.org",
        recipient="kontakt@example.org",
        recipient_name="kontaktperson för skolan",
        coordinator="samordnare@example.org",
        date=NOW,
    )
    return Digest(
        id=name,
        municipality=municipality,
        contact=contact,
        week=week,
        units=units,
        subject=rendered.subject,
        message_id=envelope.message_id,
        message=to_bytes(build_message(rendered, envelope)),
        state=DigestState.QUEUED,
        created_at=NOW,
        entries=entries,
    )
