"""Eighty real calls read one by one: who may apply, partners, countries and rates, beside what is found.

Only identifiers, kinds and numbers are kept here. What a reader found in neither text nor programme rules is left out,
and must be unknown.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlp.adapter import item_of
from nlp.facts import find_facts
from nlp.language import detect_all

READ = json.loads((Path(__file__).parent / "calls_read.json").read_text(encoding="utf-8"))
POOL = Path(__file__).parents[3] / "shared" / "data" / "pool.jsonl"
ASKED = ("applicants", "partners_min", "countries_min", "cofinancing")

pytestmark = pytest.mark.skipif(not POOL.exists(), reason="de verkliga texterna finns inte bredvid projektet")


def compared() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    wanted = {call["id"] for call in READ}
    with POOL.open(encoding="utf-8") as pool:
        lines = {line["id"]: line for line in map(json.loads, pool) if line["id"] in wanted}
    items = {name: item_of(line) for name, line in lines.items()}
    return [(call, find_facts(items[call["id"]], detect_all([items[call["id"]]])[0])) for call in READ]


def is_right(asked: str, read: dict[str, Any], found: dict[str, Any]) -> bool:
    if asked == "applicants":
        return set(read.get(asked, ())) == set(found.get(asked, ()))
    return bool(read.get(asked) == found.get(asked))


def test_calls_are_told_as_a_reader_finds_them() -> None:
    right = sum(all(is_right(asked, read, found) for asked in ASKED) for read, found in compared())
    assert len(READ) == 80
    assert right >= 75


def test_what_a_reader_does_not_find_is_not_guessed() -> None:
    guessed = [
        (read["id"], asked) for read, found in compared() for asked in ASKED if asked in found and asked not in read
    ]
    assert guessed == []
