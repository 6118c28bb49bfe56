"""The commands `utkik second-reader status` and `run`: how the second reader is, and letting it read now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pipeline.installation import Installation
from pipeline.opened import open_served
from pipeline.options import AsJson
from pipeline.run import ask_second_reader
from pipeline.second_opinion import opinion_values, told_opinion
from pipeline.second_reader import second_reader_of
from pipeline.second_reading import newest_run
from pipeline.show import run_values
from pipeline.terminal import write_json
from pipeline.week import iso_week
from store.items import get_items
from store.opinions import count_asked, list_opinions

SHOWN = 10

second_reader_app = typer.Typer(
    help="Andra läsaren: en språkmodell som kommunen själv valt läser det som bedömningen är osäkrast på.",
    invoke_without_command=True,
)

Now = Annotated[str, typer.Option("--now", metavar="ISO-TID", help="Kör som om klockan var detta (svensk tid).")]


@second_reader_app.callback()
def default(context: typer.Context) -> None:
    """Show the status when nothing else is asked for."""
    if context.invoked_subcommand is None:
        status(context)


@second_reader_app.command()
def status(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Visa om andra läsaren är på, vad den kostat av veckans budget och vad den sagt."""
    with open_served(context) as installation:
        values = status_values(installation, context.obj.moment(now))
        if as_json:
            write_json(values)
        else:
            _show(installation, context.obj.console, values)


@second_reader_app.command("run")
def run_now(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Låt andra läsaren läsa nu, inom veckans budget."""
    with open_served(context) as installation:
        if second_reader_of(installation.settings) is None:
            context.obj.console.print(OFF)
            return
        runs = ask_second_reader(installation, context.obj.console, now=context.obj.moment(now), quiet=as_json)
        if as_json:
            write_json([run_values(run) for run in runs])
        elif not runs:
            context.obj.console.print("Servern har bett oss vänta. När visar: utkik second-reader status")


OFF = "Andra läsaren är av. Den slås på med second_reader.url och second_reader.model i utkik.toml."


def status_values(installation: Installation, now: datetime) -> dict[str, Any]:
    """Return how the second reader is; never its key."""
    settings = installation.settings.second_reader
    with installation.store.reading() as session:
        run = newest_run(session)
        opinions = list_opinions(session, limit=SHOWN)
        return {
            "on": second_reader_of(installation.settings) is not None,
            "url": settings.url,
            "model": settings.model,
            "budget": settings.weekly_budget,
            "asked_this_week": count_asked(session, iso_week(now.astimezone(UTC))),
            "last_run": run_values(run) if run else None,
            "opinions": [dict(opinion_values(opinion)) for opinion in opinions],
        }


def _show(installation: Installation, console: Console, values: dict[str, Any]) -> None:
    if not values["on"]:
        console.print(OFF)
        return
    console.print(f"Andra läsaren: {escape(values['model'])} på {escape(values['url'])}", highlight=False)
    console.print(f"Frågor den här veckan: {values['asked_this_week']} av {values['budget']}.", highlight=False)
    if values["last_run"]:
        console.print(escape(values["last_run"]["message"]), highlight=False)
    with installation.store.reading() as session:
        opinions = list_opinions(session, limit=SHOWN)
        items = get_items(session, [(opinion.source, opinion.key) for opinion in opinions])
    for opinion in opinions:
        stored = items.get((opinion.source, opinion.key))
        console.print(f"\n[bold]{escape(stored.item.title if stored else opinion.key)}[/bold]", highlight=False)
        console.print(escape(told_opinion(opinion)), highlight=False)
