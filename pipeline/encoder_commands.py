"""The commands `utkik encoder status` and `train`: a sentence encoder of the installation's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipeline.encoder import cases_of_verdicts, state_of, train
from pipeline.file_commands import labelled_cases
from pipeline.opened import open_served
from pipeline.options import AsJson
from pipeline.terminal import write_json
from store.errors import ConfigurationError

OFF = "Ingen språkmodell är angiven. Det görs med encoder i utkik.toml: en mapp med en model2vec-modell."
UNTAUGHT = "Språkmodellen är inte inlärd än och används inte: kör utkik encoder train."

encoder_app = typer.Typer(
    help="En egen språkmodell (model2vec) ovanpå bedömningen.",
    invoke_without_command=True,
)


@encoder_app.callback()
def default(context: typer.Context) -> None:
    """Show the status when nothing else is asked for."""
    if context.invoked_subcommand is None:
        status(context)


@encoder_app.command()
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Visa om en språkmodell används, vad den lärt av och vad den tillför."""
    with open_served(context) as installation:
        state = state_of(installation.settings)
    if as_json:
        learnt = state.learnt
        values = {"labels": learnt.labels, "share": learnt.share, "gain": learnt.gain} if learnt else None
        write_json({"folder": state.folder, "fault": state.fault, "learnt": values})
    elif not state.folder:
        context.obj.console.print(OFF)
    elif state.fault or state.learnt is None:
        context.obj.console.print(escape(state.fault) or UNTAUGHT, highlight=False)
    else:
        context.obj.console.print(told(state.learnt.labels, state.learnt.gain), highlight=False)


@encoder_app.command("train")
def train_now(
    context: typer.Context,
    items: Annotated[
        Path | None, typer.Option("--items", metavar="FIL.jsonl", help="Märkta poster i stället för kommunens egna.")
    ] = None,
    labels: Annotated[Path | None, typer.Option("--labels", metavar="FIL.jsonl", help="Deras etiketter.")] = None,
    now: Annotated[str, typer.Option("--now", metavar="ISO-TID", help="Som om klockan var detta.")] = "",
) -> None:
    """Lär språkmodellen av kommunens bedömningar, eller av märkta poster ur filer."""
    if (items is None) != (labels is None):
        raise ConfigurationError("--items och --labels anges tillsammans")
    with open_served(context) as installation:
        if not installation.settings.encoder:
            raise ConfigurationError("encoder saknas i inställningarna: ange mappen med språkmodellen")
        if items is None and len(installation.municipalities) > 1:
            raise ConfigurationError("språkmodellen är gemensam för alla kommuner: ange märkta poster med --items")
        cases = (
            labelled_cases(items, labels)
            if items and labels
            else cases_of_verdicts(installation, context.obj.moment(now))
        )
        learnt = train(installation.settings, cases)
    context.obj.console.print(told(learnt.labels, learnt.gain), highlight=False)
    context.obj.console.print("Allt bedöms om nästa gång: utkik assess.")


def told(labels: int, gain: float) -> str:
    """Return what it learnt from and what it adds, in Swedish."""
    added = f"{gain:.3f}".replace(".", ",")
    return f"Språkmodellen har lärt av {labels} poster och höjer medelprecisionen med {added} på poster den inte läst."
