"""What residents are shown: items that the coordinator has approved, in plain words, with what the municipality did."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from crawlers.dates import STOCKHOLM
from pipeline.candidate import ItemId
from pipeline.deadline_wording import role_in_words
from pipeline.letter_item import TITLE, safe_link
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.wording import clean, kind_in_words, shortened, upper_first
from store.actions import list_actions
from store.assessments import get_assessments
from store.db import Session
from store.items import get_items
from store.publications import (
    get_publication,
    list_publications,
    moments_published,
    save_publication,
    withdraw_publication,
)
from store.types import Action, Assessment, Publication, StoredItem

LONGEST_MEANING = 600  # characters: a few sentences
SHORTEST_MEANING = 15
_NAMESPACE = uuid.UUID("6f0ddc1c-6b5a-4b3c-9a0c-2f5f0a3f8d11")  # ours, never changed: addresses and feed ids rest on it


@dataclass(frozen=True, slots=True)
class Deed:
    """What the municipality has done about an item."""

    title: str
    outcome: str
    by: str
    on: datetime


@dataclass(frozen=True, slots=True)
class LastDay:
    """A day that is to come, with what is to be done by then."""

    words: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An item as residents see it: nothing of how it was ranked, ruled on or who was told."""

    id: str
    title: str
    language: str  # of the title, when it is not Swedish
    kind: str
    publisher: str
    url: str
    meaning: str
    published_at: datetime
    updated_at: datetime
    days: tuple[LastDay, ...]
    deeds: tuple[Deed, ...]

    @property
    def published_on(self) -> date:
        """The Swedish day it was published on."""
        return self.published_at.astimezone(STOCKHOLM).date()

    @property
    def uri(self) -> str:
        """The name of the item in feeds and files, the same for ever."""
        return f"urn:uuid:{self.id}"


def publication_id(municipality: str, item: ItemId) -> str:
    """Return the id of the item's publication: the same however often it is withdrawn and shown again."""
    return str(uuid.uuid5(_NAMESPACE, "\n".join((municipality, *item))))


def publication_of(session: Session, municipality: Municipality, item: ItemId) -> Publication | None:
    """Return the item's publication, withdrawn or not."""
    return get_publication(session, publication_id(municipality.key, item))


def has_meaning(text: str) -> bool:
    """Tell whether the text is a sentence or a few, as what residents are told must be."""
    return SHORTEST_MEANING <= len(text) <= LONGEST_MEANING


def publish(
    session: Session, municipality: Municipality, item: ItemId, meaning: str, *, by: str, now: datetime, deeds: bool
) -> Publication | None:
    """Show the item to residents, or change what is said of it; None when it is not stored."""
    if item not in get_items(session, [item]):
        return None
    before = publication_of(session, municipality, item)
    standing = before if before and before.withdrawn_at is None else None
    publication = Publication(
        id=publication_id(municipality.key, item),
        municipality=municipality.key,
        source=item[0],
        key=item[1],
        meaning=clean(meaning),
        published_at=standing.published_at if standing else now,
        changed_at=now,
        by=by,
        shows_actions=deeds,
    )
    if standing != replace(publication, changed_at=standing.changed_at if standing else now):
        save_publication(session, publication)
    return publication


def withdraw(session: Session, municipality: Municipality, item: ItemId, now: datetime) -> bool:
    """Show the item to residents no more; False when it was not shown."""
    publication = publication_of(session, municipality, item)
    if publication is None or publication.withdrawn_at:
        return False
    withdraw_publication(session, publication.id, now)
    return True


def shown(session: Session, municipality: Municipality, name: str, today: date) -> Shown | None:
    """Return the publication with the id as residents see it; None when there is none or it is withdrawn."""
    found = get_publication(session, name)
    if found is None or found.withdrawn_at or found.municipality != municipality.key:
        return None
    return next(_shown(session, municipality, [found], today), None)


def shown_list(
    session: Session, municipality: Municipality, today: date, *, month: str = "", limit: int | None = None
) -> list[Shown]:
    """Return what residents are shown, newest first; of one month ("2026-11") when it is named."""
    since, until = month_bounds(month) if month else (None, None)
    found = list_publications(session, municipality.key, since=since, until=until, limit=limit)
    return list(_shown(session, municipality, found, today))


def months(session: Session, municipality: Municipality) -> dict[str, int]:
    """Return the months in which something was published, newest first, with how much."""
    counted: dict[str, int] = {}
    for moment in moments_published(session, municipality.key):
        name = f"{moment.astimezone(STOCKHOLM):%Y-%m}"
        counted[name] = counted.get(name, 0) + 1
    return counted


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """Return the moments at which a month begins and ends in Sweden; raises ValueError for what is no month."""
    begins = datetime.strptime(month, "%Y-%m").replace(tzinfo=STOCKHOLM)
    ends = (begins.replace(day=28) + timedelta(days=5)).replace(day=1)
    return begins, ends


def _shown(session: Session, municipality: Municipality, found: Sequence[Publication], today: date) -> Iterator[Shown]:
    keys = [(one.source, one.key) for one in found]
    items, assessments = get_items(session, keys), get_assessments(session, keys)
    done = _done(session, municipality, [(one.source, one.key) for one in found if one.shows_actions])
    for one in found:
        key = (one.source, one.key)
        if key in items:
            yield _as_shown(one, items[key], assessments.get(key), tuple(done.get(key, ())), today)


def _done(session: Session, municipality: Municipality, keys: Sequence[ItemId]) -> dict[ItemId, list[Deed]]:
    if not keys:
        return {}
    done: dict[ItemId, list[Deed]] = {}
    for action in list_actions(session, municipality.key, state="done", keys=keys):
        done.setdefault((action.source, action.key), []).append(_deed(action, municipality))
    return {key: sorted(deeds, key=lambda deed: deed.on) for key, deeds in done.items()}


def _deed(action: Action, municipality: Municipality) -> Deed:
    unit = municipality.units.get(action.unit)
    by = unit.name if unit and action.unit != COORDINATOR else municipality.name
    return Deed(clean(action.title), clean(action.outcome), by, action.changed_at or action.created_at)


def _as_shown(
    one: Publication, stored: StoredItem, assessment: Assessment | None, deeds: tuple[Deed, ...], today: date
) -> Shown:
    item = stored.item
    language = (assessment.language if assessment else "") or item.language
    days = {LastDay(upper_first(role_in_words(d.role, item.kind)), d.on) for d in item.deadlines if d.on >= today}
    return Shown(
        id=one.id,
        title=shortened(clean(item.title), TITLE) or "(utan rubrik)",
        language=language if language != "sv" else "",
        kind=kind_in_words(item),
        publisher=clean(item.publisher) or item.source,
        url=safe_link(item.url),
        meaning=one.meaning,
        published_at=one.published_at,
        updated_at=max((one.changed_at, *(deed.on for deed in deeds))),
        days=tuple(sorted(days, key=lambda day: (day.on, day.words))),
        deeds=deeds,
    )
