"""GDELT: one question at a time, windows in halves, and a service that sheds load is left alone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from crawlers.failures import FetchFailed
from crawlers.settings import settings_for
from crawlers.spiders.gdelt import Gdelt
from store.errors import ConfigurationError
from store.types import SourceState
from tests.crawlers.conversation import NOW, Conversation, converse, job
from tests.crawlers.hostile import Answer as Served
from tests.crawlers.hostile import HostileServer
from tests.crawlers.test_swedish_crawl import crawl, endings
from tests.crawlers.world_answers import OPTIONS, asked, gdelt_answer

ONE = {"queries": {"vatten": "water"}}
THREE = {"queries": {"a": "one", "b": "two", "c": "three"}}


def article(number: int, **changes: Any) -> dict[str, Any]:
    """Return an article in the service's own form."""
    return {
        "url": f"https://news.example.org/{number}",
        "title": f"Title {number}",
        "seendate": "20260822T043000Z",
        "domain": "news.example.org",
        "language": "English",
        "sourcecountry": "Canada",
        **changes,
    }


def articles(count: int, first: int = 0) -> bytes:
    return json.dumps({"articles": [article(first + number) for number in range(count)]}).encode()


def read(answer: Any, options: dict[str, Any] = ONE, **values: Any) -> Conversation:
    return converse(Gdelt(job("gdelt", options=options, **values)), answer)


def windows(talk: Conversation) -> list[tuple[str, str]]:
    return [(asked(r)["startdatetime"], asked(r)["enddatetime"]) for r in talk.requests]


def test_question_is_asked_for_a_list_of_articles_since_the_mark() -> None:
    talk = read(lambda request: gdelt_answer("01", request), OPTIONS["gdelt"], marks={"vatten": "2026-08-22T01:00:00Z"})
    first, second = talk.requests
    assert first.url.startswith("https://api.gdeltproject.org/api/v2/doc/doc?query=%22urban+planning%22+sourcelang")
    assert asked(first) == {
        "query": '"urban planning" sourcelang:english',
        "mode": "artlist",
        "format": "json",
        "maxrecords": "250",
        "sort": "datedesc",
        "startdatetime": "20260821060000",
        "enddatetime": "20260822060000",
    }
    assert asked(second)["startdatetime"] == "20260822010000"
    assert talk.endings["vatten"].mark == "2026-08-22T06:00:00+00:00"


def test_only_headline_link_and_day_are_kept() -> None:
    (item,) = read(lambda _: articles(1)).items
    assert (item.title, item.url, item.published) == ("Title 0", "https://news.example.org/0", date(2026, 8, 22))
    assert (item.text, item.language, item.publisher) == ("", "en", "news.example.org")
    assert (item.meta["region"], Gdelt.region) == ("Världen", "Världen")


def test_article_that_answers_two_questions_is_told_once() -> None:
    assert len(read(lambda _: articles(2), THREE).items) == 2


def test_full_answer_is_asked_again_in_halves_and_told_from_those_alone() -> None:
    answers = [articles(250), articles(3), articles(2, first=100)]
    talk = read(lambda _: answers.pop(0))
    assert windows(talk) == [
        ("20260821060000", "20260822060000"),
        ("20260821060000", "20260821180000"),
        ("20260821180000", "20260822060000"),
    ]
    assert len(talk.items) == 5


def test_halving_ends_and_says_what_was_left_out() -> None:
    talk = read(lambda _: articles(250))
    assert len(talk.requests) == 60
    assert talk.skipped
    assert talk.endings["vatten"].state is SourceState.FAILING
    assert talk.endings["vatten"].mark is None


def test_long_pause_is_caught_up_for_a_week_at_most() -> None:
    assert windows(read(lambda _: b"{}", marks={"vatten": "2026-01-01T00:00:00Z"}))[0][0] == "20260815060000"
    assert windows(read(lambda _: b"{}", since=date(2026, 8, 20)))[0][0] == "20260820000000"


def test_answer_without_articles_is_empty_and_no_fault() -> None:
    ending = read(lambda _: b"{}").endings["vatten"]
    assert (ending.state, ending.items) == (SourceState.WORKING, 0)


