"""Every part that a source starts ends with exactly one PartEnded, whatever happens in it."""

from __future__ import annotations

from datetime import date
from typing import Any

from scrapy.crawler import Crawler

from crawlers.parts import PartKeeper, message_ready
from crawlers.protocol import Message, PartEnded
from store.types import SourceState
from tests.crawlers.conftest import crawl, job_for
from tests.crawlers.hostile import Answer, HostileServer
from tests.crawlers.one_source import OneSource

PATHS = ("page", "crash", "changed", "more", "forgotten", "items-0", "items-3", "gone")


def test_parts_end_once_each_in_the_state_of_what_happened(server: HostileServer) -> None:
    for path in PATHS[:-1]:
        server.script(f"/source.example/{path}", Answer(200))
    server.script("/source.example/broken", Answer(500))
    urls = {path: f"https://source.example/{path}" for path in PATHS}
    crawled = crawl(job_for(server.url, urls=urls, options={"floors": {"items-0": 4, "items-3": 4}}))
    assert crawled.ended
    assert {part: (ending.state, ending.items) for part, ending in crawled.parts.items()} == {
        "page": (SourceState.WORKING, 1),
        "crash": (SourceState.CHANGED, 0),
        "changed": (SourceState.CHANGED, 0),
        "more": (SourceState.FAILING, 1),  # said to be done, but a page of it failed
        "forgotten": (SourceState.CHANGED, 1),
        "items-0": (SourceState.QUIET, 0),
        "items-3": (SourceState.QUIET, 3),
        "gone": (SourceState.CHANGED, 0),
    }
    assert crawled.parts["page"].mark == "2026-08-22"
    assert crawled.parts["items-0"].message == "0 poster, brukar vara minst 4."
    assert crawled.parts["items-3"].mark is None
    assert crawled.parts["forgotten"].message == "Läsningen avslutades inte: delen blev aldrig färdig."
    assert crawled.parts["crash"].message == "Ovanligt svar: innehållet har en annan form än väntat."
    assert "KeyError: 'no such field'" in crawled.stderr
    assert "the table is gone" in crawled.stderr


def test_a_flood_of_items_is_cut_off_and_told(server: HostileServer) -> None:
    server.script("/source.example/items-60", Answer(200))
    crawled = crawl(job_for(server.url, urls={"news": "https://source.example/items-60"}))
    assert len(crawled.items) == 50
    assert crawled.only.state is SourceState.CHANGED
    assert crawled.only.message == "Fler än 50 poster: mer än källan rimligen kan ha."


def test_a_url_asked_twice_is_fetched_once_and_its_part_does_not_wait_for_it(server: HostileServer) -> None:
    server.script("/source.example/again", Answer(200))
    crawled = crawl(job_for(server.url, urls={"news": "https://source.example/again"}))
    assert crawled.only.state is SourceState.WORKING
    assert server.paths().count("/source.example/again") == 1


def test_a_source_that_starts_nothing_is_a_failed_run(server: HostileServer) -> None:
    crawled = crawl(job_for(server.url, urls={}))
    assert crawled.only.part == "one_source"
    assert crawled.only.state is SourceState.CHANGED


def test_a_source_that_cannot_start_is_told_as_its_own_part(server: HostileServer) -> None:
    crawled = crawl(job_for(server.url, urls={"news": "not a url"}))
    assert crawled.only.part == "one_source"
    assert crawled.only.state is SourceState.CHANGED


def test_a_wrong_configuration_is_told_in_its_own_words(server: HostileServer) -> None:
    crawled = crawl(job_for(server.url, options={"broken": True}))
    assert crawled.messages[0] == PartEnded("one_source", SourceState.FAILING, message="Okänd inställning: broken")
    assert crawled.ended


def closed(items: int, **values: Any) -> list[PartEnded]:
    """Return the endings of a reading of the real source, which usually has at least three items."""
    source = OneSource(job_for("", **{"replay_url": "", "options": {"fewest": 3}, **values}))
    crawler = Crawler(OneSource)
    endings: list[PartEnded] = []

    def collect(message: Message) -> None:
        if isinstance(message, PartEnded):
            endings.append(message)

    crawler.signals.connect(collect, message_ready)
    keeper = PartKeeper(crawler, source)
    for message in source.items("news", (source.item(str(n), "https://source.example/") for n in range(items))):
        keeper.take(message)
    keeper.take(source.part_done("news"))
    keeper.settle()
    keeper.close("finished")
    return endings


def test_F22_a_first_reading_with_too_few_items_leaves_the_source_quiet() -> None:
    assert [ending.part for ending in closed(3)] == ["news"]
    news, whole = closed(2)
    assert news.state is SourceState.WORKING
    assert whole == PartEnded("one_source", SourceState.QUIET, 2, "2 poster i allt, brukar vara minst 3.")


def test_later_readings_and_replays_may_give_less_than_a_first_one() -> None:
    assert len(closed(0, marks={"news": "2026-08-15"})) == 1
    assert len(closed(0, since=date(2026, 8, 20))) == 1
    assert len(closed(0, replay_url="http://127.0.0.1:8900")) == 1
