"""Every fault of fetching and of the trained model that we know of has a test that carries its number."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
FETCHING = range(1, 29)  # F01 to F27 are faults of sources and servers, F28 a process killed in the middle
MODEL = range(67, 71)  # a missing, changed, foreign or odd model


def test_every_fault_of_fetching_and_of_the_model_has_a_test_with_its_number() -> None:
    names = [
        name
        for path in TESTS.rglob("test_*.py")
        for name in re.findall(r"def test(_F[\d_F]*)", path.read_text("utf-8"))
    ]
    tested = {int(number) for name in names for number in re.findall(r"_F(\d\d)", name)}
    assert [f"F{number:02}" for number in (*FETCHING, *MODEL) if number not in tested] == []
