"""The source riksdagen: its questions, its pages, and what the lists are known to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy import Request

from crawlers.riksdag_documents import item_of, link_of
from crawlers.riksdag_types import TYPES, years
from crawlers.spiders.riksdagen import Riksdagen
from store.errors import ChangedSource, ConfigurationError, EmptySource
from store.types import Item, Kind, Reference, SourceState
from tests.crawlers.conversation import NOW, Answer, Conversation, converse, job, recording

TYPE = {kind.code: kind for kind in TYPES}
TODAY = date(2026, 8, 22)


def parameters(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def recorded(request: Request) -> bytes:
    asked = parameters(request)
    return recording(f"riksdagen/01.{asked['doktyp']}.{asked['p']}.json")


def talk(*parts: str, answer: Callable[[Request], Answer] = recorded, **values: Any) -> Conversation:
    return converse(Riksdagen(job("riksdagen", options={"parts": list(parts)}, **values)), answer)


def changed(change: Callable[[dict[str, Any]], None], answer: Callable[[Request], bytes] = recorded) -> Any:
    """Return the recorded answers with something changed in each list."""

    def reply(request: Request) -> bytes:
        told = json.loads(answer(request))
        change(told["dokumentlista"])
        return json.dumps(told).encode()

    return reply


def records(told: dict[str, Any]) -> list[dict[str, Any]]:
    return told["dokument"] if isinstance(told["dokument"], list) else [told["dokument"]]


def item(part: str, **record: Any) -> Item:
    told = {"dok_id": "HD1", "titel": "Titel", "rm": "2026", "datum": "2026-08-01", "doktyp": part, **record}
    found = item_of(told, TYPE[part], TODAY)
    assert found is not None
    return found


def test_every_type_is_asked_for_ninety_days_back_on_a_first_reading() -> None:
    requests = talk().requests
    assert [parameters(each) for each in requests if parameters(each)["p"] == "1"] == [
        {
            "doktyp": code,
            "from": "2026-05-24",
            "sort": "datum",
            "sortorder": "desc",
            "sz": "200",
            "utformat": "json",
            "p": "1",
        }
        for code in ("fpm", "kom", "eundok", "eunprot", "prop", "sou", "ds", "dir", "bet")
    ]
    assert {urlsplit(each.url)._replace(query="").geturl() for each in requests} == {
        "https://data.riksdagen.se/dokumentlista/"
    }
    assert {each.meta["expect"] for each in requests} == {"json"}


def test_a_later_reading_asks_from_fourteen_days_before_the_mark() -> None:
    assert parameters(talk("dir", marks={"dir": "2026-08-20"}).requests[0])["from"] == "2026-08-06"
    assert parameters(talk("dir", marks={"dir": "2030-01-01"}).requests[0])["from"] == "2026-08-08"
    assert parameters(talk("dir", marks={"dir": "x"}).requests[0])["from"] == "2026-05-24"


def test_a_given_start_wins_and_more_than_a_year_is_asked_by_session() -> None:
    asked = [parameters(each) for each in talk("prop", marks={"prop": "2026-08-20"}, since=date(2026, 1, 1)).requests]
    assert [(each["from"], each.get("rm")) for each in asked] == [("2026-01-01", None)]
    asked = [parameters(each) for each in talk("prop", since=date(2024, 10, 1)).requests]
    assert [each["rm"] for each in asked] == ["2024/25", "2025/26"]
    asked = [parameters(each) for each in talk("sou", since=date(2024, 10, 1)).requests]
    assert [each["rm"] for each in asked] == ["2024", "2025", "2026"]
    assert "rm=2024%2F25" in talk("prop", since=date(2024, 10, 1)).requests[0].url


def test_a_session_runs_from_september() -> None:
    assert years(TYPE["bet"], date(2026, 8, 31), date(2026, 9, 1)) == ["2025/26", "2026/27"]
    assert years(TYPE["bet"], date(1999, 10, 1), date(1999, 10, 2)) == ["1999/00"]


def test_pages_are_turned_while_there_is_a_next_one_on_https_and_by_number() -> None:
    found = talk("bet")
    assert [parameters(each)["p"] for each in found.requests] == ["1", "2"]
    assert all(each.url.startswith("https://data.riksdagen.se/") for each in found.requests)
    assert [each.key for each in found.items] == ["HE01FiU8", "HD01JuU47", "HD01MJU9"]


def test_a_page_that_comes_once_more_ends_the_list_and_the_missing_hits_are_told() -> None:
    found = talk("bet", answer=lambda _: recording("riksdagen/01.bet.1.json"))
    assert len(found.requests) == 2
    assert len(found.items) == 2
    assert found.endings["bet"].state is SourceState.QUIET
    assert found.endings["bet"].mark is None
    assert "3 träffar men gav 2" in found.endings["bet"].message


def test_no_more_than_fifty_pages_are_turned() -> None:
    def endless(request: Request) -> bytes:
        told = json.loads(recording("riksdagen/01.bet.1.json"))
        told["dokumentlista"]["@sida"] = parameters(request)["p"]
        return json.dumps(told).encode()

    assert len(talk("bet", answer=endless).requests) == 50


def test_the_mark_is_the_newest_day_that_is_no_plan_and_never_goes_back() -> None:
    assert talk("bet").endings["bet"].mark == "2026-08-18"
    assert talk("bet", marks={"bet": "2026-08-21"}).endings["bet"].mark == "2026-08-21"


def test_a_planned_document_is_kept_without_a_day_of_publication() -> None:
    planned = talk("bet").items[0]
    assert (planned.status, planned.published) == ("planned", None)
    assert planned.meta["planned_for"] == "2026-09-30"
    assert planned.references == (Reference("bet", "2026/27:FiU8", "is"),)


def test_the_first_of_january_of_another_year_is_a_stand_in() -> None:
    assert item("sou", rm="2024", datum="2025-01-01").published is None
    assert item("sou", rm="2025", datum="2025-01-01").published == date(2025, 1, 1)
    assert item("bet", rm="2024/25", datum="2025-01-01").published == date(2025, 1, 1)


def test_when_the_index_was_touched_is_no_day_of_publication() -> None:
    assert item("dir", datum="", publicerad="", systemdatum="2026-06-18 04:57:20").published is None


DESIGNATIONS = [
    ("prop", "2023/24", "20", Reference("prop", "Prop. 2023/24:20", "is")),
    ("dir", "2024", "25", Reference("dir", "Dir. 2024:25", "is")),
    ("sou", "2025", "12", Reference("sou", "SOU 2025:12", "is")),
    ("ds", "2026", "15", Reference("ds", "Ds 2026:15", "is")),
    ("bet", "2025/26", "JuU47", Reference("bet", "2025/26:JuU47", "is")),
    ("bet", "1999/2000", "JuU47", Reference("bet", "1999/00:JuU47", "is")),
    ("fpm", "2025/26", "120", Reference("fpm", "2025/26:FPM120", "is")),
    ("fpm", "2025/26", "FPM120", Reference("fpm", "2025/26:FPM120", "is")),
    ("fpm", "2025/26", "2025/26:FPM120", Reference("fpm", "2025/26:FPM120", "is")),
    ("kom", "2025/26", "KOM(2011) 1", Reference("com", "COM(2011) 1", "is")),
]


@pytest.mark.parametrize(("part", "rm", "number", "expected"), DESIGNATIONS)
def test_a_document_is_known_by_its_number(part: str, rm: str, number: str, expected: Reference) -> None:
    assert item(part, rm=rm, beteckning=number).references == (expected,)


def test_a_document_without_a_readable_number_has_none() -> None:
    assert item("prop", rm="", beteckning="20").references == ()
    assert item("sou", rm="2025/26", beteckning="20").references == ()


@pytest.mark.parametrize(
    ("part", "organ", "publisher"),
    [
        ("prop", "Utbildningsdepartementet", "Utbildningsdepartementet"),
        ("dir", "KN-dep", "Klimat- och näringslivsdepartementet"),
        ("bet", "JuU", "Justitieutskottet"),
        ("sou", "", "Regeringskansliet"),
        ("dir", "XX-dep", "XX-dep"),
    ],
)
def test_who_stands_behind_is_told_in_three_ways(part: str, organ: str, publisher: str) -> None:
    assert item(part, organ=organ).publisher == publisher


def test_titles_name_other_documents() -> None:
    found = item("bet", titel="Vatten (prop. 2025/26:150, bet. 2024/25:MJU3 och COM(2026) 12) ", beteckning="MJU9")
    assert found.title == "Vatten (prop. 2025/26:150, bet. 2024/25:MJU3 och COM(2026) 12)"
    assert set(found.references) == {
        Reference("prop", "Prop. 2025/26:150"),
        Reference("bet", "2024/25:MJU3"),
        Reference("com", "COM(2026) 12"),
    }


def test_only_the_eu_proposals_are_proposals() -> None:
    assert [kind.code for kind in TYPES if kind.kind is not Kind.GOVERNMENT] == ["kom"]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("//data.riksdagen.se/dokument/HD1.html", "https://data.riksdagen.se/dokument/HD1.html"),
        ("http://data.riksdagen.se/dokument/HD1.html", "https://data.riksdagen.se/dokument/HD1.html"),
        ("//evil.example/dokument/HD1.html", ""),
        ("javascript:x", ""),
        ("", ""),
    ],
)
def test_links_are_given_without_protocol_and_lead_to_the_riksdag(link: str, expected: str) -> None:
    assert link_of({"url": link}, "url") == expected


def test_null_numbers_and_missing_fields_are_borne() -> None:
    found = item("prop", organ=None, filbilaga=None, beteckning=7, status=None, dokument_url_html=None, summary=12)
    assert found.url == "https://data.riksdagen.se/dokument/HD1.html"
    assert (found.text, found.status) == ("", "")


BROKEN: list[bytes] = [
    b"",
    b"<html><body>Underh\xc3\xa5ll</body></html>",
    b"[]",
    b"null",
    b'{"dokumentlista": []}',
    b'{"dokumentlista": {"@traffar": "3", "@sida": "1"}}',
    b'{"dokumentlista": {"@traffar": "3", "@sida": "1", "dokument": []}}',
    b'{"dokumentlista": {"@traffar": "1", "@sida": "1", "dokument": "x"}}',
    b'{"dokumentlista": {"@traffar": "many", "@sida": "1", "dokument": null}}',
    b'{"dokumentlista": {"@traffar": "3", "dokument": [{}]}}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_another_shape_is_a_changed_source(body: bytes) -> None:
    with pytest.raises(ChangedSource):
        talk("prop", answer=lambda _: body)


@pytest.mark.parametrize("name", ["dok_id", "titel", "datum", "doktyp", "rm", "organ", "beteckning", "status"])
def test_a_field_that_is_gone_is_named(name: str) -> None:
    def rename(told: dict[str, Any]) -> None:
        for record in records(told):
            record[f"{name}_ny"] = record.pop(name)

    with pytest.raises(ChangedSource, match=name):
        talk("sou", answer=changed(rename))


def test_dates_in_another_form_are_a_changed_source() -> None:
    def move(told: dict[str, Any]) -> None:
        for record in records(told):
            record["datum"] = "17/8-26"

    with pytest.raises(ChangedSource, match="have no datum"):
        talk("sou", answer=changed(move))


def test_an_answer_to_another_question_is_a_changed_source() -> None:
    with pytest.raises(ChangedSource, match="the question was ignored"):
        talk("prop", answer=lambda _: recording("riksdagen/01.sou.1.json"))


def test_one_bad_document_is_skipped_and_the_rest_kept() -> None:
    def spoil(told: dict[str, Any]) -> None:
        told["dokument"].append({**told["dokument"][0], "dok_id": "HDX", "titel": " "})
        told["@traffar"] = "3"

    found = talk("prop", answer=changed(spoil))
    assert len(found.items) == 2
    assert [note.key for note in found.skipped] == ["HDX"]


def test_a_warning_of_the_source_is_passed_on() -> None:
    found = talk("prop", answer=changed(lambda told: told.update({"@varning": "Utgår snart"})))
    assert [note.message for note in found.skipped] == ["Utgår snart"]


EMPTY = b'{"dokumentlista": {"@traffar": "0", "@sida": "1", "@sidor": "1", "dokument": null}}'


def test_a_list_with_nothing_is_a_fault_on_a_first_reading_and_when_its_marked_document_is_gone() -> None:
    with pytest.raises(EmptySource):
        talk("fpm", answer=lambda _: EMPTY)
    with pytest.raises(EmptySource):
        talk("fpm", answer=lambda _: EMPTY, marks={"fpm": "2026-08-19"})
    assert talk("fpm", answer=lambda _: EMPTY, since=TODAY).endings["fpm"].state is SourceState.WORKING


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="okänd dokumenttyp mot"):
        Riksdagen(job("riksdagen", options={"parts": ["mot"]}))


def test_other_types_are_read_where_configuration_names_them() -> None:
    source = Riksdagen(job("riksdagen", options={"parts": ["sfs", "rir"]}))
    assert [kind.code for kind in source.types] == ["SFS", "rir"]
    assert source.window == ("2026-05-24", NOW.date().isoformat())
