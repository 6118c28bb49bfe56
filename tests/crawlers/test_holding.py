"""A part whose next try is still to come is not asked; the rest of its source is."""

from __future__ import annotations

from datetime import UTC, datetime

from store.types import SourceState
from tests.crawlers.conftest import crawl, job_for
from tests.crawlers.hostile import Answer, HostileServer

URLS = {"law": "https://source.example/law", "news": "https://other.example/news"}


def test_F20_a_held_part_is_not_asked_and_the_rest_goes_on(server: HostileServer) -> None:
    server.script("/source.example/law", Answer(200))
    server.script("/other.example/news", Answer(200))
    moment = datetime(2026, 8, 22, 12, 20, tzinfo=UTC)
    crawled = crawl(job_for(server.url, urls=URLS, not_before={"law": moment}))
    held, read = crawled.parts["law"], crawled.parts["news"]
    assert (held.held, held.next_try, held.message) == (True, moment, "Nästa försök 14:20.")
    assert (read.state, read.items, read.held) == (SourceState.WORKING, 1, False)
    assert server.paths() == ["/other.example/robots.txt", "/other.example/news"]  # not even robots.txt of the held
    assert crawled.ended


def test_a_part_is_asked_again_when_its_moment_has_come(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(200))
    crawled = crawl(job_for(server.url, not_before={"news": datetime(2026, 8, 22, 6, 0, tzinfo=UTC)}))
    assert crawled.only.state is SourceState.WORKING


def test_with_only_one_part_no_other_is_asked(server: HostileServer) -> None:
    server.script("/source.example/law", Answer(200))
    crawled = crawl(job_for(server.url, urls=URLS, only="law"))
    assert [message.part for message in crawled.items] == ["law"]
    assert server.paths() == ["/source.example/robots.txt", "/source.example/law"]
