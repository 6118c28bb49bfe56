"""Assesses lines of JSON that are in no store: what `utkik classify` reads and writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from nlp.adapter import item_of
from store.types import Assessment, Item

BATCH = 256  # lines; assessing one by one takes twenty times as long as a batch
FLAGS = ("children_youth", "funding", "partnership", "law")
# What is told as a deadline: days by which a reader may or must do something. When an act applies from, and when an
# authority is to report, stand with their roles under `dates`.
TO_BE_MET = frozenset({"application", "stage_1", "stage_2", "cut_off", "answer", "transposition"})


class Assessing(Protocol):
    """What can assess items: `nlp.assessor.Assessor`."""

    def assess(self, items: Sequence[Item], *, brief: bool = False) -> list[Assessment]:
        """Return one assessment per item, in order; with `brief`, without what is not written here."""


def classify_line(line: Mapping[str, Any], assessor: Assessing) -> dict[str, Any]:
    """Return what the assessor says of one line; missing fields, null and unknown kinds are taken as not told."""
    return next(classify_lines([line], assessor))


def classify_lines(lines: Iterable[Mapping[str, Any]], assessor: Assessing) -> Iterator[dict[str, Any]]:
    """Yield what the assessor says of each line, in the order of the lines."""
    remaining = iter(lines)
    while batch := list(islice(remaining, BATCH)):
        assessments = assessor.assess([item_of(line) for line in batch], brief=True)
        for line, assessment in zip(batch, assessments, strict=True):
            yield _answer(line, assessment)


def _answer(line: Mapping[str, Any], assessment: Assessment) -> dict[str, Any]:
    of_flag, days = assessment.flags, assessment.deadlines
    return {
        "id": line.get("id"),
        "language": assessment.language,
        "relevance": round(assessment.relevance, 4),
        "areas": {area: round(score, 4) for area, score in assessment.areas.items()},
        "flags": {flag: round(of_flag.get(flag, 0.0), 4) for flag in FLAGS},
        "deadlines": list(dict.fromkeys([d.on.isoformat() for d in days if d.role in TO_BE_MET])) if days else [],
        "dates": [{"on": d.on.isoformat(), "role": d.role, "note": d.note} for d in days] if days else [],
        "amounts": [{"value": m.value, "currency": m.currency, "role": m.role} for m in assessment.money],
        "facts": dict(assessment.facts),
        "reasons": [reason.text for reason in assessment.reasons],
    }
