"""Every recording of the government source and the feeds gives exactly the items beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawlers.spiders.feeds import Feeds
from crawlers.spiders.regeringen import Regeringen
from store.codec import item_to_json
from store.types import SourceState
from tests.crawlers.conversation import RECORDINGS, Conversation, converse, job, recording
from tests.crawlers.swedish_answers import government_answer

EXPECTED = sorted(path for name in ("regeringen", "feeds") for path in (RECORDINGS / name).glob("*.expected.json"))
PARTS = ["faktapromemorior", "remisser", "kommittedirektiv"]


def read(path: Path) -> Conversation:
    number = path.name[:2]
    if path.parent.name == "regeringen":
        source = Regeringen(job("regeringen", options={"parts": PARTS}))
        return converse(source, lambda request: government_answer(request, number))
    (answer,) = (each for each in path.parent.glob(f"{number}.*") if each != path)
    feed = {"url": "https://nyheter.example.org/rss.xml", "title": "Exempelnytt", "language": "sv"}
    return converse(
        Feeds(job("feeds", options={"feeds": {"exempel": feed}})), lambda _: recording(f"feeds/{answer.name}")
    )


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: f"{path.parent.name}-{path.name[:2]}")
def test_recording_gives_exactly_the_expected_items(path: Path) -> None:
    talk = read(path)
    assert [item_to_json(item) for item in talk.items] == json.loads(path.read_text(encoding="utf-8"))
    assert {ending.state for ending in talk.endings.values()} == {SourceState.WORKING}


def test_every_recording_has_its_expected_items() -> None:
    answers = {
        f"{path.parent.name}/{path.name[:2]}"
        for name in ("regeringen", "feeds")
        for path in (RECORDINGS / name).iterdir()
    }
    assert {f"{path.parent.name}/{path.name[:2]}" for path in EXPECTED} == answers
