"""The commands `utkik partners` and `utkik forecast`: what concerns the twin towns, and which calls may come back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from pipeline.currency import Week
from pipeline.forecast import forecasts
from pipeline.opened import open_one, open_served
from pipeline.options import AsJson, Now
from pipeline.outlook import forecast_lines, forecast_values, partner_values
from pipeline.partner_lens import DIRECTIONS
from pipeline.terminal import write_json
from pipeline.wording import day_in_words, listed
from store.rounds import iter_calls


def partners(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Visa det som rör vänorter och nätverk, och vilka vänorter som passar i utlysningar som kräver partner."""
    moment: datetime = context.obj.moment(now)
    with open_one(context) as installation:
        values = partner_values(installation.store, installation.municipality, moment)
    if as_json:
        write_json(values)
    else:
        show_partners(context.obj.console, values, Week(moment).today)


def forecast(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Visa när återkommande utlysningar kan väntas öppna nästa gång, och vad gissningen bygger på."""
    moment: datetime = context.obj.moment(now)
    today = Week(moment).today
    with open_served(context) as installation, installation.store.reading() as session:
        found = forecasts(iter_calls(session), today)
    if as_json:
        write_json([forecast_values(one) for one in found])
        return
    if not found:
        context.obj.console.print("Ingen utlysning har återkommit vid samma tid två år; vi vet inte vad som väntar.")
    for one in found:
        for line in forecast_lines(one, today):
            context.obj.console.print(escape(line), soft_wrap=True, highlight=False)


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
