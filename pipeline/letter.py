"""A digest as its templates see it: every word of it, but no layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.currency import Week
from pipeline.identity import reply_address
from pipeline.lateness import ON_TIME, Lateness
from pipeline.letter_item import LetterItem, Link, letter_item
from pipeline.letter_links import ANSWERS, BY_REPLY, LetterLinks
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.readers import Contact, absence_in_words
from pipeline.selection import SECTIONS, Entry, Selection
from pipeline.source_notes import SourceNotes
from pipeline.wording import clean, counted, day_in_words, listed, shortened

SUBJECT_TITLE = 44  # characters of a title in the subject: the whole then fits the list of a phone lying down


ATTENTION = "Inget nytt att skicka vidare, men något behöver ses till."


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a letter tells besides its items; `matters` and `summary` are for the coordinator alone."""

    late: Lateness = ON_TIME
    already: tuple[Link, ...] = ()  # told in notices since the last digest, and still to be answered
    matters: tuple[str, ...] = ()  # what needs a person
    summary: tuple[str, ...] = ()  # how the letters of the last week fared
    is_notice: bool = False  # of what closes soon, between two digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one reader reads in one week."""

    heading: str
    is_notice: bool
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
    summary: tuple[str, ...]
    already: tuple[Link, ...]
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
    extras: Extras | None = None,
    *,
    links: LetterLinks | None = None,
) -> Letter:
    """Return the letter; `name` is the ISO week, or the day, that it is the letter of.

    Without `links` there is no page, and nothing in the letter pretends that there is.
    """
    today, told = week.today, extras or Extras()
    closing = selection.closing(today)
    number = int(name[6:8])
    return Letter(
        heading="Ny frist" if told.is_notice else f"Omvärldsbrev vecka {number}",
        is_notice=told.is_notice,
        week_number=number,
        reader=reader_name(contact, municipality),
        municipality=municipality.name,
        why=_why(contact, municipality),
        coordinator_email=reply_address(municipality),
        intro=_intro(selection, len(closing), told),
        subject_tail=_subject_tail(selection.entries, closing, today) or _matters_tail(told),
        count=len(selection.entries),
        sections=_sections(selection, contact, municipality, today, links),
        notes=(*([told.late.note] if told.late.note else []), *_notes(selection, contact, municipality, today)),
        matters=told.matters,
        summary=told.summary,
        already=told.already,
        left_out=_left_out(selection.left_out, contact),
        sources=sources,
        answers=tuple(ANSWERS.values()) if links else (),
        by_reply="" if links or contact.coordinates or not selection.entries else BY_REPLY,
        own=links.own if links else "",
        leave=links.leave if links and not contact.coordinates else "",
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
    """Return the reader's units in words; the coordinator's are those that it is itself the contact person of."""
    own = [unit for unit in contact.units if unit != COORDINATOR]
    if contact.coordinates:
        own = [unit for unit in own if unit not in contact.instead]
        return listed([*(municipality.units[unit].name for unit in own), municipality.coordinator.role])
    return listed([municipality.units[unit].name for unit in own])


def _why(contact: Contact, municipality: Municipality) -> str:
    if contact.coordinates:
        return f"Brevet går till {contact.role} i {municipality.name}."
    return f"Du får brevet som {contact.role} i {municipality.name}."


def _intro(selection: Selection, closing: int, told: Extras) -> str:
    entries = len(selection.entries)
    if told.is_notice:
        return f"Nytt sedan veckobrevet: {counted(entries, 'frist', 'frister')} inom 14 dagar."
    if not entries and (told.matters or told.summary):
        return ATTENTION if told.matters else "Inget nytt att skicka vidare. Så gick det med förra veckans brev."
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


def _matters_tail(told: Extras) -> str:
    if told.matters:
        return f"{counted(len(told.matters), 'sak', 'saker')} att se till"
    return "sammandrag av förra veckans brev" if told.summary else ""


def _units(entry: Entry, municipality: Municipality) -> str:
    return listed([municipality.unit_name(route.unit) for route in entry.routes if route.unit != COORDINATOR])


def _notes(selection: Selection, contact: Contact, municipality: Municipality, today: date) -> tuple[str, ...]:
    """Return a sentence for each unit that the reader stands in for: the coordinator's when it has any items."""
    notes = []
    for key, why in contact.instead.items():
        number = sum(1 for entry in selection.entries if any(route.unit == key for route in entry.routes))
        if number or not contact.coordinates:
            items = counted(number, "post som rör den står", "poster som rör den står")
            then = f"{items} i det här brevet" if number else "du läser i stället"
            notes.append(f"{absence_in_words(municipality.units[key], why, today)}: {then}.")
    return tuple(notes)


def _left_out(number: int, contact: Contact) -> str:
    if not number:
        return ""
    more = f"Ytterligare {counted(number, 'post', 'poster')}"
    then = "Den kommer i nästa brev om den" if number == 1 else "De kommer i nästa brev om de"
    current = "fortfarande är aktuell" if number == 1 else "fortfarande är aktuella"
    if contact.coordinates:
        return f"{more} fick inte plats i brevet. {then} {current}."
    return f"{more} finns hos samordnaren. {then} {current}."
