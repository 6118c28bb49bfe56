"""The command `utkik ledger`: what was sent to whom, who was told of what, and the export for the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from crawlers.dates import STOCKHOLM
from pipeline.archive import CHECKSUMS, export_ledger
from pipeline.ledger import ANSWER_WORDS, Period, ledger_values, result_in_words, told_values
from pipeline.opened import open_one
from pipeline.terminal import plain_table, write_json
from pipeline.typed import typed_day
from pipeline.wording import counted
from store.types import Answer


def ledger(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ORD|CELEX|COM|LÄNK|TRÅD]…", help="Vem har fått veta om detta?"),
    ] = None,
    unit: Annotated[str, typer.Option("--unit", metavar="ENHET", help="Bara det som gått till en enhet.")] = "",
    since: Annotated[str, typer.Option("--since", metavar="ÅÅÅÅ-MM-DD", help="Brev skrivna från denna dag.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="ÅÅÅÅ-MM-DD", help="Till och med denna dag.")] = "",
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="MAPP|ZIP", help="Brev, tabeller och kontrollsummor, för arkivet."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv JSON, för skript.")] = False,
) -> None:
    """Visa vad som skickats till vem, eller vem som fått veta något, eller exportera till arkivet."""
    period = Period(unit=unit, since=typed_day(since), until=typed_day(until, option="--until"))
    typed = " ".join(words or [])
    with open_one(context) as installation:
        if export:
            number = export_ledger(installation, export, period)
            said = f"{counted(number, 'brev', 'brev')} i {export}. Kontrollera med: sha256sum -c {CHECKSUMS}"
            context.obj.console.print(escape(said), soft_wrap=True, highlight=False)
            return
        rows = told_values(installation, typed, period) if typed else ledger_values(installation, period)
    if as_json:
        write_json(rows)
    elif typed:
        show_told(context.obj.console, rows, typed)
    else:
        show_ledger(context.obj.console, rows)


def show_ledger(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Show a line per digest."""
    lines = [
        [
            row["week"],
            escape(", ".join(unit["name"] for unit in row["units"])),
            escape(row["role"] or row["contact"]),
            result_in_words(row),
            str(row["items"]),
            str(row["answers"]),
        ]
        for row in rows
    ]
    columns = ["Vecka", "Enhet", "Till", "Resultat", "Poster", "Svar"]
    console.print(plain_table("Liggare", columns, lines, numbers=(4, 5)))


def show_told(console: Console, rows: Sequence[Mapping[str, Any]], words: str) -> None:
    """Show who was told of what, or say that nobody was."""
    if not rows:
        console.print(f"Ingen har fått något brev om {escape(words)}.", soft_wrap=True)
        return
    lines = [
        [
            row["week"],
            _day(row["written"]),
            escape(", ".join(unit["name"] for unit in row["units"])),
            escape(row["role"] or row["contact"]),
            result_in_words(row),
            ANSWER_WORDS[Answer(row["answer"])] if row["answer"] else "",
            escape(row["title"]),
        ]
        for row in rows
    ]
    columns = ["Vecka", "Skrivet", "Enhet", "Till", "Resultat", "Svar", "Vad"]
    console.print(plain_table(f"Har fått veta om {escape(words)}", columns, lines))


def _day(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(STOCKHOLM).date().isoformat()
