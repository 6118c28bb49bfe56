"""What the page of the letters shows: how they will leave, what has left, and what a person decides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawlers.dates import STOCKHOLM
from pipeline.by_municipality import lacking_digests
from pipeline.due import Slot
from pipeline.folder import file_stem, html_of
from pipeline.installation import Installation
from pipeline.ledger import role_of, text_of
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.outbox import STATE_WORDS
from pipeline.selection import SECTIONS
from pipeline.wording import clean, counted, day_in_words, listed
from store.db import Session
from store.digests import deliveries, get_digest, list_digests, weeks_told
from store.item_rows import Key
from store.items import get_items
from store.types import Delivery, Digest, DigestState

WEEKS = 26  # of the list to choose from
PREVIEW = "förhandsvisning"
UNKNOWN = "(posten är borttagen)"
_ID = re.compile(r"[0-9a-z]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An item as it stands in a letter."""

    item: Key
    title: str
    section: str
    because: str
    is_stored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """One letter of the list, written or as it would be written."""

    id: str
    contact: str
    role: str
    units: tuple[str, ...]
    period: str
    subject: str
    told: tuple[Told, ...]
    state: DigestState | None  # None of a preview
    state_words: str
    detail: str
    at: datetime | None
    next_try: datetime | None

    @property
    def is_notice(self) -> bool:
        """Whether it is a short letter of one day."""
        return len(self.period) > len("2026-W48")

    @property
    def may_be_sent_again(self) -> bool:
        """Whether a person may have it sent, or sent again."""
        return self.state in (DigestState.UNCLEAR, DigestState.HELD, DigestState.REFUSED, DigestState.BOUNCED)

    @property
    def may_count_as_sent(self) -> bool:
        """Whether a person may say that it has arrived."""
        return self.state in (DigestState.UNCLEAR, DigestState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """One letter whole: its row, both its parts, and what has been tried and decided."""

    row: LetterRow
    html: str
    text: str
    message: bytes
    file_name: str
    history: tuple[tuple[datetime, str, str], ...]  # when, what, and more


def letters_of_week(session: Session, municipality: Municipality, week: str) -> list[LetterRow]:
    """Return the letters that are written for the week and its days, those that need a person first."""
    periods = sorted(period for period in weeks_told(session, municipality.key) if period[:8] == week)
    found = [d for period in periods for d in list_digests(session, week=period, municipality=municipality.key)]
    rows = rows_of(session, municipality, found)
    return sorted(rows, key=lambda row: (not row.may_be_sent_again, row.is_notice, row.period, row.units, row.contact))


def rows_of(session: Session, municipality: Municipality, digests: Sequence[Digest]) -> list[LetterRow]:
    """Return a row for each letter; one whose id is not stored is a preview."""
    titles = _titles(session, digests)
    return [
        _row(municipality, digest, next(reversed(deliveries(session, digest.id)), None), titles) for digest in digests
    ]


def _titles(session: Session, digests: Sequence[Digest]) -> dict[Key, str]:
    keys = {(entry.source, entry.key) for digest in digests for entry in digest.entries}
    return {key: clean(stored.item.title) for key, stored in get_items(session, sorted(keys)).items()}


def _row(
    municipality: Municipality,
    digest: Digest,
    last: Delivery | None,
    titles: Mapping[Key, str],
    *,
    written: bool = True,
) -> LetterRow:
    return LetterRow(
        id=digest.id,
        contact=digest.contact,
        role=role_of(digest.message),
        units=tuple(unit_name(municipality, unit) for unit in digest.units),
        period=digest.week,
        subject=digest.subject,
        told=tuple(
            Told(
                item=(entry.source, entry.key),
                title=titles.get((entry.source, entry.key), UNKNOWN),
                section=SECTIONS.get(entry.section, ""),
                because=entry.because,
                is_stored=(entry.source, entry.key) in titles,
            )
            for entry in digest.entries
        ),
        state=digest.state if written else None,
        state_words=STATE_WORDS[digest.state] if written else PREVIEW,
        detail=last.detail if last else "",
        at=digest.settled_at or digest.created_at,
        next_try=digest.next_try,
    )


def unit_name(municipality: Municipality, unit: str) -> str:
    """Return the name of a unit, of the coordinator, or the key of a unit that is no longer in the file."""
    if unit == COORDINATOR:
        return "Samordnaren"
    known = municipality.units.get(unit)
    return known.name if known else unit


def preview_letters(installation: Installation, week: str, now: datetime) -> list[Digest]:
    """Return the letters that the week lacks as they would leave now; nothing is written."""
    return lacking_digests(installation, week=week, now=now)


def preview_rows(session: Session, municipality: Municipality, digests: Sequence[Digest]) -> list[LetterRow]:
    """Return a row for each letter that is not written."""
    titles = _titles(session, digests)
    return [_row(municipality, digest, None, titles, written=False) for digest in digests]


def view_letter(
    session: Session, municipality: Municipality, digest_id: str, previews: Sequence[Digest] = ()
) -> LetterView | None:
    """Return a letter of this municipality, as written or else among the previews; None when there is none."""
    if not _ID.fullmatch(digest_id):
        return None
    digest = get_digest(session, digest_id)
    if digest and digest.municipality != municipality.key:
        return None
    written = digest is not None
    found = digest or next((one for one in previews if one.id == digest_id), None)
    if found is None:
        return None
    tried = deliveries(session, found.id)
    return LetterView(
        row=_row(municipality, found, tried[-1] if tried else None, _titles(session, [found]), written=written),
        html=html_of(found.message),
        text=text_of(found.message),
        message=found.message,
        file_name=f"{found.week}-{file_stem(found.municipality, found.contact)}.eml",
        history=tuple((one.at, STATE_WORDS[one.state], one.detail) for one in tried),
    )


def weeks_to_show(session: Session, municipality: Municipality, week: str) -> list[str]:
    """Return the weeks that have letters, and the one that it is, newest first."""
    return sorted({week, *(period[:8] for period in weeks_told(session, municipality.key))}, reverse=True)[:WEEKS]


def told_slot(slot: str, now: datetime, *, composed: bool) -> str:
    """Return when letters leave by themselves next: "mån 30 nov 07.00"."""
    local = now.astimezone(STOCKHOLM)
    parsed = Slot.parse(slot)
    week = f"{local.isocalendar()[0]}-W{local.isocalendar()[1]:02d}"
    at = parsed.in_week(week)
    if composed or at <= local:
        following = datetime.fromordinal(at.date().toordinal() + 7).isocalendar()
        at = parsed.in_week(f"{following[0]}-W{following[1]:02d}")
    return f"{day_in_words(at.date(), local.date())} {at:%H.%M}"


def summary_words(rows: Sequence[LetterRow]) -> str:
    """Return "5 skickat, 1 oklart om det skickades": how many letters are in which state."""
    states: dict[str, int] = {}
    for row in rows:
        states[row.state_words] = states.get(row.state_words, 0) + 1
    return listed([f"{number} {words}" for words, number in states.items()]) if rows else ""


def told_contents(row: LetterRow) -> str:
    """Return "4 poster: Stänger snart 1, Nyheter 3"."""
    if not row.told:
        return "inga poster"
    sections: dict[str, int] = {}
    for told in row.told:
        sections[told.section or "Övrigt"] = sections.get(told.section or "Övrigt", 0) + 1
    parts = ", ".join(f"{name} {number}" for name, number in sections.items())
    return f"{counted(len(row.told), 'post', 'poster')}: {parts}"
