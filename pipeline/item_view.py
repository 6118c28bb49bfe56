"""Everything that is known of one item, in words: the reading pane of triage and the item's own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.analyses import status_in_words
from pipeline.areas import area_names
from pipeline.candidate import Candidate, ItemId
from pipeline.currency import Week
from pipeline.fact_wording import basis_in_words, facts_in_words
from pipeline.letter_item import LetterItem, letter_item, safe_link
from pipeline.municipality import Municipality
from pipeline.outbox import STATE_WORDS
from pipeline.second_opinion import told_opinion
from pipeline.selection import Entry
from pipeline.thread_wording import STAGES
from pipeline.triage_list import Row
from pipeline.triage_week import read_named, rows_of
from pipeline.wording import clean, kind_in_words, shortened, upper_first
from store.analyses import analyses_on
from store.db import Session
from store.details import get_details
from store.items import get_items, last_seen, revisions
from store.opinions import opinions_of
from store.triage import story_members, tellings
from store.types import Analysis, Reason, Revision, Route, Ruling, Stage, StoredItem, Verdict
from store.verdicts import verdicts_on

RULING_WORDS = {
    Ruling.SEND: "Skickas",
    Ruling.DROP: "Nej",
    Ruling.LATER: "Väntar",
    Ruling.REOPENED: "Ångrad: åter att bedöma",
}
EXCERPT = 1_200  # characters of the text that stand in the pane


@dataclass(frozen=True, slots=True)
class Mate:
    """Another item of the same story or thread."""

    item: ItemId
    title: str
    publisher: str
    word: str  # its kind, or its stage in the thread
    when: str
    url: str
    is_this: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A letter that the item stood in."""

    week: str
    units: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """An item with all that is known of it."""

    stored: StoredItem
    row: Row
    shared: float  # the relevance before what this municipality has taught
    letter: LetterItem
    text: str
    excerpt: str
    areas: tuple[tuple[str, float], ...]  # names
    reasons: tuple[tuple[str, Reason], ...]  # with the area's name; the heaviest first
    story: tuple[Mate, ...]
    thread: tuple[Mate, ...]
    verdicts: tuple[Verdict, ...]  # the newest first
    told: tuple[Told, ...]
    revisions: tuple[Revision, ...]
    seen: datetime | None
    facts: str = ""  # who may apply, with whom and for how much
    basis: tuple[str, ...] = ()  # what each of these rests on
    analysis: Analysis | None = None  # the newest version of what it means for the municipality, signed or not
    matter: str = ""  # the id of its thread
    opinion: str = ""  # what the second reader says, as its own

    @property
    def analysis_status(self) -> str:
        """Whose the analysis is, and whether a person stands for it."""
        return upper_first(status_in_words(self.analysis)) if self.analysis else ""

    @property
    def newest(self) -> int:
        """The number of the newest verdict, taken back or not, 0 when there is none."""
        return self.verdicts[0].id if self.verdicts else 0

    @property
    def standing(self) -> Verdict | None:
        """The verdict that stands."""
        return self.verdicts[0] if self.verdicts and self.verdicts[0].ruling is not Ruling.REOPENED else None


def view_item(session: Session, municipality: Municipality, item: ItemId, now: datetime) -> ItemView | None:
    """Return the item in words; None when it was never stored, or not assessed yet."""
    week = Week(now)
    found = read_named(session, municipality, [item], week)
    if not found:
        return None
    [candidate] = found
    [row] = rows_of(session, found, municipality, week)
    names = area_names()
    verdicts = verdicts_on(session, municipality.key, [item]).get(item, [])
    text = clean_text(candidate.item.text or _fetched(session, item))
    return ItemView(
        stored=candidate.stored,
        row=row,
        shared=candidate.shared_relevance,
        letter=letter_item(_entry(candidate, row), week.today, ""),
        text=text,
        excerpt=shortened(text, EXCERPT),
        areas=tuple((names.get(area, area), score) for area, score in _ranked(candidate)),
        reasons=tuple(
            (names.get(reason.area, reason.area), reason)
            for reason in sorted(candidate.reasons, key=lambda r: -abs(r.weight))
        ),
        story=_story(session, candidate),
        thread=_thread(session, candidate),
        verdicts=tuple(reversed(verdicts)),
        told=tuple(tellings_in_words(session, municipality, item)),
        revisions=tuple(reversed(revisions(session, *item))),
        seen=last_seen(session, *item),
        facts=facts_in_words(candidate.item, candidate.assessment.facts),
        basis=tuple(basis_in_words(candidate.assessment.facts)),
        analysis=next(iter(analyses_on(session, municipality.key, item)), None),
        matter=candidate.thread.id if candidate.thread else "",
        opinion=_opinion(session, item),
    )


def _ranked(candidate: Candidate) -> list[tuple[str, float]]:
    return sorted(candidate.areas.items(), key=lambda pair: (-pair[1], pair[0]))


def _entry(candidate: Candidate, row: Row) -> Entry:
    source, key = candidate.id
    route = Route(municipality="", unit="", source=source, key=key, score=row.score, because=row.because)
    return Entry(candidate=candidate, routes=(route,), section="news", answer_by=row.deadline)


def _opinion(session: Session, item: ItemId) -> str:
    opinion = opinions_of(session, [item]).get(item)
    return told_opinion(opinion) if opinion else ""


def _fetched(session: Session, item: ItemId) -> str:
    detail = get_details(session, [item]).get(item)
    return detail.text if detail else ""


def clean_text(text: str) -> str:
    """Return the text in its own lines, each of them clean."""
    return "\n".join(line for line in map(clean, text.splitlines()) if line)


def _story(session: Session, candidate: Candidate) -> tuple[Mate, ...]:
    keys = [key for key in story_members(session, candidate.story) if key != candidate.id] if candidate.story else []
    stored = get_items(session, keys)
    return tuple(_mate(stored[key], kind_in_words(stored[key].item)) for key in keys if key in stored)


def _thread(session: Session, candidate: Candidate) -> tuple[Mate, ...]:
    members = candidate.thread.members if candidate.thread else ()
    stored = get_items(session, list(dict.fromkeys((m.source, m.key) for m in members)))
    return tuple(
        _mate(
            stored[m.source, m.key],
            STAGES[m.stage] if m.stage else "omnämns",
            m.on.isoformat(),
            (m.source, m.key) == candidate.id and m.stage is not Stage.TRANSPOSITION,
        )
        for m in members
        if (m.source, m.key) in stored
    )


def _mate(stored: StoredItem, word: str, when: str = "", is_this: bool = False) -> Mate:
    item = stored.item
    day = when or (item.published or stored.first_seen.date()).isoformat()
    title = shortened(clean(item.title), 160)
    return Mate(
        (item.source, item.key), title, clean(item.publisher) or item.source, word, day, safe_link(item.url), is_this
    )


def tellings_in_words(session: Session, municipality: Municipality, item: ItemId) -> Sequence[Told]:
    """Return every letter that the item stood in, the newest first."""
    return [
        Told(
            telling.week,
            ", ".join(municipality.unit_name(u) if u in municipality.units else "Samordnaren" for u in telling.units),
            STATE_WORDS[telling.state],
            telling.at,
        )
        for telling in tellings(session, municipality.key, *item)
    ]
