"""TED: how it is asked, where the iteration ends, whose notices are kept, and its silent failures."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from crawlers.spiders.ted import Ted, days
from store.errors import ChangedSource, SourceError
from store.types import Deadline, SourceState
from tests.crawlers.conversation import Answer, Conversation, converse, job
from tests.crawlers.world_answers import ted_answer


def notice(number: int, **changes: Any) -> dict[str, Any]:
    """Return a notice of a municipality in TED's own form."""
    return {
        "publication-number": f"{number}-2026",
        "publication-date": "2026-08-20+02:00",
        "notice-type": "cn-standard",
        "buyer-name": {"swe": ["Exempelstads kommun"]},
        "buyer-legal-type": ["la"],
        "buyer-country": ["SWE"],
        "procedure-identifier": f"p-{number}",
        "classification-cpv": ["72220000"],
        "notice-title": {"eng": "Sweden – Services", "swe": "Sverige – Tjänster"},
        "deadline-receipt-tender-date-lot": ["2026-09-02+02:00"],
        **changes,
    }


def page(notices: list[dict[str, Any]], total: int | None = None, token: str | None = "next") -> bytes:  # noqa: S107 - of the iteration
    total = len(notices) if total is None else total
    return json.dumps({"notices": notices, "totalNoticeCount": total, "iterationNextToken": token}).encode()


def read(*answers: Answer, **values: Any) -> Conversation:
    left = list(answers)
    return converse(Ted(job("ted", **values)), lambda _: left.pop(0))


def test_search_is_a_post_of_all_issues_by_iteration() -> None:
    talk = converse(Ted(job("ted", marks={"notices": "2026-08-21"})), lambda request: ted_answer("01", request))
    first, second = talk.requests
    assert (first.method, first.url) == ("POST", "https://api.ted.europa.eu/v3/notices/search")
    assert first.headers["Content-Type"] == b"application/json"
    body = json.loads(first.body)
    assert body["query"] == (
        "(buyer-country IN (SWE)) AND (publication-date >= 20260818) SORT BY publication-number DESC"
    )
    assert (body["scope"], body["paginationMode"], body["limit"]) == ("ALL", "ITERATION", 250)
    assert "iterationNextToken" not in body
    assert "page" not in body
    assert json.loads(second.body) == {**body, "iterationNextToken": "token-2"}


def test_iteration_ends_with_the_count_because_the_token_never_does() -> None:
    assert len(read(page([notice(1), notice(2)], total=3), page([notice(3)], total=3)).requests) == 2


def test_off_from_the_start_and_says_why() -> None:
    assert Ted.enabled_by_default is False
    assert "[sources.ted]" in Ted.why_off


def test_state_buyers_are_left_out_and_a_name_decides_where_the_type_is_missing() -> None:
    others = [
        notice(2, **{"buyer-legal-type": ["cga"], "buyer-name": {"swe": ["Verket"]}}),
        notice(3, **{"buyer-legal-type": None, "buyer-name": {"swe": ["Provköpings kommun"]}}),
        notice(4, **{"buyer-legal-type": None, "buyer-name": {"swe": ["Bolaget AB"]}}),
    ]
    assert [item.key for item in read(page([notice(1), *others])).items] == ["p-1", "p-3"]


def test_procedure_is_told_once_by_its_newest_notice() -> None:
    result = notice(9, **{"notice-type": "can-standard", "procedure-identifier": "p-1"})
    result.pop("deadline-receipt-tender-date-lot")
    (item,) = read(page([result, notice(1)])).items
    assert (item.key, item.status, item.meta["publication_number"]) == ("p-1", "", "9-2026")


def test_days_carry_an_offset_and_come_once_per_lot() -> None:
    assert days(["2026-09-02+02:00", "2026-09-02+02:00", "2026-09-03Z"]) == [date(2026, 9, 2), date(2026, 9, 3)]
    (item,) = read(page([notice(1)])).items
    assert item.deadlines == (Deadline(date(2026, 9, 2), "other", "anbud"),)
    assert (item.title, item.language, item.status) == ("Sverige – Tjänster", "sv", "open")


def test_no_hits_at_all_is_quiet_because_a_wrong_date_form_is_answered_so() -> None:
    ending = read(page([])).endings["notices"]
    assert ending.state is SourceState.QUIET
    assert ending.message == "Inga träffar alls sedan 2026-08-08; frågans datumform kan ha slutat gälla."


def test_unknown_field_is_a_change_with_the_words_of_the_answer() -> None:
    ending = read((400, b'{"message": "Parameter fields contains unsupported value: buyer-legal-type"}')).endings
    assert ending["notices"].state is SourceState.CHANGED
    assert "unsupported value: buyer-legal-type" in ending["notices"].message


@pytest.mark.parametrize(
    "body",
    [
        b'{"notices": []}',
        b'{"totalNoticeCount": 1}',
        page([notice(1, **{"buyer-country": ["ESP"]})]),
        page([notice(1, **{"publication-date": "20/08/2026"})]),
        page([notice(1, **{"notice-title": "Sverige"})]),
    ],
    ids=["no total", "no list", "query ignored", "other date form", "title no longer per language"],
)
def test_answer_of_another_shape_or_to_another_question_is_a_change(body: bytes) -> None:
    with pytest.raises(ChangedSource):
        read(body)


@pytest.mark.parametrize("name", ["buyer-legal-type", "procedure-identifier", "classification-cpv", "notice-type"])
def test_field_that_no_notice_carries_is_named(name: str) -> None:
    record = {("x" if key == name else key): value for key, value in notice(1).items()}
    ending = read(page([record])).endings["notices"]
    assert (ending.state, ending.mark) == (SourceState.CHANGED, None)
    assert name in ending.message


def test_fewer_notices_than_were_promised_is_a_failure() -> None:
    with pytest.raises(SourceError, match="1 of 3"):
        read(page([notice(1)], total=3, token=None))
    with pytest.raises(ChangedSource, match="token"):
        read(page([notice(1)], total=3), page([notice(1)], total=3))
