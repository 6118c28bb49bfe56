"""A letter as an e-mail: three rendered files, one message whose bytes never change."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from datetime import datetime
from email import quoprimime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from css_inline import CSSInliner
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from pipeline.letter import Letter
from pipeline.letter_item import Day, LetterItem
from pipeline.wording import clean, shortened, upper_first

LINE = 72  # of the text part: room for a few "> " before 78
LONGEST_SUBJECT = 150
LONGEST_NAME = 60
ANSWER = "\x00"  # stands where an item's own page to answer on goes; no text of a letter has a control character

Answers = tuple[tuple[str, str], ...]
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
    boundary = _boundary(envelope)
    kind_of_all = f'multipart/alternative; boundary="{boundary}"'
    fields = (*_fields(rendered.subject, envelope), ("MIME-Version", "1.0"), ("Content-Type", kind_of_all))
    lines = [_folded(name, value) for name, value in fields]
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
    for name, value in _fields(subject, envelope):
        message[name] = value.address() if isinstance(value, Mailbox) else value
    return message


class Mailbox(NamedTuple):
    """A name and an address, which the email package's own address does not let itself be remembered by."""

    name: str
    email: str

    def address(self) -> Address:
        """Return it as the email package takes it."""
        user, _, domain = self.email.rpartition("@")
        return Address(shortened(clean(self.name), LONGEST_NAME), user, domain)


Field = tuple[str, "str | datetime | Mailbox"]


def _fields(subject: str, envelope: Envelope) -> list[Field]:
    by_mail = f"<mailto:{envelope.coordinator}?subject={quote('Avsluta omvärldsbrevet')}>"
    return [
        ("From", Mailbox(envelope.sender_name or f"Utkik {envelope.short}", envelope.sender)),
        ("To", Mailbox(envelope.recipient_name, envelope.recipient)),
        ("Reply-To", Mailbox("", envelope.coordinator)),
        ("Subject", subject),
        ("Date", envelope.date),
        ("Message-ID", envelope.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, NRN, AutoReply, RN"),
        ("List-Id", f"<omvarldsbrev.{envelope.domain}>"),
        ("List-Unsubscribe", f"<{envelope.leave}>, {by_mail}" if envelope.leave else by_mail),
        *([("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")] if envelope.leave else []),
    ]


@lru_cache(maxsize=1_000)  # most headers are the same in all letters of a municipality
def _folded(name: str, value: str | datetime | Mailbox) -> bytes:
    """Return the header as it goes over the wire; the email package refuses what could begin another."""
    message = EmailMessage(policy=POLICY)
    message[name] = value.address() if isinstance(value, Mailbox) else value
    [(_, held)] = message.raw_items()
    return POLICY.fold_binary(name, held)


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
    environment.globals["item_in"] = item_in
    return environment


def item_in(template: str, item: LetterItem, answers: Answers) -> str:
    """Return the item as the template shows it; only the page to answer on differs between its readers' letters."""
    if not item.answer:
        return _item_in(template, item, answers)
    block = _item_in(template, replace(item, answer=ANSWER), answers)
    is_html = isinstance(block, Markup)
    shown = block.replace(ANSWER, escape(item.answer) if is_html else item.answer)
    return Markup(shown) if is_html else shown  # noqa: S704 - a template's own, in which all else is escaped


@lru_cache(maxsize=2_000)  # the same items stand in many letters: 4 MB
def _item_in(template: str, item: LetterItem, answers: Answers) -> str:
    block = _environment().get_template(template).render(item=item, answers=answers).removesuffix("\n")
    return Markup(block) if template.endswith(".html.j2") else block  # noqa: S704 - likewise


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
