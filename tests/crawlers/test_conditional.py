"""An unchanged answer is not fetched again, and a server that lies about it is found out within a week."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crawlers.protocol import ValidatorSeen
from store.types import SourceState, Validator
from tests.crawlers.conftest import NOW, crawl, job_for
from tests.crawlers.hostile import Answer, HostileServer

PAGE = "https://source.example/page"
KNOWN = Validator(
    url=PAGE, etag='"one"', last_modified="Fri, 21 Aug 2026 06:00:00 GMT", full_at=NOW - timedelta(days=1)
)


def conditional_job(server: HostileServer, **values: Any) -> Any:
    return job_for(server.url, options={"conditional": True}, **values)


def test_a_validator_of_a_whole_part_is_told_under_the_real_url(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(200, b"{}", {"ETag": 'W/"a"', "Last-Modified": "yesterday"}))
    crawled = crawl(conditional_job(server))
    validator = Validator(url=PAGE, etag='W/"a"', last_modified="yesterday", full_at=NOW)
    assert [m for m in crawled.messages if isinstance(m, ValidatorSeen)] == [ValidatorSeen("news", validator)]


def test_a_validator_of_a_failed_part_is_not_told(server: HostileServer) -> None:
    server.script("/source.example/crash", Answer(200, b"{}", {"ETag": '"a"'}))
    crawled = crawl(conditional_job(server, urls={"news": "https://source.example/crash"}))
    assert not any(isinstance(message, ValidatorSeen) for message in crawled.messages)


def test_not_modified_ends_the_part_as_unchanged(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(304, b""))
    crawled = crawl(conditional_job(server, validators=(KNOWN,)))
    assert crawled.only.state is SourceState.WORKING
    assert crawled.only.unchanged
    assert crawled.only.items == 0
    headers = server.asked[-1].headers
    assert headers["If-None-Match"] == '"one"'
    assert headers["If-Modified-Since"] == "Fri, 21 Aug 2026 06:00:00 GMT"


def test_not_modified_is_no_failure_of_a_part_with_a_floor(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(304, b""))
    options = {"conditional": True, "floors": {"news": 5}}
    assert crawl(job_for(server.url, options=options, validators=(KNOWN,))).only.state is SourceState.WORKING


@pytest.mark.parametrize(("full", "age", "conditional"), [(True, 1, True), (False, 7, True), (False, 1, False)])
def test_F24_a_full_fetch_an_old_validator_or_an_unmarked_request_asks_for_everything(
    server: HostileServer, full: bool, age: int, conditional: bool
) -> None:
    server.script("/source.example/page", Answer(200))
    validator = Validator(url=PAGE, etag='"one"', full_at=NOW - timedelta(days=age))
    job = job_for(server.url, options={"conditional": conditional}, full=full, validators=(validator,))
    assert not crawl(job).only.unchanged
    assert "If-None-Match" not in server.asked[-1].headers


def test_a_not_modified_that_was_not_asked_for_is_no_success(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(304, b""))
    only = crawl(conditional_job(server)).only
    assert only.state is SourceState.CHANGED
    assert not only.unchanged
