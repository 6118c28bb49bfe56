"""The source feeds: keys that last, dates that are believed, links that are clean, and how each feed went."""

from __future__ import annotations

import uuid
from datetime import date
from email.utils import format_datetime
from typing import Any

import pytest
from scrapy import Request

from crawlers.feed_catalogue import FeedFacts, bundled_feeds, feed_facts, merged_feeds
from crawlers.links import canonical_link, clean_link
from crawlers.spiders.feeds import Feeds
from store.errors import ChangedSource, ConfigurationError
from store.types import Item, Kind, SourceState
from tests.crawlers.conversation import NOW, Answer, Conversation, converse, job

ADDRESS = "https://nyheter.example.org/rss.xml"


def talk(answer: Answer, **table: Any) -> Conversation:
    feed = {"url": ADDRESS, "title": "Exempelnytt", **table}
    return converse(Feeds(job("feeds", options={"feeds": {"prov": feed}})), lambda _: answer)


def rss(*entries: str) -> bytes:
    return f'<rss version="2.0"><channel><title>T</title>{"".join(entries)}</channel></rss>'.encode()


def entry(title: str, link: str = "https://nyheter.example.org/1", guid: str = "", date: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link><guid>{guid}</guid><pubDate>{date}</pubDate></item>"


def items(*entries: str) -> list[Item]:
    return talk(rss(*entries)).items


def test_F09_an_entry_without_a_date_is_kept_without_one() -> None:
    (item,) = items(entry("Utan datum"))
    assert item.published is None
    assert "odd_date" not in item.meta


def test_F09_a_swedish_date_is_read_and_nonsense_is_none() -> None:
    assert items(entry("A", date="fredag 21 augusti 2026"))[0].published == date(2026, 8, 21)
    assert items(entry("A", date="i förrgår"))[0].published is None


@pytest.mark.parametrize("day", ["2099-01-01", "1970-01-01", "2026-08-25", "0001-01-01"])
def test_F10_a_day_that_cannot_be_is_noted_and_not_believed(day: str) -> None:
    (item,) = items(entry("A", date=day))
    assert item.published is None
    assert item.meta["odd_date"] == day


@pytest.mark.parametrize("day", ["2026-08-24", "1990-01-01"])
def test_F10_a_day_at_the_edge_is_believed(day: str) -> None:
    assert items(entry("A", date=day))[0].published == date.fromisoformat(day)


def test_F11_one_guid_for_two_things_gives_two_items() -> None:
    found = items(
        entry("Första", "https://nyheter.example.org/1", "samma"),
        entry("Andra", "https://nyheter.example.org/2", "samma"),
    )
    assert [item.title for item in found] == ["Första", "Andra"]
    assert [item.key for item in found] == ["prov:https://nyheter.example.org/1", "prov:https://nyheter.example.org/2"]


def test_F11_one_guid_and_one_link_for_two_things_gives_two_items() -> None:
    found = items(entry("Första", guid="samma"), entry("Andra", guid="samma"))
    assert [item.title for item in found] == ["Första", "Andra"]
    assert len({item.key for item in found}) == 2


@pytest.mark.parametrize("form", ["{}", "urn:uuid:{}", "https://nyheter.example.org/?guid={}", "tag:x,2026:{}"])
def test_F12_a_guid_that_changes_at_every_fetch_gives_one_item(form: str) -> None:
    others = [entry("B", "https://nyheter.example.org/2", "b")]
    keys = {items(entry("A", guid=form.format(uuid.uuid4())), *others)[0].key for _ in range(5)}
    assert keys == {"prov:https://nyheter.example.org/1"}


def test_entries_that_share_a_link_are_told_apart_by_guid() -> None:
    found = items(entry("A", guid="g1"), entry("B", guid="g2"), entry("C", "https://nyheter.example.org/", "g3"))
    assert [item.key for item in found] == ["prov:g1", "prov:g2", "prov:g3"]


def test_the_same_entry_twice_is_one_item() -> None:
    assert len(items(entry("A", guid="g1"), entry("A", guid="g2"))) == 1


def test_the_key_outlives_tracking_http_and_a_final_slash() -> None:
    spellings = [
        "https://nyheter.example.org/a/",
        "http://NYHETER.example.org/a?utm_source=rss",
        "https://nyheter.example.org:443/a#topp",
    ]
    assert {items(entry("A", link))[0].key for link in spellings} == {"prov:https://nyheter.example.org/a"}


CLEAN = {
    "https://a.example/x?utm_source=r&amp;id=2": "https://a.example/x?id=2",
    "https://a.example/x?utm_source=r&utm_medium=rss": "https://a.example/x",
    "https://a.example/x?fbclid=1&gclid=2&mc_cid=3&q=utm_source": "https://a.example/x?q=utm_source",
    "https://a.example/x?at_medium=RSS&art=1#xtor=RSS-1": "https://a.example/x?art=1",
    "/nyhet?id=å": "https://base.example/nyhet?id=å",
    " https://a.example/\nx ": "https://a.example/x",
    "//b.example/x": "https://b.example/x",
    "mailto:a@example.org": "",
    "https://": "",
    "https://a.example:port/": "",
    "https://good.example\\@evil.example/": "",
    "https://good.example@evil.example/": "",
    "https://a.example/" + "x" * 2_100: "",
}


@pytest.mark.parametrize("written", CLEAN)
def test_links_are_absolute_clean_and_safe_to_follow(written: str) -> None:
    assert clean_link(written.replace("&amp;", "&"), "https://base.example/rss") == CLEAN[written]


def test_what_is_no_address_has_no_canonical_form() -> None:
    assert canonical_link("javascript:alert(1)") == ""


def test_every_feed_is_a_part_asked_once_and_conditionally() -> None:
    tables = {
        "a": {"url": "https://a.example/rss"},
        "b": {"url": "https://b.example/atom", "kind": "agency"},
        "off": {"url": "https://c.example/rss", "enabled": False},
    }
    answers: dict[str, Answer] = {"https://a.example/rss": rss(entry("A")), "https://b.example/atom": rss(entry("A"))}
    source = Feeds(job("feeds", options={"feeds": tables}))
    found = converse(source, lambda request: answers[request.url])
    assert [request.url for request in found.requests] == ["https://a.example/rss", "https://b.example/atom"]
    assert all(request.meta["conditional"] for request in found.requests)
    assert set(found.endings) == {"a", "b"}
    assert [item.kind for item in found.items] == [Kind.NEWS, Kind.AGENCY]
    assert source.hosts == ("a.example", "b.example")


def test_no_entries_is_a_quiet_part_that_says_so() -> None:
    ending = talk(rss(), fewest=5).endings["prov"]
    assert (ending.state, ending.message) == (SourceState.QUIET, "0 poster, brukar vara minst 5.")


def test_the_floor_of_a_feed_is_its_own() -> None:
    source = Feeds(job("feeds", options={"feeds": {"a": {"url": ADDRESS, "fewest": 5}, "b": {"url": ADDRESS}}}))
    assert (source.floor("a"), source.floor("b"), source.floor("feeds")) == (5, 1, 0)


def test_a_feed_silent_for_longer_than_its_pace_is_quiet_and_its_entries_are_kept() -> None:
    found = talk(rss(entry("A", date="2026-08-01")), longest_silence_days=14)
    assert found.endings["prov"].state is SourceState.QUIET
    assert "2026-08-01" in found.endings["prov"].message
    assert len(found.items) == 1


def test_a_cut_feed_keeps_its_whole_entries_and_is_not_whole() -> None:
    found = talk(rss(entry("A"), entry("B", "/2"))[:-40])
    assert [item.title for item in found.items] == ["A"]
    assert found.endings["prov"].state is SourceState.CHANGED
    assert "avbrutet" in found.endings["prov"].message


def test_a_web_page_in_place_of_a_feed_is_a_changed_source() -> None:
    with pytest.raises(ChangedSource):
        talk(b"<!DOCTYPE html><html><body>Logga in</body></html>")


def test_what_is_dropped_is_told() -> None:
    found = talk(rss(entry("A", "javascript:alert(1)"), entry("B")))
    assert [item.title for item in found.items] == ["B"]
    assert [skipped.message for skipped in found.skipped] == ["poster utan rubrik eller länk: 1"]


def test_a_body_in_an_encoding_told_by_the_header_alone_is_read() -> None:
    source = Feeds(job("feeds", options={"feeds": {"prov": {"url": ADDRESS}}}))
    found = converse(source, lambda _: rss(entry("Ån")).decode().encode("iso-8859-1"))
    assert found.items[0].title == "Ån"


def test_the_catalogue_is_sound_and_its_untried_feeds_are_off() -> None:
    facts = feed_facts(merged_feeds({}))
    assert len({feed.url for feed in facts}) == len(facts) >= 18
    assert all(feed.url.startswith("https://") and feed.publisher and feed.title for feed in facts)
    assert all(feed.note for feed in facts if not feed.enabled)
    assert {feed.name for feed in facts if feed.enabled} >= {"skr", "altinget", "svt-vast", "svt-halland", "sr-ekot"}
    assert all(feed.longest_silence_days for feed in facts)


def test_without_a_table_the_bundled_feeds_are_read() -> None:
    assert set(Feeds(job("feeds")).feeds) == {feed.name for feed in feed_facts(bundled_feeds()) if feed.enabled}


def test_an_installation_changes_a_field_and_adds_a_feed() -> None:
    merged = merged_feeds({"ttela": {"enabled": True}, "egen": {"url": "https://egen.example/rss"}})
    facts = {feed.name: feed for feed in feed_facts(merged)}
    assert facts["ttela"].enabled
    assert facts["ttela"].url == "https://www.ttela.se/rss/nyheter"
    assert facts["egen"] == FeedFacts(name="egen", url="https://egen.example/rss", title="egen", publisher="egen")


@pytest.mark.parametrize(
    ("name", "table", "word"),
    [
        ("a", {}, "url"),
        ("a", {"url": "file:///etc/passwd"}, "url"),
        ("a:b", {"url": ADDRESS}, "namnet"),
        ("a", {"url": ADDRESS, "kind": "gossip"}, "kind"),
        ("a", {"url": ADDRESS, "region": "Månen"}, "region"),
        ("a", {"url": ADDRESS, "titel": "x"}, "titel"),
    ],
)
def test_a_wrong_table_is_refused_with_the_feed_named(name: str, table: dict[str, str], word: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}.*{word}"):
        Feeds(job("feeds", options={"feeds": {name: table}}))


def test_no_feed_switched_on_is_told() -> None:
    with pytest.raises(ConfigurationError, match="inget flöde"):
        Feeds(job("feeds", options={"feeds": {}}))


def test_a_date_of_now_is_today_in_sweden() -> None:
    assert items(entry("A", date=format_datetime(NOW)))[0].published == date(2026, 8, 22)


def test_requests_ask_for_feeds() -> None:
    asked: list[Request] = talk(rss(entry("A"))).requests
    assert (asked[0].headers["Accept"] or b"").startswith(b"application/rss+xml")
