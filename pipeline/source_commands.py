"""The commands `utkik sources …`: how the sources are, and asking one of them now."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from crawlers.compare import compare
from pipeline import show
from pipeline.opened import open_served
from pipeline.options import AsJson, Now
from pipeline.probe import probe, probe_job, probe_values, show_probe
from pipeline.terminal import write_json
from store.errors import ConfigurationError

sources_app = typer.Typer(help="Visa källorna och hur de mår, eller fråga en av dem nu.", add_completion=False)

Name = Annotated[str, typer.Argument(metavar="KÄLLA")]
Part = Annotated[str, typer.Option("--part", metavar="DEL", help="Bara denna del av källan.")]


@sources_app.callback(invoke_without_command=True)
def sources(context: typer.Context, as_json: AsJson = False) -> None:
    """Visa källorna och hur de mår."""
    if context.invoked_subcommand:
        return
    with open_served(context) as installation:
        if as_json:
            write_json(show.sources_values(installation))
        else:
            show.sources(installation, context.obj.console)


@sources_app.command()
def check(context: typer.Context, name: Name, part: Part = "", now: Now = "", as_json: AsJson = False) -> None:
    """Fråga källan nu och visa vad som skulle hämtas. Inget sparas."""
    with open_served(context) as installation:
        job = probe_job(installation, name, part=part, now=context.obj.moment(now))
        values = probe_values(probe(job, installation.settings.logs), job)
    if as_json:
        write_json(values)
    else:
        show_probe(context.obj.console, values)


@sources_app.command()
def record(
    context: typer.Context,
    name: Name,
    to: Annotated[Path | None, typer.Option("--to", metavar="MAPP", help="Förval: recordings/KÄLLA.")] = None,
    part: Part = "",
    now: Now = "",
) -> None:
    """Spara källans svar just nu, med frågorna och det de gav, för granskning."""
    with open_served(context) as installation:
        folder = (to or installation.settings.home / "recordings" / name).resolve()
        if folder.exists() and any(folder.iterdir()):
            raise ConfigurationError("mappen är inte tom; ange en annan med --to", path=folder)
        folder.mkdir(parents=True, exist_ok=True)
        job = probe_job(installation, name, part=part, now=context.obj.moment(now), record_to=str(folder))
        values = probe_values(probe(job, installation.settings.logs), job)
    answers = len(list(folder.glob("*.request.json")))
    show_probe(context.obj.console, values)
    context.obj.console.print(f"Inspelat: {answers} svar i {folder}", soft_wrap=True, highlight=False)


@sources_app.command(name="compare")
def compare_source(
    context: typer.Context,
    name: Name,
    folder: Annotated[Path, typer.Argument(metavar="MAPP", help="En tidigare inspelning.")],
    part: Part = "",
    now: Now = "",
) -> None:
    """Jämför källans svar nu med en inspelning, och namnge de fält som saknas."""
    if not folder.is_dir():
        raise ConfigurationError("inspelningen finns inte", path=folder)
    with open_served(context) as installation, tempfile.TemporaryDirectory() as live:
        job = probe_job(installation, name, part=part, now=context.obj.moment(now), record_to=live)
        probe(job, installation.settings.logs)
        differences = compare(name, folder, Path(live))
    for difference in differences:
        context.obj.console.print(difference, soft_wrap=True, highlight=False, markup=False)
    if differences:
        raise typer.Exit(1)
    context.obj.console.print("Svaren har samma form som i inspelningen.")
