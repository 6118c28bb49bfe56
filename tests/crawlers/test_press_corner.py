"""The Commission's press room: how it is asked, what counts as an end, and whose text is fetched."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from scrapy import Request

from crawlers.challenge import EMPTY
from crawlers.failures import FetchFailed
from crawlers.spiders.press_corner import PressCorner
from store.types import Concept, SourceState
from tests.crawlers.conversation import NOW, Answer, Conversation, converse, job, recording
from tests.crawlers.world_answers import asked, press_answer

LATER = NOW + timedelta(hours=1)


def line(number: int, day: str = "2026-08-20", **changes: Any) -> dict[str, Any]:
    """Return a line of the search in its own form."""
    return {
        "refCode": f"IP/26/{number}",
        "eventDate": day,
        "title": f"Meddelande {number}",
        "leadText": "En ingress.",
        "docutype": {"code": "IP", "description": "Pressmeddelande"},
        "languageCode": "sv",
        **changes,
    }


def page(lines: list[dict[str, Any]], total: int | None = None) -> bytes:
    return json.dumps(
        {"totalNumber": len(lines) if total is None else total, "docuLanguageListResources": lines}
    ).encode()


class FakePressRoom:
    """Answers pages of a list in Swedish, nothing in English, and one text to every document."""

    def __init__(self, lines: list[dict[str, Any]], size: int = 100) -> None:
        self.lines, self.size = lines, size

    def __call__(self, request: Request) -> Answer:
        if "/documents?" in request.url:
            return json.dumps({"docuLanguageResource": {"htmlContent": "<p>Hela texten.</p>"}}).encode()
        if asked(request)["language"] != "sv":
            return page([])
        number = int(asked(request)["pagenumber"])
        return page(self.lines[(number - 1) * self.size : number * self.size], total=len(self.lines))


def read(answer: Any, **values: Any) -> Conversation:
    return converse(PressCorner(job("press_corner", **values)), answer)


def test_search_asks_in_swedish_then_in_english_from_three_days_before_the_mark() -> None:
    talk = read(lambda request: press_answer("01", request), marks={"search": "2026-08-21"})
    first, second = (request for request in talk.requests if "/search?" in request.url)
    assert first.method == "GET"
    assert first.url == (
        "https://ec.europa.eu/commission/presscorner/api/search?language=sv&pagesize=100&pagenumber=1"
        "&datefrom=18082026&dateto=22082026&documentTypeCodes=IP,STATEMENT,QANDA,FS,INF"
    )
    assert asked(second)["language"] == "en"
    texts = [request.url for request in talk.requests if "/documents?" in request.url]
    assert "https://ec.europa.eu/commission/presscorner/api/documents?reference=IP/26/1801&language=sv" in texts


def test_types_are_those_of_the_options() -> None:
    talk = read(FakePressRoom([line(1)]), options={"types": ["IP", "SPEECH"]})
    assert asked(talk.requests[0])["documentTypeCodes"] == "IP,SPEECH"


def test_swedish_version_wins_and_policies_become_keywords() -> None:
    (item,) = (i for i in read(lambda r: press_answer("01", r)).items if i.key == "IP/26/1801")
    assert (item.language, item.url[-11:]) == ("sv", "/ip_26_1801")
    assert Concept("keyword", "CLIMA", "Klimatpolitik") in item.concepts


def test_pages_are_asked_until_as_many_have_come_as_there_are_although_the_server_clamps_their_size() -> None:
    talk = read(FakePressRoom([line(number) for number in range(25)], size=10))
    assert [asked(r)["pagenumber"] for r in talk.requests if "/search?" in r.url] == ["1", "2", "3", "1"]
    assert len(talk.items) == 25


def test_empty_page_before_the_end_is_a_failure_and_not_the_end() -> None:
    answers = [page([line(1)], total=200), page([], total=200)]
    talk = read(lambda _: answers.pop(0), marks={"search": "2026-08-21"})
    assert talk.endings["search"].state is SourceState.FAILING
    assert talk.endings["search"].mark is None
    assert [item.key for item in talk.items] == ["IP/26/1"]  # what was read is told all the same


def test_page_that_fails_leaves_the_mark_where_it_was() -> None:
    answers: list[Answer] = [page([line(1)], total=200), FetchFailed(SourceState.FAILING, "Källan svarar inte.")]
    talk = read(lambda _: answers.pop(0))
    assert (talk.endings["search"].state, talk.endings["search"].mark) == (SourceState.FAILING, None)


def test_first_page_that_fails_sends_us_to_the_feed_and_the_search_stays_failed() -> None:
    def answer(request: Request) -> Answer:
        if "/rss?" in request.url:
            return recording("press_corner/02.feed.xml")
        return FetchFailed(SourceState.FAILING, "Källan svarar inte (fel 503).", next_try=LATER)

    talk = read(answer)
    assert talk.requests[-1].url == "https://ec.europa.eu/commission/presscorner/api/rss?language=sv&pagesize=100"
    assert [item.key for item in talk.items] == ["IP/26/1801"]  # the speech is of no type asked for
    assert talk.endings["search"].state is SourceState.FAILING
    assert talk.endings["search"].message == "Källan svarar inte (fel 503). Läst via RSS: 1 poster."
    assert talk.endings["search"].next_try == LATER


def test_texts_are_fetched_for_the_newest_twenty_five_alone() -> None:
    talk = read(FakePressRoom([line(number, f"2026-08-{number % 20 + 1:02}") for number in range(40)]))
    assert sum("/documents?" in request.url for request in talk.requests) == 25
    assert sum(item.text == "En ingress.\n\nHela texten." for item in talk.items) == 25
    assert len(talk.items) == 40


def test_what_was_told_with_its_text_is_not_told_again_without_it() -> None:
    marks = {"search": "2026-08-21", "texts": "IP/26/1 IP/25/9"}
    talk = read(FakePressRoom([line(1), line(2)]), marks=marks)
    assert [item.key for item in talk.items] == ["IP/26/2"]
    assert talk.endings["texts"].mark == "IP/26/1 IP/26/2"  # those of the window
    assert talk.endings["search"].mark == "2026-08-22"


def test_empty_text_is_final_but_a_failed_one_is_asked_for_again() -> None:
    def answer(request: Request) -> Answer:
        if "/documents?" not in request.url:
            return FakePressRoom([line(1), line(2)])(request)
        final = FetchFailed(SourceState.CHANGED, EMPTY)
        failed = FetchFailed(SourceState.FAILING, "Källan svarar inte.", next_try=LATER)
        return final if "IP/26/1" in request.url else failed

    talk = read(answer)
    assert {item.text for item in talk.items} == {"En ingress."}
    ending = talk.endings["texts"]
    assert (ending.state, ending.mark, ending.message) == (SourceState.FAILING, None, "IP/26/2: Källan svarar inte.")
    assert ending.next_try == LATER


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'{"totalNumber": 1}',
        b'{"totalNumber": "many", "docuLanguageListResources": []}',
        page([line(1, languageCode="fr")]),
        page([line(1, docutype={"code": "SPEECH"})]),
        page([line(1, "2019-01-01")]),
        page([line(1, "20/08-26")]),
        page([line(1, refCode=None)]),
    ],
    ids=["list", "no list", "no total", "other language", "other type", "other years", "other date form", "no number"],
)
def test_answer_of_another_shape_or_to_another_question_is_a_change(body: bytes) -> None:
    talk = read(lambda request: b"<rss><channel/></rss>" if "/rss?" in request.url else body)
    assert talk.endings["search"].state is SourceState.CHANGED


def test_field_that_no_line_carries_is_named() -> None:
    lines = [{k: v for k, v in line(number).items() if k != "leadText"} for number in (1, 2)]
    ending = read(FakePressRoom(lines)).endings["search"]
    assert ending.state is SourceState.CHANGED
    assert ending.message == "Källan har ändrat form: fältet leadText saknas i alla poster."


def test_window_without_documents_is_quiet() -> None:
    assert read(lambda _: page([])).endings["search"].state is SourceState.QUIET
