"""The picture of the days to come: heights that can be compared, and no number over another."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from pipeline.timeline import APART, HIGHEST, LOWEST, timeline

TODAY = date(2026, 12, 1)


def counts(*numbers: int) -> dict[tuple[date, str], int]:
    """Return so many calls a day, from today on."""
    return {(TODAY + timedelta(days=day), "call"): number for day, number in enumerate(numbers) if number}


def test_mark_is_as_high_as_its_number_and_one_day_is_still_seen() -> None:
    (lane,) = timeline(counts(40, 20, 1), TODAY).lanes
    assert [mark.height for mark in lane.marks] == [HIGHEST, HIGHEST / 2, LOWEST]


def test_numbers_are_told_where_there_is_room_the_largest_first() -> None:
    (lane,) = timeline(counts(4, 9, 5, 0, 0, 2, 1), TODAY).lanes
    assert [mark.number for mark in lane.marks if mark.is_told] == [9, 2]
    told = [mark.x for mark in lane.marks if mark.is_told]
    assert all(later - earlier >= APART for earlier, later in itertools.pairwise(told))


def test_days_beyond_the_picture_are_left_to_the_list() -> None:
    picture = timeline({(TODAY + timedelta(days=90), "call"): 3, (TODAY - timedelta(days=1), "call"): 2}, TODAY)
    assert (picture.total, picture.lanes) == (0, ())
