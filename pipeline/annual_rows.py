"""A year as plain tables of rows, read from the store: what every figure of the yearly follow-up is counted from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from crawlers.catalogue import SourceFacts
from crawlers.dates import STOCKHOLM
from pipeline.annual_calls import calls_of, first_told, trials_of
from pipeline.annual_items import Known, Row, local_day, yes
from pipeline.municipality import Municipality
from pipeline.wording import clean
from store.actions import OPEN_STATES, list_actions
from store.analyses import signed_between
from store.assessments import get_assessments
from store.db import Session
from store.decisions import list_decisions
from store.follow_up import changes_of_actions, count_collected, counted_answers, routed_in
from store.items import get_items
from store.ledger import sendings, told_entries
from store.publications import list_publications
from store.types import Action, ActionChange, DigestState, Ruling
from store.verdicts import list_verdicts

REGIONS = ("Sverige", "EU", "Norden", "Världen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """One calendar year in Swedish time, as far as it had come at `now`; `tables` hold rows in a fixed order."""

    year: int
    now: datetime
    tables: Mapping[str, Sequence[Row]]

    @property
    def is_over(self) -> bool:
        """Whether the whole year is told of."""
        return self.now >= bounds(self.year)[1]


def bounds(year: int) -> tuple[datetime, datetime]:
    """Return the first moment of the year and the first after it."""
    first, after = (datetime.combine(date(y, 1, 1), time.min, STOCKHOLM) for y in (year, year + 1))
    return first.astimezone(UTC), after.astimezone(UTC)


def weeks_of(year: int) -> list[str]:
    """Return the ISO weeks whose Monday lies in the year: letters are written on Mondays."""
    day = date(year, 1, 1)
    day += timedelta(days=(7 - day.weekday()) % 7)
    weeks = []
    while day.year == year:
        iso = day.isocalendar()
        weeks.append(f"{iso.year}-W{iso.week:02}")
        day += timedelta(days=7)
    return weeks


def read_year(
    session: Session, municipality: Municipality, sources: Sequence[SourceFacts], year: int, now: datetime
) -> Year:
    """Return the year's rows; nothing is counted here.

    One long function, because it is the list of the year's tables, each as its file has it.
    """
    since, until = bounds(year)
    regions = {source.name: source.region for source in sources}
    sent = sendings(session, municipality.key, since=since, until=until)
    arrived = [sending for sending in sent if sending.state is DigestState.SENT]
    told = list(told_entries(session, arrived))
    letters = {sending.id: sending for sending in arrived}
    actions = _actions_of(session, municipality, since, until)
    trials = trials_of(session, municipality, since, until)
    named = [(entry.source, entry.key) for entry in told] + [(action.source, action.key) for action in actions]
    keys = list(dict.fromkeys([*named, *((trial.source, trial.key) for trial in trials)]))
    known = Known(get_items(session, keys), get_assessments(session, keys), regions)
    untied = counted_answers(session, municipality.key)
    changes = changes_of_actions(session, municipality.key)
    tables: dict[str, Sequence[Row]] = {
        "insamlat": _collected(session, regions, since, until),
        "fordelat": [
            {"vecka": week, "enhet": unit, "kalla": source, "nyckel": key}
            for week, unit, source, key in routed_in(session, municipality.key, weeks_of(year))
        ],
        "brev": [
            {
                "brev": s.id,
                "vecka": s.week,
                "skrivet": local_day(s.created_at).isoformat(),
                "lage": s.state.value,
                "enheter": " ".join(s.units),
                "poster": s.entries,
            }
            for s in sent
        ],
        "skickat": [
            row
            for entry in told
            for row in _told_rows(entry, letters[entry.digest_id], known, (entry.source, entry.key) in untied)
        ],
        "bedomt": _verdicts(session, municipality.key, since, until),
        "atgarder": [_action_row(action, changes.get(action.id, []), known, year, now) for action in actions],
        "analyser": [
            {"kalla": a.source, "nyckel": a.key, "version": a.version, "undertecknad_av": a.signed_by}
            for a in signed_between(session, municipality.key, since, until)
        ],
        "moten": [
            {"mote": d.meeting.isoformat(), "beslut": d.id, "text": clean(d.text), "atgard": d.action_id}
            for d in list_decisions(session, municipality.key, since=date(year, 1, 1), until=date(year + 1, 1, 1))
        ],
        "invanare": [
            {"kalla": p.source, "nyckel": p.key, "publicerad": local_day(p.published_at).isoformat()}
            for p in list_publications(session, municipality.key, since=since, until=until)
        ],
    }
    tables["utlysningar"] = calls_of(tables["skickat"], tables["atgarder"], trials, known)
    tables["frister"] = first_told(tables["skickat"])
    return Year(year=year, now=now, tables=tables)


def _collected(session: Session, regions: Mapping[str, str], since: datetime, until: datetime) -> list[Row]:
    counts = count_collected(session, since, until)
    return [
        {"kalla": source, "region": region or regions.get(source, ""), "slag": kind, "antal": number}
        for (source, region, kind), number in sorted(counts.items())
    ]


def _told_rows(entry: Any, letter: Any, known: Known, has_counted: bool) -> Iterator[Row]:
    written = local_day(letter.created_at)
    facts = known.facts((entry.source, entry.key))
    due = date.fromisoformat(facts["frist"]) if facts["frist"] else None
    answer = entry.answer.value if entry.answer else ("raknad" if has_counted else "")
    for unit in entry.units:
        yield {
            "brev": entry.digest_id,
            "vecka": letter.week,
            "skrivet": written.isoformat(),
            "manad": f"{written:%Y-%m}",
            "enhet": unit,
            **facts,
            "dagar_fore_frist": (due - written).days if due else "",
            "svar": answer,
            "har_svar": yes(bool(answer)),
        }


def _verdicts(session: Session, municipality: str, since: datetime, until: datetime) -> list[Row]:
    """Return the last verdict of the year on each item that has one; one that was taken back is none."""
    given = list_verdicts(session, municipality=municipality, since=since)
    last = {(v.source, v.key): v for v in given if v.at < until}
    return [
        {"kalla": source, "nyckel": key, "utslag": v.ruling.value, "dag": local_day(v.at).isoformat()}
        for (source, key), v in sorted(last.items())
        if v.ruling is not Ruling.REOPENED
    ]


def _actions_of(session: Session, municipality: Municipality, since: datetime, until: datetime) -> list[Action]:
    """Return the actions that were begun in the year, or were begun before and not ended before it."""
    actions = [action for action in list_actions(session, municipality.key) if action.created_at < until]
    return [
        action
        for action in actions
        if action.created_at >= since or action.state in OPEN_STATES or (action.changed_at or since) >= since
    ]


def _action_row(action: Action, changes: Sequence[ActionChange], known: Known, year: int, now: datetime) -> Row:
    facts = known.facts((action.source, action.key))
    done = next((local_day(c.at) for c in reversed(changes) if c.changes.get("state", ["", ""])[1] == "done"), None)
    return {
        "atgard": action.id,
        "enhet": action.unit,
        "vad": clean(action.title),
        "upplagd": local_day(action.created_at).isoformat(),
        "upplagd_i_ar": yes(local_day(action.created_at).year == year),
        "senast": action.due.isoformat() if action.due else "",
        "senast_i_ar": yes(action.due is not None and action.due.year == year),
        "lage": action.state,
        "klar": done.isoformat() if done and action.state == "done" else "",
        "utfall_frist": _kept(action, done, local_day(now)),
        "sokt": action.applied,
        "beviljat": action.granted,
        "valuta": action.currency if action.applied is not None or action.granted is not None else "",
        "resultat": clean(action.outcome),
        **{name: facts[name] for name in ("kalla", "nyckel", "rubrik", "lank", "slag", "barn", "partner", "frist")},
    }


def _kept(action: Action, done: date | None, today: date) -> str:
    """Return whether the action's last day was kept: i_tid, sent, ej_klar, kommande, lagd_ned or okant."""
    if action.due is None:
        return "ingen_frist"
    if action.state == "dropped":
        return "lagd_ned"
    if action.state == "done":
        return "okant" if done is None else "i_tid" if done <= action.due else "sent"
    return "ej_klar" if action.due < today else "kommande"
