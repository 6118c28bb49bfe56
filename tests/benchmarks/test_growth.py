"""The fitted exponent tells linear growth from faster growth."""

from __future__ import annotations

import pytest

from tests.benchmarks.growth import exponent, table
from tests.benchmarks.national import Monday, Step


@pytest.mark.parametrize("power", [0.0, 1.0, 1.5, 2.0])
def test_exponent_of_a_pure_power_is_that_power(power: float) -> None:
    sizes = [10, 100, 1_000]
    assert exponent(sizes, [3.0 * size**power for size in sizes]) == pytest.approx(power)


def test_table_shows_each_step_and_its_exponent() -> None:
    days = [
        Monday(n, 100, n, (Step("compose", n, n / 2), Step("send", 1.0, 1.0)), megabytes=200, megabytes_children=100)
        for n in (10, 100)
    ]
    assert table("municipalities", [10, 100], days) == [
        "| municipalities | compose | send | all | MB |",
        "|--:|--:|--:|--:|--:|",
        "| 10 | 5.0 | 1.0 | 6.0 | 200 |",
        "| 100 | 50.0 | 1.0 | 51.0 | 200 |",
        "| exponent | 1.00 | 0.00 | 0.93 | |",
    ]
