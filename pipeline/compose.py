"""Compose: route the week's items and freeze one digest per contact person."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawlers.catalogue import SourceFacts, facts
from crawlers.feed_catalogue import merged_feeds
from pipeline.attention import Attention, attention_of
from pipeline.candidate import Candidate, ItemId
from pipeline.candidates import read_candidates, read_history, verdicts_until
from pipeline.currency import Week
from pipeline.health import health_of
from pipeline.keys import load_keys
from pipeline.lateness import ON_TIME, Lateness
from pipeline.letter import write_letter
from pipeline.letter_links import LetterLinks
from pipeline.links import Links
from pipeline.message import Envelope, build_message, render, to_bytes
from pipeline.municipality import Municipality
from pipeline.readers import Contact, contacts_of
from pipeline.record import begin, complete
from pipeline.route import route_items
from pipeline.second_reading import needs_a_person, newest_run
from pipeline.selection import Selection, select_entries
from pipeline.settings import Settings
from pipeline.source_notes import SourceNotes, source_notes
from store.db import Session, Store
from store.digests import freeze_digest, list_digests
from store.routes import replace_routes
from store.runs import installation_id
from store.types import Digest, DigestEntry, DigestState, Route, Ruling, Run

logger = logging.getLogger(__name__)

LARGEST = 100_000  # bytes: Gmail cuts a message at 102 kB, and hides the end of it behind a link

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Everything that the digests of one municipality and week share."""

    municipality: Municipality
    settings: Settings
    installation: str
    week: str
    now: datetime
    candidates: Sequence[Candidate]
    routes: Sequence[Route]
    chosen: frozenset[ItemId]
    sources: SourceNotes
    attention: Attention
    regions: Mapping[str, str]
    links: Links | None = None  # to the installation's page, when it has one
    late: Lateness = ON_TIME


def compose(
    store: Store,
    municipality: Municipality,
    settings: Settings,
    *,
    week: str,
    now: datetime,
    progress: Progress | None = None,
    late: Lateness = ON_TIME,
) -> Run:
    """Freeze the digests that the week still lacks, and return the finished run.

    A contact person who has a digest for the week gets no other, whatever has come in since. `late` is told in them.
    """
    run = begin(store, "compose", week, now=now)
    existing, edition = _open_edition(store, municipality, settings, week, now)
    edition = replace(edition, late=late, attention=edition.attention.with_fault(late.matter))
    digests = _freeze(store, edition, _digests(store, edition, existing, progress))
    entries = sum(len(digest.entries) for digest in digests)
    counts = {"digests": len(digests), "entries": entries, "existing": len(existing), "routes": len(edition.routes)}
    return complete(store, run, now=now, counts=counts)


def build_digests(
    store: Store,
    municipality: Municipality,
    settings: Settings,
    *,
    week: str,
    now: datetime,
    progress: Progress | None = None,
) -> list[Digest]:
    """Return the digests that the week still lacks, without writing anything."""
    existing, edition = _open_edition(store, municipality, settings, week, now)
    return _digests(store, edition, existing, progress)


def _open_edition(
    store: Store, municipality: Municipality, settings: Settings, week: str, now: datetime
) -> tuple[set[str], Edition]:
    moment = Week(now)
    known = facts()
    with store.reading() as session:
        existing = {d.contact for d in list_digests(session, week=week, municipality=municipality.key)}
        verdicts = verdicts_until(session, municipality, moment)
        missing = any(contact.email not in existing for contact in contacts_of(municipality))
        candidates = read_candidates(session, municipality, verdicts, moment) if missing else []
        sources = health_of(session, settings)
        titles = _titles(known, settings)
        return existing, Edition(
            municipality=municipality,
            settings=settings,
            installation=installation_id(session),
            week=week,
            now=now,
            candidates=candidates,
            routes=route_items(candidates, municipality, verdicts, moment.today),
            chosen=frozenset(item for item, v in verdicts.items() if v.ruling is Ruling.SEND),
            sources=source_notes(sources, titles, now),
            attention=attention_of(session, sources, titles, municipality, now).with_fault(
                needs_a_person(newest_run(session), is_on=settings.second_reader.is_on)
            ),
            regions={source.name: source.region for source in known},
            links=links_of(settings),
        )


