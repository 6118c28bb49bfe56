"""A letter as an e-mail: three rendered files, one message whose bytes never change."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import datetime
from email import quoprimime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipeline.letter import Letter
from pipeline.letter_item import Day
from pipeline.wording import clean, shortened, upper_first

LINE = 72  # of the text part: room for a few "> " before 78
LONGEST_SUBJECT = 150
LONGEST_NAME = 60
# Written as they are: folded or encoded, mail programs no longer find the addresses in them.
LITERAL_HEADERS = frozenset({"list-unsubscribe", "list-unsubscribe-post", "list-id", "message-id"})


class MailPolicy(EmailPolicy):
    """CRLF line ends, short encoded words as RFC 2047 wants them, and some headers left in one piece."""

    def fold(self, name: str, value: Any) -> str:
        """Return the header as it goes over the wire."""
        if name.lower() in LITERAL_HEADERS:
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the header as bytes."""
        if name.lower() in LITERAL_HEADERS:
            return self.fold(name, value).encode("ascii")
        return bytes(super().fold_binary(name, value))


LONGEST_LINE = 78  # on the wire
POLICY = MailPolicy(linesep=SMTP.linesep, max_line_length=LONGEST_LINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The three files of a message."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who writes to whom, and the identity that makes a repeat recognisable."""

    digest_id: str
    installation: str
    domain: str
    short: str  # the municipality
    sender: str
    recipient: str
    recipient_name: str
    coordinator: str
    date: datetime
    leave: str = ""  # the page that ends the letters, by one click too
    sender_name: str = ""

    @property
    def message_id(self) -> str:
        """The same for the same digest of the same installation, for ever."""
        return f"<utkik.{self.digest_id}.{self.installation[:12]}@{self.domain}>"


def render(letter: Letter) -> Rendered:
    """Return the letter's subject, text and HTML, the styles written into each tag."""
    environment = _environment()
    subject = environment.get_template("subject.txt.j2").render(letter=letter)
    text = environment.get_template("body.txt.j2").render(letter=letter)
    html = environment.get_template("body.html.j2").render(letter=letter)
    return Rendered(
        subject=shortened(clean(subject), LONGEST_SUBJECT),
        text=f"{text.strip()}\n",
        html=f"{_inliner().inline(html).strip()}\n",
    )


def build_message(rendered: Rendered, envelope: Envelope) -> EmailMessage:
    """Return the message, text part first; nothing in it depends on chance."""
    message = _head(rendered.subject, envelope)
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    message.set_boundary(_boundary(envelope))
    return message


def to_bytes(message: EmailMessage) -> bytes:
    """Return the message as it is stored and sent, with CRLF line ends."""
    return message.as_bytes(policy=POLICY)


def message_bytes(rendered: Rendered, envelope: Envelope) -> bytes:
    """Return what `to_bytes(build_message(…))` does, to the byte, in a fraction of the time.

    Most lines of a letter stand in thousands of others too, and the email package encodes each anew, three times over.
    """
    head, boundary = _head(rendered.subject, envelope), _boundary(envelope)
    head["MIME-Version"] = "1.0"
    head["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
    lines = [POLICY.fold_binary(name, value) for name, value in head.raw_items()]
    for kind, text, end in (("plain", rendered.text, b""), ("html", rendered.html, b"MIME-Version: 1.0\r\n")):
        lines.append(
            f'\r\n--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
            "Content-Transfer-Encoding: quoted-printable\r\n".encode()
        )
        lines += [end, b"\r\n", *(_quoted(line) for line in text.encode().splitlines())]
    return b"".join([*lines, f"\r\n--{boundary}--\r\n".encode()])


@lru_cache(maxsize=20_000)
def _quoted(line: bytes) -> bytes:
    """Return the line in quoted-printable, as the email package writes it."""
    encoded = quoprimime.body_encode(line.decode("latin-1"), LONGEST_LINE)
    return encoded.replace("\n", "\r\n").encode("ascii") + b"\r\n"


def _boundary(envelope: Envelope) -> str:
    return f"=_utkik_{envelope.digest_id}"


def _head(subject: str, envelope: Envelope) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(envelope.sender_name or f"Utkik {envelope.short}", envelope.sender)
    message["To"] = _address(envelope.recipient_name, envelope.recipient)
    message["Reply-To"] = _address("", envelope.coordinator)
    message["Subject"] = subject
    message["Date"] = envelope.date
    message["Message-ID"] = envelope.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, NRN, AutoReply, RN"
    message["List-Id"] = f"<omvarldsbrev.{envelope.domain}>"
    by_mail = f"<mailto:{envelope.coordinator}?subject={quote('Avsluta omvärldsbrevet')}>"
    message["List-Unsubscribe"] = f"<{envelope.leave}>, {by_mail}" if envelope.leave else by_mail
    if envelope.leave:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def _address(name: str, email: str) -> Address:
    user, _, domain = email.rpartition("@")
    return Address(shortened(clean(name), LONGEST_NAME), user, domain)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipeline", "templates/digest"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"wrap": wrap, "day_in_text": day_in_text, "upper_first": upper_first}
    return environment


@cache
def _inliner() -> CSSInliner:
    return CSSInliner(load_remote_stylesheets=False, keep_style_tags=False, keep_at_rules=False)


@lru_cache(maxsize=10_000)  # the same items stand in many letters
def wrap(text: str, indent: int = 0) -> str:
    """Return the text in short lines, those after the first indented."""
    lines = textwrap.wrap(text, LINE - indent, break_long_words=False, break_on_hyphens=False, replace_whitespace=False)
    return f"\n{' ' * indent}".join(lines)


def day_in_text(day: Day) -> str:
    """Return the day's words without markup."""
    return " ".join(part for part in (day.before, day.words, day.after) if part)
