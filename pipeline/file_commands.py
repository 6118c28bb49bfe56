"""The command `utkik evaluate`, which needs files and no installation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from nlp.assessor import Assessor
from nlp.cases import Case
from nlp.evaluation import Report, read_cases, report
from pipeline.classify import read_lines
from pipeline.committee_figures import Figures, committee_figures
from pipeline.evaluation_report import NOTES, report_values, sheets, write_report
from pipeline.terminal import plain_table, told_steps, write_json
from store.errors import ConfigurationError


def evaluate(
    context: typer.Context,
    items: Annotated[Path, typer.Option("--items", metavar="FIL.jsonl", help="Posterna, en per rad.")],
    labels: Annotated[
        Path, typer.Option("--labels", metavar="FIL.jsonl", help="En rad per post: id, relevance, areas, flags.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="MAPP", help="Skriv också evaluation.md och evaluation.json hit.")
    ] = None,
    slow: Annotated[
        bool, typer.Option("--slow", help="Jämför även med spaCy textcat och Annif, som tar minuter.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv allt som JSON, för skript.")] = False,
) -> None:
    """Mät bedömningen mot märkta poster: per språk, slag, ursprung och nämnd, med lärkurva och jämförelser."""
    cases = labelled_cases(items, labels)
    assessor = Assessor.load()
    with told_steps(Console(stderr=True)) as step:
        step("Bedömer")
        assessments = assessor.assess([case.item for case in cases])
        found = report(cases, assessor, assessments=assessments, slow=slow, progress=step)
        step("Fördelar på nämnder")
        committees = committee_figures(cases, assessments)
    written = write_report(out, found, committees) if out else []
    if as_json:
        write_json(report_values(found, committees))
        return
    _show(context.obj.console, found, committees)
    for path in written:
        context.obj.console.print(f"Skrivet: {escape(str(path))}", soft_wrap=True, highlight=False)


def labelled_cases(items: Path, labels: Path) -> list[Case]:
    """Return the labelled items of two files; raises ConfigurationError with the line that is wrong."""
    for number, line in enumerate(read_lines(items), start=1):
        if "id" not in line:
            raise ConfigurationError(f"post {number} saknar id", path=items)
    for number, line in enumerate(read_lines(labels), start=1):
        if not _is_label(line):
            raise ConfigurationError(f"post {number} ska ha id, relevance (0 till 3), areas och flags", path=labels)
    cases = read_cases(items, labels)
    if not cases:
        raise ConfigurationError("ingen etikett hör till någon av posterna", path=labels)
    return cases


def _is_label(line: Mapping[str, Any]) -> bool:
    lists = isinstance(line.get("areas"), list) and isinstance(line.get("flags"), list)
    return lists and "id" in line and line.get("relevance") in (0, 1, 2, 3)


def _show(console: Console, found: Report, committees: Mapping[str, Figures]) -> None:
    if not found.figures:
        console.print("För få märkta poster för att säga något; minst 30 behövs.")
        return
    for sheet in sheets(found, committees):
        console.print(plain_table(sheet.title, sheet.columns, sheet.rows))
    for note in NOTES:
        console.print(note)
