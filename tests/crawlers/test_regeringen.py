"""The source regeringen: its two forms, their quirks, and the way from one to the other."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from scrapy import Request

from crawlers.failures import FetchFailed
from crawlers.feed_entry import Entry
from crawlers.government_items import from_feed, from_mirror, item_of, page_key
from crawlers.government_parts import PARTS
from crawlers.spiders.regeringen import Regeringen
from store.errors import ConfigurationError
from store.types import Deadline, Item, Kind, Reference, SourceState
from tests.crawlers.conversation import NOW, Conversation, converse, job, recording
from tests.crawlers.swedish_answers import answer_name, government

MEMOS, REMISSES, DIRECTIVES = "faktapromemorior", "remisser", "kommittedirektiv"
PART = {part.name: part for part in PARTS}


def talk(*parts: str, answer: Any = None, **values: Any) -> Conversation:
    source = Regeringen(job("regeringen", options={"parts": list(parts)}, **values))
    return converse(source, answer or government())


def asked(talk: Conversation) -> list[str]:
    return [answer_name(request.url) for request in talk.requests]


def mirror_item(part: str, **record: Any) -> Item:
    publication = from_mirror({"title": "Titel", "url": "/x/y/", **record}, {"1252": "Miljö och klimat"})
    assert publication is not None
    return item_of(publication, PART[part])


def test_a_first_fill_asks_for_feed_and_list_and_a_later_run_for_the_feed_alone() -> None:
    assert asked(talk(MEMOS)) == ["feed.2540", "updated", "codes", "list.2540"]
    later = talk(MEMOS, marks={MEMOS: "filled 2026-08-19"})
    assert asked(later) == ["feed.2540"]
    assert len(later.items) == 2
    assert later.endings[MEMOS].mark == "filled 2026-08-20"


def test_what_the_mirror_tells_of_itself_is_asked_once_for_all_parts() -> None:
    names = asked(talk(MEMOS, REMISSES, DIRECTIVES))
    assert names.count("updated") == names.count("codes") == 1
    assert sorted(name for name in names if name.startswith("list")) == ["list.1327", "list.2099", "list.2540"]


def test_only_the_feed_of_a_filled_part_is_asked_conditionally() -> None:
    assert not any(request.meta["conditional"] for request in talk(MEMOS).requests)
    assert talk(MEMOS, marks={MEMOS: "filled 2026-08-19"}).requests[0].meta["conditional"]


@pytest.mark.parametrize(
    ("answers", "conditional"),
    [
        ({"feed": (403, b"")}, True),
        ({}, None),  # the feed suffices
        ({"feed": (403, b""), "updated": b'{"latest_updated": "2026-08-18 04:00:00"}'}, False),  # must be said again
    ],
)
def test_a_list_is_asked_conditionally_where_it_stands_in_for_the_feed(
    answers: dict[str, Any], conditional: bool | None
) -> None:
    found = talk(MEMOS, marks={MEMOS: "filled 2026-08-19"}, answer=government(**answers))
    lists = [each.meta["conditional"] for each in found.requests if each.url == PART[MEMOS].list]
    assert lists == ([] if conditional is None else [conditional])


def test_the_feed_is_asked_for_as_it_was_recorded() -> None:
    assert talk(MEMOS).requests[0].url == (
        "https://www.regeringen.se/Filter/RssFeed?filterType=Taxonomy&filterByType=FilterablePageBase"
        "&preFilteredCategories=2540&rootPageReference=0&filteredContentCategories=&displayLimited=true"
    )


def test_a_feed_that_does_not_reach_back_to_the_last_reading_is_filled_up_from_the_mirror() -> None:
    assert asked(talk(MEMOS, marks={MEMOS: "filled 2026-06-01"})) == ["feed.2540", "updated", "codes", "list.2540"]


def test_a_given_start_reads_the_history_from_that_day() -> None:
    found = talk(MEMOS, marks={MEMOS: "filled 2026-08-19"}, since=date(2026, 8, 19))
    assert "list.2540" in asked(found)
    days = [item.published for item in found.items]
    assert days == [date(2026, 8, 20), None]


def test_the_same_page_has_one_key_in_both_forms_and_the_feed_wins() -> None:
    found = {item.key: item for item in talk(MEMOS).items}
    item = found["/faktapromemoria/2026/08/202526fpm120"]
    assert item.text.startswith("Kommissionen föreslår")
    assert item.meta["attachments"] == [
        ["Faktapromemoria (pdf 200 kB)", "https://www.regeringen.se/contentassets/0a/fpm120.pdf"]
    ]
    assert found["/faktapromemoria/2026/08/202526fpm119"].text == "Faktapromemoria om bussar."


@pytest.mark.parametrize(
    "url",
    [
        "/remisser/2026/08/a/",
        "/remisser/2026/08/a",
        "https://www.regeringen.se/remisser/2026/08/a/?x=1#y",
        "http://regeringen.se/remisser/2026/08/a",
    ],
)
def test_every_spelling_of_a_page_gives_one_key(url: str) -> None:
    assert page_key(url) == "/remisser/2026/08/a"


@pytest.mark.parametrize(
    "url", ["https://www.government.se/a/", "", "/", "remisser/a", "https://[", "//evil.example/a"]
)
def test_a_page_elsewhere_has_no_key(url: str) -> None:
    assert page_key(url) == ""


@pytest.mark.parametrize("code", [403, 404, 400, 500])
def test_a_feed_that_fails_is_read_from_the_mirror_and_said_so(code: int) -> None:
    found = talk(MEMOS, answer=government(feed=(code, b"")), marks={MEMOS: "filled 2026-08-19"})
    ending = found.endings[MEMOS]
    assert ending.state is SourceState.WORKING
    assert ending.message.startswith("Läst via g0v.se (regeringen.se: ")
    assert len(found.items) == 4


@pytest.mark.parametrize("body", [b"<rss><channel><title>T</title></channel></rss>", b"<html></html>", b"{}", b""])
def test_a_feed_that_is_empty_or_no_feed_is_read_from_the_mirror(body: bytes) -> None:
    found = talk(MEMOS, answer=government(feed=body))
    assert found.endings[MEMOS].message.startswith("Läst via g0v.se")
    assert len(found.items) == 4


def test_a_feed_cut_off_is_read_from_the_mirror() -> None:
    body = recording("regeringen/01.feed.2540.xml")
    assert talk(MEMOS, answer=government(feed=body[:1_000])).endings[MEMOS].message.startswith("Läst via g0v.se")


def test_a_refusal_stops_the_questions_to_the_site_and_not_the_parts() -> None:
    found = talk(MEMOS, REMISSES, DIRECTIVES, answer=government(feed=(403, b"")))
    assert [name for name in asked(found) if name.startswith("feed")] == ["feed.2540"]
    assert {ending.state for ending in found.endings.values()} == {SourceState.WORKING}
    assert set(found.endings) == {MEMOS, REMISSES, DIRECTIVES}


def test_the_mirror_three_days_behind_in_place_of_the_feed_is_no_working_part() -> None:
    old = json.dumps({"latest_updated": "2026-08-18 04:00:00"}).encode()
    ending = talk(MEMOS, answer=government(feed=(403, b""), updated=old)).endings[MEMOS]
    assert ending.state is SourceState.QUIET
    assert "inte har uppdaterats sedan 2026-08-18" in ending.message


def test_the_mirror_behind_is_no_fault_where_the_feed_meets_it() -> None:
    old = json.dumps({"latest_updated": "2026-01-29 04:18:37"}).encode()
    ending = talk(MEMOS, answer=government(updated=old)).endings[MEMOS]
    assert (ending.state, ending.message, ending.mark) == (SourceState.WORKING, "", "filled 2026-08-20")


def test_a_gap_between_an_old_mirror_and_the_feed_leaves_the_part_unfilled() -> None:
    old = json.dumps({"latest_updated": "2026-01-29 04:18:37"}).encode()
    listed = json.dumps([{"title": "Gammal", "url": "/faktapromemoria/2025/01/a/", "published": "2025-01-02"}]).encode()
    ending = talk(MEMOS, answer=government(updated=old, list=listed)).endings[MEMOS]
    assert ending.mark is None
    assert "glapp" in ending.message


def test_neither_updated_nor_codes_are_needed_to_read_a_list() -> None:
    found = talk(MEMOS, answer=government(updated=(404, b""), codes=(500, b"")))
    assert found.endings[MEMOS].state is SourceState.WORKING
    assert len(found.items) == 4


WAIT = FetchFailed(SourceState.FAILING, "Källan ber oss vänta.", next_try=NOW + timedelta(hours=1))


@pytest.mark.parametrize("answers", [{"feed": WAIT}, {"feed": (404, b""), "list": WAIT}, {"list": WAIT}])
def test_F20_what_either_site_asked_for_is_told_whatever_the_other_gave(answers: dict[str, Any]) -> None:
    assert talk(MEMOS, answer=government(**answers)).endings[MEMOS].next_try == NOW + timedelta(hours=1)


def test_where_both_are_missing_the_part_fails_in_words_and_the_others_go_on() -> None:
    found = talk("lagradsremisser", MEMOS)
    ending = found.endings["lagradsremisser"]
    assert ending.state is SourceState.CHANGED
    assert "regeringen.se: " in ending.message
    assert "g0v.se: " in ending.message
    assert found.endings[MEMOS].state is SourceState.WORKING


def test_where_only_the_list_is_missing_the_news_are_kept_and_the_part_is_not_filled() -> None:
    found = talk(MEMOS, answer=government(list=(404, b"")))
    ending = found.endings[MEMOS]
    assert len(found.items) == 2
    assert ending.state is SourceState.CHANGED
    assert ending.mark is None
    assert "historiken" in ending.message


@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b"<html>", b"[1, 2, 3]", b'[{"rubrik": "x"}]'])
def test_an_empty_list_or_another_shape_is_no_reading(body: bytes) -> None:
    found = talk(MEMOS, answer=government(feed=(404, b""), list=body))
    assert found.items == []
    assert found.endings[MEMOS].state in {SourceState.CHANGED, SourceState.QUIET}


def test_a_feed_is_asked_again_once_and_also_on_400() -> None:
    assert talk(MEMOS).requests[0].meta["max_retry_times"] == 1
    assert 400 in Regeringen.custom_settings["RETRY_HTTP_CODES"]
    assert 403 not in Regeringen.custom_settings["RETRY_HTTP_CODES"]


def test_all_twelve_types_are_read() -> None:
    found = converse(Regeringen(job("regeringen")), government())
    assert set(found.endings) == {part.name for part in PARTS}
    assert {part.code: part.kind for part in PARTS} == {
        "2540": Kind.GOVERNMENT,
        "2099": Kind.CONSULTATION,
        "1342": Kind.AGENCY,
        "1334": Kind.AGENCY,
        "1331": Kind.GOVERNMENT,
        "1327": Kind.GOVERNMENT,
        "1325": Kind.GOVERNMENT,
        "1329": Kind.GOVERNMENT,
        "2085": Kind.GOVERNMENT,
        "1341": Kind.AGENCY,
        "2098": Kind.AGENCY,
        "2097": Kind.AGENCY,
    }


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="okänd del skrivelser"):
        Regeringen(job("regeringen", options={"parts": ["skrivelser"]}))


ANSWERS = {
    "Remissvaren ska ha kommit in till Justitiedepartementet senast den 13 mars 2026.": date(2026, 3, 13),
    "Sista dagen att svara är den 31 mars 2026": date(2026, 3, 31),
    "Sista dag att svar på remissen är\u00a0den 1 april 2026.": date(2026, 4, 1),
    "Svara senast fredagen den 3 april 2026.": date(2026, 4, 3),
    "Svarstiden är förlängd till den 5 maj 2026.": date(2026, 5, 5),
    "Senast 5 maj 2026 ska svaren vara inne.": date(2026, 5, 5),
    "Lagen ska gälla från den 1 januari 2027.": None,
    "Svara senast i mars 2026.": None,
    "Svara senast den 31 februari 2026.": None,
    "Förslaget lämnades senast den 4 mars 2020.": None,
    "Sista dagen var i går. Mötet är den 4 mars 2026.": None,
}


@pytest.mark.parametrize("text", ANSWERS)
def test_the_last_day_to_answer_is_read_from_prose(text: str) -> None:
    day = ANSWERS[text]
    item = mirror_item(REMISSES, summary=text, published="2026-01-10")
    assert item.deadlines == ((Deadline(day, "answer"),) if day else ())
    assert mirror_item(MEMOS, summary=text, published="2026-01-10").deadlines == ()


def test_missing_null_and_unknown_fields_are_borne() -> None:
    item = mirror_item(MEMOS, id=None, published=None, updated=None, types=None, senders=["9999"], attachments=None)
    assert (item.text, item.published, item.publisher, item.references) == ("", None, "Regeringskansliet", ())
    assert item.meta == {"doc_type": "Faktapromemoria"}


def test_a_department_founded_later_is_known_by_its_label_and_a_minister_is_left_out() -> None:
    labels = {"3001": "Framtidsdepartementet", "3002": "Påhittad Person", "1252": "Miljö och klimat"}
    publication = from_mirror({"title": "T", "url": "/a", "senders": ["3002", "3001"], "categories": ["1252"]}, labels)
    assert publication is not None
    item = item_of(publication, PART[MEMOS])
    assert item.publisher == "Framtidsdepartementet"
    assert [concept.label for concept in item.concepts] == ["Miljö och klimat", "Framtidsdepartementet"]
    assert item.meta["organ"] == ["Framtidsdepartementet"]


@pytest.mark.parametrize("name", ["Påhittad Person", "Anna-Lisa af Exempel", "Per von der Prov", "Ett Två Tre-Fyra"])
def test_a_minister_whom_the_feed_names_is_left_out(name: str) -> None:
    codes = (("3002", name), ("1143", "Nya Zeeland"), ("1277", "Högskola, forskning och rymd"), ("1284", ""))
    publication = from_feed(Entry("Titel", "https://www.regeringen.se/pressmeddelanden/x/", categories=codes))
    assert publication is not None
    item = item_of(publication, PART["pressmeddelanden"])
    assert [concept.code for concept in item.concepts] == ["1143", "1277", "1284"]
    assert item.meta["categories"] == ["Högskola, forskning och rymd", "Nya Zeeland"]


def test_its_own_number_is_not_mentioned_as_well() -> None:
    item = mirror_item(MEMOS, title="Om slam, 2025/26:FPM20", id="2025/26:FPM20", summary="Se 2025/26:FPM19.")
    assert item.references == (
        Reference("fpm", "2025/26:FPM20", "is"),
        Reference("fpm", "2025/26:FPM19", "mentions"),
    )


def test_requests_name_their_part() -> None:
    requests: list[Request] = talk(MEMOS, REMISSES).requests
    assert {request.meta["part"] for request in requests} == {MEMOS, REMISSES}
