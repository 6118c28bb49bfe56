"""The forecast's rule on rounds that really came: what it would have said, and how many days it was off."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.forecast import forecasts, next_day, rounds_of, series_of
from store.types import Deadline, Item, Kind, Reference

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings" / "eu" / "sedia"
TITLE = "Creative Innovation Lab"
# Closing days as the calls themselves told them.
INNOVLAB = {2023: date(2023, 4, 20), 2024: date(2024, 4, 25), 2025: date(2025, 4, 24)}
CAME = date(2026, 4, 23)


def call(identifier: str, opens: date | None, closes: date | None, title: str) -> Item:
    return Item(
        source="funding_tenders", key=identifier, kind=Kind.CALL, title=title, url="", opens=opens,
        deadlines=(Deadline(closes),) if closes else (), references=(Reference("call", identifier, "is"),),
    )  # fmt: skip


@pytest.mark.parametrize("known", [2, 3])
def test_a_call_with_earlier_rounds_came_on_the_day_that_was_forecast(known: int) -> None:
    years = sorted(INNOVLAB)[-known:]
    rounds = [call(f"CREA-CROSS-{year}-INNOVLAB", None, INNOVLAB[year], TITLE) for year in years]
    (found,) = forecasts(rounds, date(2025, 6, 1))
    assert (found.what, found.expected) == ("closes", CAME)
    assert found.weekday == CAME.weekday()


def day(written: str | None) -> date | None:
    return date.fromisoformat(written[:10]) if written else None


def recorded() -> dict[str, list[Item]]:
    """Return the calls of the portal's four recorded days by series."""
    calls: dict[str, Item] = {}
    for path in sorted(RECORDINGS.glob("ft_portal_open_and_forthcoming_*.json")):
        for grant in json.loads(path.read_text(encoding="utf-8"))["grants"]:
            if grant["kind"]["id"] != "8":  # a project's own call bears the identifier of the call that pays for it
                opens, closes = (day(grant[name]) for name in ("startDate", "deadlineDate"))
                calls[grant["identifier"]] = call(grant["identifier"], opens, closes, grant["title"])
    series: dict[str, list[Item]] = {}
    for item in calls.values():
        series.setdefault(series_of(item), []).append(item)
    return series


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recorded answers beside the project")
def test_rounds_of_the_recordings_came_about_the_day_that_one_earlier_round_tells() -> None:
    # No call of the recordings came after two earlier rounds; the rule is tried on one, which is never used alone.
    found = {name: rounds for name, items in recorded().items() if len(rounds := rounds_of(items)) > 1}
    assert max(len(rounds) for rounds in found.values()) == 2
    pairs = [rounds for rounds in found.values() if rounds[1].year - rounds[0].year == 1]
    assert sorted(off(one.closes, two.closes) for one, two in pairs) == [-7, -7, -1, 0, 0, 0, 0, 0, 1]
    assert sorted(off(one.opens, two.opens) for one, two in pairs) == [-7, -7, -7, -1, -1, 0, 0, 0, 26]


def off(before: date | None, came: date | None) -> int:
    """Return how many days after the expected day the next round came."""
    assert before
    assert came
    told = next_day([before], 1)
    assert told
    return (came - told[1]).days
