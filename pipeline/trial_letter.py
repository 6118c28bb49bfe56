"""A trial letter to whoever asks for it: shows that mail leaves the installation, and is no part of the outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from crawlers.dates import STOCKHOLM
from pipeline.background import Task
from pipeline.identity import mail_of, mail_sender, reply_address
from pipeline.installation import Installation, transport_of
from pipeline.message import Envelope, Rendered, build_message, to_bytes
from pipeline.send import sender_of, state_after
from pipeline.send_wording import detail
from pipeline.week import iso_week
from store.errors import ConfigurationError, DeliveryError
from store.runs import installation_id
from store.types import Digest, DigestState

TRIAL = "trial"  # name of the task
FOLDER = "prov"  # stands after the week where letters are written to a folder


def address_of(name: str, otherwise: str) -> str:
    """Return the account's name when it is an address, else the coordinator's."""
    try:
        return validate_email(name, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        return otherwise


def sending_of_trial(installation: Installation, recipient: str, now: datetime) -> Callable[[Task], str]:
    """Return the work that sends a trial letter to the address and tells how that went."""

    def work(task: Task) -> str:
        transport = transport_of(installation.settings, installation.municipality)
        task.step("Skickar provet")
        letter = trial_letter(installation, recipient, now)
        try:
            transport.deliver(letter, sender=sender_of(letter), before_data=lambda: None)
        except DeliveryError as error:
            state = state_after(error, tried_for=timedelta(0))
            raise ConfigurationError(f"Provet kom inte iväg: {detail(state, error, transport.name)}.") from error
        finally:
            transport.close()
        place = f" Det ligger i {installation.settings.outbox}." if transport.name == "folder" else ""
        return f"Provet till {recipient} är lämnat.{place}"

    return work


def trial_letter(installation: Installation, recipient: str, now: datetime) -> Digest:
    """Return the letter, with the same sender, headers and parts as a real one.

    One long function, because it is a list of the fields of three values.
    """
    municipality = installation.municipality
    mail = mail_of(installation.settings, municipality)
    with installation.store.reading() as session:
        name = installation_id(session)
    told = {
        "municipality": municipality.name,
        "at": f"{now.astimezone(STOCKHOLM):%Y-%m-%d %H.%M}",
        "server": mail.host if mail.transport == "smtp" else "",
    }
    environment = _environment()
    rendered = Rendered(
        subject=f"Prov från Utkik, {municipality.short}",
        text=environment.get_template("body.txt.j2").render(told),
        html=environment.get_template("body.html.j2").render(told),
    )
    identity = hashlib.sha256(f"{name}\n{recipient}\n{now.isoformat()}".encode()).hexdigest()[:20]
    envelope = Envelope(
        digest_id=identity,
        installation=name,
        domain=municipality.domain,
        short=municipality.short,
        sender=mail_sender(installation.settings, municipality),
        sender_name=municipality.mail.name,
        recipient=recipient,
        recipient_name="",
        coordinator=reply_address(municipality),
        date=now,
    )
    return Digest(
        id=identity,
        municipality=municipality.key,
        contact=recipient,
        week=f"{iso_week(now)}-{FOLDER}",
        units=(),
        subject=rendered.subject,
        message_id=envelope.message_id,
        message=to_bytes(build_message(rendered, envelope)),
        state=DigestState.QUEUED,
        created_at=now,
    )


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("pipeline", "templates/trial"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
