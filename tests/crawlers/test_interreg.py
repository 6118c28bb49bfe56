"""Interreg's calls: no key, no reading; which calls are ours; and what a rotated key looks like."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import TextResponse
from scrapy.spidermiddlewares.httperror import HttpError

from crawlers.spiders.interreg import Interreg
from store.errors import ChangedSource, ConfigurationError, SourceError
from store.types import Deadline, SourceState
from tests.crawlers.conversation import Answer, Conversation, converse, job
from tests.crawlers.world_answers import KEY, OPTIONS, interreg_answer


def hit(number: int, **changes: Any) -> dict[str, Any]:
    """Return an open call in the search's own form."""
    return {
        "objectID": f"callForProjectsPage_{number}",
        "title": f"Call {number}",
        "callStatus": "Open",
        "callOpenDate": "2026-08-01T00:00:00Z",
        "callDeadlineDate": "2026-10-15T00:00:00Z",
        "callEligibleCountryNuts": ["DK", "SE"],
        "callEligibleRegionNuts": ["DK041", "SE232"],
        "associatedProgrammes": ["Programme"],
        "targetAudience": ["Local public authority"],
        "callExternalUrl": "https://interreg.example.org/call",
        "contentUrl": f"/calls-for-projects/{number}/",
        **changes,
    }


def page(hits: list[dict[str, Any]], total: int | None = None) -> bytes:
    return json.dumps({"results": [{"hits": hits, "nbHits": len(hits) if total is None else total}]}).encode()


def read(*answers: Answer, **options: Any) -> Conversation:
    left = list(answers)
    its_job = job("interreg", options={**OPTIONS["interreg"], **options})
    return converse(Interreg(its_job), lambda _: left.pop(0))


def test_search_is_a_post_of_one_question_with_the_configured_key() -> None:
    source = Interreg(job("interreg", options=OPTIONS["interreg"]))
    talk = converse(source, lambda request: interreg_answer("01", request))
    first, second = talk.requests
    assert source.hosts == ("testapp123-dsn.algolia.net",)
    assert (first.method, first.url) == ("POST", "https://testapp123-dsn.algolia.net/1/indexes/*/queries")
    assert first.headers["X-Algolia-API-Key"] == KEY.encode()
    assert first.headers["X-Algolia-Application-Id"] == b"TESTAPP123"
    assert json.loads(first.body) == {
        "requests": [
            {
                "indexName": "prod_en-us_content",
                "query": "",
                "filters": "contentType:callForProjectsPage AND (callStatus:Open OR callStatus:Forthcoming)",
                "hitsPerPage": 100,
                "page": 0,
            }
        ]
    }
    assert json.loads(second.body)["requests"][0]["page"] == 1


@pytest.mark.parametrize("options", [{}, {"key": KEY}, {"app": "TESTAPP123"}, {"key": "x y", "app": "TESTAPP123"}])
def test_without_key_and_application_nothing_is_asked_and_it_says_what_is_missing(options: dict[str, str]) -> None:
    assert Interreg.enabled_by_default is False
    with pytest.raises(ConfigurationError, match=r"sätt key och app under \[sources.interreg.options\]"):
        Interreg(job("interreg", options=options))


def test_calls_without_a_region_of_ours_are_left_out() -> None:
    hits = [
        hit(1),
        hit(2, callEligibleCountryNuts=["ES"], callEligibleRegionNuts=["ES111"]),
        hit(3, callEligibleRegionNuts=[]),
        hit(4, callEligibleCountryNuts=[], callEligibleRegionNuts=[]),
        hit(5, callEligibleRegionNuts=["SE110"]),
    ]
    ours = [item.key.rpartition("_")[2] for item in read(page(hits)).items]
    assert ours == ["1", "3", "4", "5"]
    west = read(page(hits), regions=["SE232", "SE231"])
    assert [item.key.rpartition("_")[2] for item in west.items] == ["1", "3", "4"]
    assert west.items[-1].meta["eligibility"] == "kontrollera"


def test_call_has_days_status_programme_and_link() -> None:
    (item,) = read(page([hit(1, callStatus="Forthcoming", callExternalUrl=None)])).items
    assert item.deadlines == (Deadline(date(2026, 10, 15), "application"),)
    assert (item.status, item.opens, item.publisher) == ("forthcoming", date(2026, 8, 1), "Programme")
    assert item.url == "https://interreg.eu/calls-for-projects/1/"


def test_rotated_key_is_told_in_words_that_help() -> None:
    response = TextResponse("https://testapp123-dsn.algolia.net/", status=403)
    ending = read(HttpError(response)).endings["calls"]
    assert ending.state is SourceState.REFUSED
    assert ending.message.startswith("Nyckeln godtas inte längre (fel 403)")


@pytest.mark.parametrize(
    "body",
    [
        b'{"results": {}}',
        b'{"hits": []}',
        b'{"results": [{"hits": []}]}',
        page([hit(1, callStatus="Closed")]),
        page([hit(1, callDeadlineDate="15 okt")]),
        page([hit(1, title=None)]),
    ],
    ids=["no list", "no results", "no count", "filter ignored", "other date form", "no title"],
)
def test_answer_of_another_shape_or_to_another_question_is_a_change(body: bytes) -> None:
    with pytest.raises(ChangedSource):
        read(body)


def test_renamed_field_is_named() -> None:
    renamed = {name.replace("callDeadlineDate", "deadline"): value for name, value in hit(1).items()}
    ending = read(page([renamed])).endings["calls"]
    assert ending.message == "Källan har ändrat form: fältet callDeadlineDate saknas i alla poster."


def test_fewer_calls_than_were_promised_and_none_at_all_are_told() -> None:
    with pytest.raises(SourceError, match="1 of 3"):
        read(page([hit(1)], total=3), page([], total=3))
    assert read(page([])).endings["calls"].state is SourceState.QUIET


def test_key_is_in_no_message_and_no_item() -> None:
    def answer(request: Request) -> Answer:
        return interreg_answer("01", request)

    talk = converse(Interreg(job("interreg", options=OPTIONS["interreg"])), answer)
    assert KEY not in repr(talk.messages)
