"""What came back from mail servers: read, tied to its letter, and told of the contact person."""

from __future__ import annotations

import logging
import mailbox
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pipeline.bounce_reading import Bounce, BounceKind, read_bounce
from pipeline.by_municipality import all_keys
from pipeline.installation import Installation
from store.bounces import letter_with, note_bounce
from store.contacts import contact_state, mark_contact
from store.db import Session
from store.digests import come_back
from store.errors import ConfigurationError
from store.types import ContactState, Digest, Reach

logger = logging.getLogger(__name__)

HARD_LIMIT = 2  # letters that came back for good
SOFT_LIMIT = 4  # weeks with letters that came back for the time being
COUNTED = (BounceKind.HARD, BounceKind.SOFT)


def take_in(installation: Installation, contents: Iterable[bytes], *, now: datetime) -> dict[str, int]:
    """Read messages that came back and return how many there were of each kind.

    Only a notice that names a letter of ours by its Message-ID counts: anybody can write that an address is gone.
    Reading the same message again changes nothing.
    """
    counts: dict[str, int] = {}
    for content in contents:
        bounce = read_bounce(content)
        said = bounce.kind.value
        if bounce.kind in COUNTED:
            with installation.store.session(durable=True) as session:
                said = _take_in_one(session, installation, bounce, now)
        counts[said] = counts.get(said, 0) + 1
    return counts


def _take_in_one(session: Session, installation: Installation, bounce: Bounce, now: datetime) -> str:
    digest = letter_with(session, all_keys(installation), bounce.letters)
    if digest is None:
        logger.warning("bounce %s names no letter of ours; ignored", bounce.fingerprint)
        return "foreign"
    if not note_bounce(session, bounce.fingerprint, digest.id, bounce.kind.value, now):
        return "known"
    is_first = come_back(session, digest.id, now, bounce.detail)
    if is_first:
        mark_contact(session, after_bounce(_state_of(session, digest, now), bounce, digest.week[:8], now))
    return bounce.kind.value if is_first else "known"


def _state_of(session: Session, digest: Digest, now: datetime) -> ContactState:
    known = contact_state(session, digest.municipality, digest.contact)
    return known or ContactState(municipality=digest.municipality, email=digest.contact, state=Reach.ACTIVE, since=now)


def after_bounce(before: ContactState, bounce: Bounce, week: str, now: datetime) -> ContactState:
    """Return the contact's state once a letter came back: not reached after two for good, or four weeks.

    Who has unsubscribed stays so: nothing more is sent either way.
    """
    hard = before.hard + (bounce.kind is BounceKind.HARD)
    soft = before.soft_weeks
    if bounce.kind is BounceKind.SOFT:
        soft = tuple(sorted({*soft, week}))
    counted = replace(before, hard=hard, soft_weeks=soft)
    if before.state is not Reach.ACTIVE or (hard < HARD_LIMIT and len(soft) < SOFT_LIMIT):
        return counted
    reason = f"{hard} brev kom tillbaka" if hard >= HARD_LIMIT else f"brev kom tillbaka {len(soft)} veckor"
    return replace(counted, state=Reach.UNREACHABLE, since=now, reason=f"når inte fram: {reason}, {bounce.detail}")


def messages_in(place: Path) -> Iterator[bytes]:
    """Yield the messages of a file, an mbox, a Maildir or a folder of .eml files; nothing in it is changed."""
    if not place.exists():
        raise ConfigurationError(f"{place} finns inte; ange en fil, en mbox, en Maildir eller en mapp med .eml-filer")
    if place.is_file():
        with place.open("rb") as file:
            is_mbox = file.read(5) == b"From "
        yield from _mbox(place) if is_mbox else [place.read_bytes()]
        return
    if (place / "cur").is_dir() and (place / "new").is_dir():
        for folder in ("new", "cur"):
            yield from (path.read_bytes() for path in sorted((place / folder).iterdir()) if path.is_file())
        return
    yield from (path.read_bytes() for path in sorted(place.rglob("*.eml")))


def _mbox(place: Path) -> Iterator[bytes]:
    box = mailbox.mbox(place, create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)
    finally:
        box.close()
