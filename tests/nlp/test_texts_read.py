"""Real texts read one by one: their last days as a reader sees them, beside those that are found.

Only identifiers and days are kept here; the texts lie beside the project and are not part of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nlp.adapter import item_of
from nlp.dates import find_deadlines
from nlp.language import detect_all

HERE = Path(__file__).parent
POOL = Path(__file__).parents[3] / "shared" / "data" / "pool.jsonl"
ANSWERING = ("application", "answer", "stage_1", "stage_2", "cut_off")

pytestmark = pytest.mark.skipif(not POOL.exists(), reason="de verkliga texterna finns inte bredvid projektet")


@cache
def lines() -> dict[str, dict[str, Any]]:
    with POOL.open(encoding="utf-8") as pool:
        return {line["id"]: line for line in map(json.loads, pool)}


def compared() -> Iterator[tuple[set[str], set[str]]]:
    """Yield for every text the days that a reader sees and those that are found."""
    for text in json.loads((HERE / "deadlines_read.json").read_text(encoding="utf-8")):
        item = item_of(lines()[text["id"]])
        whole = f"{item.title}.\n{item.text}"
        found = find_deadlines(whole, detect_all([item])[0], kind=item.kind, published=item.published)
        yield set(text["days"]), {f"{deadline.on} {deadline.role}" for deadline in found.deadlines}


def answering(days: set[str]) -> set[str]:
    return {day for day in days if day.split()[1] in ANSWERING}


def test_answering_days_are_found_and_none_is_invented() -> None:
    pairs = [(answering(read), answering(found)) for read, found in compared()]
    read = sum(len(days) for days, _ in pairs)
    assert len(pairs) == 150
    assert read >= 45
    assert sum(len(days & found) for days, found in pairs) >= 0.97 * read
    assert sum(len(found - days) for days, found in pairs) <= 0.02 * read


def test_days_of_every_role_are_found() -> None:
    pairs = list(compared())
    read = sum(len(days) for days, _ in pairs)
    assert sum(len(days & found) for days, found in pairs) >= 0.93 * read
    assert sum(len(found - days) for days, found in pairs) <= 0.02 * read
