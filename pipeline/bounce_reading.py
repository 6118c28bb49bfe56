"""What a message that came back says: of which letter, and whether it will never arrive or only did not this time."""

from __future__ import annotations

import email
import email.policy
import hashlib
import re
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from flufl.bounce import all_failures

_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")
_QUOTED_ID = re.compile(r"^[ >\t]*Message-I[Dd]:\s*(<[^<>\s]+>)", re.MULTILINE | re.IGNORECASE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
# What a filter thinks of the letter says nothing of the mailbox.
_SPAM = re.compile(r"spam|blocked|blacklist|blocklist|reputation|junk|policy|dmarc|\bspf\b|dkim", re.IGNORECASE)
# A full mailbox, a message too large, no route or a name server that did not answer: all may be right next week.
_PASSING = ("5.2.2", "5.2.3", "5.3.4", "5.4.1", "5.4.4", "5.4.6", "5.4.7")
_POLICY = ("5.7.",)
_LONGEST = 2_000_000  # bytes of a message that are looked at; a notice quotes the letter at most once


class BounceKind(StrEnum):
    """What a message in the mailbox of returns means for the letter it is about."""

    HARD = "hard"  # the address does not exist, or takes no mail
    SOFT = "soft"  # not this time: full, away, judged as spam
    DELAYED = "delayed"  # the server is still trying
    DELIVERED = "delivered"  # a receipt
    REPLY = "reply"  # out of office and other answers by machine or person
    UNKNOWN = "unknown"  # no notice that anybody can read


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A message as read: what it means, and the Message-IDs of the letters that it may be about."""

    kind: BounceKind
    fingerprint: str
    letters: tuple[str, ...] = ()
    detail: str = ""  # Swedish, without addresses


def read_bounce(content: bytes) -> Bounce:
    """Return what a message of the mailbox says; any bytes give an answer, never an error."""
    message = email.message_from_bytes(content[:_LONGEST], policy=email.policy.compat32)
    fingerprint = hashlib.sha256(content).hexdigest()[:32]
    letters = original_ids(message)
    report = _reported(message)
    if report is not None:
        kind, status, words = report
    elif _is_reply(message):
        return Bounce(kind=BounceKind.REPLY, fingerprint=fingerprint)
    else:
        kind, status, words = _guessed(message)
    if kind is BounceKind.HARD and (
        status.startswith(_POLICY) or (not status.startswith("5.1.") and _SPAM.search(words))
    ):
        return Bounce(kind=BounceKind.SOFT, fingerprint=fingerprint, letters=letters, detail=_told("skräppost", status))
    return Bounce(kind=kind, fingerprint=fingerprint, letters=letters, detail=_told(_WORDS.get(kind, ""), status))


_WORDS = {BounceKind.HARD: "adressen finns inte eller tar inte emot", BounceKind.SOFT: "gick inte att lämna just nu"}


def _told(words: str, status: str) -> str:
    said = "bedömdes som skräppost eller oönskat" if words == "skräppost" else words
    return f"{said} ({status})" if status and said else said


def _reported(message: Message) -> tuple[BounceKind, str, str] | None:
    """Return kind, status and diagnostic words of a delivery status notification (RFC 3464), None when it is none.

    The worst recipient counts: one letter has one, and a forwarding server may add others.
    """
    found: list[tuple[BounceKind, str, str]] = []
    for part in message.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            blocks = part.get_payload()
            found += (
                [_of_recipient(block) for block in blocks if isinstance(block, Message) and block["action"]]
                if (isinstance(blocks, list))
                else []
            )
    order = [BounceKind.HARD, BounceKind.SOFT, BounceKind.DELAYED, BounceKind.DELIVERED, BounceKind.UNKNOWN]
    return min(found, key=lambda one: order.index(one[0]), default=None)


def _of_recipient(block: Message) -> tuple[BounceKind, str, str]:
    action = str(block["action"]).strip().lower()
    words = str(block["diagnostic-code"] or "")
    stated = _STATUS.search(str(block["status"] or ""))
    precise = _STATUS.search(words)  # servers write 5.0.0 as status and the real code in the words
    status = stated[1] if stated else ""
    if precise and (not status or status.endswith(".0.0")):
        status = precise[1]
    if action == "failed":
        return (BounceKind.SOFT if _is_passing(status) else BounceKind.HARD), status, words
    kinds = {"delayed": BounceKind.DELAYED, "delivered": BounceKind.DELIVERED, "relayed": BounceKind.DELIVERED}
    return kinds.get(action, BounceKind.UNKNOWN), status, words


def _is_passing(status: str) -> bool:
    return status.startswith("4.") or status in _PASSING


def _is_reply(message: Message) -> bool:
    """Tell whether a person or a program answered the letter, by RFC 3834 and what is older than it."""
    automatic = str(message["auto-submitted"] or "").lower().startswith("auto-replied")
    headers = (
        "x-autoreply",
        "x-autorespond",
        "x-autoresponse",
        "x-auto-response-suppress",
        "x-ms-exchange-inbox-rules-loop",
    )
    subject = str(message["subject"] or "").lower()
    spoken = subject.startswith(
        ("autosvar", "automatiskt svar", "automatic reply", "out of office", "frånvaro", "sv:", "re:")
    )
    is_from_server = "mailer-daemon" in str(message["from"] or "").lower() or str(message["return-path"] or "") == "<>"
    return not is_from_server and (automatic or spoken or any(message[name] for name in headers))


def _guessed(message: Message) -> tuple[BounceKind, str, str]:
    """Return what the notices of older servers say, which state nothing in a form of their own."""
    text = "\n".join(_texts(message))
    status = found[1] if (found := _STATUS.search(text)) else ""
    try:
        passing, lasting = all_failures(message)
    except Exception:  # a library's guess at bytes from strangers must not stop the reading of the rest
        return BounceKind.UNKNOWN, "", ""
    if lasting and not _is_passing(status):
        return BounceKind.HARD, status, text
    return (BounceKind.SOFT, status, text) if passing or lasting else (BounceKind.UNKNOWN, "", "")


def _texts(message: Message) -> list[str]:
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    return [_decoded(part) for part in parts]


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def original_ids(message: Message) -> tuple[str, ...]:
    """Return the Message-IDs that the message quotes: of the letter attached, of its headers, and of its references."""
    found: list[str] = []
    for part in message.walk():
        if part is not message and part["message-id"]:
            found += _ID.findall(str(part["message-id"]))
    for text in _texts(message):
        found += _QUOTED_ID.findall(text)
    for name in ("original-message-id", "in-reply-to", "references"):
        found += _ID.findall(str(message[name] or ""))
    return tuple(dict.fromkeys(found))
