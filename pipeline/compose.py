"""Compose: route the week's items and freeze one digest per contact person."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.attention import ALONE, Beside
from pipeline.candidates import read_history
from pipeline.currency import Week
from pipeline.current_items import CurrentItems
from pipeline.edition import Edition, open_edition
from pipeline.engine import LOCAL, Engine
from pipeline.identity import mail_sender, reply_address
from pipeline.lateness import ON_TIME, Lateness
from pipeline.letter import Extras, Letter, write_letter
from pipeline.letter_item import named_link
from pipeline.letter_links import LetterLinks
from pipeline.message import Envelope, message_bytes, render
from pipeline.municipality import Municipality
from pipeline.readers import Contact
from pipeline.record import begin, complete
from pipeline.selection import Selection, select_entries
from pipeline.settings import Settings
from store.db import Session, Store
from store.digests import freeze_digest
from store.routes import replace_routes
from store.told import told_in_notices
from store.types import Digest, DigestEntry, DigestState, Run

logger = logging.getLogger(__name__)

FAR = 10  # letters at a time for a worker: some tenths of a second
LARGEST = 100_000  # bytes: Gmail cuts a message at 102 kB, and hides the end of it behind a link

Progress = Callable[[int, int | None], None]


def compose(
    store: Store,
    municipality: Municipality,
    settings: Settings,
    *,
    week: str,
    now: datetime,
    progress: Progress | None = None,
    late: Lateness = ON_TIME,
    beside: Beside = ALONE,
    engine: Engine = LOCAL,
    items: CurrentItems | None = None,
) -> Run:
    """Freeze the digests that the week still lacks, and return the finished run.

    A contact person who has a digest for the week gets no other, whatever has come in since. `late` is told in them,
    `beside` decides what else the coordinator is told, and `items` are shared with other municipalities.
    """
    run = begin(store, "compose", week, now=now)
    edition = open_edition(store, municipality, settings, week=week, now=now, late=late, beside=beside, items=items)
    digests = _digests(store, edition, progress, engine)
    if digests:
        with store.session() as session:
            replace_routes(session, municipality.key, week, edition.routes)
    frozen = freeze(store, digests)
    counts = {
        "digests": len(frozen),
        "entries": sum(len(digest.entries) for digest in frozen),
        "existing": len(edition.existing),
        "routes": len(edition.routes),
    }
    return complete(store, run, now=now, counts=counts)


def build_digests(
    store: Store,
    municipality: Municipality,
    settings: Settings,
    *,
    week: str,
    now: datetime,
    progress: Progress | None = None,
    beside: Beside = ALONE,
) -> list[Digest]:
    """Return the digests that the week still lacks, without writing anything."""
    edition = open_edition(store, municipality, settings, week=week, now=now, beside=beside)
    return _digests(store, edition, progress, LOCAL)


def _digests(store: Store, edition: Edition, progress: Progress | None, engine: Engine) -> list[Digest]:
    """Choose here, where the database is, and write where the engine does: one letter at a time, or many far away."""
    lacking, size = edition.lacking, 1 if engine.is_here else FAR
    shared = edition.for_writing()

    def chosen() -> Iterator[Letters]:
        for start in range(0, len(lacking), size):
            with store.reading() as session:
                plans = [(contact, *select(session, edition, contact)) for contact in lacking[start : start + size]]
            yield Letters(shared, [p for p in plans if p[1].entries or reads_anyway(p[0], edition)])

    digests: list[Digest] = []
    for number, answer in enumerate(engine.map(WriteLetters(), chosen()), start=1):
        digests += answer
        if progress:
            progress(min(number * size, len(lacking)), len(lacking))
    return digests


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters to be written: what they share, and of each its reader, what is told and how far back."""

    edition: Edition
    plans: list[tuple[Contact, Selection, Week, Extras]]


@dataclass(frozen=True, slots=True)
class WriteLetters:
    """The writing of some letters, for an engine."""

    waits: bool = False

    def ready(self) -> Callable[[Letters], list[Digest]]:
        """Return the function."""
        return write_letters


def write_letters(letters: Letters) -> list[Digest]:
    """Return the letters, written."""
    return [written(letters.edition, *plan) for plan in letters.plans]


def reads_anyway(contact: Contact, edition: Edition) -> bool:
    """Tell whether the reader gets a digest in an empty week too.

    All do but a coordinator without an own unit, who is written to when something needs a person, or every week when
    the municipality's file asks for a summary.
    """
    if not contact.coordinates:
        return True
    own = [unit for unit in contact.units if unit in edition.municipality.units and unit not in contact.instead]
    asked = edition.municipality.coordinator.summary and bool(edition.summary)
    return bool(own) or edition.attention.is_needed or asked


