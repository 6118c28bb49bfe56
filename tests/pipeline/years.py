"""A year in a store: items, routes, letters, answers, verdicts and actions of a small municipality."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipeline.municipality import COORDINATOR, Municipality
from store.actions import save_action
from store.analyses import save_analysis, sign_analysis
from store.assessments import save_assessments
from store.claims import claim, settle
from store.codec import content_hash
from store.cofinancing import save_trial
from store.db import Store
from store.decisions import save_decision
from store.digests import freeze_digest
from store.feedback import save_feedback
from store.items import upsert_items
from store.publications import save_publication
from store.routes import replace_routes
from store.types import (
    Action,
    Analysis,
    Answer,
    Assessment,
    Deadline,
    Decision,
    Delivery,
    Digest,
    DigestEntry,
    DigestState,
    Feedback,
    Item,
    Kind,
    Publication,
    Route,
    Ruling,
    Trial,
    TrialState,
    Verdict,
)
from store.verdicts import save_verdict
from tests.pipeline.ledgers import letter

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KINDS = (Kind.LEGAL_ACT, Kind.CALL, Kind.NEWS, Kind.CONSULTATION, Kind.CALL, Kind.PROPOSAL, Kind.AGENCY)
TITLES = {
    Kind.LEGAL_ACT: ("Förordning om luftkvalitet i tätorter", "Direktiv om rening av avloppsvatten"),
    Kind.CALL: ("Utbyte mellan skolor 2027", "Town Twinning 2027", "Energieffektiva kommunala byggnader"),
    Kind.NEWS: ("Finsk kommun prövar bibliotek utan personal", "Så minskade staden i Kanada sitt matsvinn"),
    Kind.CONSULTATION: ("Remiss av förslag om skolans huvudmän", "Remiss om stöd och service till vissa"),
    Kind.PROPOSAL: ("Förslag till förordning om förpackningar", "Meddelande om EU:s barnstrategi"),
    Kind.AGENCY: ("Ny vägledning om dricksvatten", "Rapport om ungas fritid"),
}
REGIONS = ("EU", "Sverige", "Norden", "Världen")


@dataclass(frozen=True, slots=True)
class Seen:
    """An item of the year and the day that it came."""

    item: Item
    at: datetime


def fill_year(store: Store, municipality: Municipality, *, weeks: int = 46, per_week: int = 9) -> None:
    """Fill a store with a year that has something of everything; the same store every time."""
    seen = [_item(week, place) for week in range(weeks) for place in range(per_week)]
    units = list(municipality.units)
    with store.session() as session:
        for week in range(weeks):
            some = seen[week * per_week : (week + 1) * per_week]
            upsert_items(session, [s.item for s in some], now=some[0].at)
        save_assessments(session, [_assessed(s.item, n) for n, s in enumerate(seen)], now=NOW)
    for week in range(weeks):
        _week(store, municipality, seen[week * per_week : (week + 1) * per_week], week, units)
    _decisions(store, municipality, seen, units)


def _item(week: int, place: int) -> Seen:
    number = week * 9 + place
    kind = KINDS[number % len(KINDS)]
    at = datetime(2026, 1, 2, 5, 0, tzinfo=UTC) + timedelta(days=7 * week)
    closes = at.date() + timedelta(days=7 + number % 60)
    titles = TITLES[kind]
    item = Item(
        source=("cellar", "feeds", "regeringen")[number % 3],
        key=f"post-{number}",
        kind=kind,
        title=f"{titles[number % len(titles)]}, nr {number}",
        url=f"https://example.org/{number}",
        published=at.date(),
        deadlines=(Deadline(closes, "application"),) if kind in (Kind.CALL, Kind.CONSULTATION) else (),
        meta={"region": REGIONS[number % 5 % 4]} if number % 3 == 1 else {},
    )
    return Seen(item, at)


def _assessed(item: Item, number: int) -> Assessment:
    return Assessment(
        source=item.source,
        key=item.key,
        content_hash=content_hash(item),
        assessor="test",
        language="sv",
        relevance=0.8,
        areas={"school": 0.8},
        flags={"children_youth": 0.9 if number % 4 == 0 else 0.1, "partnership": 0.7 if number % 11 == 0 else 0.0},
    )


def _week(store: Store, municipality: Municipality, seen: list[Seen], week: int, units: list[str]) -> None:
    monday = datetime(2026, 1, 5, 6, 0, tzinfo=UTC) + timedelta(days=7 * week)
    iso = monday.isocalendar()
    name = f"{iso.year}-W{iso.week:02}"
    routes = [
        Route(municipality=municipality.key, unit=units[(week + n * k) % len(units)], source=s.item.source,
              key=s.item.key, score=0.8, because="skola")
        for n, s in enumerate(seen)
        for k in (1, 2)
    ]  # fmt: skip
    unique = {(r.unit, r.source, r.key): r for r in routes}
    with store.session() as session:
        replace_routes(session, municipality.key, name, list(unique.values()))
    for unit in units[: len(units) - 1]:  # the last one never gets a letter
        mine = [r for r in unique.values() if r.unit == unit][:4]
        if mine:
            _letter(store, municipality, unit, name, monday, mine)


def _letter(
    store: Store, municipality: Municipality, unit: str, week: str, monday: datetime, routes: list[Route]
) -> None:
    contact = f"{unit}@example.org"
    digest = Digest(
        id=f"{week}-{unit}", municipality=municipality.key, contact=contact, week=week, units=(unit,), subject="Veckan",
        message_id=f"<{week}-{unit}@example.org>", message=letter(contact, "kontaktperson"), state=DigestState.QUEUED,
        created_at=monday,
        entries=tuple(
            DigestEntry(source=r.source, key=r.key, section="news", position=n, because="skola", content_hash="h")
            for n, r in enumerate(routes, start=1)
        ),
    )  # fmt: skip
    state = DigestState.BOUNCED if week.endswith("W07") and unit.startswith("s") else DigestState.SENT
    with store.session() as session:
        freeze_digest(session, digest)
        claim(session, digest.id, monday)
        settle(session, Delivery(digest_id=digest.id, at=monday, transport="smtp", state=state, code=250))
        for n, route in enumerate(routes):
            if (n + int(week[-2:]) + len(unit)) % 3 == 0 and unit != "vatten":
                answer = list(Answer)[(n + len(unit)) % 4]
                at = monday + timedelta(hours=5)
                told = {"source": route.source, "key": route.key, "unit": unit}
                save_feedback(session, Feedback(digest_id=digest.id, answer=Answer.NOT_FOR_US, at=at, **told))
                save_feedback(session, Feedback(digest_id=digest.id, answer=answer, at=at + timedelta(1), **told))


def _decisions(store: Store, municipality: Municipality, seen: list[Seen], units: list[str]) -> None:
    outcomes: tuple[tuple[str, float | None, float | None, str], ...] = (
        ("done", 400_000.0, 250_000.5, "SEK"),
        ("ongoing", 1_200_000.0, None, "SEK"),
        ("done", 30_000.0, 0.0, "EUR"),
        ("dropped", None, None, "SEK"),
        ("open", None, None, "SEK"),
    )
    with store.session() as session:
        for number, s in enumerate(seen):
            key = {"municipality": municipality.key, "source": s.item.source, "key": s.item.key}
            if number % 2 == 0:
                ruling = (Ruling.SEND, Ruling.SEND, Ruling.DROP, Ruling.LATER)[number % 8 // 2]
                save_verdict(session, Verdict(ruling=ruling, at=s.at + timedelta(hours=3), by="samordnaren", **key))
            if number % 13 == 1:
                state, applied, granted, currency = outcomes[number // 13 % 5]
                unit = COORDINATOR if number % 5 == 0 else units[number % len(units)]
                begun = Action(id=f"a{number}", unit=unit, title=f"Pröva {s.item.title}", created_at=s.at,
                               due=s.at.date() + timedelta(days=30), owner="utvecklare", **key)  # fmt: skip
                save_action(session, begun, by="samordnaren", at=s.at)
                if state != "open":
                    ended = Action(id=f"a{number}", unit=unit, title=begun.title, created_at=s.at, due=begun.due,
                                   state=state, applied=applied, granted=granted, currency=currency, **key)  # fmt: skip
                    save_action(session, ended, by="samordnaren", at=s.at + timedelta(days=20 + number % 25))
            if number % 41 == 11:
                state = (TrialState.DECLINED, TrialState.CONSIDERED)[number % 2]
                for word, at in ((TrialState.CONSIDERED, s.at), (state, s.at + timedelta(days=3))):
                    save_trial(session, Trial(project="skolan", state=word, at=at, by="samordnaren", **key))
            if number % 45 == 3:
                save_analysis(session, Analysis(meaning="Så här.", written_at=s.at, author="analytiker", **key))
                if number % 2:
                    sign_analysis(session, municipality.key, (s.item.source, s.item.key), 1, by="samordnare", now=s.at)
            if number % 90 == 5:
                save_decision(
                    session,
                    Decision(
                        id=f"d{number}",
                        municipality=municipality.key,
                        meeting=s.at.date() + timedelta(days=number % 4),
                        text="Ja",
                        at=s.at,
                        by="x",
                    ),
                )
            if number % 50 == 7:
                publication = Publication(id=f"p{number}", meaning="Så här berör det dig.", published_at=s.at,
                                          changed_at=s.at, by="samordnaren", **key)  # fmt: skip
                save_publication(session, publication)


def outside_the_year(store: Store, municipality: Municipality) -> None:
    """Add an item, a letter, a verdict and an action of the year before, which no figure may count."""
    before = datetime(2025, 12, 31, 22, 59, tzinfo=UTC)
    item = Item(source="cellar", key="i-fjol", kind=Kind.CALL, title="I fjol", url="https://example.org/f",
                published=date(2025, 12, 31))  # fmt: skip
    key = {"municipality": municipality.key, "source": "cellar", "key": "i-fjol"}
    with store.session() as session:
        upsert_items(session, [item], now=before)
        save_verdict(session, Verdict(ruling=Ruling.SEND, at=before, by="samordnaren", **key))
        save_action(
            session, Action(id="f", unit="skola", title="I fjol", created_at=before, state="done", **key), at=before
        )
    route = Route(municipality=municipality.key, unit="skola", source="cellar", key="i-fjol", score=1, because="x")
    with store.session() as session:
        replace_routes(session, municipality.key, "2026-W01", [route])
    _letter(store, municipality, "skola", "2026-W01", datetime(2025, 12, 29, 6, tzinfo=UTC), [route])
