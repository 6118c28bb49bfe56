"""What one reader has been told: its items with their days, and what it has answered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.candidate import Candidate
from pipeline.letter_item import safe_link
from pipeline.municipality import Municipality
from pipeline.wording import clean, kind_in_words, shortened
from store.actions import OPEN_STATES, list_actions
from store.assessments import get_assessments
from store.db import Session
from store.feedback import list_feedback
from store.items import get_items
from store.told import told_entries
from store.types import Action, Answer, Assessment, StoredItem, ToldEntry

BACK = timedelta(days=90)  # as long as its links can be answered
TITLE = 220  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An item as a page for contact persons shows it; what is not known any more is empty."""

    title: str
    kind: str = ""
    url: str = ""
    language: str = ""
    summary: str = ""
    publisher: str = ""
    day: date | None = None  # by which to answer


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnItem:
    """An item that the reader was told of, and the answer that counts."""

    told: ToldEntry
    subject: Subject
    answer: Answer | None
    answered_at: datetime | None


def subject_of(stored: StoredItem | None, assessment: Assessment | None, today: date) -> Subject:
    """Return the item in words; one that has been removed since says so."""
    if stored is None:
        return Subject(title="En post som har tagits bort")
    item = stored.item
    known = Candidate(stored=stored, assessment=assessment) if assessment else None
    language = assessment.language if assessment else ""
    return Subject(
        title=shortened(clean(item.title), TITLE) or "(utan rubrik)",
        kind=kind_in_words(item),
        url=safe_link(item.url),
        language=language if language != "sv" else "",
        summary=clean(assessment.summary) if assessment else "",
        publisher=clean(item.publisher),
        day=known.next_answer_day(today) if known else None,
    )


def own_items(session: Session, municipality: Municipality, contact: str, now: datetime, today: date) -> list[OwnItem]:
    """Return every item that the reader was told of in the last three months, the newest first, each once."""
    since = now - BACK
    newest: dict[tuple[str, str], ToldEntry] = {}
    for told in told_entries(session, municipality.key, contact, since):
        newest.setdefault((told.entry.source, told.entry.key), told)
    letters = {told.digest_id for told in newest.values()}
    given = list_feedback(session, municipality=municipality.key, since=since)
    last = {(answer.source, answer.key): answer for answer in given if answer.digest_id in letters}
    items, assessments = get_items(session, list(newest)), get_assessments(session, list(newest))
    return [
        OwnItem(
            told=told,
            subject=subject_of(items.get(key), assessments.get(key), today),
            answer=last[key].answer if key in last else None,
            answered_at=last[key].at if key in last else None,
        )
        for key, told in newest.items()
    ]


def own_actions(session: Session, municipality: Municipality, units: Collection[str]) -> list[Action]:
    """Return what the reader's units have under way."""
    return [action for action in list_actions(session, municipality.key, states=OPEN_STATES) if action.unit in units]
