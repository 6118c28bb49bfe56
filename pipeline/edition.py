"""What the letters of one municipality and period share, read from the store in one moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawlers.catalogue import SourceFacts, facts
from crawlers.feed_catalogue import merged_feeds
from pipeline.attention import ALONE, Attention, Beside, attention_of
from pipeline.candidate import Candidate, ItemId
from pipeline.candidates import read_candidates, verdicts_until
from pipeline.contact_faults import with_contacts
from pipeline.currency import LONGEST_CATCH_UP, Week
from pipeline.current_items import CurrentItems
from pipeline.health import health_of
from pipeline.identity import page_address
from pipeline.keys import load_keys
from pipeline.lateness import ON_TIME, Lateness
from pipeline.links import Links
from pipeline.municipality import Municipality
from pipeline.passing import answers_of, routed
from pipeline.readers import Contact, contacts_of
from pipeline.route import route_items
from pipeline.second_reading import needs_a_person, newest_run
from pipeline.selection import NOTHING_OFFERED, Offered, offered
from pipeline.settings import MailSettings, Settings
from pipeline.source_notes import SourceNotes, source_notes
from pipeline.week_summary import summary_of
from store.contacts import contact_states
from store.db import Store
from store.feedback import list_feedback
from store.runs import installation_id
from store.told import contacts_told
from store.types import Route, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Everything that the letters of one municipality and period share."""

    municipality: Municipality
    settings: Settings
    installation: str
    week: str  # or the day of a notice
    now: datetime
    contacts: Sequence[Contact]
    existing: Collection[str]  # those who have their letter already
    candidates: Sequence[Candidate]
    routes: Sequence[Route]
    offered: Offered  # both, as each reader's letter is chosen from them
    chosen: frozenset[ItemId]
    sources: SourceNotes
    attention: Attention
    summary: tuple[str, ...]  # how the letters of the last week fared
    regions: Mapping[str, str]
    links: Links | None = None  # to the installation's page, when it has one
    late: Lateness = ON_TIME

    @property
    def lacking(self) -> list[Contact]:
        """The readers who have no letter of the period yet."""
        return [contact for contact in self.contacts if contact.email not in self.existing]

    def for_writing(self) -> Edition:
        """Return what the writing of a letter needs, which may be sent: no passwords, nor what nobody is shown.

        The keys of the links in it go along: without them no letter could carry any.
        """
        bare = Settings(home=self.settings.home, mail=MailSettings(sender=self.settings.mail.sender))
        return replace(
            self, settings=bare, existing=(), candidates=(), routes=(), offered=NOTHING_OFFERED, chosen=frozenset()
        )


def open_edition(
    store: Store,
    municipality: Municipality,
    settings: Settings,
    *,
    week: str,
    now: datetime,
    late: Lateness = ON_TIME,
    beside: Beside = ALONE,
    items: CurrentItems | None = None,
) -> Edition:
    """Return what the letters of the period share, as of one moment of the database.

    `items` are those that the other municipalities of the same step read, when there are any. One long function,
    because everything is read in one transaction, and each line fills a field.
    """
    moment = Week(now)
    known = facts()
    titles = _titles(known, settings)
    with store.reading() as session:
        existing = contacts_told(session, municipality.key, week)
        states = contact_states(session, municipality.key)
        contacts = contacts_of(municipality, states, moment.today)
        verdicts = verdicts_until(session, municipality, moment)
        answers = answers_of(
            list_feedback(session, municipality=municipality.key, since=now - LONGEST_CATCH_UP), municipality
        )
        missing = any(contact.email not in existing for contact in contacts)
        candidates = (
            read_candidates(session, municipality, verdicts, moment, also=answers.items, items=items) if missing else []
        )
        routes = route_items(candidates, municipality, verdicts, moment.today)
        routes = routed(routes, answers, municipality, verdicts, {candidate.id for candidate in candidates})
        sources = health_of(session, settings)
        attention = attention_of(session, sources, titles, municipality, now, beside)
        attention = with_contacts(attention, municipality, states, now)
        reader = newest_run(session) if beside.runs_all else None
        fault = needs_a_person(reader, is_on=settings.second_reader.is_on)
        return Edition(
            municipality=municipality,
            settings=settings,
            installation=installation_id(session),
            week=week,
            now=now,
            contacts=contacts,
            existing=existing,
            candidates=candidates,
            routes=routes,
            offered=offered(candidates, routes),
            chosen=frozenset(item for item, v in verdicts.items() if v.ruling is Ruling.SEND) | answers.items,
            sources=source_notes(sources, titles, now),
            attention=attention.with_fault(fault).with_fault(late.matter),
            summary=summary_of(session, municipality, week, now),
            regions={source.name: source.region for source in known},
            links=links_of(settings, municipality),
            late=late,
        )


def links_of(settings: Settings, municipality: Municipality) -> Links | None:
    """Return what makes links to the municipality's page, None when it has no address that readers reach."""
    address = page_address(settings, municipality)
    return Links(load_keys(settings.home), address) if address else None


def _titles(known: Sequence[SourceFacts], settings: Settings) -> dict[str, str]:
    """Return the names of sources, and of feeds as "feeds/name", that a reader knows them by."""
    feeds = merged_feeds({name: feed.model_dump(exclude_none=True) for name, feed in settings.feeds.items()})
    return {source.name: source.title.split(": ")[0] for source in known} | {
        f"feeds/{name}": str(table.get("title", name)) for name, table in feeds.items()
    }
