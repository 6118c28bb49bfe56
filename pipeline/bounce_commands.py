"""The command `utkik bounces`: reads what came back from mail servers."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.bounces import messages_in, take_in
from pipeline.opened import open_served
from pipeline.options import Now
from pipeline.terminal import write_json

WORDS = {
    "hard": "kom tillbaka för gott",
    "soft": "kom tillbaka för den här gången",
    "delayed": "är försenade; servern försöker än",
    "delivered": "är kvitton på att brev kom fram",
    "reply": "är svar eller frånvarobesked, som lämnas därhän",
    "known": "är lästa förut",
    "foreign": "gäller inget av våra brev, och lämnas därhän",
    "unknown": "gick inte att tyda, och lämnas därhän",
}


def bounces(
    context: typer.Context,
    place: Annotated[
        str, typer.Argument(metavar="FIL|MAPP|-", help="Meddelanden, en mbox, en Maildir, eller - för ett.")
    ],
    now: Now = "",
    as_json: Annotated[bool, typer.Option("--json", help="Skriv JSON, för skript.")] = False,
) -> None:
    """Läs det som kommit tillbaka från e-postservrar, och märk brev och kontakter som inte nås."""
    at: datetime = context.obj.moment(now)
    contents = [sys.stdin.buffer.read()] if place == "-" else messages_in(Path(place))
    with open_served(context) as installation:
        counts = take_in(installation, contents, now=at)
    if as_json:
        write_json(counts)
        return
    for kind, words in WORDS.items():
        if counts.get(kind):
            context.obj.console.print(f"{counts[kind]} {words}.", highlight=False)
    if not counts:
        context.obj.console.print("Inga meddelanden.")
