"""A digest as its templates see it: every word of it, but no layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.currency import Week
from pipeline.lateness import ON_TIME, Lateness
from pipeline.letter_item import LetterItem, letter_item
from pipeline.letter_links import ANSWERS, BY_REPLY, LetterLinks
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.readers import Contact
from pipeline.selection import SECTIONS, Entry, Selection
from pipeline.source_notes import SourceNotes
from pipeline.wording import clean, counted, day_in_words, listed, shortened

SUBJECT_TITLE = 44  # characters of a title in the subject: the whole then fits the list of a phone lying down


ATTENTION = "Inget nytt att skicka vidare, men något behöver ses till."


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one reader reads in one week."""

    week_number: int
    reader: str  # the units, in words
    municipality: str
    why: str  # why the reader gets it
    coordinator_email: str
    intro: str
    subject_tail: str
    count: int
    sections: tuple[tuple[str, tuple[LetterItem, ...]], ...]
    notes: tuple[str, ...]
    matters: tuple[str, ...]  # what needs a person, for the coordinator alone
    left_out: str
    sources: SourceNotes
    answers: tuple[tuple[str, str], ...] = ()  # words and mark of each answer, when there is a page to answer on
    by_reply: str = ""  # how to answer when there is none
    own: str = ""  # the reader's own page
    leave: str = ""  # the page that ends the letters


def write_letter(
    selection: Selection,
    contact: Contact,
    municipality: Municipality,
    week: Week,
    sources: SourceNotes,
    name: str,
    matters: tuple[str, ...] = (),
    late: Lateness = ON_TIME,
    links: LetterLinks | None = None,
) -> Letter:
    """Return the letter; `name` is the ISO week that it is the letter of, `matters` what needs a person.

    Without `links` there is no page, and nothing in the letter pretends that there is.
    """
    today = week.today
    coordinates = contact.email == municipality.coordinator.email
    closing = selection.closing(today)
    return Letter(
        week_number=int(name[-2:]),
        reader=reader_name(contact, municipality),
        municipality=municipality.name,
        why=_why(contact, municipality),
        coordinator_email=municipality.coordinator.email,
        intro=_intro(len(selection.entries), len(closing)) if selection.entries or not matters else ATTENTION,
        subject_tail=_subject_tail(selection.entries, closing, today) or _matters_tail(matters),
        count=len(selection.entries),
        sections=_sections(selection, contact, municipality, today, links),
        notes=(*([late.note] if late.note else []), *_notes(selection, contact, municipality)),
        matters=matters,
        left_out=_left_out(selection.left_out, contact, municipality),
        sources=sources,
        answers=tuple(ANSWERS.values()) if links else (),
        by_reply="" if links or coordinates or not selection.entries else BY_REPLY,
        own=links.own if links else "",
        leave=links.leave if links and not coordinates else "",
    )


def _sections(
    selection: Selection, contact: Contact, municipality: Municipality, today: date, links: LetterLinks | None
) -> tuple[tuple[str, tuple[LetterItem, ...]], ...]:
    several = len(contact.units) > 1
    numbers = {candidate.id: number for number, _, candidate in selection.numbered()}

    def item(entry: Entry) -> LetterItem:
        answer = links.answer(numbers[entry.candidate.id]) if links else ""
        return letter_item(entry, today, _units(entry, municipality) if several else "", answer)

    return tuple((SECTIONS[key], tuple(map(item, entries))) for key, entries in selection.sections())


def reader_name(contact: Contact, municipality: Municipality) -> str:
    """Return the reader's units in words."""
    own = [unit for unit in contact.units if unit != COORDINATOR]
    if contact.email == municipality.coordinator.email:
        own = [unit for unit in own if municipality.units[unit].contact is not None]
        return listed([*(municipality.units[unit].name for unit in own), municipality.coordinator.role])
    return listed([municipality.units[unit].name for unit in own])


def _why(contact: Contact, municipality: Municipality) -> str:
    if contact.email == municipality.coordinator.email:
        return f"Brevet går till {contact.role} i {municipality.name}."
    return f"Du får brevet som {contact.role} i {municipality.name}."


def _intro(entries: int, closing: int) -> str:
    if not entries:
        return "Inget nytt för er den här veckan."
    deadline = f", {counted(closing, 'frist', 'frister')} inom 14 dagar" if closing else ""
    return f"{entries} att ta ställning till{deadline}."


def _subject_tail(entries: Sequence[Entry], closing: Sequence[Entry], today: date) -> str:
    if closing and closing[0].answer_by:
        title = shortened(clean(closing[0].candidate.item.title), SUBJECT_TITLE)
        return f"{title} stänger {day_in_words(closing[0].answer_by, today, weekday=False)}"
    if entries:
        best = max(entries, key=lambda e: e.score)
        return shortened(clean(best.candidate.item.title), SUBJECT_TITLE + 16)
    return ""


def _matters_tail(matters: Sequence[str]) -> str:
    return f"{counted(len(matters), 'sak', 'saker')} att se till" if matters else ""


def _units(entry: Entry, municipality: Municipality) -> str:
    return listed([municipality.unit_name(route.unit) for route in entry.routes if route.unit != COORDINATOR])


def _notes(selection: Selection, contact: Contact, municipality: Municipality) -> tuple[str, ...]:
    """Return a sentence for each unit without a contact person whose items the coordinator gets instead."""
    notes = []
    for key in contact.units:
        number = sum(1 for entry in selection.entries if any(route.unit == key for route in entry.routes))
        if number and key != COORDINATOR and municipality.units[key].contact is None:
            items = counted(number, "post som rör den står", "poster som rör den står")
            notes.append(f"{municipality.units[key].name} saknar kontaktperson: {items} i det här brevet.")
    return tuple(notes)


def _left_out(number: int, contact: Contact, municipality: Municipality) -> str:
    if not number:
        return ""
    more = f"Ytterligare {counted(number, 'post', 'poster')}"
    then = "Den kommer i nästa brev om den" if number == 1 else "De kommer i nästa brev om de"
    current = "fortfarande är aktuell" if number == 1 else "fortfarande är aktuella"
    if contact.email == municipality.coordinator.email:
        return f"{more} fick inte plats i brevet. {then} {current}."
    return f"{more} finns hos samordnaren. {then} {current}."
