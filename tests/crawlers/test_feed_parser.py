"""Feeds of every kind and in every state of disrepair, as the parser reads them."""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path

import pytest

from crawlers.feed_broken import parse_broken
from crawlers.feed_parser import Feed, parse_feed
from store.errors import ChangedSource
from tests.crawlers.conversation import RECORDINGS, recording

URL = "https://nyheter.example.org/rss.xml"
XML_RECORDINGS = sorted(path.name for path in (RECORDINGS / "feeds").glob("*.xml"))


def parse(body: bytes | str, charset: str = "") -> Feed:
    return parse_feed(
        body.encode() if isinstance(body, str) else body, url=URL, source="feeds", part="a", charset=charset
    )


def rss(items: str, prolog: str = "") -> str:
    return f'{prolog}<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


def item(title: str, link: str = "https://nyheter.example.org/1", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def titles(feed: Feed) -> list[str]:
    return [entry.title for entry in feed.entries]


@pytest.mark.parametrize("name", XML_RECORDINGS)
def test_F06_a_feed_cut_anywhere_gives_whole_entries_or_says_that_it_cannot_be_read(name: str) -> None:
    body = recording(f"feeds/{name}")
    whole = set(parse(body).entries)
    for end in range(0, len(body) - 50, 50):
        try:
            feed = parse(body[:end])
        except ChangedSource:
            continue
        assert not feed.whole
        assert all(entry.title and entry.link for entry in feed.entries)
        assert {(entry.title, entry.link) for entry in feed.entries} <= {(entry.title, entry.link) for entry in whole}


def test_F06_what_stands_before_the_cut_is_kept() -> None:
    body = rss(item("Första") + item("Andra", "https://nyheter.example.org/2"))
    feed = parse(body[: body.index("Andra") + 3])
    assert titles(feed) == ["Första"]
    assert not feed.whole


@pytest.mark.parametrize("cut", [" höjs", " inte", "</description>"])
def test_F06_the_entry_that_was_cut_is_dropped(cut: str) -> None:
    body = rss(item("Första") + item("Stödet höjs", more="<description>Men inte i år</description>"))
    assert titles(parse(body[: body.index(cut)])) == ["Första"]


def test_a_stray_ampersand_is_mended_and_the_feed_is_whole() -> None:
    feed = parse(rss(item("Mat & måltider")))
    assert titles(feed) == ["Mat & måltider"]
    assert feed.whole


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ATTACKS = {
    "billion laughs": rss(item("A &l9;"), f'<!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]>'),
    "quadratic": rss(item("A " + "&a;" * 20_000), f'<!DOCTYPE rss [<!ENTITY a "{"x" * 20_000}">]>'),
    "external entity": rss(item("A &x;"), '<!DOCTYPE rss [<!ENTITY x SYSTEM "file://CANARY">]>'),
    "parameter entity": rss(item("A"), '<!DOCTYPE rss [<!ENTITY % p SYSTEM "URL/p.dtd"> %p;]>'),
    "external subset": rss(item("A"), '<!DOCTYPE rss SYSTEM "URL/rss.dtd">'),
    "hidden by a comment": rss(
        item("A &x;"), '<!-- > --><!DOCTYPE rss [<!-- ]> --><!ENTITY x SYSTEM "file://CANARY">]>'
    ),
    "unclosed": '<!DOCTYPE rss [<!ENTITY x SYSTEM "file://CANARY"' + rss(item("A &x;")),
}


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_F07_entities_are_neither_expanded_nor_fetched(name: str, encoding: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("HEMLIGT")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        body = ATTACKS[name].replace("CANARY", str(canary))
        body = body.replace("URL", f"http://127.0.0.1:{listener.getsockname()[1]}")
        begun = time.monotonic()
        try:
            found = titles(parse(body.encode(encoding)))
        except ChangedSource:
            found = []
        assert time.monotonic() - begun < 2
        assert all(len(title) < 501 and "HEMLIGT" not in title and "lollol" not in title for title in found)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_F07_an_old_declaration_without_entities_does_no_harm() -> None:
    prolog = '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://example.org/rss-0.91.dtd">'
    assert titles(parse(rss(item("Första"), prolog))) == ["Första"]


def test_F07_a_declared_entity_is_not_known_and_the_entries_are_kept() -> None:
    prolog = '<!DOCTYPE rss [<!ENTITY x "INSATT">]>'
    found = titles(parse(rss(item("A &x;") + item("Andra", "https://nyheter.example.org/2"), prolog)))
    assert found[1:] == ["Andra"]
    assert "INSATT" not in found[0]


def test_F07_a_declaration_that_was_not_cut_out_is_refused_by_the_forgiving_parser_too() -> None:
    with pytest.raises(ChangedSource, match="entities of its own"):
        parse_broken(ATTACKS["billion laughs"], url=URL, source="feeds", part="a")


def test_a_declaration_inside_an_entry_is_only_text() -> None:
    body = rss(item("Första", more="<description><![CDATA[<!DOCTYPE html><p>Hej]]></description>") + item("Andra"))
    assert titles(parse(body)) == ["Första", "Andra"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("label", ["right", "wrong", "none"])
def test_F08_letters_are_right_whatever_the_label_says(encoding: str, label: str) -> None:
    wrong = "iso-8859-1" if encoding.startswith("utf") else "utf-8"
    said = {"right": encoding.removesuffix("-sig"), "wrong": wrong, "none": ""}[label]
    prolog = f'<?xml version="1.0" encoding="{said}"?>' if said else ""
    body = rss(item("Åtgärd för vänort, ÅÄÖ åäö é"), prolog).encode(encoding)
    assert titles(parse(body, said)) == ["Åtgärd för vänort, ÅÄÖ åäö é"]
    assert titles(parse(body)) == ["Åtgärd för vänort, ÅÄÖ åäö é"]


def test_F08_a_dash_of_windows_is_no_control_character_although_the_label_says_latin_1() -> None:
    body = rss(item("Vatten – och ”avlopp”, å"), '<?xml version="1.0" encoding="iso-8859-1"?>').encode("windows-1252")
    assert titles(parse(body)) == titles(parse(body, "iso-8859-1")) == ["Vatten – och ”avlopp”, å"]


def test_F08_the_label_of_the_answer_goes_before_that_of_the_feed() -> None:
    body = rss(item("Gdańsk i Łódź"), '<?xml version="1.0" encoding="windows-1252"?>').encode("iso-8859-2")
    assert titles(parse(body, "iso-8859-2")) == ["Gdańsk i Łódź"]


def test_F08_one_broken_letter_does_not_turn_the_others() -> None:
    body = rss(item("Räksmörgås på ön")).encode().replace("på".encode(), b"p\xe5")
    assert titles(parse(body)) == ["Räksmörgås p\ufffd ön"]


@pytest.mark.parametrize("label", ["utf-7", "rot13", "base64", "punycode", "no-such-code", "utf-16", "zlib"])
def test_F08_a_label_that_names_no_text_encoding_is_passed_over(label: str) -> None:
    assert titles(parse(rss(item("Ån")).encode("latin-1"), label)) == ["Ån"]


TITLES = {
    "<![CDATA[<script>alert(1)</script>Rubrik]]>": "Rubrik",
    "&lt;b onclick=x&gt;Rubrik&lt;/b&gt;": "Rubrik",
    "<![CDATA[<img src=https://spar.example.org/p.gif>Rubrik]]>": "Rubrik",
    "Rub\u202erik": "Rubrik",
    "Rub&#1;rik": "Rubrik",
    "AT&amp;amp;T och 3 &lt; 5": "AT&T och 3 < 5",
    "Två\n   rader": "Två rader",
}


@pytest.mark.parametrize("written", TITLES)
def test_F14_titles_are_plain_text(written: str) -> None:
    assert titles(parse(rss(item(written)))) == [TITLES[written]]


def test_F14_a_megabyte_of_markup_is_no_headline() -> None:
    assert titles(parse(rss(item("&lt;b&gt;" * 100_000 + "Rubrik")))) == []


def test_F14_a_megabyte_of_title_is_cut() -> None:
    (title,) = titles(parse(rss(item("ord " * 250_000))))
    assert len(title) <= 500
    assert title.endswith("…")


def test_F14_a_summary_is_cut_at_a_thousand_characters() -> None:
    (entry,) = parse(rss(item("A", more=f"<description>{'ord ' * 1_000}</description>"))).entries
    assert len(entry.summary) <= 1_000


def test_F14_deep_nesting_is_given_up_in_time() -> None:
    begun = time.monotonic()
    with contextlib.suppress(ChangedSource):
        parse(rss(item("<b>" * 100_000 + "A")))
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/", "https://a@evil.example/", "http://[", ""]
)
def test_F14_an_entry_with_a_link_that_nobody_may_follow_is_dropped(link: str) -> None:
    feed = parse(rss(item("A", link) + item("B")))
    assert titles(feed) == ["B"]
    assert feed.dropped == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<!DOCTYPE html><html><body>Underh\xc3\xa5ll</body></html>",
        b"<html><head></head></html>",
        b"<sitemap></sitemap>",
        b"<rss/>",
        b"Not found",
        b'{"items": []}',
        b'{"version": "https://jsonfeed.org/version/1", "items": 7}',
        b"[1, 2",
        b"[" * 100_000,
        b"\x00" * 500,
        b"\x89PNG\r\n\x1a\n" * 20,
    ],
)
def test_what_is_no_feed_is_a_changed_source(body: bytes) -> None:
    with pytest.raises(ChangedSource) as caught:
        parse(body)
    assert (caught.value.source, caught.value.part) == ("feeds", "a")


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parse(rss("")) == Feed((), 0, True)


def test_the_guid_is_the_link_only_when_the_feed_says_so() -> None:
    assert titles(parse(rss("<item><title>A</title><guid>https://x.example/1</guid></item>"))) == ["A"]
    hidden = '<item><title>A</title><guid isPermaLink="false">https://x.example/1</guid></item>'
    assert titles(parse(rss(hidden))) == []


def test_ten_thousand_entries_take_few_seconds() -> None:
    body = rss("".join(item(f"Rubrik {n}", f"https://nyheter.example.org/{n}") for n in range(10_000)))
    begun = time.monotonic()
    assert len(parse(body).entries) == 10_000
    assert time.monotonic() - begun < 5
