"""Remisses of the source regeringen: their listing, their pages, and the last day to answer told every time."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.failures import FetchFailed
from crawlers.government_remisses import Facts, read_case, read_listing, read_memory, read_text, write_memory
from crawlers.spiders.regeringen import Regeringen
from store.errors import ChangedSource, EmptySource
from store.types import Deadline, Item, Reference, SourceState
from tests.crawlers.conversation import NOW, Conversation, converse, job, recording
from tests.crawlers.swedish_answers import answer_name, government

REMISSES, MEMOS = "remisser", "faktapromemorior"
SOU, PM, ODD = (
    f"/remisser/2026/08/{name}" for name in ("remiss-av-sou-202651", "remiss-av-promemoria", "remiss-utan-dag")
)
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "recordings" / "se"
FILLED, FILLED_LATER = "filled 2026-08-18", "filled 2026-08-19"
ANSWER = "regeringen/01.page.remiss-av-sou-202651.html"


def talk(*parts: str, answer: Any = None, **values: Any) -> Conversation:
    source = Regeringen(job("regeringen", options={"parts": list(parts or [REMISSES])}, **values))
    return converse(source, answer or government())


def asked(found: Conversation) -> list[str]:
    return [answer_name(request.url) for request in found.requests]


def told(found: Conversation) -> dict[str, Item]:
    return {item.key: item for item in found.items}


def marked(found: Conversation) -> dict[str, str]:
    mark = found.endings[REMISSES].mark
    assert mark is not None
    return {REMISSES: mark}


def feed(count: int) -> bytes:
    """Return a feed of remisses with as many entries, and no last day in any summary."""
    entries = "".join(
        f"<item><link>https://www.regeringen.se/remisser/2026/08/remiss-{number}/</link><title>Remiss {number}</title>"
        f'<category domain="2099">Remiss</category><pubDate>Wed, 19 Aug 2026 10:{number:02}:00 +0200</pubDate></item>'
        for number in range(count)
    )
    return f'<rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'.encode()


def test_the_pages_of_a_feed_are_read_for_the_last_day_to_answer() -> None:
    found = talk(marks={REMISSES: FILLED})
    assert asked(found) == [
        "feed.2099",
        "page.remiss-av-sou-202651",
        "page.remiss-av-promemoria",
        "page.remiss-utan-dag",
    ]
    items = told(found)
    assert items[SOU].deadlines == (Deadline(date(2026, 11, 13), "answer"),)
    assert items[PM].deadlines == (Deadline(date(2026, 10, 9), "answer"),)  # put off, which the feed does not tell
    assert items[ODD].deadlines == ()
    assert items[SOU].references[0] == Reference("dnr", "KN2026/01234", "is")
    assert items[SOU].meta["asked_bodies"] == [
        "Remissinstanser (pdf 100 kB)",
        "https://www.regeringen.se/contentassets/0b/remissinstanser-sou-202651.pdf",
    ]
    assert items[SOU].publisher == "Klimat- och näringslivsdepartementet"
    assert {request.meta["expect"] for request in found.requests[1:]} == {"html"}


def test_what_a_page_told_is_told_again_without_asking_again() -> None:
    first = talk(marks={REMISSES: FILLED})
    second = talk(marks=marked(first))
    assert asked(second) == ["feed.2099"]
    assert told(second) == told(first)
    assert marked(second) == marked(first)


def test_a_page_that_changed_is_read_again() -> None:
    first = talk(marks={REMISSES: FILLED})
    body = recording("regeringen/01.feed.2099.xml").replace(
        b"<a10:updated>2026-08-18T10:00", b"<a10:updated>2026-08-21T10:00"
    )
    assert asked(talk(marks=marked(first), answer=government(feed=body))) == ["feed.2099", "page.remiss-av-promemoria"]


def test_a_remiss_that_is_closed_or_half_a_year_old_is_not_asked_for() -> None:
    body = recording("regeringen/01.feed.2099.xml").replace(b"2 oktober 2026", b"21 augusti 2026")
    body = body.replace(b"Mon, 17 Aug 2026", b"Mon, 16 Feb 2026")
    assert asked(talk(marks={REMISSES: FILLED}, answer=government(feed=body)))[1:] == ["page.remiss-av-sou-202651"]


def test_no_more_than_twenty_five_pages_are_read_in_a_run_and_the_next_goes_on() -> None:
    answer = government(feed=feed(40), page=recording(ANSWER))
    first = talk(marks={REMISSES: FILLED_LATER}, answer=answer)
    assert len([name for name in asked(first) if name.startswith("page")]) == 25
    assert len(first.items) == 40
    second = talk(marks=marked(first), answer=answer)
    assert second.requests[0].meta["conditional"] is False  # "not modified" would leave the rest unread
    assert len([name for name in asked(second) if name.startswith("page")]) == 15
    third = talk(marks=marked(second), answer=answer)
    assert third.requests[0].meta["conditional"] is True
    assert asked(third) == ["feed.2099"]
    assert all(item.deadlines for item in third.items)


def test_pages_are_read_one_at_a_time_after_all_feeds() -> None:
    names = asked(talk(REMISSES, MEMOS, marks={REMISSES: FILLED, MEMOS: "filled 2026-08-20"}))
    assert names[:2] == ["feed.2099", "feed.2540"]
    assert names[-3:] == ["page.remiss-av-sou-202651", "page.remiss-av-promemoria", "page.remiss-utan-dag"]


def test_where_the_feed_cannot_be_had_the_listing_is_read() -> None:
    found = talk(answer=government(feed=(404, b"")))
    assert asked(found)[:4] == ["feed.2099", "listing.1", "listing.2", "listing.3"]
    ending = found.endings[REMISSES]
    assert ending.state is SourceState.WORKING
    assert ending.message.startswith("Läst via listsidan (regeringen.se: ")
    items = told(found)
    assert len(items) == 4
    assert items[SOU].text.startswith("Här kan du ta del av vilka som")
    assert items[SOU].deadlines == (Deadline(date(2026, 11, 13), "answer"),)
    assert items[SOU].meta["doc_type"] == "Remiss"
    assert items[PM].publisher == "Justitiedepartementet"
    assert "Påhittad Person" not in str(found.items)


def test_the_listing_is_read_to_the_known_and_what_was_told_in_full_is_not_told_in_part() -> None:
    first = talk(answer=government(feed=(404, b"")))
    second = talk(marks=marked(first), answer=government(feed=(404, b"")))
    assert asked(second) == ["feed.2099", "listing.1", "listing.2"]
    assert set(told(second)) == {"/remisser/2026/01/remiss-som-ar-gammal"}  # whose page was never worth reading
    assert second.endings[REMISSES].state is SourceState.WORKING


def test_ten_pages_of_the_listing_are_read_at_most_and_a_page_that_comes_again_ends_it() -> None:
    body = recording("regeringen/01.listing.1.html")
    assert asked(talk(answer=government(feed=(404, b""), listing=body)))[:4] == [
        "feed.2099",
        "listing.1",
        "listing.2",
        "page.remiss-av-sou-202651",
    ]
    numbered = government(feed=(404, b""), page=recording(ANSWER))

    def endless(request: Any) -> Any:
        name = answer_name(request.url)
        if not name.startswith("listing"):
            return numbered(request)
        return body.replace(b"/remiss-av-", f"/remiss-{name[8:]}-av-".encode())

    assert len([name for name in asked(talk(answer=endless)) if name.startswith("listing")]) == 10


def test_where_the_mirror_cannot_be_had_the_listing_is_history_enough() -> None:
    found = talk(answer=government(list=(404, b"")))
    assert [name for name in asked(found) if "page" not in name] == [
        "feed.2099",
        "updated",
        "codes",
        "list.2099",
        "listing.1",
        "listing.2",
        "listing.3",
    ]
    assert found.endings[REMISSES].state is SourceState.WORKING
    assert marked(found)[REMISSES].startswith("filled 2026-08-19 {")
    assert len(found.items) == 4


def test_the_listing_closes_the_gap_after_a_mirror_that_has_stopped() -> None:
    old = json.dumps({"latest_updated": "2026-01-29 04:18:37"}).encode()
    listed = json.dumps([{"title": "Gammal", "url": "/remisser/2025/01/a/", "published": "2025-01-02"}]).encode()
    found = talk(answer=government(updated=old, list=listed))
    assert "listing.1" in asked(found)
    assert "/remisser/2025/01/a" in told(found)
    assert marked(found)[REMISSES].startswith("filled 2026-08-19 {")


def test_a_site_that_refuses_is_asked_no_page_and_the_mirror_gives_the_text() -> None:
    found = talk(answer=government(feed=(403, b"")))
    names = asked(found)
    assert not [name for name in names if name.startswith(("page", "listing"))]
    assert [name for name in names if name.startswith("text")] == ["text.remiss-utan-dag"]
    found = talk(answer=government(page=(403, b"")), marks={REMISSES: FILLED})
    assert asked(found)[1:] == [
        "page.remiss-av-sou-202651",
        "text.remiss-av-sou-202651",
        "text.remiss-av-promemoria",
        "text.remiss-utan-dag",
    ]
    assert found.requests[2].url == "https://g0v.se/remisser/2026/08/remiss-av-sou-202651.md"
    assert told(found)[SOU].deadlines == (Deadline(date(2026, 11, 13), "answer"),)
    assert told(found)[SOU].references[0] == Reference("dnr", "KN2026/01234", "is")


@pytest.mark.parametrize("asked_for", ["page", "listing"])
def test_F20_a_wait_that_a_page_was_answered_with_is_told_although_the_mirror_gave_its_text(asked_for: str) -> None:
    wait = FetchFailed(SourceState.FAILING, "Källan ber oss vänta.", next_try=NOW + timedelta(hours=1))
    answers: dict[str, Any] = {"feed": (404, b"")} if asked_for == "listing" else {}
    found = talk(answer=government(**answers, **{asked_for: wait}), marks={REMISSES: FILLED})
    assert found.endings[REMISSES].next_try == NOW + timedelta(hours=1)


def test_pages_that_nobody_gives_leave_the_remisses_told_and_the_part_marked_as_ill() -> None:
    found = talk(answer=government(page=(404, b""), text=(404, b""), feed=feed(9)), marks={REMISSES: FILLED_LATER})
    assert len(found.items) == 9
    assert len([name for name in asked(found) if name.startswith("page")]) == 3  # then the rest waits
    ending = found.endings[REMISSES]
    assert (ending.state, ending.mark) == (SourceState.CHANGED, None)
    assert ending.message.startswith("Remissernas sidor gick inte att läsa: ")


def test_one_page_that_is_odd_is_skipped_and_asked_for_again() -> None:

    def odd(request: Any) -> Any:
        name = answer_name(request.url)
        return b"<html><body>Hej</body></html>" if name == "page.remiss-utan-dag" else government()(request)

    found = talk(answer=odd, marks={REMISSES: FILLED})
    assert [note.key for note in found.skipped] == [ODD]
    assert found.endings[REMISSES].state is SourceState.WORKING
    known, pending = read_memory(marked(found)[REMISSES])
    assert (set(known), pending) == ({SOU, PM}, 1)


def test_pages_of_which_none_tells_a_day_have_changed() -> None:
    body = re.sub(rb"senast den .*? 2026", b"i god tid", recording(ANSWER))
    ending = talk(answer=government(page=body), marks={REMISSES: FILLED}).endings[REMISSES]
    assert ending.state is SourceState.CHANGED
    assert ending.message.startswith("Ingen av 3 lästa remissidor anger en sista svarsdag")


def test_an_old_remiss_is_not_told_again_once_its_page_is_forgotten() -> None:
    listed = json.dumps([{"title": "Gammal", "url": "/remisser/2025/01/a/", "published": "2025-01-02"}]).encode()
    answer = government(feed=(403, b""), list=listed)
    assert set(told(talk(answer=answer))) == {"/remisser/2025/01/a"}
    assert told(talk(answer=answer, marks={REMISSES: FILLED})) == {}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html><body>Hej</body></html>", ChangedSource),
        (b'<ul class="list--block"></ul>', EmptySource),
        (b'<ul class="list--block"><li><div class="sortcompact"><p>x</p></div></li></ul>', ChangedSource),
        (
            b'<ul class="list--block"><li><div class="sortcompact"><a href="/remisser/2026/a/">A</a></div></li></ul>',
            ChangedSource,
        ),
    ],
)
def test_another_listing_is_no_listing(body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_listing(body)
    found = talk(answer=government(feed=(404, b""), listing=body))
    assert found.endings[REMISSES].message.startswith("Läst via g0v.se (regeringen.se: ")


@pytest.mark.parametrize("body", [b"", b"<html><h1>Remiss</h1></html>", b'<main><h1 id="h1id">T</h1></main>'])
def test_another_page_is_no_page(body: bytes) -> None:
    with pytest.raises(ChangedSource):
        read_case(body, None)


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\xff\xfe", b"Ingen rubrik"])
def test_another_text_is_no_text(body: bytes) -> None:
    with pytest.raises(ChangedSource):
        read_text(body, None)


def test_days_beside_the_page_itself_are_not_read() -> None:
    case = read_case(recording(ANSWER), date(2026, 8, 19))
    assert case.deadline == date(2026, 11, 13)
    assert read_case(recording(ANSWER).replace(b"senast", b"inte"), None).deadline is None


def test_a_minister_is_no_code_of_a_page() -> None:
    assert read_case(recording(ANSWER), None).codes == (
        ("1291", "Klimat- och näringslivsdepartementet"),
        ("2099", "Remiss"),
        ("1252", "Miljö och klimat"),
    )


def test_memory_is_read_as_it_was_written_and_anything_else_is_none() -> None:
    known = {"/a": Facts("2026-08-01", date(2026, 10, 1), "Ju2026/00001", ("Lista", "https://x.example/a.pdf"))}
    known["/b"] = Facts("2026-08-02")
    assert read_memory(f"filled 2026-08-02 {write_memory(known, 7)}") == (known, 7)
    for mark in ("", "filled 2026-08-02", "filled {", 'x {"pages": []}', '{"pages": {"a": [1]}, "pending": 0}'):
        assert read_memory(mark) == ({}, 0)


@pytest.mark.skipif(not SHARED.is_dir(), reason="no recordings beside the project")
@pytest.mark.parametrize(
    ("name", "deadline", "number"),
    [
        ("open", date(2026, 10, 30), ""),
        ("closed", date(2026, 6, 30), "KN2026/00741"),
        ("no-genvagar", date(2026, 8, 10), "S2026/00236"),
    ],
)
def test_recorded_pages_are_read(name: str, deadline: date, number: str) -> None:
    case = read_case((SHARED / "regeringen" / f"remiss-case-{name}.html").read_bytes(), None)
    assert (case.deadline, case.number) == (deadline, number)
    assert case.bodies[1].startswith("https://www.regeringen.se/contentassets/")


@pytest.mark.skipif(not SHARED.is_dir(), reason="no recordings beside the project")
def test_the_recorded_listing_and_texts_are_read() -> None:
    listed = read_listing((SHARED / "regeringen" / "remiss-listing.html").read_bytes())
    assert len(listed) == 20
    assert all(item.published for item in listed)
    pages = json.loads((SHARED / "g0v" / "md" / "remisser_md_pages.json").read_text(encoding="utf-8"))
    cases = [read_text(page["body"].encode(), None) for page in pages]
    assert sum(case.deadline is not None for case in cases) == 59  # the one without has none in its text
    assert sum(bool(case.number) for case in cases) == 58
