"""Jobs and messages survive the pipe unchanged."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from crawlers.job import Job
from crawlers.protocol import (
    CrawlEnded,
    ItemFound,
    Message,
    PartEnded,
    RecordSkipped,
    ValidatorSeen,
    message_from_json,
    message_to_json,
)
from store.types import Item, Kind, SourceState, Validator

NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
VALIDATOR = Validator(url="https://source.example/", etag='"a"', last_modified="", full_at=NOW)


@pytest.mark.parametrize(
    "message",
    [
        ItemFound(
            "law", Item(source="cellar", key="32026L0001", kind=Kind.LEGAL_ACT, title="Å", url="https://a.example")
        ),
        RecordSkipped("law", "x", "no date"),
        PartEnded("law", SourceState.WORKING, 3, "", "2026-08-22"),
        PartEnded("law", SourceState.FAILING, 0, "Källan ber oss vänta.", next_try=NOW),
        PartEnded("law", SourceState.WORKING, unchanged=True),
        PartEnded("law", SourceState.FAILING, next_try=NOW, held=True),
        ValidatorSeen("law", VALIDATOR),
        CrawlEnded(3, 4000, ("2026-08-01", "2026-08-22")),
        CrawlEnded(0, 0),
    ],
)
def test_a_message_is_one_line_and_comes_back_equal(message: Message) -> None:
    line = message_to_json(message)
    assert "\n" not in line
    assert message_from_json(line) == message


def test_a_job_is_one_line_and_comes_back_equal() -> None:
    job = Job(
        source="feeds",
        now=NOW,
        marks={"law": "2026-08-15"},
        validators=(VALIDATOR,),
        options={"feeds": {"a": "b\nc"}},
        since=date(2026, 8, 1),
        full=True,
        replay_url="http://127.0.0.1:8900",
        not_before={"law": NOW},
        only="law",
        record_to="inspelning",
    )
    assert "\n" not in job.to_json()
    assert Job.from_json(job.to_json()) == job


@pytest.mark.parametrize("line", ["", "{}", "[]", "not json", '{"type": "other"}'])
def test_another_line_is_no_message(line: str) -> None:
    with pytest.raises((ValueError, KeyError, AttributeError, TypeError)):
        message_from_json(line)
