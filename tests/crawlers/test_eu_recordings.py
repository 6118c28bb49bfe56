"""Every recording of the EU sources gives exactly the items beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from scrapy import Request

from crawlers.job import Job
from crawlers.source import Source
from crawlers.spiders.cellar import Cellar
from crawlers.spiders.funding_tenders import FundingTenders
from store.codec import item_to_json
from store.types import SourceState
from tests.crawlers.conversation import RECORDINGS, converse, job
from tests.crawlers.eu_answers import cellar_answer, portal_answer

SOURCES: dict[str, tuple[type[Source], Job, Callable[[str, Request], bytes]]] = {
    # One window of two weeks, so that each question is asked once per part.
    "cellar": (Cellar, job("cellar", since=date(2026, 8, 9)), cellar_answer),
    "funding_tenders": (FundingTenders, job("funding_tenders"), portal_answer),
}
EXPECTED = sorted(path for name in SOURCES for path in (RECORDINGS / name).glob("*.expected.json"))


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: f"{path.parent.name}-{path.name[:2]}")
def test_recording_gives_exactly_the_expected_items(path) -> None:  # type: ignore[no-untyped-def]
    source, its_job, answer = SOURCES[path.parent.name]
    talk = converse(source(its_job), lambda request: answer(path.name[:2], request))
    assert [item_to_json(item) for item in talk.items] == json.loads(path.read_text(encoding="utf-8"))
    assert {ending.state for ending in talk.endings.values()} == {SourceState.WORKING}


def test_every_eu_source_has_a_recording() -> None:
    assert {path.parent.name for path in EXPECTED} == set(SOURCES)
