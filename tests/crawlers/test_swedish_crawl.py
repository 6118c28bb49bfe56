"""The source regeringen and the feeds as real crawls, against recordings and a server of our own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawlers.government_parts import PARTS
from crawlers.job import Job
from crawlers.protocol import CrawlEnded, ItemFound, Message, PartEnded, ValidatorSeen, message_from_json
from store.types import SourceState
from tests.crawlers.conversation import NOW, recording
from tests.crawlers.hostile import Answer, HostileServer

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared"
LISTS = SHARED / "recordings" / "se" / "g0v"
RECORDED = {
    "faktapromemorior": "faktapromemoria",
    "kommittedirektiv": "kommittedirektiv",
    "utredningar": "statens-offentliga-utredningar",
    "artiklar": "artiklar",
    "rapporter": "rapporter",
    "dagordningar": "kommenterade-dagordningar",
}
needs_recordings = pytest.mark.skipif(not (SHARED / "replay" / "replay.py").is_file(), reason="no recordings beside")


def crawl(source: str, replay_url: str, **values: Any) -> list[Message]:
    job = Job(**{"source": source, "now": NOW, "replay_url": replay_url, "delay_seconds": 0.0, **values})
    command = [sys.executable, "-m", "crawlers.crawl"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        command, input=job.to_json() + "\n", capture_output=True, text=True, cwd=PROJECT, timeout=120, check=True
    )
    return [message_from_json(line) for line in done.stdout.splitlines()]


def endings(messages: list[Message]) -> dict[str, PartEnded]:
    return {message.part: message for message in messages if isinstance(message, PartEnded)}


def keys(messages: list[Message], part: str) -> list[str]:
    return [message.item.key for message in messages if isinstance(message, ItemFound) and message.part == part]


@pytest.fixture
def replay(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    command = [sys.executable, str(SHARED / "replay" / "replay.py"), "--port", "0"]
    if faults := getattr(request, "param", None):
        (tmp_path / "faults.json").write_text(json.dumps(faults))
        command += ["--faults", str(tmp_path / "faults.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own interpreter
        assert server.stdout is not None
        yield server.stdout.readline().split()[-1]
        server.terminate()
        server.stdout.close()


@needs_recordings
def test_every_page_of_the_recorded_lists_arrives_once_and_missing_lists_are_told(replay: str) -> None:
    messages = crawl("regeringen", replay)
    told = endings(messages)
    assert set(told) == {part.name for part in PARTS}
    for part, name in RECORDED.items():
        pages = {each["url"].rstrip("/") for each in json.loads((LISTS / f"{name}.json").read_text(encoding="utf-8"))}
        found = keys(messages, part)
        assert len(found) == len(set(found))
        assert set(found) == pages
        assert told[part].state is SourceState.WORKING
        assert (told[part].mark or "").startswith("filled 202")
    for part in set(told) - set(RECORDED):
        # Of remisses the listing is recorded, but not one of its pages.
        items = 20 if part == "remisser" else 0
        assert (told[part].state, told[part].items, told[part].mark) == (SourceState.CHANGED, items, None)
        assert "404" in told[part].message
    assert isinstance(messages[-1], CrawlEnded)
    assert messages[-1].requests < 40


@needs_recordings
@pytest.mark.parametrize("replay", [{"www.regeringen.se": [404, "truncate"], "g0v.se": [404]}], indirect=True)
def test_a_feed_cut_off_on_the_way_is_read_from_the_list(replay: str) -> None:
    told = endings(crawl("regeringen", replay, options={"parts": ["faktapromemorior"]}))
    assert told["faktapromemorior"].items == 557
    assert told["faktapromemorior"].message.startswith("Läst via g0v.se, som inte har uppdaterats sedan 2026-01-29")


@needs_recordings
@pytest.mark.parametrize("replay", [{"www.regeringen.se": [404, "challenge"]}], indirect=True)
def test_a_challenge_is_not_met_and_every_part_is_read_from_the_mirror(replay: str) -> None:
    parts = ["faktapromemorior", "artiklar"]
    messages = crawl("regeringen", replay, options={"parts": parts})
    assert [ending.items for ending in endings(messages).values()] == [557, 1728]
    assert all("spärrsida" in ending.message for ending in endings(messages).values())


FEED = "/www.regeringen.se/Filter/RssFeed"


def test_a_feed_not_modified_ends_its_part_and_the_next_is_asked(server: HostileServer) -> None:
    server.script("/g0v.se/api/latest_updated.json", Answer(200, recording("regeringen/01.updated.json")))
    body = recording("regeringen/01.feed.2540.xml")
    for part in PARTS[:2]:
        path = f"{FEED}?{part.feed.partition('?')[2]}"
        server.script(path, Answer(200, body, {"ETag": '"e1"'}), Answer(304, b"", {"ETag": '"e1"'}))
    values: dict[str, Any] = {
        "options": {"parts": [part.name for part in PARTS[:2]]},
        "marks": {part.name: "filled 2026-08-19" for part in PARTS[:2]},
    }
    first = crawl("regeringen", server.url, **values)
    validators = tuple(message.validator for message in first if isinstance(message, ValidatorSeen))
    assert len(validators) == 2
    second = endings(crawl("regeringen", server.url, validators=validators, **values))
    assert {name: ending.unchanged for name, ending in second.items()} == {part.name: True for part in PARTS[:2]}
    asked = [each for each in server.asked if each.path.startswith(FEED)]
    assert [each.headers.get("If-None-Match") for each in asked] == [None, None, '"e1"', '"e1"']


def test_a_list_that_stands_in_for_a_refused_feed_is_fetched_again_only_when_it_has_changed(
    server: HostileServer,
) -> None:
    part, listed = PARTS[0], Answer(200, recording("regeringen/01.list.2540.json"), {"ETag": '"l1"'})
    server.script("/g0v.se/api/latest_updated.json", Answer(200, recording("regeringen/01.updated.json")))
    server.script(f"{FEED}?{part.feed.partition('?')[2]}", Answer(403))
    server.script(f"/g0v.se/{part.path}.json", listed, listed, Answer(304, b"", {"ETag": '"l1"'}))
    values: dict[str, Any] = {"options": {"parts": [part.name]}}
    crawl("regeringen", server.url, **values)
    values["marks"] = {part.name: "filled 2026-08-19"}
    first = crawl("regeringen", server.url, **values)
    validators = tuple(message.validator for message in first if isinstance(message, ValidatorSeen))
    second = endings(crawl("regeringen", server.url, validators=validators, **values))[part.name]
    assert (second.state, second.unchanged) == (SourceState.WORKING, True)
    assert second.message.startswith("Läst via g0v.se (regeringen.se: ")
    asked = [each.headers.get("If-None-Match") for each in server.asked if each.path == f"/g0v.se/{part.path}.json"]
    assert asked == [None, None, '"l1"']


def test_a_400_is_asked_again_once_and_a_403_never(server: HostileServer) -> None:
    memo, remiss = (f"{FEED}?{part.feed.partition('?')[2]}" for part in PARTS[:2])
    server.script(memo, Answer(400), Answer(200, recording("regeringen/01.feed.2540.xml")))
    server.script(remiss, Answer(403))
    told = endings(
        crawl(
            "regeringen",
            server.url,
            options={"parts": ["faktapromemorior", "remisser", "artiklar"]},
            marks={"faktapromemorior": "filled 2026-08-19"},
        )
    )
    assert told["faktapromemorior"].state is SourceState.WORKING
    assert told["remisser"].state is told["artiklar"].state is SourceState.REFUSED
    assert server.paths().count(memo) == 2
    assert sum(path.startswith(FEED) for path in server.paths()) == 3


def test_feeds_are_read_each_for_itself(server: HostileServer) -> None:
    feeds = {name: {"url": f"https://{name}.example.org/rss"} for name in ("whole", "page", "gone", "empty", "json")}
    server.script("/whole.example.org/rss", Answer(200, recording("feeds/01.xml"), {"ETag": '"w"'}))
    server.script("/page.example.org/rss", Answer(200, b"<!DOCTYPE html><html><body>Hej</body></html>"))
    server.script("/empty.example.org/rss", Answer(200, b"<rss><channel><title>T</title></channel></rss>"))
    server.script("/json.example.org/rss", Answer(200, recording("feeds/04.json")))
    messages = crawl("feeds", server.url, options={"feeds": feeds})
    assert {name: ending.state for name, ending in endings(messages).items()} == {
        "whole": SourceState.WORKING,
        "json": SourceState.WORKING,
        "page": SourceState.CHANGED,
        "gone": SourceState.CHANGED,
        "empty": SourceState.QUIET,
    }
    assert len(keys(messages, "whole")) == 7
    assert [m.validator.url for m in messages if isinstance(m, ValidatorSeen)] == ["https://whole.example.org/rss"]


def test_a_wrong_configuration_is_told_as_the_sources_own_part(server: HostileServer) -> None:
    (ending,) = endings(crawl("feeds", server.url, options={"feeds": {"a": {"url": "file:///x"}}})).values()
    assert replace(ending, message="") == PartEnded("feeds", SourceState.FAILING)
    assert "feeds.a: url" in ending.message
