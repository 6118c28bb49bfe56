"""The commands `utkik model …`: what has been learnt, going back, learning anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pipeline.learn import refit, roll_back_to
from pipeline.model_report import model_sentences, model_values
from pipeline.opened import open_one
from pipeline.options import AsJson, Now
from pipeline.show import moment_text
from pipeline.terminal import plain_table, write_json

model_app = typer.Typer(help="Visa vad kommunens bedömningar har lärt, backa det eller lär om.", add_completion=False)

STATES = {"active": "används", "replaced": "ersatt", "rolled_back": "backad"}


@model_app.callback(invoke_without_command=True)
def model(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Visa vad kommunens bedömningar har lärt, och om det hjälper."""
    if context.invoked_subcommand:
        return
    moment: datetime = context.obj.moment(now)
    with open_one(context) as installation, installation.store.reading() as session:
        values = model_values(session, installation.municipality, now=moment)
    if as_json:
        write_json(values)
    else:
        show_model(context.obj.console, values)


@model_app.command()
def rollback(
    context: typer.Context,
    version: Annotated[str, typer.Argument(metavar="[ID]", help="Förval: versionen före den som används.")] = "",
    now: Now = "",
    as_json: AsJson = False,
) -> None:
    """Använd en tidigare version igen; det som sagts sedan den gjordes räknas inte, förrän utkik model refit."""
    moment: datetime = context.obj.moment(now)
    with open_one(context) as installation, installation.store.session() as session:
        target = roll_back_to(session, installation.municipality, version, now=moment)
    if as_json:
        write_json({"active": target.id if target else None})
        return
    said = f"Nu används version {target.id}, lärd av {target.labels}." if target else "Nu används inget inlärt."
    context.obj.console.print(f"{said} Allt räknas igen med: utkik model refit", highlight=False)


@model_app.command(name="refit")
def refit_all(context: typer.Context, now: Now = "", as_json: AsJson = False) -> None:
    """Lär om av allt som sagts, även det som en backning ställt åt sidan."""
    moment: datetime = context.obj.moment(now)
    with open_one(context) as installation, installation.store.session() as session:
        found = refit(session, installation.municipality, now=moment)
    if as_json:
        write_json({"labels": found.labels, "refitted": found.is_new, "message": found.message})
        return
    done = "Lärt om" if found.is_new else "Inget är ändrat: redan lärt"
    context.obj.console.print(escape(found.message or f"{done} av {found.labels}."), highlight=False)


def show_model(console: Console, values: Mapping[str, Any]) -> None:
    """Show the sentences, the learning curve and the versions."""
    console.print(f"[bold]{escape(values['municipality'])}[/bold]  Gemensam bedömare: {values['assessor'] or '–'}")
    console.print("Hur den gemensamma bedömaren är mätt står i nlp/README.md; mät själv med utkik evaluate.")
    for sentence in model_sentences(values):
        console.print(escape(sentence), highlight=False, soft_wrap=True)
    if values["curve"]:
        rows = [
            [str(one["labels"]), str(one["asked"]), _percent(one["shared"]), _percent(one["learned"])]
            for one in values["curve"]
        ]
        heads = ["Lärt av", "Prövat på senare", "Utan", "Med"]
        console.print(plain_table("Rätt ordning, steg för steg", heads, rows, (0, 1, 2, 3)))
    if values["versions"]:
        rows = [
            [one["id"], moment_text(one["made_at"]), str(one["labels"]), STATES.get(one["state"], one["state"])]
            for one in values["versions"]
        ]
        console.print(plain_table("Versioner", ["Id", "Gjord", "Lärd av", "Läge"], rows, (2,)))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
