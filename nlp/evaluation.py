"""Measures the assessor against labelled items: `python -m nlp.evaluation --items POOL --labels LABELS`."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp.adapter import item_of
from nlp.assessor import Assessor
from nlp.baselines import keyword_alert, word_model
from nlp.measures import (
    Bools,
    Floats,
    area_f1,
    average_precision,
    calibration_error,
    f1,
    precision_recall,
    recall_at,
)
from store.types import Assessment, Item

RELEVANT = 2  # least label of what a coordinator would send on
SENT = 0.5  # probability at which precision and recall are told
FLAGGED = 0.5
FEWEST = 30  # cases; the figures of fewer say nothing
DRAWS, SEED = 100, 1  # draws of an interval; the same every time, so that two runs can be compared
FLAGS = ("funding", "law", "children_youth", "partnership")


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader said of an item."""

    relevance: int
    areas: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def is_relevant(self) -> bool:
        """Tell whether the reader would have sent it on."""
        return self.relevance >= RELEVANT


@dataclass(frozen=True, slots=True)
class Report:
    """Figures by group and name, within what they lie, and the figures of what must be beaten."""

    figures: Mapping[str, Mapping[str, float]]
    intervals: Mapping[str, Mapping[str, tuple[float, float]]]
    baselines: Mapping[str, Mapping[str, float]]

    def values(self) -> dict[str, Any]:
        """Return the report as JSON can hold it, in thousandths."""
        return {
            "figures": _rounded(self.figures),
            "intervals": {
                group: {name: [round(end, 3) for end in ends] for name, ends in row.items()}
                for group, row in self.intervals.items()
            },
            "baselines": _rounded(self.baselines),
        }


@dataclass(frozen=True, slots=True)
class Case:
    """An item, its label, and which half it is in: constants were set on the tuned half alone."""

    item: Item
    label: Label
    is_tuned: bool
    origin: str = ""  # the collection that the item was taken from, when the file tells


def read_cases(items: Path, labels: Path) -> list[Case]:
    """Return the labelled items, in the order of the labels; labels of items that are not there are left out."""
    lines = {line["id"]: line for line in _lines(items)}
    return [
        Case(item_of(lines[row["id"]]), _label(row), is_tuned(row["id"]), _origin(lines[row["id"]]))
        for row in _lines(labels)
        if row["id"] in lines
    ]


def is_tuned(identifier: str) -> bool:
    """Tell whether an item is in the half that constants were set on (its hash is odd)."""
    return hashlib.sha256(identifier.encode()).digest()[-1] % 2 == 1


def figures(cases: Sequence[Case], assessments: Sequence[Assessment], areas: Iterable[str]) -> dict[str, float]:
    """Return the figures by name; areas are measured on the relevant items alone."""
    scores = np.array([assessment.relevance for assessment in assessments], dtype=np.float64)
    right = _right(cases)
    told = [(a, c.label) for a, c in zip(assessments, cases, strict=True) if c.label.is_relevant]
    macro, micro, _ = area_f1([list(a.areas) for a, _ in told], [label.areas for _, label in told], areas)
    firsts = [next(iter(a.areas), "") in label.areas for a, label in told if label.areas]
    precision, recall = precision_recall(scores, right, SENT)
    found = {
        "items": float(len(cases)),
        "relevant": float(right.sum()),
        **ranking(scores, right),
        "precision": precision,
        "recall": recall,
        "calibration error": calibration_error(scores, right),
        "area macro F1": macro,
        "area micro F1": micro,
        "first area right": sum(firsts) / max(1, len(firsts)),
    }
    for flag in FLAGS:
        pairs = [(a.flags[flag] >= FLAGGED, flag in c.label.flags) for a, c in zip(assessments, cases, strict=True)]
        found[f"F1 {flag}"] = f1(pairs)
    return found


def intervals(
    cases: Sequence[Case], assessments: Sequence[Assessment], areas: Iterable[str], draws: int = DRAWS
) -> dict[str, tuple[float, float]]:
    """Return within what each figure lies in nineteen of twenty draws of as many cases, with some drawn again."""
    chance = np.random.default_rng(SEED)
    keys = list(areas)
    drawn = []
    for _ in range(draws):
        numbers = chance.integers(len(cases), size=len(cases)).tolist()
        drawn.append(figures([cases[n] for n in numbers], [assessments[n] for n in numbers], keys))
    found = {}
    for name in drawn[0]:
        low, high = np.quantile([row[name] for row in drawn], (0.025, 0.975))
        found[name] = (float(low), float(high))
    return found


def ranking(scores: Floats, right: Bools) -> dict[str, float]:
    """Return average precision and recall at three reading budgets."""
    found = {"average precision": average_precision(scores, right)}
    return found | {f"recall at {share:.0%}": recall_at(scores, right, share) for share in (0.1, 0.2, 0.3)}


def baselines(cases: Sequence[Case], assessor: Assessor) -> dict[str, dict[str, float]]:
    """Return the figures of what must be beaten, on the half that was not tuned on."""
    seen, unseen = [c for c in cases if c.is_tuned], [c for c in cases if not c.is_tuned]
    items, right = [case.item for case in unseen], _right(unseen)
    scores, areas = keyword_alert(items, assessor.knowledge)
    told = [(said, c.label.areas) for said, c in zip(areas, unseen, strict=True) if c.label.is_relevant]
    macro, micro, _ = area_f1([said for said, _ in told], [wanted for _, wanted in told], assessor.knowledge.areas)
    words = word_model([case.item for case in seen], _right(seen), items)
    return {
        "keyword alert": {**ranking(scores, right), "area macro F1": macro, "area micro F1": micro},
        "word TF-IDF + LR": {**ranking(words, right), "calibration error": calibration_error(words, right)},
    }


def report(cases: Sequence[Case], assessor: Assessor) -> Report:
    """Return the figures of all cases, either half, every language, kind and origin, and the baselines."""
    assessments = assessor.assess([case.item for case in cases])
    found, within = {}, {}
    for name, numbers in _groups(cases, assessments).items():
        chosen, said = [cases[n] for n in numbers], [assessments[n] for n in numbers]
        found[name] = figures(chosen, said, assessor.knowledge.areas)
        within[name] = intervals(chosen, said, assessor.knowledge.areas)
    return Report(found, within, baselines(cases, assessor))


def _groups(cases: Sequence[Case], assessments: Sequence[Assessment]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for number, (case, assessment) in enumerate(zip(cases, assessments, strict=True)):
        names = ["all", "tuned half" if case.is_tuned else "unseen half", f"language {assessment.language}"]
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


def _rounded(table: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {group: {name: round(value, 3) for name, value in row.items()} for group, row in table.items()}


def _lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def _origin(line: Mapping[str, Any]) -> str:
    return str(line.get("origin") or "").partition(":")[0]


def _label(row: Mapping[str, Any]) -> Label:
    return Label(int(row["relevance"]), tuple(row["areas"]), tuple(row["flags"]))


def _right(cases: Sequence[Case]) -> Bools:
    return np.array([case.label.is_relevant for case in cases], dtype=np.bool_)


if __name__ == "__main__":
    sys.exit(main())
