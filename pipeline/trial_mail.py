"""A letter that only tries whether letters arrive: to one person of the organisation, kept nowhere."""

from __future__ import annotations

import uuid
from datetime import datetime

from pipeline.identity import mail_sender, reply_address
from pipeline.installation import Installation, transport_of
from pipeline.message import Envelope, Rendered, build_message, to_bytes
from pipeline.transport import Transport
from store.errors import DeliveryError
from store.types import Digest, DigestState

SUBJECT = "Prov: så här kommer Utkiks brev"
TEXT = """\
Det här är ett prov från Utkik. Kommer det fram gör veckans brev det också.

Du får det som {role}. Du behöver inte svara.
"""
_LOGIN = (530, 534, 535, 538)
_NO_SUCH_ADDRESS = (550, 551, 553)


def send_trial(
    installation: Installation, email: str, role: str, *, now: datetime, transport: Transport | None = None
) -> None:
    """Send the letter the way digests go; raises DeliveryError, or ConfigurationError when no way is set."""
    municipality, settings = installation.municipality, installation.settings
    digest_id = f"prov{uuid.uuid4().hex[:16]}"
    text = TEXT.format(role=role)
    paragraphs = "".join(
        f"<p>{part.strip()}</p>" for part in text.replace("&", "&amp;").replace("<", "&lt;").split("\n\n")
    )
    envelope = Envelope(
        digest_id=digest_id,
        installation="0" * 12,
        domain=municipality.domain,
        short=municipality.short,
        sender=mail_sender(settings, municipality),
        sender_name=municipality.mail.name,
        recipient=email,
        recipient_name=role,
        coordinator=reply_address(municipality),
        date=now,
    )
    html = f'<!doctype html><html lang="sv"><head><title>{SUBJECT}</title></head><body>{paragraphs}</body></html>'
    message = to_bytes(build_message(Rendered(subject=SUBJECT, text=text, html=html), envelope))
    digest = Digest(
        id=digest_id,
        municipality=municipality.key,
        contact=email,
        week="prov",
        units=(),
        subject=SUBJECT,
        message_id=envelope.message_id,
        message=message,
        state=DigestState.QUEUED,
        created_at=now,
    )
    way = transport or transport_of(settings, municipality)
    try:
        way.deliver(digest, sender=envelope.sender, before_data=lambda: None)
    finally:
        way.close()


def fault_in_words(error: DeliveryError, transport: str) -> str:
    """Return in Swedish why the letter did not leave; the server's own words are for the log."""
    if transport == "folder":
        return "Mappen för breven går inte att skriva i."
    code = f" Servern svarade {error.code}." if error.code else ""
    if error.code in _LOGIN:
        return f"E-postservern godtog inte inloggningen. Kontrollera namn och lösenord.{code}"
    if error.code in _NO_SUCH_ADDRESS:
        return f"E-postservern säger att adressen inte finns eller inte får användas.{code}"
    if error.unclear:
        return "E-postservern svarade inte efter att brevet lämnats över. Se efter om det kom fram."
    if error.stops_batch and error.permanent and not error.code:
        return "E-postserverns certifikat eller kryptering duger inte. Kontrollera servernamn och säkerhet."
    if error.stops_batch and not error.code:
        return "E-postservern går inte att nå. Kontrollera namn, port och säkerhet."
    return f"E-postservern tog inte emot brevet.{code}"
