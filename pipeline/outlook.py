"""What the page and the commands tell of partners and of calls that may come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipeline.candidate import Candidate
from pipeline.candidates import read_candidates, verdicts_until
from pipeline.cofinancing import Match
from pipeline.cofinancing_register import open_calls, open_matches
from pipeline.currency import Week
from pipeline.forecast import Forecast, Round, forecasts
from pipeline.municipality import Municipality
from pipeline.partner_lens import Fit, Mention, directions, fits, mentions
from pipeline.wording import counted, day_in_words, distance_in_words, listed
from store.db import Session, Store
from store.rounds import iter_calls

NAMED = 0.2  # relevance below which even an item that names a twin town is about something else
WHAT = {"opens": "öppnar", "closes": "stänger"}
WEEKDAYS_LONG = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")


def partner_values(store: Store, municipality: Municipality, now: datetime) -> dict[str, Any]:
    """Return the partners, what concerns them and where they fit, for JSON, the page and reports."""
    with store.reading() as session:
        return read_partners(session, municipality, now)


def read_partners(session: Session, municipality: Municipality, now: datetime) -> dict[str, Any]:
    """Return the same, as the session sees the store."""
    week = Week(now)
    verdicts = verdicts_until(session, municipality, week)
    current = read_candidates(session, municipality, verdicts, week, least=NAMED)
    calls = open_calls(session, week)
    return {
        "directions": directions(municipality.twin_towns),
        "networks": [network.name for network in municipality.networks],
        "mentions": [_mention(one) for one in mentions(municipality, current)],
        "calls": [_fit(one) for one in fits(municipality, calls, week.today)],
    }


@dataclass(frozen=True, slots=True)
class Outlook:
    """What takes long to work out of calls: those that fit the planned projects, and those that may come back."""

    matches: Mapping[str, Sequence[Match]]
    forecasts: Sequence[Forecast]


def read_outlook(session: Session, municipality: Municipality, now: datetime) -> Outlook:
    """Return what the calls in the store hold for the municipality."""
    coming = forecasts(iter_calls(session), Week(now).today)
    return Outlook(open_matches(session, municipality, now), coming)


def forecast_values(one: Forecast) -> dict[str, Any]:
    """Return a forecast with its basis."""
    return {
        "series": one.series,
        "title": one.title,
        "what": one.what,
        "expected": one.expected.isoformat(),
        "earliest": one.earliest.isoformat(),
        "latest": one.latest.isoformat(),
        "closes_about": one.closes.isoformat() if one.closes else None,
        "weekday": one.weekday,
        "rounds": [
            {
                "year": r.year,
                "opens": r.opens.isoformat() if r.opens else None,
                "closes": r.closes.isoformat() if r.closes else None,
                "source": r.source,
                "key": r.key,
            }
            for r in one.rounds
        ],
    }


def forecast_lines(one: Forecast, today: date) -> list[str]:
    """Return the forecast in words: the guess, how sure it is, and the years before."""
    day = day_in_words(one.expected, today, weekday=False)
    span = ""
    if one.earliest != one.latest:
        earliest, latest = (day_in_words(d, today, weekday=False) for d in (one.earliest, one.latest))
        span = f", mellan {earliest} och {latest} om den följer tidigare år"
    then = f"; stänger omkring {day_in_words(one.closes, today, weekday=False)}" if one.closes else ""
    always = f"; alltid på en {WEEKDAYS_LONG[one.weekday]}" if one.weekday is not None else ""
    before = [f"{r.year}: {_days(r, one.what)}" for r in one.rounds]
    return [
        one.title,
        f"  Prognos: {WHAT[one.what]} omkring {day} ({distance_in_words(one.expected, today)}){span}{then}.",
        f"  Bygger på {counted(len(one.rounds), 'omgång', 'omgångar')}: {listed(before)}{always}.",
    ]


def _days(round_: Round, what: str) -> str:
    days = [round_.opens, round_.closes] if what == "opens" else [round_.closes]
    return "–".join(f"{day:%-d/%-m}" for day in days if day)


def _mention(one: Mention) -> dict[str, Any]:
    return _item(one.candidate) | {"because": one.because}


def _fit(one: Fit) -> dict[str, Any]:
    asked = [counted(one.partners, "partner", "partner")] if one.partners else []
    asked += [f"från {counted(one.countries, 'annat land', 'andra länder')}"] if one.countries else []
    parts = [f"kräver {' '.join(asked)} utöver er"] if asked else []
    parts += [f"{listed(one.fitting)} passar"] if one.fitting else ["ingen vänort i EU"]
    parts += [f"kontrollera om landet får delta: {listed(one.uncertain)}"] if one.uncertain else []
    parts += [f"saknas: {'; '.join(one.lacking)}"] if one.lacking else []
    return _item(one.candidate) | {
        "partners": one.partners,
        "countries": one.countries,
        "fitting": list(one.fitting),
        "uncertain": list(one.uncertain),
        "lacking": list(one.lacking),
        "last_day": one.last_day.isoformat() if one.last_day else None,
        "because": "; ".join(parts),
    }


def _item(candidate: Candidate) -> dict[str, Any]:
    item = candidate.item
    return {"source": item.source, "key": item.key, "title": item.title, "url": item.url}
