"""The source vinnova: its questions, how rounds, calls and programmes are joined, and what is known of its answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from scrapy import Request

from crawlers.spiders.vinnova import ROUNDS, Vinnova
from crawlers.vinnova_rounds import item_of, read_records
from store.codec import item_to_json
from store.errors import ChangedSource, EmptySource
from store.types import Concept, Deadline, Item, Kind, Reference, SourceState
from tests.crawlers.conversation import Answer, Conversation, converse, job, recording

TODAY = date(2026, 8, 22)


def recorded(request: Request) -> bytes:
    entity, argument = request.url.removeprefix("https://data.vinnova.se/api/").split("/")
    is_date = len(argument) == len("2026-08-22")
    return recording(f"vinnova/01.{entity}{'' if is_date and argument.count('-') == 2 else '.more'}.json")


def talk(answer: Callable[[Request], Answer] = recorded, **values: Any) -> Conversation:
    return converse(Vinnova(job("vinnova", **values)), answer)


def changed(change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Request], Answer]:
    """Return the recorded answers with something changed in the list of rounds."""

    def reply(request: Request) -> bytes:
        if "ansokningsomgangar" not in request.url:
            return recorded(request)
        told = json.loads(recorded(request))
        change(told)
        return json.dumps(told).encode()

    return reply


def item(**record: Any) -> Item:
    found = item_of({"Diarienummer": "2026-1", "Titel": "Titel", **record}, {}, {}, TODAY)
    assert found is not None
    return found


def test_three_questions_by_day_and_one_for_each_kind_that_is_missing() -> None:
    requests = talk().requests
    assert [request.url for request in requests] == [
        "https://data.vinnova.se/api/ansokningsomgangar/2024-08-22",
        "https://data.vinnova.se/api/utlysningar/2024-08-22",
        "https://data.vinnova.se/api/program/2024-08-22",
        "https://data.vinnova.se/api/utlysningar/2025-00400",
        "https://data.vinnova.se/api/program/2024-00002",
    ]
    assert {request.method for request in requests} == {"GET"}
    assert requests[1].headers["Accept"] == b"application/vnd.vinnova.opendata.2.0+json"
    assert {request.meta["expect"] for request in requests} == {"json"}


def test_a_later_reading_asks_from_seven_days_before_the_mark_and_a_given_start_wins() -> None:
    assert talk(marks={ROUNDS: "2026-08-20"}).requests[0].url.endswith("/2026-08-13")
    assert talk(marks={ROUNDS: "2026-08-20"}, since=date(2026, 1, 1)).requests[0].url.endswith("/2026-01-01")
    assert talk().endings[ROUNDS].mark == "2026-08-22"


def test_what_stays_missing_is_asked_for_once_and_the_rounds_are_told_all_the_same() -> None:
    found = talk(lambda request: recorded(request) if "24-08-22" in request.url else b"[]")
    assert len(found.requests) == 5
    assert len(found.items) == 3
    assert found.endings[ROUNDS].state is SourceState.WORKING


def test_a_round_is_joined_to_its_call_and_programme() -> None:
    found = talk().items[0]
    assert (found.kind, found.key, found.publisher) == (Kind.CALL, "2026-01001", "Vinnova")
    assert found.concepts == (Concept("programme", "vinnova:2024-00001", "Påhittad vattenforskning"),)
    assert found.references == (Reference("dnr", "2026-01001", "is"), Reference("dnr", "2026-00900", "based_on"))
    assert found.published == date(2026, 6, 15)
    assert found.meta["call_title"] == "Påhittade testbäddar"
    assert found.text.splitlines() == [
        "Kommuner kan söka bidrag för att prova nya sätt att sköta vatten.",
        "",
        "Bidraget täcker högst hälften av kostnaderna.",
    ]


def test_only_public_rounds_are_told() -> None:
    assert "2026-01003" not in {found.key for found in talk().items}


def test_persons_are_dropped_before_anything_is_kept() -> None:
    found = talk()
    told = json.dumps([item_to_json(each) for each in found.items])
    assert "Exempelsson" not in told
    assert "exempel@example.org" not in told
    body = b'[{"Diarienummer": "1", "KontaktLista": [{"Namn": "N"}], "X": [{"Kontaktperson": "N", "Y": 1}]}]'
    assert read_records(body, ROUNDS) == [{"Diarienummer": "1", "X": [{"Y": 1}]}]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-10-13T14:00:00", Deadline(date(2026, 10, 13), "application", "kl. 14.00")),
        ("2026-10-13T12:00:00Z", Deadline(date(2026, 10, 13), "application", "kl. 14.00")),
        ("2026-10-13 23:59:59", Deadline(date(2026, 10, 13), "application")),
        ("2026-10-13", Deadline(date(2026, 10, 13), "application")),
        ("2026-10-12T22:00:00Z", Deadline(date(2026, 10, 13), "application")),
    ],
)
def test_closing_times_are_swedish_time(told: str, expected: Deadline) -> None:
    assert item(Stangningsdatum=told).deadlines == (expected,)


@pytest.mark.parametrize("told", ["1900-01-01T00:00:00", "1900-01-01", "", None, "i höst"])
def test_a_date_that_stands_for_none_is_none(told: str | None) -> None:
    assert item(Stangningsdatum=told).deadlines == ()


@pytest.mark.parametrize(
    ("opens", "closes", "status"),
    [
        ("2026-08-01", "2026-10-13", "open"),
        ("2026-08-22", "2026-08-22", "open"),
        ("2026-08-23", "2026-10-13", "forthcoming"),
        ("2026-08-01", "2026-08-21", "closed"),
        ("2026-09-01", "1900-01-01", "forthcoming"),
        ("1900-01-01", "2026-10-13", "open"),
        ("1900-01-01", "1900-01-01", ""),
    ],
)
def test_the_status_is_that_of_the_day(opens: str, closes: str, status: str) -> None:
    assert item(Oppningsdatum=opens, Stangningsdatum=closes).status == status


@pytest.mark.parametrize("title", ["x", "xx", "X", "", None])
def test_an_english_title_may_be_none(title: str | None) -> None:
    assert "title_en" not in item(TitelEngelska=title).meta


def test_texts_for_the_web_are_read_in_both_shapes() -> None:
    assert item(WebTextLista=[{"TextSv": "Ett", "TextEn": "One"}]).text == "Ett"
    assert item(WebTextLista=[{"Text": "Ett", "Lang": "SV"}, {"Text": "One", "Lang": "EN"}]).text == "Ett"
    assert item(WebTextLista={"Text": "Ett"}).text == "Ett"
    assert item(WebTextLista="Ett").text == ""


def test_the_first_link_one_may_follow_is_chosen_or_a_search() -> None:
    links = [{"URL": "javascript:x"}, {"URL": ""}, {"URL": "https://www.vinnova.se/e/a/"}]
    assert item(LankLista=links).url == "https://www.vinnova.se/e/a/"
    assert item(LankLista=None).url == "https://www.vinnova.se/sok/?q=2026-1"


def test_an_empty_list_is_a_fault_unless_only_some_days_are_asked_for() -> None:
    for marks in ({}, {ROUNDS: "2026-08-20"}):
        with pytest.raises(EmptySource):
            talk(lambda _: b"[]", marks=marks)
    some_days = talk(lambda _: b"[]", since=date(2026, 8, 20))
    assert some_days.endings[ROUNDS].state is SourceState.WORKING
    assert len(some_days.requests) == 1


def test_rounds_without_any_call_are_a_fault_on_a_first_reading() -> None:
    with pytest.raises(EmptySource):
        talk(lambda request: b"[]" if "utlysningar" in request.url else recorded(request))


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"{}", b"null", b"[1]", b'[{"Dnr": "1"}]', b"[" * 100_000])
def test_another_shape_is_a_changed_source_in_each_answer(body: bytes) -> None:
    for entity in ("ansokningsomgangar", "utlysningar", "program"):
        with pytest.raises(ChangedSource):
            talk(lambda request, entity=entity: body if entity in request.url else recorded(request))  # type: ignore[misc]


@pytest.mark.parametrize("name", ["Diarienummer", "DiarienummerUtlysning", "Titel", "Publik", "Stangningsdatum"])
def test_a_field_that_is_gone_is_named(name: str) -> None:
    with pytest.raises(ChangedSource, match=name):
        talk(changed(lambda told: [record.pop(name) for record in told]))


def test_closing_dates_in_another_form_are_a_changed_source() -> None:
    with pytest.raises(ChangedSource, match="closing dates unreadable"):
        talk(changed(lambda told: [record.update(Stangningsdatum="13/10-26") for record in told]))


def test_no_public_round_at_all_is_a_changed_source() -> None:
    with pytest.raises(ChangedSource, match="Publik"):
        talk(changed(lambda told: [record.update(Publik="ja") for record in told]))


def test_one_bad_round_is_skipped_and_the_rest_kept() -> None:
    found = talk(changed(lambda told: told[0].update(Titel="", TitelEngelska="xx")))
    assert [note.key for note in found.skipped] == ["2026-01001"]
    assert len(found.items) == 2