def select(session: Session, edition: Edition, contact: Contact) -> tuple[Selection, Week, Extras]:
    """Return what the reader is shown, how far back news reaches for it, and what else its letter tells."""
    history = read_history(session, edition.municipality, contact.email)
    week = Week.since(edition.now, history.last)
    selection = select_entries(
        edition.offered,
        contact,
        edition.municipality,
        week,
        history=history,
        chosen=edition.chosen,
        regions=edition.regions,
    )
    noticed = told_in_notices(session, edition.municipality.key, contact.email, history.last)
    shown = {candidate.id for _, _, candidate in selection.numbered()}
    already = tuple(
        named_link(candidate, week.today)
        for candidate in (edition.candidates if noticed else ())
        if candidate.id in noticed and candidate.id not in shown and candidate.next_answer_day(week.today)
    )
    return (
        selection,
        week,
        Extras(
            late=edition.late,
            already=already,
            matters=edition.attention.matters if contact.coordinates else (),
            summary=_summary(edition) if contact.coordinates else (),
        ),
    )


def _summary(edition: Edition) -> tuple[str, ...]:
    """Return how the last letters fared; a coordinator that asks for it is told what stands in calm weeks too."""
    asked = edition.municipality.coordinator.summary and edition.summary and not edition.attention.is_needed
    return (*edition.summary, *(edition.attention.standing if asked else ()))


def written(edition: Edition, contact: Contact, selection: Selection, week: Week, extras: Extras) -> Digest:
    """Return the reader's letter, with fewer entries when the message would grow too large."""
    while True:
        digest = _frozen(edition, contact, selection, week, extras)
        if len(digest.message) <= LARGEST or len(selection.entries) <= 1:
            return digest
        size = len(digest.message)
        logger.warning("the digest is %d bytes, entries are left out", size, extra={"digest": digest.id})
        selection = selection.shorter()


def _frozen(edition: Edition, contact: Contact, selection: Selection, week: Week, extras: Extras) -> Digest:
    municipality = edition.municipality
    name = digest_id(edition.installation, municipality.key, contact.email, edition.week)
    links = LetterLinks(edition.links, name, edition.now) if edition.links else None
    letter = write_letter(selection, contact, municipality, week, edition.sources, edition.week, extras, links=links)
    rendered = render(letter)
    envelope = _envelope(edition, contact, name, letter)
    return Digest(
        id=name,
        municipality=municipality.key,
        contact=contact.email,
        week=edition.week,
        units=contact.units,
        subject=rendered.subject,
        message_id=envelope.message_id,
        message=message_bytes(rendered, envelope),
        state=DigestState.QUEUED,
        created_at=edition.now,
        entries=_entries(selection),
    )


def _envelope(edition: Edition, contact: Contact, name: str, letter: Letter) -> Envelope:
    municipality = edition.municipality
    return Envelope(
        digest_id=name,
        installation=edition.installation,
        domain=municipality.domain,
        short=municipality.short,
        sender=mail_sender(edition.settings, municipality),
        sender_name=municipality.mail.name,
        recipient=contact.email,
        recipient_name=contact.role,
        coordinator=reply_address(municipality),
        date=edition.now,
        leave=letter.leave,
    )


def digest_id(installation: str, municipality: str, contact: str, week: str) -> str:
    """Return the id that the same digest always has, so that a repeat can be recognised."""
    name = "\n".join([installation, municipality, contact, week])
    return hashlib.sha256(name.encode()).hexdigest()[:20]


def _entries(selection: Selection) -> tuple[DigestEntry, ...]:
    """Return what is told, also what stands as a link under another item of its thread: it is not told again."""
    return tuple(
        DigestEntry(
            source=candidate.item.source,
            key=candidate.item.key,
            section=entry.section,
            position=position,
            because=entry.routes[0].because,
            content_hash=candidate.stored.content_hash,
        )
        for position, entry, candidate in selection.numbered()
    )


def freeze(store: Store, digests: Sequence[Digest]) -> list[Digest]:
    """Store each letter on its own, so that a cut leaves whole ones behind, and return those that were new."""
    frozen = []
    for digest in digests:
        with store.session(durable=True) as session:
            if freeze_digest(session, digest):
                frozen.append(digest)
    return frozen
