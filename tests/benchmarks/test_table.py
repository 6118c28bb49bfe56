"""The table of the benchmarks holds every step, and says why where nothing is compared."""

from __future__ import annotations

from typing import Any

import pytest

from tests.benchmarks.monday import Found, figures, share, shown
from tests.benchmarks.monday_visits import Asked
from tests.benchmarks.table import STEPS, markdown


def report(**changes: Any) -> dict[str, Any]:
    rows = [
        {"step": step, "what": f"work of {step}", "usual": "well-known", "ours_per_second": 3000, "usual_per_second": 4}
        for step in STEPS
    ]
    took = {"megabytes": 216.4}
    told: dict[str, Any] = {
        "machine": "x86_64, 2 cores",
        "python": "3.11.7",
        "load": 0.4,
        "versions": {"scrapy": "2.13", "lxml": "6.0"},
        "rounds": 3,
        "peak_mb": 812,
        "starts": [{"lines": 2000, "seconds": 2.44, "megabytes": 301.2}],
        "letters": {"ours": took, "usual": {"megabytes": 641.0}},
        "rows": rows,
    }
    return told | changes


def test_table_tells_machine_versions_ratios_and_memory() -> None:
    text = markdown(report())
    assert "x86_64, 2 cores, Python 3.11.7, load 0.4; scrapy 2.13, lxml 6.0." in text
    assert "| parse | work of parse | 3,000 | 4 | 750.0 | well-known |" in text
    assert "| `utkik classify`, 2,000 lines, 2.4 s from start to end | 301 |" in text
    assert "| letters written and sent, ours | 216 |" in text


def test_steps_stand_in_the_order_of_the_week_whatever_order_they_were_measured_in() -> None:
    told = report()
    text = markdown(report(rows=list(reversed(told["rows"]))))
    assert [text.index(f"| {step} |") for step in STEPS] == sorted(text.index(f"| {step} |") for step in STEPS)


def test_step_that_cannot_be_compared_says_why_and_has_no_ratio() -> None:
    rows = [row | ({"usual_per_second": 0.0, "usual": "not installed"} if row["step"] == "assess" else {})
            for row in report()["rows"]]  # fmt: skip
    assert "| assess | work of assess | 3,000 | – | – | not installed |" in markdown(report(rows=rows))


def test_step_that_nothing_tells_of_is_refused() -> None:
    rows = [row for row in report()["rows"] if row["step"] not in ("search", "send")]
    with pytest.raises(ValueError, match="search, send"):
        markdown(report(rows=rows))


def test_hour_on_the_page_counts_answers_that_failed_and_the_slowest() -> None:
    asked = [Asked("the week", 200, n / 1000) for n in range(1, 100)] + [Asked("feed", 500, 1.0), Asked("feed", 0, 2.0)]
    told = figures(Found(asked=asked, waited=[0.0, 0.5], seconds=60.0, processor=2.0, megabytes=300, visits=7), 3600)
    everything, feed, week = told["rows"]
    assert (everything["requests"], everything["errors"], feed["errors"], week["errors"]) == (101, 2, 2, 0)
    assert (week["p50"], week["p95"], week["p99"]) == (50.0, 95.0, 99.0)
    assert (told["times_an_hour"], told["requests_a_second_of_the_processor"]) == (60.0, 50.5)
    assert "| feed | 2 | 2 | 2000.0 | 2000.0 | 2000.0 |" in shown(told)


def test_share_of_nothing_is_nothing() -> None:
    assert share([], 0.5) == 0.0
