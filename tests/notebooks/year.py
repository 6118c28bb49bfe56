"""A small made-up year for the notebooks: two municipalities, six sources, one matter from proposal to duty."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from store.actions import save_action
from store.assessments import save_assessments
from store.claims import claim, settle
from store.db import Session, Store
from store.digests import freeze_digest
from store.feedback import save_feedback
from store.items import upsert_items
from store.runs import begin_run, end_run, save_part_results
from store.threads import save_threads
from store.types import (
    Action,
    Answer,
    Assessment,
    Concept,
    Deadline,
    Delivery,
    Digest,
    DigestEntry,
    DigestState,
    Feedback,
    Item,
    Kind,
    Money,
    Outcome,
    PartResult,
    Ruling,
    Run,
    SourceState,
    Stage,
    Thread,
    ThreadMember,
    Verdict,
)
from store.verdicts import save_verdict

LAST = date(2026, 11, 20)
WEEKS = 52
PLACES = ("mellerud", "provköping")
SOURCES = (
    ("feeds", Kind.NEWS, 6, {"region": "Världen"}, "en"),
    ("feeds", Kind.AGENCY, 4, {"region": "Sverige"}, "sv"),
    ("regeringen", Kind.GOVERNMENT, 3, {}, "sv"),
    ("cellar", Kind.LEGAL_ACT, 3, {}, "sv"),
    ("funding_tenders", Kind.CALL, 3, {}, "en"),
    ("have_your_say", Kind.CONSULTATION, 1, {}, "en"),
)
AREAS = ("water", "school", "waste", "energy_climate", "social", "digital", "culture", "transport", "international")
PROGRAMMES = (
    "Programme for the Environment and Climate Action (LIFE)",
    "Erasmus+",
    "Citizens, Equality, Rights and Values",
)


@dataclass(frozen=True, slots=True)
class Made:
    """An item with what is thought of it."""

    item: Item
    assessment: Assessment

    @property
    def key(self) -> tuple[str, str]:
        """Its name."""
        return self.item.source, self.item.key


def fill_year(store: Store) -> None:
    """Put the year into an empty store."""
    chance = random.Random(7)  # noqa: S311 - the same year every time
    made = list(_items(chance))
    with store.session() as session:
        for week in range(WEEKS):
            first = LAST - timedelta(weeks=WEEKS - 1 - week)
            some = [one for one in made if first - timedelta(days=6) <= (one.item.published or first) <= first]
            at = _at(first)
            upsert_items(session, [one.item for one in some], now=at)
            save_assessments(session, [one.assessment for one in some], now=at)
            for place in PLACES:
                _judge(session, chance, place, some, at)
        _matter(session)
        _applications(session, chance, [one for one in made if one.item.kind == Kind.CALL])
        _runs(session)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(6), tzinfo=UTC)


def _items(chance: random.Random) -> Iterator[Made]:
    number = 0
    for week in range(WEEKS):
        first = LAST - timedelta(weeks=WEEKS - 1 - week)
        for source, kind, many, meta, language in SOURCES:
            for _ in range(many):
                number += 1
                day = first - timedelta(days=chance.randrange(6))
                yield _made(chance, f"{source}-{number}", source, kind, meta, language, day, is_late=week >= WEEKS - 8)


def _made(
    chance: random.Random, key: str, source: str, kind: Kind, meta: Any, language: str, day: date, *, is_late: bool
) -> Made:
    weights = [4.0 if is_late and area == "water" else 0.4 if is_late and area == "waste" else 1.0 for area in AREAS]
    areas = dict.fromkeys(chance.choices(AREAS, weights, k=chance.randint(1, 2)), 0.0)
    scores = {area: round(chance.uniform(0.3, 0.95), 2) for area in areas}
    call = kind is Kind.CALL
    item = Item(
        source=source,
        key=key,
        kind=kind,
        title=f"Påhittad rubrik {key} om {' och '.join(areas)}",
        url=f"https://example.org/{key}",
        text="Påhittad text.",
        language=language,
        published=day,
        publisher="Exempelmyndigheten" if language == "sv" else "Example office",
        deadlines=_deadlines(chance, kind, day),
        money=(Money(float(chance.randint(1, 40)) * 100_000, "EUR", "total"),) if call else (),
        concepts=(Concept("programme", "1", chance.choice(PROGRAMMES)),) if call else (),
        meta=meta,
    )
    relevance = round(min(0.99, max(0.01, chance.betavariate(0.9, 1.3))), 3)
    assessment = Assessment(
        source=source,
        key=key,
        content_hash="0" * 32,
        assessor="prov 1",
        language=language,
        relevance=relevance,
        areas=scores,
        flags={"funding": 0.9} if call else {},
    )
    return Made(item, assessment)


def _deadlines(chance: random.Random, kind: Kind, day: date) -> tuple[Deadline, ...]:
    if kind is Kind.CALL:
        return (Deadline(day + timedelta(days=chance.randint(20, 200))),)
    return (Deadline(day + timedelta(days=chance.randint(20, 60)), "answer"),) if kind is Kind.CONSULTATION else ()


def _judge(session: Session, chance: random.Random, place: str, some: list[Made], at: datetime) -> None:
    """Give verdicts on what ranks high and on a few others, and write one letter with what was sent."""
    stricter = 0.85 if place == "mellerud" else 1.0
    shown = [one for one in some if one.assessment.relevance > 0.45]
    explored = chance.sample([one for one in some if one.assessment.relevance <= 0.45], 2)
    sent = []
    for one in shown + explored:
        likely = stricter * (one.assessment.relevance * 0.9 + (0.15 if "water" in one.assessment.areas else -0.05))
        ruling = Ruling.SEND if chance.random() < likely else Ruling.DROP
        sent += [one] if ruling is Ruling.SEND else []
        source, key = one.key
        origin = "explored" if one in explored else "ranked"
        save_verdict(
            session,
            Verdict(municipality=place, source=source, key=key, ruling=ruling, at=at, by="samordnaren", origin=origin),
        )
    if sent:
        _letter(session, chance, place, sent, at)


def _letter(session: Session, chance: random.Random, place: str, sent: list[Made], at: datetime) -> None:
    year, week, _ = at.isocalendar()
    name = f"{place}-{year}-W{week:02d}"
    entries = [
        DigestEntry(
            source=one.item.source,
            key=one.item.key,
            section="news",
            position=position,
            because="Ni svarar för området.",
            content_hash="0" * 32,
        )
        for position, one in enumerate(sent)
    ]
    digest = Digest(
        id=name,
        municipality=place,
        contact=f"teknik@{place}.example.org",
        week=f"{year}-W{week:02d}",
        units=("teknik",),
        subject="Veckans brev",
        message_id=f"<{name}@example.org>",
        message=b"Subject: Veckans brev\r\n\r\n",
        state=DigestState.QUEUED,
        created_at=at,
        entries=tuple(entries),
    )
    freeze_digest(session, digest)
    claim(session, name, at, transport="folder")
    settle(session, Delivery(digest_id=name, at=at, transport="folder", state=DigestState.SENT))
    for one in sent:
        if chance.random() < (0.5 if place == "mellerud" else 0.25):
            answer = chance.choice([Answer.RELEVANT, Answer.RELEVANT, Answer.NOT_FOR_US, Answer.ACT])
            source, key = one.key
            answered = at + timedelta(hours=5)
            save_feedback(
                session, Feedback(digest_id=name, source=source, key=key, answer=answer, at=answered, unit="teknik")
            )


MATTER = (
    (Stage.PROPOSAL, Kind.PROPOSAL, "cellar", date(2024, 3, 5)),
    (Stage.FACT_MEMO, Kind.GOVERNMENT, "regeringen", date(2024, 4, 22)),
    (Stage.ADOPTION, Kind.LEGAL_ACT, "cellar", date(2025, 12, 1)),
    (Stage.REMISS, Kind.CONSULTATION, "regeringen", date(2026, 6, 15)),
    (Stage.BILL, Kind.GOVERNMENT, "regeringen", date(2026, 11, 12)),
)


def _matter(session: Session) -> None:
    members, items = [], []
    for stage, kind, source, day in MATTER:
        key = f"arende-{stage.value}"
        title = f"Påhittat direktiv om rening av avloppsvatten ({stage.value})"
        url = f"https://example.org/{key}"
        items.append(Item(source=source, key=key, kind=kind, title=title, url=url, published=day, publisher="Exempel"))
        members.append(ThreadMember(source=source, key=key, stage=stage, on=day))
    members.append(
        ThreadMember(source="cellar", key="arende-adoption", stage=Stage.TRANSPOSITION, on=date(2027, 7, 31))
    )
    upsert_items(session, items, now=_at(date(2026, 11, 12)))
    thread = Thread(id="2024/0001/COD", members=tuple(members))
    save_threads(session, [thread], [(item.source, item.key) for item in items], now=_at(LAST))


def _applications(session: Session, chance: random.Random, calls: list[Made]) -> None:
    for number, one in enumerate(chance.sample(calls, 14)):
        granted = (None, 0.0, 400_000.0, 0.0)[number % 4]
        save_action(
            session,
            Action(
                id=f"a{number}",
                municipality=PLACES[number % 2],
                source=one.item.source,
                key=one.item.key,
                unit=("teknik", "skola")[number % 3 == 0],
                title="Söka pengar",
                created_at=_at(LAST - timedelta(days=7 * number)),
                state="ongoing" if granted is None else "done",
                applied=500_000.0,
                granted=granted,
            ),
        )


def _runs(session: Session) -> None:
    for source in dict.fromkeys(name for name, *_ in SOURCES):
        state = SourceState.FAILING if source == "have_your_say" else SourceState.WORKING
        newest = LAST - timedelta(days=60 if source == "cellar" else 1)
        part = PartResult(part="hela", state=state, items=9, newest=newest)
        save_part_results(session, source, [(part, None)], now=_at(LAST))
        run = begin_run(session, "collect", source, now=_at(LAST))
        ended = Run(
            id=run.id,
            step="collect",
            subject=source,
            started_at=run.started_at,
            ended_at=_at(LAST) + timedelta(minutes=2),
            outcome=Outcome.COMPLETE,
            counts={"read": 9, "new": 3},
        )
        end_run(session, ended)
