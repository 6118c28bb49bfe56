"""The commands `utkik partners` and `utkik forecast`: what concerns the twin towns, and which calls may come back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pipeline.candidate import Candidate
from pipeline.candidates import read_candidates, verdicts_until
from pipeline.cofinancing_register import open_calls
from pipeline.currency import Week
from pipeline.forecast import Forecast, forecasts
from pipeline.installation import open_installation
from pipeline.municipality import Municipality
from pipeline.partner_lens import DIRECTIONS, Fit, Mention, directions, fits, mentions
from pipeline.terminal import write_json
from pipeline.wording import counted, day_in_words, distance_in_words, listed
from store.db import Store
from store.items import iter_items
from store.types import Kind

NAMED = 0.2  # relevance below which even an item that names a twin town is about something else
WHAT = {"opens": "öppnar", "closes": "stänger"}
Now = Annotated[str, typer.Option("--now", metavar="ISO-TID", help="Kör som om klockan var detta.")]
AsJson = Annotated[bool, typer.Option("--json", help="Skriv JSON, för skript.")]


def partners(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Visa det som rör vänorter och nätverk, och vilka vänorter som passar i utlysningar som kräver partner."""
    moment: datetime = context.obj.moment(now)
    with open_installation(context.obj.home) as installation:
        values = partner_values(installation.store, installation.municipality, moment)
    if as_json:
        write_json(values)
    else:
        show_partners(context.obj.console, values, Week(moment).today)


def forecast(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Visa när återkommande utlysningar kan väntas öppna nästa gång, och vad gissningen bygger på."""
    moment: datetime = context.obj.moment(now)
    today = Week(moment).today
    with open_installation(context.obj.home) as installation, installation.store.reading() as session:
        found = forecasts((stored.item for stored in iter_items(session, kinds=[Kind.CALL])), today)
    if as_json:
        write_json([forecast_values(one) for one in found])
        return
    if not found:
        context.obj.console.print("Ingen utlysning har återkommit vid samma tid två år; vi vet inte vad som väntar.")
    for one in found:
        for line in forecast_lines(one, today):
            context.obj.console.print(escape(line), soft_wrap=True, highlight=False)


def partner_values(store: Store, municipality: Municipality, now: datetime) -> dict[str, Any]:
    """Return the partners, what concerns them and where they fit, for JSON, the page and reports."""
    week = Week(now)
    with store.reading() as session:
        verdicts = verdicts_until(session, municipality, week)
        current = read_candidates(session, municipality, verdicts, week, least=NAMED)
        calls = open_calls(session, week)
    return {
        "directions": directions(municipality.twin_towns),
        "networks": [network.name for network in municipality.networks],
        "mentions": [_mention(one) for one in mentions(municipality, current)],
        "calls": [_fit(one) for one in fits(municipality, calls, week.today)],
    }


def forecast_values(one: Forecast) -> dict[str, Any]:
    """Return a forecast with its basis."""
    return {
        "series": one.series,
        "title": one.title,
        "what": one.what,
        "expected": one.expected.isoformat(),
        "earliest": one.earliest.isoformat(),
        "latest": one.latest.isoformat(),
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
    before = [f"{r.year}: {(r.opens if one.what == 'opens' else r.closes):%-d/%-m}" for r in one.rounds]
    return [
        one.title,
        f"  Prognos: {WHAT[one.what]} omkring {day} ({distance_in_words(one.expected, today)}){span}.",
        f"  Bygger på {counted(len(one.rounds), 'omgång', 'omgångar')}: {listed(before)}.",
    ]


def show_partners(console: Console, values: dict[str, Any], today: date) -> None:
    """Show the partners by direction, the items and the calls."""

    def line(text: str) -> None:
        console.print(escape(text), soft_wrap=True, highlight=False)

    for direction, towns in values["directions"].items():
        line(f"I {DIRECTIONS[direction][0]}: {listed(towns) or 'ingen vänort'}")
    line(f"Nätverk: {listed(values['networks']) or 'inga inskrivna'}")
    for title, rows in (("Rör vänorter eller nätverk", values["mentions"]), ("Kräver partner", values["calls"])):
        console.print(f"[bold]{title}[/bold]: {len(rows)}", highlight=False)
        for row in rows:
            line(f"  {row['title']}")
            last = date.fromisoformat(row["last_day"]) if row.get("last_day") else None
            when = f"{day_in_words(last, today)}: " if last else ""
            line(f"    {when}{row['because']}")


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
