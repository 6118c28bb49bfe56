"""The commands that need files and no installation: `utkik classify` and `utkik evaluate`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from nlp.assessor import Assessor
from nlp.evaluation import Report, read_cases, report
from pipeline.classify import classify_file, read_lines
from pipeline.terminal import plain_table, write_json
from store.errors import ConfigurationError

SHOWN = {  # Swedish names of the figures, in order
    "average precision": "Medelprecision",
    "recall at 20%": "Återfunna i bästa femtedelen",
    "precision": "Precision vid 0,5",
    "recall": "Återfunna vid 0,5",
    "calibration error": "Kalibreringsfel",
    "area micro F1": "Områden, mikro-F1",
    "area macro F1": "Områden, makro-F1",
    "first area right": "Första området rätt",
}
GROUPS = {"all": "alla", "tuned half": "inställd halva", "unseen half": "osedd halva"}


def classify(
    file: Annotated[Path, typer.Argument(metavar="FIL.jsonl", help="En post per rad; - läser standard in.")],
) -> None:
    """Bedöm poster ur en fil utan databas: en JSON-rad in, en ut, i samma ordning."""
    classify_file(file, sys.stdout)


def evaluate(
    context: typer.Context,
    items: Annotated[Path, typer.Option("--items", metavar="FIL.jsonl", help="Posterna, en per rad.")],
    labels: Annotated[
        Path, typer.Option("--labels", metavar="FIL.jsonl", help="En rad per post: id, relevance, areas, flags.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Skriv allt som JSON, för skript.")] = False,
) -> None:
    """Mät bedömningen mot märkta poster; med --json även per språk, slag och ursprung, och jämförelserna."""
    for number, line in enumerate(read_lines(items), start=1):
        if "id" not in line:
            raise ConfigurationError(f"post {number} saknar id", path=items)
    for number, line in enumerate(read_lines(labels), start=1):
        if not _is_label(line):
            raise ConfigurationError(f"post {number} ska ha id, relevance (0 till 3), areas och flags", path=labels)
    cases = read_cases(items, labels)
    if not cases:
        raise ConfigurationError("ingen etikett hör till någon av posterna", path=labels)
    found = report(cases, Assessor.load())
    if as_json:
        write_json(found.values())
    else:
        _show(context.obj.console, found)


def _is_label(line: Mapping[str, Any]) -> bool:
    lists = isinstance(line.get("areas"), list) and isinstance(line.get("flags"), list)
    return lists and "id" in line and line.get("relevance") in (0, 1, 2, 3)


def _show(console: Console, found: Report) -> None:
    groups = [group for group in GROUPS if group in found.figures]
    if not groups:
        console.print("För få märkta poster för att säga något; minst 30 behövs.")
        return
    rows = [[shown, *(_cell(found, group, name) for group in groups)] for name, shown in SHOWN.items()]
    counts = [f"{found.figures[group]['items']:.0f}" for group in groups]
    console.print(plain_table("Bedömningen", ["", *(GROUPS[group] for group in groups)], [["Poster", *counts], *rows]))
    console.print(
        "Inom parentes: vad 19 av 20 slumpvisa urval ger. Siffrorna är inte säkrare än den som satt etiketterna."
    )


def _cell(found: Report, group: str, name: str) -> str:
    low, high = found.intervals[group][name]
    return f"{_decimal(found.figures[group][name])} ({_decimal(low)}–{_decimal(high)})"


def _decimal(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")
