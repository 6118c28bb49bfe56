"""The commands `utkik cofinancing …`: calls for the planned projects, what was decided, the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pipeline.cofinancing_register import STATE_WORDS, decide, evidence, project_values
from pipeline.currency import Week
from pipeline.opened import open_one
from pipeline.options import AsJson, Now
from pipeline.terminal import write_json
from pipeline.wording import day_in_words, distance_in_words
from store.errors import ConfigurationError
from store.types import TrialState

cofinancing_app = typer.Typer(
    help="Visa utlysningar för kommunens planerade projekt, och vad som prövats.", add_completion=False
)

BY = "samordnare"


@cofinancing_app.callback(invoke_without_command=True)
def cofinancing(
    context: typer.Context,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FIL.CSV", help="Skriv registret: prövat, avstått, varför.")
    ] = None,
    now: Now = "",
    as_json: AsJson = False,
) -> None:
    """Visa för varje planerat projekt vilka utlysningar som går att pröva, och vad som är avgjort."""
    if context.invoked_subcommand:
        return
    moment: datetime = context.obj.moment(now)
    with open_one(context) as installation:
        if export:
            with installation.store.reading() as session:
                export.write_text(evidence(session, installation.municipality), encoding="utf-8-sig", newline="")
            context.obj.console.print(f"Registret står i {escape(str(export))}.", soft_wrap=True, highlight=False)
            return
        values = project_values(installation.store, installation.municipality, moment)
    if as_json:
        write_json(values)
    else:
        show_projects(context.obj.console, values, Week(moment).today)


@cofinancing_app.command(name="decide")
def decide_on(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJEKT")],
    source: Annotated[str, typer.Argument(metavar="KÄLLA")],
    key: Annotated[str, typer.Argument(metavar="NYCKEL")],
    applied: Annotated[bool, typer.Option("--applied", help="Ni söker: det blir en åtgärd för enheten.")] = False,
    declined: Annotated[bool, typer.Option("--declined", help="Ni avstår; skriv varför med --why.")] = False,
    considered: Annotated[bool, typer.Option("--considered", help="Ni överväger.")] = False,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="Skälet, som det ska stå i uppföljningen.")] = "",
    now: Now = "",
) -> None:
    """Skriv in att en utlysning prövas för ett projekt, eller varför inte."""
    chosen = {
        TrialState.APPLIED: applied,
        TrialState.DECLINED: declined,
        TrialState.CONSIDERED: considered,
    }
    states = [state for state, is_chosen in chosen.items() if is_chosen]
    if len(states) != 1:
        raise ConfigurationError("ange ett av --applied, --declined och --considered")
    moment: datetime = context.obj.moment(now)
    with open_one(context) as installation, installation.store.session() as session:
        place = installation.municipality
        trial = decide(session, place, project, (source, key), states[0], why=why, by=BY, now=moment)
    context.obj.console.print(f"Inskrivet: {STATE_WORDS[trial.state]}.", highlight=False)


def show_projects(console: Console, values: list[dict[str, Any]], today: date) -> None:
    """Show each project with its calls, a few lines a call."""
    if not values:
        console.print("Inga planerade projekt: skriv [[projects]] i kommunens fil.".replace("[", r"\["))
    for project in values:
        console.print(f"[bold]{escape(project['name'])}[/bold] ({project['project']}) · {escape(project['unit_name'])}")
        if not project["calls"]:
            console.print("  Ingen öppen eller kommande utlysning passar just nu.")
        for call in project["calls"]:
            console.print(f"  {escape(call['title'])}", soft_wrap=True, highlight=False)
            for line in _lines(call, today):
                console.print(f"    {escape(line)}", soft_wrap=True, highlight=False)


def _lines(call: Mapping[str, Any], today: date) -> list[str]:
    last = date.fromisoformat(call["last_day"]) if call["last_day"] else None
    when = f"{distance_in_words(last, today)} · {day_in_words(last, today)}" if last else "ingen sista dag känd"
    state = STATE_WORDS[TrialState(call["state"])] if call["state"] else "inte avgjord"
    because = "; ".join([*call["because"], *(f"obs: {caution}" for caution in call["cautions"])])
    why = f" ({call['why']})" if call["why"] else ""
    return [f"{when} · {state}{why}", f"Därför: {because}", f"{call['source']} {call['key']}"]
