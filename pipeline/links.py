"""Signed links of the letters: what a token says, and why one is not accepted.

A token names a letter and a place in it, opens one door, and never logs anybody in. Each purpose has keys of its own,
so that a link to answer with cannot be made into one that ends the letters.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from itsdangerous import BadSignature
from itsdangerous.encoding import base64_decode, base64_encode

from pipeline.keys import Keys

logger = logging.getLogger(__name__)

ANSWER, UNSUBSCRIBE, UNIT = "answer", "unsubscribe", "unit"
CALENDAR, ACCOUNT_CALENDAR = "calendar", "account calendar"  # of a letter's reader; of an account, named in its place
PAGES = {ANSWER: "svar", UNSUBSCRIBE: "avsluta", UNIT: "min"}
# Answers are given within a quarter; the right to end the letters never ends, and a calendar is read until it is left.
AGES = {ANSWER: timedelta(days=90), UNIT: timedelta(days=90)}
LONGEST = 200  # characters: a longer token is none of ours, and is not worth computing anything for
EPOCH = date(2020, 1, 1)
_SAID = re.compile(
    r"(?P<version>[1-9]\d{0,3})\.(?P<digest>[0-9a-z]{1,40})\.(?P<position>0|[1-9]\d{0,3})\.(?P<day>\d{1,5})"
)


class LinkRefused(Exception):  # not an error of the tree: a page says the same whatever the reason
    """A token that is not accepted; the reason is for the log alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a token says: which digest, and which of its entries (0 for the digest as a whole)."""

    purpose: str
    digest_id: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the addresses of an installation's pages, and reads them back."""

    keys: Keys
    address: str  # https://utkik.provkoping.se, without a slash at the end

    def url(self, link: Link, now: datetime) -> str:
        """Return the address of the link's page."""
        return f"{self.address.rstrip('/')}/{PAGES[link.purpose]}/{sign(self.keys, link, now)}"


def sign(keys: Keys, link: Link, now: datetime) -> str:
    """Return the token: version of the key, digest, entry, day, signature."""
    number = keys.newest
    said = f"{number}.{link.digest_id}.{link.position}.{(_day(now) - EPOCH).days}"
    if not _SAID.fullmatch(said):
        raise ValueError(f"not to be signed: {said}")
    return keys.signer(link.purpose, number).sign(said).decode()


def read(keys: Keys, purpose: str, token: str, now: datetime) -> Link:
    """Return what the token says; raises LinkRefused when it is forged, altered, cut, expired or of another purpose."""
    said, _, signature = token.rpartition(".")
    found = _SAID.fullmatch(said) if len(token) <= LONGEST and token.isascii() else None
    if found is None or int(found["version"]) not in keys.by_number:
        raise _refused(purpose, "not of ours")
    try:
        keys.signer(purpose, int(found["version"])).unsign(token)
        # Base64 has spare bits and skips characters that are not its own: only one way of writing a signature counts.
        if base64_encode(base64_decode(signature)).decode() != signature:
            raise _refused(purpose, "signature written in another way")
    except BadSignature as error:
        raise _refused(purpose, "bad signature") from error
    age = timedelta(days=(_day(now) - EPOCH).days - int(found["day"]))
    if purpose in AGES and not timedelta(days=-1) <= age <= AGES[purpose]:
        raise _refused(purpose, "expired")
    return Link(purpose=purpose, digest_id=found["digest"], position=int(found["position"]))


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _refused(purpose: str, reason: str) -> LinkRefused:
    logger.warning("link of purpose %s refused: %s", purpose, reason)
    return LinkRefused(reason)
