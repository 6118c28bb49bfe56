"""Back-off grows to a day and no further; a silence longer than a source's pace is told in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from crawlers.protocol import PartEnded
from pipeline.back_off import held_parts, next_try, result_of, told_silence
from store.runs import SourcePart
from store.types import SourceState

NOW = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def part(**values: object) -> SourcePart:
    known = {"part": "law", "mark": None, "state": SourceState.FAILING, "since": NOW - HOUR, "message": "Fel 503."}
    return SourcePart(**{**known, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(("failures", "hours"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 24), (400, 24)])
def test_F01_the_wait_doubles_up_to_a_day_and_never_ends(failures: int, hours: int) -> None:
    assert next_try(SourceState.FAILING, failures, NOW) == NOW + hours * HOUR
    assert next_try(SourceState.CHANGED, failures, NOW) == NOW + hours * HOUR


def test_a_refusal_is_not_tried_again_for_a_day_and_a_working_part_has_no_wait() -> None:
    assert next_try(SourceState.REFUSED, 1, NOW) == NOW + 24 * HOUR
    assert next_try(SourceState.WORKING, 0, NOW) is None
    assert next_try(SourceState.QUIET, 0, NOW) is None


def test_our_own_wait_gives_way_to_a_person_and_the_sources_own_does_not() -> None:
    ours, theirs = part(next_try=NOW + 2 * HOUR), part(next_try=NOW + 2 * HOUR, not_before=NOW + HOUR)
    parts = {"ours": ours, "theirs": theirs}
    assert held_parts(parts, NOW, insist=False) == {"ours": NOW + 2 * HOUR, "theirs": NOW + 2 * HOUR}
    assert held_parts(parts, NOW, insist=True) == {"theirs": NOW + HOUR}


def test_a_wait_that_is_over_or_nearly_over_holds_nothing() -> None:
    weekly = part(next_try=NOW - timedelta(days=6))
    a_little_early = part(next_try=NOW + timedelta(minutes=5))
    assert held_parts({"a": weekly, "b": a_little_early}, NOW, insist=False) == {}


def test_a_moment_noted_under_a_wrong_clock_holds_nothing() -> None:
    wrong = part(next_try=NOW + timedelta(days=400), not_before=NOW + timedelta(days=400))
    assert held_parts({"law": wrong}, NOW, insist=False) == {}


def test_F20_what_the_source_asked_for_outlasts_our_own_wait() -> None:
    ended = PartEnded("law", SourceState.FAILING, message="Källan ber oss vänta.", next_try=NOW + 5 * HOUR)
    result = result_of(ended, None, None, None, NOW)
    assert (result.failures, result.next_try, result.not_before) == (1, NOW + 5 * HOUR, NOW + 5 * HOUR)


def test_failures_are_counted_in_a_row_and_forgotten_at_the_first_success() -> None:
    failed = result_of(PartEnded("law", SourceState.FAILING), part(failures=2), None, None, NOW)
    assert (failed.failures, failed.next_try) == (3, NOW + 4 * HOUR)
    well = result_of(PartEnded("law", SourceState.WORKING, 3), part(failures=3), None, None, NOW)
    assert (well.failures, well.next_try) == (0, None)


def test_a_part_that_was_not_asked_is_as_it_was() -> None:
    ended = PartEnded("law", SourceState.FAILING, message="Nästa försök 09:00.", next_try=NOW + 2 * HOUR, held=True)
    result = result_of(ended, part(state=SourceState.REFUSED, failures=2), None, None, NOW)
    assert (result.state, result.failures, result.message) == (SourceState.REFUSED, 2, "Fel 503. Nästa försök 09:00.")


def test_F24_silence_longer_than_the_pace_is_told_in_words() -> None:
    told = "Inget nytt sedan 3 mars; brukar komma varje vecka."
    assert told_silence(date(2026, 3, 3), timedelta(days=7), NOW) == told
    assert told_silence(date(2025, 12, 3), timedelta(days=45), NOW) == (
        "Inget nytt sedan 3 dec 2025; brukar komma varje månad."
    )
    assert told_silence(date(2026, 3, 13), timedelta(days=7), NOW) == ""
    assert told_silence(None, timedelta(days=7), NOW) == ""


def test_F24_a_feed_that_answers_not_modified_for_ever_is_quiet_in_the_end() -> None:
    ended = PartEnded("svt-vast", SourceState.WORKING, unchanged=True)
    result = result_of(ended, part(newest=date(2026, 3, 3), state=SourceState.WORKING), None, timedelta(days=5), NOW)
    assert (result.state, result.next_try) == (SourceState.QUIET, None)
    assert result.message == "Inget nytt sedan 3 mars; brukar komma varje vecka."


def test_the_newest_day_of_a_part_never_goes_back() -> None:
    ended = PartEnded("law", SourceState.WORKING, 2)
    assert result_of(ended, part(newest=date(2026, 3, 3)), date(2026, 1, 1), None, NOW).newest == date(2026, 3, 3)
    assert result_of(ended, part(newest=date(2026, 3, 3)), date(2026, 3, 19), None, NOW).newest == date(2026, 3, 19)
