"""Reading the week for triage: every item that is current, whom it would go to, and the verdicts on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from crawlers.catalogue import facts
from pipeline.candidate import KINDS_ONE_ANSWERS, Candidate, ItemId
from pipeline.candidates import candidates_of, learned_now, read_candidates, verdicts_until
from pipeline.currency import ACT_LAG, RECENT, Week, is_current
from pipeline.current_items import OTHER_KINDS
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.route import route_items
from pipeline.selection import NEAR
from pipeline.triage_list import Row, with_verdicts
from pipeline.week import iso_week
from pipeline.wording import clean, kind_in_words, shortened
from store.assessments import get_assessments, iter_assessed
from store.db import Session
from store.explorations import list_explorations
from store.items import get_items
from store.triage import last_digest_at, last_told
from store.types import Route, Ruling, Verdict

TITLE = 300  # characters
OPEN = ("open", "forthcoming", "")
MOST = 20_000  # unlikely items of either sort: twice a week of a hundred sources


@dataclass(frozen=True, slots=True)
class TriageWeek:
    """The week's items as rows, without verdicts, and since when verdicts count to it."""

    rows: tuple[Row, ...]
    since: datetime


def read_week(session: Session, municipality: Municipality, now: datetime) -> TriageWeek:
    """Return everything that is current, ranked or not, each item with whom it would go to and why."""
    week = Week(now)
    verdicts = verdicts_until(session, municipality, week)
    candidates = read_candidates(session, municipality, verdicts, week)
    known = {candidate.id for candidate in candidates}
    candidates += read_unlikely(session, municipality, week, known)
    since = max(last_digest_at(session, municipality.key) or now - RECENT, now - RECENT)
    return TriageWeek(tuple(rows_of(session, candidates, municipality, week)), since)


def rows_of(session: Session, candidates: Sequence[Candidate], municipality: Municipality, week: Week) -> list[Row]:
    """Return a row for each candidate; its reason is the one that its best reader would be given."""
    free = _by_item(route_items(candidates, municipality, {}, week.today))
    chosen = {candidate.id: _sent(candidate, municipality, week.now) for candidate in candidates}
    forced = _by_item(route_items(candidates, municipality, chosen, week.today))
    told = last_told(session, municipality.key, [candidate.id for candidate in candidates])
    explored = {(e.source, e.key) for e in list_explorations(session, municipality.key, week=iso_week(week.now))}
    regions = {source.name: source.region for source in facts()}
    tellers: dict[str, set[str]] = {}
    for candidate in candidates:
        if candidate.story:
            tellers.setdefault(candidate.story, set()).add(candidate.item.publisher or candidate.item.source)
    return [
        replace(
            _row(candidate, free.get(candidate.id, ()), forced.get(candidate.id, ()), regions, week),
            told=_still_told(candidate, told.get(candidate.id)),
            is_explored=candidate.id in explored,
            others=len(tellers.get(candidate.story or "", ())) - 1 if candidate.story else 0,
        )
        for candidate in candidates
    ]


def _by_item(routes: Iterable[Route]) -> dict[ItemId, list[Route]]:
    found: dict[ItemId, list[Route]] = {}
    for route in routes:
        found.setdefault((route.source, route.key), []).append(route)
    return found


def _sent(candidate: Candidate, municipality: Municipality, now: datetime) -> Verdict:
    source, key = candidate.id
    return Verdict(municipality=municipality.key, source=source, key=key, ruling=Ruling.SEND, at=now, by="")


def _row(
    candidate: Candidate, free: Sequence[Route], forced: Sequence[Route], regions: Mapping[str, str], week: Week
) -> Row:
    item, assessment = candidate.item, candidate.assessment
    routes = free or forced
    ranked = sorted(candidate.areas.items(), key=lambda pair: (-pair[1], pair[0]))
    best = list(dict.fromkeys(area for route in routes for area in route.areas))
    because = routes[0].because.removeprefix("Samordnaren har valt ut den.").strip() if routes else ""
    return Row(
        item=candidate.id,
        title=shortened(clean(item.title), TITLE) or "(utan rubrik)",
        kind=item.kind,
        kind_word=kind_in_words(item),
        publisher=clean(item.publisher) or item.source,
        region=str(item.meta.get("region") or regions.get(item.source, NEAR[0])),
        language=assessment.language if assessment.language not in ("sv", "") else "",
        day=item.published or candidate.stored.first_seen.date(),
        first_seen=candidate.stored.first_seen,
        deadline=candidate.next_answer_day(week.today),
        areas=tuple(best or [area for area, _ in ranked[:1]]),
        units=tuple(dict.fromkeys(route.unit for route in routes)) or (COORDINATOR,),
        because=because,
        relevance=candidate.relevance,
        score=max((route.score for route in free), default=0.0),
        is_routed=bool(free),
        story=candidate.story,
    )


def _still_told(candidate: Candidate, told: datetime | None) -> datetime | None:
    """Return when some reader was told, None when something that readers must hear of has happened since."""
    is_outdated = told is not None and any(revision.seen_at > told for revision in candidate.revisions)
    return None if is_outdated else told


def current_rows(
    session: Session,
    week: TriageWeek,
    verdicts: Mapping[ItemId, Verdict],
    municipality: Municipality,
    now: datetime,
    kept: dict[ItemId, Row | None] | None = None,
) -> list[Row]:
    """Return the week's rows with the verdicts that stand, also of items that only a verdict brought in.

    Those rows are read unless they are `kept` from an earlier look, and put there: years of waiting items are many.
    """
    known = {row.item for row in week.rows}
    kept = {} if kept is None else kept
    brought = [
        item
        for item, verdict in verdicts.items()
        if item not in known and (verdict.at >= week.since or verdict.ruling is Ruling.LATER)
    ]
    if new := [item for item in brought if item not in kept]:
        named = rows_of(session, read_named(session, municipality, new, Week(now)), municipality, Week(now))
        kept |= dict.fromkeys(new) | {row.item: row for row in named}
    rows = [*week.rows, *(row for item in brought if (row := kept[item]))]
    return with_verdicts(rows, verdicts)


def read_unlikely(
    session: Session, municipality: Municipality, week: Week, known: Collection[ItemId]
) -> list[Candidate]:
    """Return what is current and new, and is not known yet: what nobody would be sent."""
    since, oldest = week.now - RECENT, week.today - ACT_LAG
    found = {}
    for pairs in (
        iter_assessed(session, kinds=OTHER_KINDS, since=since, published_from=oldest),
        iter_assessed(session, kinds=KINDS_ONE_ANSWERS, since=since, statuses=OPEN),
    ):
        for stored, assessment in islice(pairs, MOST):
            item = (stored.item.source, stored.item.key)
            if item not in known and is_current(Candidate(stored=stored, assessment=assessment), week):
                found[item] = (stored, assessment)
    return candidates_of(session, found, week, learned_now(session, municipality, found, week))


def read_named(session: Session, municipality: Municipality, items: Sequence[ItemId], week: Week) -> list[Candidate]:
    """Return these items as candidates, those that have been assessed."""
    stored, assessed = get_items(session, items), get_assessments(session, items)
    pairs = {item: (stored[item], assessed[item]) for item in items if item in stored and item in assessed}
    return candidates_of(session, pairs, week, learned_now(session, municipality, pairs, week))
