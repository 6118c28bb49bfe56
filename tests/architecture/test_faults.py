"""Every fault that we know of has a test that carries its number."""

from __future__ import annotations

import re
from pathlib import Path

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
