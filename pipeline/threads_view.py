"""A matter as a reader sees it: where it stands, what is expected, its documents, and what the municipality did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipeline.candidate import Candidate, ItemId
from pipeline.deadline_wording import role_in_words
from pipeline.item_view import RULING_WORDS, Told, tellings_in_words
from pipeline.letter_item import safe_link
from pipeline.municipality import Municipality
from pipeline.show_thread import find_threads
from pipeline.thread_wording import STAGES
from pipeline.wording import clean, kind_in_words, lower_first, shortened
from store.actions import list_actions
from store.assessments import get_assessments
from store.db import Session
from store.items import get_items
from store.matters import Place, awaiting_threads, moved_threads
from store.threads import get_threads
from store.triage import last_told
from store.types import Action, Assessment, Ruling, Stage, StoredItem, Thread, ThreadMember, Verdict
from store.verdicts import verdicts_on

LATELY = timedelta(days=365)
PER_PAGE = 40
MOST_FOUND = 40
TITLE = 220  # characters
# Of whose title the matter is called, the best first: what the act itself is named.
_NAMED_BY = (Stage.ADOPTION, Stage.PROPOSAL, Stage.COMMUNICATION, Stage.STATUTE, Stage.BILL)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the chain: done, now (the latest that is done), or expected; without a day when nobody knows it."""

    word: str
    state: str  # done, now, expected
    on: date | None
    item: ItemId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A thread in a list."""

    id: str
    title: str
    language: str
    steps: tuple[Step, ...]
    newest: date
    newest_word: str
    transposition: date | None
    documents: int
    is_told: bool


@dataclass(frozen=True, slots=True)
class Matters:
    """A page of a list, and where the next begins when there is more."""

    matters: tuple[Matter, ...]
    next: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An item of a thread, with what was done with it."""

    item: ItemId
    on: date
    word: str
    title: str
    publisher: str
    language: str
    url: str
    ruling: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A day ahead that some document sets."""

    on: date
    role: str
    item: ItemId
    title: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Everything about a matter."""

    matter: Matter
    documents: tuple[Document, ...]
    days: tuple[OpenDay, ...]
    actions: tuple[Action, ...]


def moved_matters(
    session: Session, municipality: Municipality, today: date, *, everything: bool, before: Place | None
) -> Matters:
    """Return the matters that something has happened in during a year, the latest first."""
    reach = None if everything else (municipality.key, municipality.thresholds.relevance)
    since = today - LATELY
    places = moved_threads(session, since=since, today=today, reach=reach, before=before, limit=PER_PAGE + 1)
    return _page(session, municipality, places, today)


def awaiting_matters(
    session: Session, municipality: Municipality, today: date, *, everything: bool, after: Place | None
) -> Matters:
    """Return the matters whose act must become Swedish law and has not, the nearest last day first."""
    reach = None if everything else (municipality.key, municipality.thresholds.relevance)
    places = awaiting_threads(session, today=today, reach=reach, after=after, limit=PER_PAGE + 1)
    return _page(session, municipality, places, today)


def found_matters(session: Session, municipality: Municipality, words: str, today: date) -> Matters:
    """Return the matters that a number names, or that items with the words are in, the latest first."""
    return Matters(tuple(_matters(session, municipality, find_threads(session, words)[:MOST_FOUND], today)))


def whole_matter(session: Session, municipality: Municipality, name: str, today: date) -> Whole | None:
    """Return everything about a matter; None when there is none of that id."""
    thread = get_threads(session, [name]).get(name)
    if thread is None:
        return None
    keys = _keys([thread])
    stored, assessments = get_items(session, keys), get_assessments(session, keys)
    verdicts = verdicts_on(session, municipality.key, keys)
    [matter] = _matters(session, municipality, [thread], today)
    members = [member for member in thread.members if member.stage is not Stage.TRANSPOSITION]
    documents = [_document(session, municipality, m, stored, assessments, verdicts) for m in members]
    return Whole(
        matter=matter,
        documents=tuple(documents),
        days=tuple(_days(stored, assessments, today)),
        actions=tuple(list_actions(session, municipality.key, keys=set(keys))),
    )


def _page(session: Session, municipality: Municipality, places: Sequence[Place], today: date) -> Matters:
    shown = places[:PER_PAGE]
    threads = get_threads(session, [name for _, name in shown])
    found = _matters(session, municipality, [threads[name] for _, name in shown], today)
    return Matters(tuple(found), shown[-1] if len(places) > PER_PAGE else None)


def _keys(threads: Sequence[Thread]) -> list[ItemId]:
    return list(dict.fromkeys((m.source, m.key) for thread in threads for m in thread.members))


