"""Measures the assessor against labelled items: `python -m nlp.evaluation --items POOL --labels LABELS`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp.adapter import item_of
from nlp.answers import AREA_SENT, DRAWS, FLAGS, SEED, Answers, Interval, figures_of, interval, ranking, table_of
from nlp.assessor import Assessor
from nlp.beaten import Rival, rivals
from nlp.cases import RELEVANT, Case, Label, is_tuned
from nlp.curve import Point, learning_curve
from store.types import Assessment

__all__ = ["DRAWS", "RELEVANT", "SEED", "Case", "Label", "is_tuned", "ranking", "read_cases", "report"]

FLAGGED = 0.5
FEWEST = 30  # cases; the figures of fewer say nothing

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """Figures by group and name and within what they lie, what must be beaten, and what more labels would give."""

    figures: Mapping[str, Mapping[str, float]]
    intervals: Mapping[str, Mapping[str, Interval]]
    baselines: Mapping[str, Rival]
    curve: Sequence[Point]

    def values(self) -> dict[str, Any]:
        """Return the report as JSON can hold it, in thousandths."""
        measured = {name: rival for name, rival in self.baselines.items() if not rival.missing}
        return {
            "figures": _rounded(self.figures),
            "intervals": _ends(self.intervals),
            "baselines": _rounded({name: rival.figures for name, rival in measured.items()}),
            "baseline intervals": _ends({name: rival.intervals for name, rival in measured.items()}),
            "not measured": {name: rival.missing for name, rival in self.baselines.items() if rival.missing},
            "learning curve": [point.values() for point in self.curve],
        }


def read_cases(items: Path, labels: Path) -> list[Case]:
    """Return the labelled items, in the order of the labels; labels of items that are not there are left out."""
    lines = {line["id"]: line for line in _lines(items)}
    return [
        Case(item_of(lines[row["id"]]), _label(row), is_tuned(row["id"]), _origin(lines[row["id"]]))
        for row in _lines(labels)
        if row["id"] in lines
    ]


def answers_of(cases: Sequence[Case], assessments: Sequence[Assessment], areas: Iterable[str]) -> Answers:
    """Return what is said of the cases beside what is right."""
    keys = list(areas)
    return Answers(
        scores=np.array([assessment.relevance for assessment in assessments], dtype=np.float64),
        right=np.array([case.label.is_relevant for case in cases], dtype=np.bool_),
        areas_said=table_of([assessment.areas for assessment in assessments], keys),
        areas_sent=table_of([[a for a, s in said.areas.items() if s >= AREA_SENT] for said in assessments], keys),
        areas_right=table_of([case.label.areas for case in cases], keys),
        first_right=np.array(
            [next(iter(a.areas), "") in c.label.areas for a, c in zip(assessments, cases, strict=True)], dtype=np.bool_
        ),
        flags_said=table_of([[f for f in FLAGS if said.flags.get(f, 0.0) >= FLAGGED] for said in assessments], FLAGS),
        flags_right=table_of([case.label.flags for case in cases], FLAGS),
    )


def figures(cases: Sequence[Case], assessments: Sequence[Assessment], areas: Iterable[str]) -> dict[str, float]:
    """Return the figures by name; areas are measured on the relevant items alone."""
    return figures_of(answers_of(cases, assessments, areas))


def intervals(cases: Sequence[Case], assessments: Sequence[Assessment], areas: Iterable[str]) -> dict[str, Interval]:
    """Return within what each figure lies in nineteen of twenty draws of as many cases, with some drawn again."""
    return interval(answers_of(cases, assessments, areas))


def report(
    cases: Sequence[Case],
    assessor: Assessor,
    *,
    assessments: Sequence[Assessment] | None = None,
    slow: bool = False,
    progress: Progress = lambda _: None,
) -> Report:
    """Return the figures of all cases, either part, every language, kind and origin, and what they stand beside."""
    progress("Bedömer")
    said = assessor.assess([case.item for case in cases]) if assessments is None else assessments
    answers = answers_of(cases, said, assessor.knowledge.areas)
    progress("Räknar per språk, slag och ursprung")
    parts = {name: answers.take(np.array(numbers)) for name, numbers in _groups(cases, said).items()}
    return Report(
        figures={name: figures_of(part) for name, part in parts.items()},
        intervals={name: interval(part) for name, part in parts.items()},
        baselines=rivals(cases, assessor.knowledge, slow=slow, progress=progress),
        curve=learning_curve(cases, assessor.knowledge, progress=progress),
    )


def _groups(cases: Sequence[Case], assessments: Sequence[Assessment]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for number, (case, assessment) in enumerate(zip(cases, assessments, strict=True)):
        names = ["all", "read part" if case.is_read else "unread part", f"language {assessment.language}"]
        names.append(f"kind {case.item.kind.value}")
        if case.origin:
            names.append(f"origin {case.origin}")
        for name in names:
            groups[name].append(number)
    return {name: numbers for name, numbers in sorted(groups.items()) if len(numbers) >= FEWEST}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=Path, required=True, help="JSON lines with id, kind, title, text, meta")
    parser.add_argument("--labels", type=Path, required=True, help="JSON lines with id, relevance, areas, flags")
    chosen = parser.parse_args(arguments)
    found = report(read_cases(chosen.items, chosen.labels), Assessor.load())
    sys.stdout.write(json.dumps(found.values(), ensure_ascii=False, indent=1) + "\n")
    return 0


def _ends(table: Mapping[str, Mapping[str, Interval]]) -> dict[str, dict[str, list[float]]]:
    return {
        group: {name: [round(end, 3) for end in ends] for name, ends in row.items()} for group, row in table.items()
    }


def _rounded(table: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {group: {name: round(value, 3) for name, value in row.items()} for group, row in table.items()}


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def _origin(line: Mapping[str, Any]) -> str:
    return str(line.get("origin") or "").partition(":")[0]


def _label(row: Mapping[str, Any]) -> Label:
    return Label(int(row["relevance"]), tuple(row["areas"]), tuple(row["flags"]))


if __name__ == "__main__":
    sys.exit(main())
