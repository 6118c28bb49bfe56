"""The report of `utkik evaluate` as rows of tables: for the terminal, as Markdown, and as values for scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.answers import Interval
from nlp.evaluation import Report
from pipeline.committee_figures import Figures

SHOWN = {  # Swedish names of the figures, in order
    "average precision": "Medelprecision",
    "recall at 10%": "Återfunna i bästa tiondelen",
    "recall at 20%": "Återfunna i bästa femtedelen",
    "recall at 30%": "Återfunna i bästa tre tiondelar",
    "precision": "Precision vid 0,5",
    "recall": "Återfunna vid 0,5",
    "calibration error": "Kalibreringsfel",
    "area micro F1": "Områden, mikro-F1",
    "area macro F1": "Områden, makro-F1",
    "area precision": "Områden, precision vid 0,4",
    "area recall": "Områden, återfunna vid 0,4",
    "first area right": "Första området rätt",
    "F1 funding": "Bidrag, F1",
    "F1 law": "Bindande regler, F1",
    "F1 children_youth": "Barn och unga, F1",
    "F1 partnership": "Partnerskap, F1",
}
PER_GROUP = ("average precision", "recall at 20%", "calibration error", "area micro F1", "first area right")
BESIDE = (
    "average precision",
    "recall at 20%",
    "calibration error",
    "area micro F1",
    "area macro F1",
    "first area right",
)
COMMITTEES = {
    "committee micro F1": "Mikro-F1",
    "committee macro F1": "Makro-F1",
    "first committee right": "Första nämnden rätt",
}
GROUPS = {"all": "alla", "read part": "läst del", "unread part": "oläst del"}
KINDS_OF_GROUP = {"language": "språk", "kind": "slag", "origin": "ursprung"}
RIVALS = {"keyword alert": "ordbevakning", "prefix alert": "bevakning på ordbörjan"}
OURS = "Utkik"
NOTES = (
    "Inom parentes: vad 19 av 20 slumpvisa urval ger. Siffrorna är inte säkrare än den som satt etiketterna.",
    "Har bedömningen lärt av samma etiketter är dess egna siffror för goda. "
    "Lärkurvan frågar alltid om det som inte lästs, på den olästa delen.",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: title, columns and rows of texts."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sheets(found: Report, committees: Mapping[str, Figures]) -> list[Sheet]:
    """Return every table that has something in it."""
    made = [_whole(found), _beside(found), _curve(found), _committees(committees), _groups(found)]
    return [sheet for sheet in made if sheet.rows]


def report_values(found: Report, committees: Mapping[str, Figures]) -> dict[str, Any]:
    """Return all figures as JSON can hold them, in thousandths."""
    rows = {
        place: {
            "figures": {name: round(value, 3) for name, value in figures.items()},
            "intervals": {name: [round(end, 3) for end in ends] for name, ends in within.items()},
        }
        for place, (figures, within) in committees.items()
    }
    return {**found.values(), "committees": rows}


def write_report(folder: Path, found: Report, committees: Mapping[str, Figures]) -> list[Path]:
    """Write the tables as Markdown and the figures as JSON into the folder, and return the two files."""
    folder.mkdir(parents=True, exist_ok=True)
    told, values = folder / "evaluation.md", folder / "evaluation.json"
    parts = ["# Bedömningen mätt", *(_markdown(sheet) for sheet in sheets(found, committees)), *NOTES]
    told.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    text = json.dumps(report_values(found, committees), ensure_ascii=False, indent=1)
    values.write_text(text + "\n", encoding="utf-8")
    return [told, values]


def _markdown(sheet: Sheet) -> str:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(text.replace('|', '/') for text in cells)} |"

    return "\n".join(
        [f"## {sheet.title}\n", line(sheet.columns), "|---" * len(sheet.columns) + "|", *map(line, sheet.rows)]
    )


def _whole(found: Report) -> Sheet:
    groups = [group for group in GROUPS if group in found.figures]
    counts = ("Poster", *(f"{found.figures[group]['items']:.0f}" for group in groups))
    rows = [
        (shown, *(cell(found.figures[group], found.intervals[group], name) for group in groups))
        for name, shown in SHOWN.items()
    ]
    return Sheet("Bedömningen", ("", *(GROUPS[group] for group in groups)), (counts, *rows) if groups else ())


def _beside(found: Report) -> Sheet:
    """All on the part that nobody has read for tuning, ours first."""
    ours = found.figures.get("unread part")
    rows = [(OURS, *(cell(ours, found.intervals["unread part"], name) for name in BESIDE))] if ours else []
    for name, rival in found.baselines.items():
        cells = tuple(cell(rival.figures, rival.intervals, figure) for figure in BESIDE)
        rows.append((RIVALS.get(name, name), *((rival.missing, *[""] * (len(BESIDE) - 1)) if rival.missing else cells)))
    columns = ("", *(SHOWN[name] for name in BESIDE))
    return Sheet("Jämfört med annat, på den olästa delen", columns, tuple(rows))


def _curve(found: Report) -> Sheet:
    rows = [
        (
            f"{point.labels}",
            cell(point.corrected, point.corrected_within, "average precision"),
            cell(point.corrected, point.corrected_within, "recall at 20%"),
            cell(point.words, point.words_within, "average precision"),
        )
        for point in found.curve
    ]
    columns = ("Etiketter", "Medelprecision", "Återfunna i bästa femtedelen", "Medelprecision, enbart ord")
    return Sheet("Vad fler etiketter ger ovanpå kunskapen", columns, tuple(rows))


def _committees(committees: Mapping[str, Figures]) -> Sheet:
    rows = [
        (place, *(cell(figures, within, name) for name in COMMITTEES))
        for place, (figures, within) in committees.items()
    ]
    return Sheet("Till rätt nämnd", ("Kommun", *COMMITTEES.values()), tuple(rows))


def _groups(found: Report) -> Sheet:
    rows = [
        (
            group_name(group),
            f"{row['items']:.0f}",
            *(cell(_meant(row), found.intervals[group], name) for name in PER_GROUP),
        )
        for group, row in found.figures.items()
        if group not in GROUPS
    ]
    columns = ("", "Poster", *(SHOWN[name] for name in PER_GROUP))
    return Sheet("Per språk, slag och ursprung", columns, tuple(rows))


def _meant(row: Mapping[str, float]) -> Mapping[str, float]:
    """Return the figures that mean something: where nothing is relevant, nothing relevant can be found."""
    return row if row["relevant"] else {"calibration error": row["calibration error"]}


def group_name(group: str) -> str:
    """Return "språk sv" for "language sv"."""
    kind, _, name = group.partition(" ")
    return f"{KINDS_OF_GROUP.get(kind, kind)} {name}"


def cell(figures: Mapping[str, float], within: Mapping[str, Interval], name: str) -> str:
    """Return a figure with within what it lies, "–" when it was not measured."""
    if name not in figures:
        return "–"
    if name not in within:
        return decimal(figures[name])
    low, high = within[name]
    return f"{decimal(figures[name])} ({decimal(low)}–{decimal(high)})"


def decimal(value: float) -> str:
    """Return a number with two decimals and a comma."""
    return f"{value:.2f}".replace(".", ",")
