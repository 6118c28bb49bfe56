"""Ten thousand damaged feeds: nothing but a SourceError comes out of the parser, and no half entry."""

from __future__ import annotations

import random
from datetime import date

import pytest

from crawlers.feed_catalogue import feed_facts
from crawlers.feed_items import feed_items
from crawlers.feed_parser import parse_feed
from store.errors import SourceError
from tests.crawlers.conversation import RECORDINGS

SEEDS = [
    path.read_bytes() for path in sorted((RECORDINGS / "feeds").iterdir()) if not path.name.endswith("expected.json")
]
JUNK = [
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<!DOCTYPE rss [", b"]>", b'<!ENTITY a "b">', b"&a;", b"&#0;", b"&#xD800;",
    b"&", b"<", b">", b"</item>", b"<item>", b"<title>", b"</channel>", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe5",
    b"xmlns:x='y'", b"<?xml version='1.1'?>", b"javascript:", b"http://[", b"99999999999999999999", b"1970-13-45",
    b"Mon, 99 Foo 99999 99:99:99 +9999", b"xml:base='http://['", b"<a10:updated>", b'"', b"'", b"\\u0000", b"[" * 50,
]  # fmt: skip
FEED = feed_facts({"prov": {"url": "https://nyheter.example.org/rss.xml"}})[0]


def damaged(chance: random.Random) -> bytes:
    """Return a feed with one to eight injuries."""
    body = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(body) + 1)
        length = chance.randint(1, 200)
        match chance.randrange(5):
            case 0 if place < len(body):
                body[place] ^= 1 << chance.randrange(8)
            case 1:
                del body[place : place + length]
            case 2:
                body[place:place] = body[place : place + length]
            case 3:
                body[place:place] = chance.choice(JUNK)
            case _ if chance.random() < 0.2:
                del body[place:]
    return bytes(body)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_F06_damaged_feeds_raise_nothing_but_source_errors(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - damage to be repeated, not a secret
    read = 0
    for _ in range(1_000):
        body = damaged(chance)
        charset = chance.choice(["", "utf-8", "iso-8859-1", "utf-16"])
        try:
            feed = parse_feed(body, url="https://nyheter.example.org/rss.xml", source="feeds", charset=charset)
        except SourceError:
            continue
        items = feed_items(feed.entries, FEED, date(2026, 8, 22))
        assert all(item.title and item.url.startswith("http") and item.key != "prov:" for item in items)
        read += bool(items)
    assert read > 500
