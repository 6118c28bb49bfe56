"""The EU sources against the recordings beside the project, as real crawls in their own process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawlers.job import Job
from crawlers.protocol import CrawlEnded, DetailFound, ItemFound, Message, PartEnded, message_from_json
from store.types import Detail, Item, Reference, SourceState

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared"
NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
DUMP = SHARED / "recordings" / "eu" / "sedia" / "ft_portal_open_and_forthcoming_2026-08-22.json"

pytestmark = [
    pytest.mark.skipif(not (SHARED / "replay" / "replay.py").is_file(), reason="no recordings beside the project"),
    pytest.mark.xdist_group("eu_replay"),
]


@pytest.fixture(scope="module")
def replay() -> Iterator[str]:
    pytest.importorskip("pyoxigraph", reason="the replay server evaluates SPARQL with pyoxigraph")
    command = [sys.executable, str(SHARED / "replay" / "replay.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own interpreter
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        # It tells of every request: a pipe that nobody empties is full after some 800 and stops it.
        threading.Thread(target=deque, args=(server.stdout, 0), daemon=True).start()
        yield address
        server.terminate()


def crawl(source: str, replay: str, *, now: datetime = NOW, since: date | None = None) -> list[Message]:
    job = Job(source=source, now=now, since=since, replay_url=replay, delay_seconds=0.0)
    command = [sys.executable, "-m", "crawlers.crawl"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        command, input=job.to_json() + "\n", capture_output=True, text=True, cwd=PROJECT, timeout=240, check=True
    )
    return [message_from_json(line) for line in done.stdout.splitlines()]


def items(messages: list[Message]) -> list[Item]:
    return [message.item for message in messages if isinstance(message, ItemFound)]


def states(messages: list[Message]) -> dict[str, SourceState]:
    return {message.part: message.state for message in messages if isinstance(message, PartEnded)}


def dated_acts(first: date, last: date) -> set[str]:
    """Return the CELEX numbers of sectors 3 and 5 within the days; corrections aside."""
    lines = (SHARED / "data" / "acts.jsonl").read_text(encoding="utf-8").splitlines()
    return {
        act["celex"]
        for act in map(json.loads, lines)
        if act["celex"][0] in "35"
        and act["date"]
        and first.isoformat() <= act["date"] <= last.isoformat()
        and not re.search(r"R\(\d+\)$", act["celex"])
    }


def test_every_call_of_the_dump_arrives_as_an_item_of_its_own(replay: str) -> None:
    messages = crawl("funding_tenders", replay)
    found = items(messages)
    dump = json.loads(DUMP.read_text(encoding="utf-8"))["grants"]
    assert len(found) == len(dump) == 723
    assert {item.meta["reference"] for item in found} == {grant["id"] for grant in dump}
    assert len({item.key for item in found}) == 723
    assert states(messages) == {"names": SourceState.WORKING, "calls": SourceState.WORKING}
    ended = messages[-1]
    assert isinstance(ended, CrawlEnded)
    assert ended.requests <= 30


def test_deadline_and_budget_of_a_call_are_those_of_the_dump(replay: str) -> None:
    found = {item.meta["reference"]: item for item in items(crawl("funding_tenders", replay))}
    for grant in json.loads(DUMP.read_text(encoding="utf-8"))["grants"]:
        item = found[grant["id"]]
        deadline = (grant["deadlineDate"] or "")[:10]
        assert [day.on.isoformat() for day in item.deadlines] == ([deadline] if deadline else [])
        total = (grant["budget"] or {}).get("totalBudgetEur") or None
        assert [money.value for money in item.money if money.role == "total"] == ([total] if total else [])


@pytest.mark.parametrize(
    ("since", "today"),
    [(None, date(2026, 8, 22)), (date(2019, 4, 1), date(2019, 7, 31)), (date(2018, 6, 28), date(2018, 8, 10))],
)
def test_every_act_of_the_window_arrives(replay: str, since: date | None, today: date) -> None:
    now = datetime(today.year, today.month, today.day, 6, 0, tzinfo=UTC)
    messages = crawl("cellar", replay, now=now, since=since)
    keys = [item.key for item in items(messages)]
    expected = dated_acts(since or date(2026, 5, 24), today)
    assert len(expected) > 10
    assert set(keys) == expected
    assert len(keys) == len(set(keys))


@pytest.mark.slow
def test_every_act_since_2015_arrives(replay: str) -> None:
    messages = crawl("cellar", replay, since=date(2015, 1, 1))
    assert {item.key for item in items(messages)} == dated_acts(date(2015, 1, 1), date(2026, 8, 22))
    assert states(messages) == dict.fromkeys(("law", "proposals", "opinions", "measures"), SourceState.WORKING)


def test_eurovoc_and_titles_are_those_of_the_act(replay: str) -> None:
    now = datetime(2019, 7, 31, 6, 0, tzinfo=UTC)
    found = {item.key: item for item in items(crawl("cellar", replay, now=now, since=date(2019, 6, 1)))}
    lines = (SHARED / "data" / "acts.jsonl").read_text(encoding="utf-8").splitlines()
    for act in (act for act in map(json.loads, lines) if act["celex"] in found):
        item = found[act["celex"]]
        assert {concept.code for concept in item.concepts} == {concept["id"] for concept in act["eurovoc"]}
        assert [day.on.isoformat() for day in item.deadlines] == sorted(set(act["transposition"]))
        assert item.language == ("sv" if "sv" in act["titles"] else "en")


def details_of(replay: str, *keys: str) -> list[Detail]:
    options = {"wanted": [{"source": "cellar", "key": key, "url": ""} for key in keys]}
    job = Job(source="cellar_texts", now=NOW, options=options, replay_url=replay, delay_seconds=0.0)
    command = [sys.executable, "-m", "crawlers.crawl"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        command, input=job.to_json() + "\n", capture_output=True, text=True, cwd=PROJECT, timeout=60, check=True
    )
    messages = [message_from_json(line) for line in done.stdout.splitlines()]
    assert states(messages) == {"texts": SourceState.WORKING}
    return [message.detail for message in messages if isinstance(message, DetailFound)]


def test_recorded_texts_and_the_notice_of_a_proposal_are_read(replay: str) -> None:
    data, intelligence, plastics, unknown = details_of(replay, "32016R0679", "32024R1689", "52018PC0340", "32026L9999")
    assert data.text.startswith("Subject-matter and objectives\n\n1. This Regulation lays down rules")
    assert "Section A. List of Union harmonisation legislation" in intelligence.text
    assert (data.language, intelligence.language) == ("en", "en")
    assert plastics.title.startswith("Förslag till EUROPAPARLAMENTETS OCH RÅDETS DIREKTIV om minskning")
    assert {concept.code for concept in plastics.concepts} >= {"1158", "1837", "343"}
    assert Reference("procedure", "2018/0172(COD)") in plastics.references
    assert plastics.meta["dates"] == {"document": "2018-05-28"}
    assert unknown.is_empty
