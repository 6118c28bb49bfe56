"""The command `utkik export`: a frame of everything stored, as a file for other programs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipeline.opened import refuse_several
from pipeline.settings import load_settings
from pipeline.typed import typed_day
from pipeline.wording import counted
from store.frame_columns import FRAMES
from store.frame_export import export_frame
from store.frames import open_frames


def export(
    context: typer.Context,
    frame: Annotated[str, typer.Argument(metavar="RAM", help=f"En av: {', '.join(FRAMES)}.")],
    file: Annotated[Path, typer.Argument(metavar="FIL", help="Slutar på .csv eller .parquet.")],
    since: Annotated[str, typer.Option("--since", metavar="ÅÅÅÅ-MM-DD", help="Från denna dag.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="ÅÅÅÅ-MM-DD", help="Till och med denna dag.")] = "",
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Bara denna källa; kan anges flera gånger.")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Bara detta slag, t.ex. call.")] = None,
    area: Annotated[list[str] | None, typer.Option("--area", help="Bara detta verksamhetsområde, t.ex. water.")] = None,
    min_relevance: Annotated[
        float | None, typer.Option("--min-relevance", min=0, max=1, help="Minst så relevant.")
    ] = None,
    municipality: Annotated[str, typer.Option("--municipality", help="Bara denna kommun.")] = "",
    column: Annotated[
        list[str] | None, typer.Option("--column", help="Bara denna kolumn, i den ordning de anges.")
    ] = None,
) -> None:
    """Skriv en tabell ur databasen till en fil, för kalkylblad och analys. Läser bara."""
    last = typed_day(until, option="--until")
    settings = load_settings(context.obj.home)
    whose = municipality or context.obj.municipality
    if not whose and frame in FRAMES and FRAMES[frame].municipality is not None:
        refuse_several(settings)
    with open_frames(settings.store_url) as frames:
        number = export_frame(
            frames,
            frame,
            file,
            since=typed_day(since),
            until=last + timedelta(days=1) if last else None,
            sources=source or None,
            kinds=kind or None,
            areas=area or None,
            min_relevance=min_relevance,
            municipality=whose or None,
            columns=column or None,
        )
    context.obj.console.print(escape(f"{counted(number, 'rad', 'rader')} i {file}."), soft_wrap=True, highlight=False)
