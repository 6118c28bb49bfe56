"""The Commission's consultations: how they are asked for, both shapes, and closing days in their own form."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from crawlers.spiders.have_your_say import HaveYourSay, read_stamp
from store.errors import ChangedSource, SourceError
from store.types import Concept, Deadline, SourceState
from tests.crawlers.conversation import Conversation, converse, job, recording
from tests.crawlers.world_answers import asked, say_answer


def initiative(number: float, **changes: Any) -> dict[str, Any]:
    """Return an open initiative in the service's own form."""
    status = {
        "frontEndStage": "FEEDBACK",
        "receivingFeedbackStatus": "OPEN",
        "feedbackStartDate": "2026/08/01 09:00:00",
        "feedbackEndDate": "2026/09/30 23:59:59",
        "isCurrent": True,
        **changes.pop("status", {}),
    }
    return {
        "id": number,
        "shortTitle": "Short title",
        "foreseenActType": "REG",
        "currentStatuses": [status],
        "topics": [{"code": "ENV", "label": "Miljö"}],
        "initiativeTranslations": [{"value": "Titel", "language": "SV", "field": "title"}],
        **changes,
    }


def page(rows: list[dict[str, Any]], pages: int = 1) -> bytes:
    return json.dumps({"initiativeResultDtoPage": {"content": rows, "totalPages": pages}}).encode()


def read(*bodies: bytes) -> Conversation:
    answers = list(bodies)
    return converse(HaveYourSay(job("have_your_say")), lambda _: answers.pop(0))


def test_open_initiatives_are_asked_for_from_page_zero_to_the_last_that_is_told() -> None:
    talk = converse(HaveYourSay(job("have_your_say")), lambda request: say_answer("01", request))
    assert talk.requests[0].url == (
        "https://ec.europa.eu/info/law/better-regulation/brpapi/searchInitiatives"
        "?page=0&size=100&language=SV&feedbackStatus=OPEN"
    )
    assert [asked(request)["page"] for request in talk.requests] == ["0", "1"]  # two fit a page, whatever was asked
    assert {request.meta["expect"] for request in talk.requests} == {"json"}


def test_number_is_whole_although_the_service_writes_it_with_a_fraction() -> None:
    (item,) = read(page([initiative(18805.0)])).items
    assert item.key == "18805"
    assert item.url == "https://ec.europa.eu/info/law/better-regulation/have-your-say/initiatives/18805_sv"
    assert item.deadlines == (Deadline(date(2026, 9, 30), "answer"),)
    assert item.concepts == (Concept("keyword", "ENV", "Miljö"),)
    assert item.status == "open"


def test_both_shapes_are_read() -> None:
    talk = converse(HaveYourSay(job("have_your_say")), lambda _: recording("have_your_say/02.0.json"))
    assert [item.key for item in talk.items] == ["19010"]


def test_hour_is_told_unless_it_is_the_end_of_the_day() -> None:
    assert read_stamp("2026/08/31 08:24:00") == (date(2026, 8, 31), "kl. 08.24 Brysseltid")
    assert read_stamp("2026/08/31 23:59:59") == (date(2026, 8, 31), "")
    assert read_stamp("2026-08-31T08:24:00") is None


def test_initiative_that_is_not_open_is_left_out() -> None:
    closed = initiative(2, status={"receivingFeedbackStatus": "CLOSED"})
    assert [item.key for item in read(page([initiative(1), closed])).items] == ["1"]


def test_title_is_english_where_there_is_no_swedish_one() -> None:
    words = [{"value": "A title", "language": "EN", "field": "title"}]
    (item,) = read(page([initiative(1, initiativeTranslations=words)])).items
    assert (item.title, item.language) == ("A title", "en")


@pytest.mark.parametrize(
    "body",
    [
        b'{"exactMatch": false}',
        b"[]",
        b'{"initiativeResultDtoPage": {"content": {}, "totalPages": 1}}',
        b'{"initiativeResultDtoPage": {"content": []}}',
        page([initiative(1, status={"receivingFeedbackStatus": "CLOSED"})]),
        page([initiative(1, status={"feedbackEndDate": "31.08.2026"})]),
        page([{**initiative(1), "id": None}]),
    ],
    ids=["no page", "list", "no list", "no pages", "filter ignored", "other date form", "no id"],
)
def test_answer_of_another_shape_or_to_another_question_is_a_change(body: bytes) -> None:
    with pytest.raises(ChangedSource):
        read(body)


def test_page_that_comes_twice_is_a_change() -> None:
    with pytest.raises(ChangedSource, match="paging"):
        read(page([initiative(1)], pages=3), page([initiative(1)], pages=3))


def test_empty_page_before_the_last_is_a_failure() -> None:
    with pytest.raises(SourceError, match="page 1 of 3 is empty"):
        read(page([initiative(1)], pages=3), page([], pages=3))


def test_no_open_consultation_at_all_is_quiet() -> None:
    assert read(page([])).endings["open"].state is SourceState.QUIET


def test_fields_that_no_initiative_carries_are_named() -> None:
    renamed = {("themes" if name == "topics" else name): value for name, value in initiative(1).items()}
    ending = read(page([renamed])).endings["open"]
    assert (ending.state, "topics" in ending.message) == (SourceState.CHANGED, True)