def _matters(session: Session, municipality: Municipality, threads: Sequence[Thread], today: date) -> list[Matter]:
    named = {thread.id: _namer(thread) for thread in threads}
    stored = get_items(session, list({(m.source, m.key) for m in named.values()}))
    told = last_told(session, municipality.key, _keys(threads))
    return [_matter(thread, named[thread.id], stored, told, today) for thread in threads]


def _namer(thread: Thread) -> ThreadMember:
    by_stage = {member.stage: member for member in reversed(thread.members)}
    return next((by_stage[stage] for stage in _NAMED_BY if stage in by_stage), thread.members[0])


def _matter(
    thread: Thread,
    namer: ThreadMember,
    stored: Mapping[ItemId, StoredItem],
    told: Mapping[ItemId, datetime],
    today: date,
) -> Matter:
    item = stored[namer.source, namer.key].item
    documents = [member for member in thread.members if member.stage is not Stage.TRANSPOSITION]
    newest = max((member for member in documents), key=lambda member: member.on)
    days = [member.on for member in thread.members if member.stage is Stage.TRANSPOSITION]
    return Matter(
        id=thread.id,
        title=shortened(clean(item.title), TITLE) or "(utan rubrik)",
        language=item.language if item.language != "sv" else "",
        steps=steps_of(thread, today),
        newest=newest.on,
        newest_word=STAGES[newest.stage] if newest.stage else "omnämnt",
        transposition=max(days, default=None),
        documents=len({(m.source, m.key) for m in documents}),
        is_told=any((m.source, m.key) in told for m in thread.members),
    )


def steps_of(thread: Thread, today: date) -> tuple[Step, ...]:
    """Return the chain with days: what is done, where the matter stands, and what must or would follow."""
    first: dict[Stage, ThreadMember] = {}
    for member in thread.members:
        if member.stage and member.stage is not Stage.TRANSPOSITION:
            first.setdefault(member.stage, member)
    done = sorted((m for m in first.values() if m.on <= today), key=lambda member: member.on)
    ahead = sorted((m for m in first.values() if m.on > today), key=lambda member: member.on)
    steps = [_step(member, "now" if member is done[-1] else "done") for member in done]
    steps += [_step(member, "expected") for member in ahead]
    last_days = [member.on for member in thread.members if member.stage is Stage.TRANSPOSITION]
    if Stage.PROPOSAL in first and Stage.ADOPTION not in first and Stage.STATUTE not in first:
        steps.append(Step(STAGES[Stage.ADOPTION], "expected", None))
    if last_days:
        if Stage.STATUTE not in first:
            steps.append(Step(STAGES[Stage.STATUTE], "expected", None))
        is_over = max(last_days) < today
        steps.append(Step("infördes senast" if is_over else STAGES[Stage.TRANSPOSITION],
                          "done" if is_over else "expected", max(last_days)))  # fmt: skip
    return tuple(steps)


def _step(member: ThreadMember, state: str) -> Step:
    return Step(STAGES[member.stage] if member.stage else "", state, member.on, (member.source, member.key))


def _document(
    session: Session,
    municipality: Municipality,
    member: ThreadMember,
    stored: Mapping[ItemId, StoredItem],
    assessments: Mapping[ItemId, Assessment],
    verdicts: Mapping[ItemId, Sequence[Verdict]],
) -> Document:
    key = (member.source, member.key)
    item = stored[key].item
    language = assessments[key].language if key in assessments else item.language
    ruling = verdicts[key][-1].ruling if verdicts.get(key) else Ruling.REOPENED
    return Document(
        item=key,
        on=member.on,
        word=STAGES[member.stage] if member.stage else lower_first(kind_in_words(item)),
        title=shortened(clean(item.title), TITLE) or "(utan rubrik)",
        publisher=clean(item.publisher) or item.source,
        language=language if language != "sv" else "",
        url=safe_link(item.url),
        ruling="" if ruling is Ruling.REOPENED else RULING_WORDS[ruling],
        told=tuple(tellings_in_words(session, municipality, key)),
    )


def _days(stored: Mapping[ItemId, StoredItem], assessments: Mapping[ItemId, Assessment], today: date) -> list[OpenDay]:
    found: dict[tuple[date, str, ItemId], OpenDay] = {}
    for key, one in stored.items():
        item = one.item
        deadlines = (
            Candidate(stored=one, assessment=assessments[key]).deadlines if key in assessments else item.deadlines
        )
        for deadline in deadlines:
            if deadline.on >= today and deadline.role != "other":
                role = role_in_words(deadline.role, item.kind)
                title = shortened(clean(item.title), 140) or "(utan rubrik)"
                language = item.language if item.language != "sv" else ""
                found[deadline.on, role, key] = OpenDay(deadline.on, role, key, title, language)
    return [found[name] for name in sorted(found)]