def links_of(settings: Settings) -> Links | None:
    """Return what makes links to the installation's page, None when it has no address that readers reach."""
    return Links(load_keys(settings.home), settings.web.address) if settings.web.address else None


def _titles(known: Sequence[SourceFacts], settings: Settings) -> dict[str, str]:
    """Return the names of sources, and of feeds as "feeds/name", that a reader knows them by."""
    feeds = merged_feeds({name: feed.model_dump(exclude_none=True) for name, feed in settings.feeds.items()})
    return {source.name: source.title.split(": ")[0] for source in known} | {
        f"feeds/{name}": str(table.get("title", name)) for name, table in feeds.items()
    }


def _digests(store: Store, edition: Edition, existing: set[str], progress: Progress | None) -> list[Digest]:
    contacts = [c for c in contacts_of(edition.municipality) if c.email not in existing]
    digests = []
    for number, contact in enumerate(contacts, start=1):
        with store.reading() as session:
            selection, week = _select(session, edition, contact)
        if selection.entries or reads_anyway(contact, edition):
            digests.append(_digest(edition, contact, selection, week))
        if progress:
            progress(number, len(contacts))
    return digests


def reads_anyway(contact: Contact, edition: Edition) -> bool:
    """Tell whether the reader gets a digest in an empty week too.

    All do but a coordinator without an own unit, who is written to when something needs a person.
    """
    municipality = edition.municipality
    people = [unit.contact.email for unit in municipality.units.values() if unit.contact]
    return contact.email in people or (contact.email == municipality.coordinator.email and edition.attention.is_needed)


def _select(session: Session, edition: Edition, contact: Contact) -> tuple[Selection, Week]:
    history = read_history(session, edition.municipality, contact.email)
    week = Week.since(edition.now, history.last)
    selection = select_entries(
        edition.candidates,
        edition.routes,
        contact,
        edition.municipality,
        week,
        history=history,
        chosen=edition.chosen,
        regions=edition.regions,
    )
    return selection, week


def _digest(edition: Edition, contact: Contact, selection: Selection, week: Week) -> Digest:
    """Return the reader's digest, with fewer entries when the message would grow too large."""
    while True:
        digest = _frozen(edition, contact, selection, week)
        if len(digest.message) <= LARGEST or len(selection.entries) <= 1:
            return digest
        logger.warning("digest for %s is %d bytes, entries are left out", contact.email, len(digest.message))
        selection = selection.shorter()


def _frozen(edition: Edition, contact: Contact, selection: Selection, week: Week) -> Digest:
    municipality = edition.municipality
    matters = edition.attention.matters if contact.email == municipality.coordinator.email else ()
    name = digest_id(edition.installation, municipality.key, contact.email, edition.week)
    links = LetterLinks(edition.links, name, edition.now) if edition.links else None
    letter = write_letter(
        selection, contact, municipality, week, edition.sources, edition.week, matters, edition.late, links
    )
    rendered = render(letter)
    envelope = Envelope(
        digest_id=name,
        installation=edition.installation,
        domain=municipality.domain,
        short=municipality.short,
        sender=edition.settings.mail.sender or municipality.coordinator.email,
        recipient=contact.email,
        recipient_name=contact.role,
        coordinator=municipality.coordinator.email,
        date=edition.now,
        leave=letter.leave,
    )
    return Digest(
        id=envelope.digest_id,
        municipality=municipality.key,
        contact=contact.email,
        week=edition.week,
        units=contact.units,
        subject=rendered.subject,
        message_id=envelope.message_id,
        message=to_bytes(build_message(rendered, envelope)),
        state=DigestState.QUEUED,
        created_at=edition.now,
        entries=_entries(selection),
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


def _freeze(store: Store, edition: Edition, digests: Sequence[Digest]) -> list[Digest]:
    """Store the week's routes, then each digest on its own, so that a cut leaves whole digests behind."""
    if not digests:
        return []
    with store.session() as session:
        replace_routes(session, edition.municipality.key, edition.week, edition.routes)
    frozen = []
    for digest in digests:
        with store.session(durable=True) as session:
            if freeze_digest(session, digest):
                frozen.append(digest)
    return frozen
