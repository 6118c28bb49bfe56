"""Compares a fresh recording of a source with an earlier one."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crawlers.catalogue import find_source
from crawlers.shape import KINDS, shape_of, told_differences, words_of_source


@dataclass(frozen=True, slots=True)
class Recorded:
    """One answer of a recording; `asked` is empty where the question was not recorded."""

    name: str
    kind: str
    asked: str
    shape: frozenset[str]


def recorded_in(folder: Path) -> list[Recorded]:
    """Return the answers of a folder of recordings, in order."""
    found = []
    for path in sorted(folder.iterdir()):
        kind = path.suffix[1:]
        if kind in KINDS and not path.name.endswith((".request.json", ".expected.json")):
            found.append(Recorded(path.name, kind, asked_for(path), shape_of(path.read_bytes(), kind)))
    return found


def asked_for(answer: Path) -> str:
    """Return method and address without its query, which holds days and page numbers."""
    request = answer.with_name(f"{answer.name.split('.')[0]}.request.json")
    if not request.is_file():
        return ""
    values = json.loads(request.read_text(encoding="utf-8"))
    address = urlsplit(values["url"])
    return f"{values['method']} {address.netloc}{address.path}"


def compare(source: str, recorded: Path, live: Path) -> list[str]:
    """Return a Swedish sentence per difference, none when the live answers have all that the recorded ones had."""
    answers = recorded_in(live)
    used = words_used(source)
    told: dict[str, None] = {}
    for one in recorded_in(recorded):
        match = best_match(one, answers)
        if match is None:
            told[f"{one.name}: inget av svaren liknar inspelningen ({one.asked or one.kind})."] = None
            continue
        if match.kind != one.kind:
            told[f"{one.asked or one.name}: svaret är {match.kind} i stället för {one.kind}."] = None
            continue
        for difference in told_differences(one.shape, match.shape, one.kind, used):
            told[f"{one.asked or one.name}: {difference}."] = None
    return list(told)


def best_match(recorded: Recorded, answers: list[Recorded]) -> Recorded | None:
    """Return the live answer to the same question, or else the one most like the recorded."""
    same = [answer for answer in answers if recorded.asked and answer.asked == recorded.asked]
    alike = same or [answer for answer in answers if answer.kind == recorded.kind]
    return max(alike, key=lambda answer: likeness(recorded.shape, answer.shape), default=None)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of fields that two answers have in common."""
    return len(one & other) / max(len(one | other), 1)


def words_used(source: str) -> frozenset[str]:
    """Return every word of the source's code."""
    module = sys.modules[find_source(source).__module__]
    return frozenset(re.findall(r"[\w-]+", words_of_source(Path(str(module.__file__)))))