def test_error_in_words_is_told_in_those_words_and_the_next_question_is_asked() -> None:
    answers = [b"Your query was too short or too long.\n", articles(1), articles(1)]
    talk = read(lambda _: answers.pop(0), THREE)
    assert talk.endings["a"].state is SourceState.CHANGED
    assert talk.endings["a"].message == "GDELT svarar: Your query was too short or too long."
    assert talk.endings["c"].state is SourceState.WORKING


def test_wish_to_be_left_alone_ends_the_run_even_when_it_comes_as_success() -> None:
    talk = read(lambda _: b"Please limit requests to one every 5 seconds.", THREE)
    assert len(talk.requests) == 1
    assert {ending.state for ending in talk.endings.values()} == {SourceState.FAILING}
    assert talk.endings["c"].message.startswith("Frågades inte. GDELT svarar: Please limit requests")


def test_failure_ends_the_run_and_every_question_knows_when_it_is_tried_next() -> None:
    later = NOW + timedelta(hours=1)
    busy = FetchFailed(SourceState.FAILING, "Källan ber oss vänta (fel 429).", next_try=later)
    talk = read(lambda _: busy, THREE)
    assert len(talk.requests) == 1
    assert {ending.next_try for ending in talk.endings.values()} == {later}


@pytest.mark.parametrize(
    "body",
    [
        b'{"results": []}',
        b'{"articles": {}}',
        b"[1]",
        b"<!doctype html><html><body>Moved</body></html>",
        b'{"articles": [{"url": "https://a.example/1"',
        json.dumps({"articles": [article(1, seendate="22/08/2026")]}).encode(),
        json.dumps({"articles": [{"link": "https://a.example/1", "title": "T"}]}).encode(),
    ],
    ids=["renamed list", "no list", "numbers", "web page", "cut", "other date form", "renamed link"],
)
def test_answer_of_another_shape_is_a_change(body: bytes) -> None:
    assert read(lambda _: body).endings["vatten"].state is SourceState.CHANGED


def test_field_that_no_article_carries_is_named() -> None:
    renamed = {("site" if name == "domain" else name): value for name, value in article(1).items()}
    ending = read(lambda _: json.dumps({"articles": [renamed]}).encode()).endings["vatten"]
    assert ending.message == "Källan har ändrat form: fältet domain saknas i alla poster."


@pytest.mark.parametrize("queries", [None, {}, [], "water", {"a": ""}, {"a": 1}])
def test_without_questions_nothing_is_asked_and_it_says_how_to_ask(queries: Any) -> None:
    assert Gdelt.enabled_by_default is False
    with pytest.raises(ConfigurationError, match="gdelt: "):
        Gdelt(job("gdelt", options={"queries": queries}))


def test_questions_may_be_a_list_without_names() -> None:
    assert Gdelt(job("gdelt", options={"queries": ["water", "waste"]})).queries == {
        "fraga-1": "water",
        "fraga-2": "waste",
    }


def test_service_is_asked_once_in_five_and_a_half_seconds() -> None:
    assert settings_for(job("gdelt"), Gdelt.least_delay)["DOWNLOAD_DELAY"] == 5.5
    assert settings_for(job("gdelt", delay_seconds=9.0), Gdelt.least_delay)["DOWNLOAD_DELAY"] == 9.0


def test_F18_load_shedding_is_answered_by_leaving_the_service_alone(server: HostileServer) -> None:
    def path(query: str) -> str:
        talk = read(lambda _: b"{}", {"queries": {"x": query}})
        return "/api.gdeltproject.org/" + talk.requests[0].url.split("/", 3)[3]

    server.script(path("one"), Served(429, b"Too many requests", {"Retry-After": "3600"}))
    server.script(path("two"), Served(200, articles(1)))
    parts = endings(crawl("gdelt", server.url, options=THREE))
    assert [each for each in server.paths() if not each.endswith("/robots.txt")] == [path("one")]
    assert {ending.state for ending in parts.values()} == {SourceState.FAILING}
    assert "Källan ber oss vänta (fel 429), nästa försök 09:" in parts["a"].message
    assert parts["c"].next_try is not None
    assert parts["c"].next_try >= datetime(2026, 8, 22, 7, 0, tzinfo=UTC)
