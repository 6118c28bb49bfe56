"""Every fault that we know of has a test that carries its number."""

from __future__ import annotations

import ast
import re
from pathlib import Path

# Of processes, clock and mail, those that have a database in them and are to hold on both kinds. The others are pure
# (words, bytes, configuration) or of one kind: a full disk, a damaged file and an interrupted migration are SQLite's
# (F33, F36, F43), a server that restarts is PostgreSQL's (F35), signals reach the schedule alone (F32, F44).
ON_BOTH = (28, 29, 30, 31, 34, 37, 38, 39, 40, 41, 42, 45, 46, 47, 48, 49, 51, 53, 54, 58, 60, 61, 62)
BOTH = {"store", "database_url", "database"}  # what a test asks for that runs on both kinds of database
TESTS = Path(__file__).parents[1]
# F01 to F27 sources and servers, to F44 processes, database and clock, to F62 mail, to F71 settings and model, to F82
# the page.
FAULTS = range(1, 83)


def test_every_fault_has_a_test_with_its_number() -> None:
    names = [
        name
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"def test(_F[\d_F]*)", path.read_text("utf-8"))
    ]
    tested = {int(number) for name in names for number in re.findall(r"_F(\d\d)", name)}
    assert [f"F{number:02}" for number in FAULTS if number not in tested] == []


def test_every_fault_with_a_database_in_it_is_tried_on_both_kinds() -> None:
    tried: set[int] = set()
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and BOTH & {argument.arg for argument in node.args.args}:
                tried |= {int(number) for number in re.findall(r"_F(\d\d)", node.name)}
    assert [f"F{number:02}" for number in ON_BOTH if number not in tried] == []
