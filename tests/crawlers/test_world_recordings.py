"""Every recording of the EU institutions' services and of the world's news gives exactly the items beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scrapy import Request

from crawlers.job import Job
from crawlers.source import Source
from crawlers.spiders.ep_adopted import EpAdopted
from crawlers.spiders.gdelt import Gdelt
from crawlers.spiders.have_your_say import HaveYourSay
from crawlers.spiders.interreg import Interreg
from crawlers.spiders.press_corner import PressCorner
from crawlers.spiders.ted import Ted
from store.codec import item_to_json
from store.types import SourceState
from tests.crawlers.conversation import RECORDINGS, Answer, converse, job
from tests.crawlers.world_answers import (
    OPTIONS,
    gdelt_answer,
    interreg_answer,
    parliament_answer,
    press_answer,
    say_answer,
    ted_answer,
)

SOURCES: dict[str, tuple[type[Source], Job, Callable[[str, Request], Answer]]] = {
    "press_corner": (PressCorner, job("press_corner"), press_answer),
    "have_your_say": (HaveYourSay, job("have_your_say"), say_answer),
    "ep_adopted": (EpAdopted, job("ep_adopted", options=OPTIONS["ep_adopted"]), parliament_answer),
    "ted": (Ted, job("ted"), ted_answer),
    "interreg": (Interreg, job("interreg", options=OPTIONS["interreg"]), interreg_answer),
    "gdelt": (Gdelt, job("gdelt", options=OPTIONS["gdelt"]), gdelt_answer),
}
EXPECTED = sorted(path for name in SOURCES for path in (RECORDINGS / name).glob("*.expected.json"))


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: f"{path.parent.name}-{path.name[:2]}")
def test_recording_gives_exactly_the_expected_items(path: Path) -> None:
    source, its_job, answer = SOURCES[path.parent.name]
    talk = converse(source(its_job), lambda request: answer(path.name[:2], request))
    assert [item_to_json(item) for item in talk.items] == json.loads(path.read_text(encoding="utf-8"))
    assert {ending.state for ending in talk.endings.values()} == {SourceState.WORKING}


def test_every_source_has_a_recording() -> None:
    assert {path.parent.name for path in EXPECTED} == set(SOURCES)
