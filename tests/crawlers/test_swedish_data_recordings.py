"""Every recording of the Swedish open data gives exactly the items beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scrapy import Request

from crawlers.source import Source
from crawlers.spiders.riksdagen import Riksdagen
from crawlers.spiders.vinnova import Vinnova
from store.codec import item_to_json
from store.types import SourceState
from tests.crawlers import test_riksdagen, test_vinnova
from tests.crawlers.conversation import RECORDINGS, converse, job

SOURCES: dict[str, tuple[type[Source], Callable[[Request], bytes]]] = {
    "riksdagen": (Riksdagen, test_riksdagen.recorded),
    "vinnova": (Vinnova, test_vinnova.recorded),
}
EXPECTED = sorted(path for name in SOURCES for path in (RECORDINGS / name).glob("*.expected.json"))


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: f"{path.parent.name}-{path.name[:2]}")
def test_recording_gives_exactly_the_expected_items(path: Path) -> None:
    source, answer = SOURCES[path.parent.name]
    talk = converse(source(job(path.parent.name)), answer)
    assert [item_to_json(item) for item in talk.items] == json.loads(path.read_text(encoding="utf-8"))
    assert {ending.state for ending in talk.endings.values()} == {SourceState.WORKING}


def test_every_source_has_a_recording() -> None:
    assert {path.parent.name for path in EXPECTED} == set(SOURCES)
