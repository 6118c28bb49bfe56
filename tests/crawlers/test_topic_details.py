"""The portal's file of one topic: how it is asked for, and every way it may have changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from crawlers.spiders.topic_details import TopicDetails
from store.types import Deadline, Detail, Item, Kind, Money, SourceState
from tests.crawlers.conversation import Answer, converse
from tests.crawlers.detail_answers import TOPIC, header, topic, topics_answer, topics_job


def state_of(answer: Answer) -> SourceState:
    return converse(TopicDetails(topics_job(TOPIC)), lambda _: answer).endings["topics"].state


def detail_of(**fields: Any) -> Detail:
    [detail] = converse(TopicDetails(topics_job(TOPIC)), lambda _: topic(**fields)).details
    return detail


def test_file_is_asked_for_in_small_letters() -> None:
    [request] = converse(TopicDetails(topics_job(TOPIC)), lambda request: topics_answer("01", request)).requests
    assert request.url == (
        "https://ec.europa.eu/info/funding-tenders/opportunities/data/topicDetails/cerv-2026-citizens-town-xx.json"
    )
    assert (request.method, header(request, "Accept")) == ("GET", "application/json")


def test_missing_file_is_told_as_empty_and_is_no_fault() -> None:
    talk = converse(TopicDetails(topics_job(TOPIC)), lambda _: (404, b""))
    assert [detail.is_empty for detail in talk.details] == [True]
    assert talk.endings["topics"].state is SourceState.WORKING


def test_own_line_of_the_budget_counts_and_days_have_their_stage() -> None:
    [detail] = converse(TopicDetails(topics_job(TOPIC)), lambda request: topics_answer("01", request)).details
    assert detail.money == (
        Money(6_000_000.0, "EUR", "total"),
        Money(8_000.0, "EUR", "grant_min"),
        Money(50_000.0, "EUR", "grant_max"),
    )
    assert detail.deadlines == (Deadline(date(2026, 9, 23), "stage_1"), Deadline(date(2027, 2, 18), "stage_2"))


def test_who_may_apply_and_the_documents_are_kept() -> None:
    [detail] = converse(TopicDetails(topics_job(TOPIC)), lambda request: topics_answer("01", request)).details
    assert "applicants must be towns or municipalities" in detail.meta["eligibility"]
    assert [title for title, _ in detail.meta["documents"]] == ["call document", "Lump sums"]


@pytest.mark.parametrize(
    "answer",
    [
        b"[]",
        b"null",
        b'{"topic": {}}',
        b'{"TopicDetails": []}',
        b"<html></html>",
        topic("ANOTHER-TOPIC"),
        topic(description=["<p>Text.</p>"]),
        topic(conditions={"html": ""}),
        topic(actions={}),
        topic(links="https://example.org"),
        topic(actions=[{"deadlineDates": ["Q3 2026"]}]),
        json.dumps(
            {"TopicDetails": {"identifier": TOPIC, "descriptionHtml": "x", "conditions": "", "actions": []}}
        ).encode(),
        json.dumps({"TopicDetails": {"identifier": TOPIC, "description": "x", "conditions": ""}}).encode(),
        json.dumps({"TopicDetails": {"id": TOPIC, "description": "x", "conditions": "", "actions": []}}).encode(),
    ],
    ids=lambda body: body[:60].decode(),
)
def test_another_shape_is_reported_as_changed(answer: bytes) -> None:
    assert state_of(answer) is SourceState.CHANGED


@pytest.mark.parametrize("written", ["2026-09-23T17:00:00.000+0200", "23 September 2026", "23 September 2026 17:00:00"])
def test_days_are_read_in_every_form_seen(written: str) -> None:
    assert [day.on for day in detail_of(actions=[{"deadlineDates": [written]}]).deadlines] == [date(2026, 9, 23)]


@pytest.mark.parametrize(
    "odd", [None, "", [], 7, {"budgetTopicActionMap": []}, {"budgetTopicActionMap": {"1": [None]}}]
)
def test_odd_budget_is_no_budget(odd: object) -> None:
    assert detail_of(budgetOverviewJSONItem=odd).money == ()


def test_external_calls_and_closed_ones_are_never_asked_for(make_item: Callable[..., Item]) -> None:
    def call(kind: str, status: str = "open") -> Item:
        return make_item(source="funding_tenders", key="X", kind=Kind.CALL, status=status, meta={"type": kind})

    assert [TopicDetails.has_detail(call(kind)) for kind in ("1", "2", "8")] == [True, False, False]
    assert not TopicDetails.has_detail(call("1", "closed"))
