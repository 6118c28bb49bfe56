"""The Funding & Tenders portal: how it is asked, where the cursor stands, and what it does when nobody heeds it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from scrapy import Request

from crawlers.failures import FetchFailed
from crawlers.portal import Cursor, Page, read_page
from crawlers.spiders.funding_tenders import FundingTenders
from store.errors import ChangedSource
from store.types import Concept, SourceState
from tests.crawlers.conversation import NOW, Answer, Conversation, converse, job, parts_of
from tests.crawlers.eu_answers import portal_answer, record

FACETS = json.dumps({"facets": [{"name": name, "values": []} for name in ("frameworkProgramme", "programmeDivision")]})


def page(*records: dict[str, Any], total: int | None = None) -> bytes:
    return json.dumps({"totalResults": len(records) if total is None else total, "results": records}).encode()


class FakePortal:
    """Answers as the portal does: range and order by sort date, pages of a hundred, rows without date lost in order."""

    def __init__(self, records: list[dict[str, Any]], total: int | None = None) -> None:
        self.records, self.total = records, total

    def __call__(self, request: Request) -> Answer:
        if "/facet?" in request.url:
            return FACETS.encode()
        parts = parts_of(request)
        since = next((m["range"]["es_SortDate"]["gte"] for m in parts["query"]["bool"]["must"] if "range" in m), "")
        found = self.records
        if "sort" in parts:
            dated = [r for r in found if r["metadata"].get("es_SortDate", [""])[0] >= (since or "0")]
            found = sorted(dated, key=lambda r: r["metadata"]["es_SortDate"][0])
        number = int(request.url.rsplit("pageNumber=", 1)[1])
        return page(*found[(number - 1) * 100 : number * 100], total=self.total or len(found))


def dated(number: int, day: date) -> dict[str, Any]:
    return record(f"{number}TOPICSen", es_SortDate=f"{day.isoformat()}T00:00:00.000+0000")


def talk_about(records: list[dict[str, Any]], total: int | None = None) -> Conversation:
    return converse(FundingTenders(job("funding_tenders")), FakePortal(records, total))


def searches(talk: Conversation) -> list[tuple[str, str, bool]]:
    """Return sort date asked from, page and whether order was asked for, of every search."""
    found = []
    for request in talk.requests:
        if "/search?" in request.url:
            parts = parts_of(request)
            ranges = [m["range"]["es_SortDate"]["gte"][:10] for m in parts["query"]["bool"]["must"] if "range" in m]
            found.append(("".join(ranges), request.url.rsplit("=", 1)[1], "sort" in parts))
    return found


def test_search_is_a_multipart_post_of_json_files() -> None:
    talk = converse(FundingTenders(job("funding_tenders")), lambda request: portal_answer("01", request))
    facet, ordered, unordered = talk.requests
    assert {request.method for request in talk.requests} == {"POST"}
    assert facet.url == "https://api.tech.ec.europa.eu/search-api/prod/rest/facet?apiKey=SEDIA&text=***"
    assert ordered.url == (
        "https://api.tech.ec.europa.eu/search-api/prod/rest/search?apiKey=SEDIA&text=***&pageSize=100&pageNumber=1"
    )
    assert parts_of(facet).keys() == {"query", "languages", "displayLanguage"}
    assert parts_of(ordered).keys() == {"query", "languages", "sort", "displayFields"}
    assert parts_of(unordered).keys() == {"query", "languages", "displayFields"}
    assert parts_of(ordered)["sort"] == {"field": "es_SortDate", "order": "ASC"}
    assert parts_of(ordered)["query"]["bool"]["must"] == [
        {"terms": {"type": ["1", "2", "8"]}},
        {"terms": {"status": ["31094501", "31094502"]}},
        {"term": {"language": "en"}},
        {"term": {"DATASOURCE": "SEDIA"}},
    ]


def test_cursor_asks_for_the_last_date_again_because_the_page_may_have_cut_it() -> None:
    records = [dated(n, date(2026, 1, 1) + timedelta(days=n // 30)) for n in range(220)]
    talk = talk_about(records)
    assert searches(talk) == [
        ("", "1", True),
        ("2026-01-04", "1", True),
        ("2026-01-07", "1", True),
        ("", "1", False),
    ]
    assert len(talk.items) == 220


def test_date_that_fills_a_page_is_paged_within() -> None:
    talk = talk_about([dated(n, date(2026, 1, 1)) for n in range(250)] + [dated(900, date(2026, 1, 2))])
    assert [asked for asked in searches(talk) if asked[2]] == [
        ("", "1", True),
        ("2026-01-01", "1", True),
        ("2026-01-01", "2", True),
        ("2026-01-01", "3", True),
    ]
    assert len(talk.items) == 251


def test_records_without_sort_date_are_found_by_the_pass_without_order() -> None:
    talk = talk_about([dated(n, date(2026, 1, 1)) for n in range(150)] + [record(f"{n}BAREen") for n in range(5)])
    assert len(talk.items) == 155


def test_pass_without_order_ends_when_nothing_can_be_missing() -> None:
    talk = talk_about([dated(n, date(2026, 1, 1) + timedelta(days=n)) for n in range(300)])
    assert [asked for asked in searches(talk) if not asked[2]] == [("", "1", False)]


def test_total_that_counts_doubles_costs_at_most_thirty_requests() -> None:
    records = [dated(n, date(2026, 1, 1) + timedelta(days=n)) for n in range(3000)]
    talk = talk_about(records[:700], total=2_071)
    assert len(talk.requests) <= 30
    assert talk.endings["calls"].state is SourceState.WORKING


def test_cursor_that_stands_still_ends_the_run_as_changed() -> None:
    same = page(*[dated(n, date(2026, 1, 1)) for n in range(100)])
    with pytest.raises(ChangedSource):
        converse(FundingTenders(job("funding_tenders")), lambda r: FACETS.encode() if "/facet?" in r.url else same)


@pytest.mark.parametrize(
    "days", [(date(2026, 1, 2), date(2026, 1, 1)), (date(2025, 12, 31), date(2026, 1, 1))], ids=["unsorted", "before"]
)
def test_order_or_range_that_is_ignored_ends_the_run_as_changed(days: tuple[date, date]) -> None:
    answer = Page(2, [dated(n, day) for n, day in enumerate(days)])
    with pytest.raises(ChangedSource):
        Cursor("2026-01-01T00:00:00.000+0000").after(answer, source="funding_tenders", part="calls")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"[]",
        b'{"totalResults": 12}',
        b'{"totalResults": 12, "results": null}',
        b'{"results": []}',
        b'{"totalResults": 1, "results": [{"reference": "1"}]}',
        page({"reference": "1", "metadata": {"status": "31094502", "type": ["1"]}}),
        page(record(status="31094503")),
        page(record(status=[])),
        page(record(type="0")),
        page(record(DATASOURCE="SEDIA_PRD_CENTRICITY")),
    ],
)
def test_answer_of_another_shape_or_to_another_question_is_a_changed_source(body: bytes) -> None:
    with pytest.raises(ChangedSource):
        read_page(body, source="funding_tenders", part="calls")


def test_no_call_at_all_is_a_fault() -> None:
    talk = talk_about([])
    assert talk.endings["calls"].state is SourceState.QUIET


def test_floor_holds_for_the_portal_but_not_for_a_sample() -> None:
    assert FundingTenders(job("funding_tenders")).floor("calls") == 300
    assert FundingTenders(job("funding_tenders", replay_url="http://127.0.0.1:8900")).floor("calls") == 0


@pytest.mark.parametrize("fault", [FetchFailed(SourceState.FAILING, "Källan svarar inte."), b'{"facets": 7}'])
def test_names_that_cannot_be_read_leave_the_calls_with_the_table(fault: Answer) -> None:
    portal = FakePortal([record(es_SortDate="2026-01-01T00:00:00.000+0000", frameworkProgramme="43353764")])
    talk = converse(FundingTenders(job("funding_tenders")), lambda r: fault if "/facet?" in r.url else portal(r))
    assert talk.items[0].concepts == (Concept("programme", "43353764", "Erasmus+ (ERASMUS+)"),)
    assert talk.endings["names"].state is not SourceState.WORKING
    assert talk.endings["calls"].state is SourceState.WORKING


def test_F20_a_wait_that_the_names_were_answered_with_is_told() -> None:
    fault = FetchFailed(SourceState.FAILING, "Källan ber oss vänta.", next_try=NOW + timedelta(hours=1))
    talk = converse(FundingTenders(job("funding_tenders")), lambda r: fault if "/facet?" in r.url else page())
    assert talk.endings["names"].next_try == NOW + timedelta(hours=1)


def test_topics_without_any_text_are_told_of() -> None:
    talk = talk_about([record(descriptionByte=[], es_SortDate="2026-01-01T00:00:00.000+0000")])
    assert talk.endings["calls"].state is SourceState.CHANGED
    assert "beskrivning" in talk.endings["calls"].message
    assert len(talk.items) == 1


def test_double_of_a_topic_is_one_item() -> None:
    day = "2026-01-01T00:00:00.000+0000"
    talk = talk_about([record(ref, identifier="LIFE-1", es_SortDate=day) for ref in ("2TOPICSen", "1TOPICSen")])
    assert [found.meta["reference"] for found in talk.items] == ["1TOPICSen"]
