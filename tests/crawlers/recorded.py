"""Every source that has recordings, with a job to read them and the answers to its questions.

A module `test_…_recordings.py` that has a table `SOURCES` is found by itself: name -> (class, answer to a request), or
name -> (class, job, answer to the number of a recording and a request).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from scrapy import Request

from crawlers.job import Job
from crawlers.source import Source
from crawlers.spiders.feeds import Feeds
from crawlers.spiders.listings import Listings
from crawlers.spiders.regeringen import Regeringen
from tests.crawlers.conversation import RECORDINGS, Answer, job, recording
from tests.crawlers.listing_answers import listing_table
from tests.crawlers.swedish_answers import government_answer

# A sample is smaller than the source's floors as a whole allow; a job for a replay server leaves those aside.
REPLAY = "http://127.0.0.1:1"
PARTS = ["faktapromemorior", "remisser", "kommittedirektiv"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recording of a source."""

    name: str
    number: str
    make: Callable[[], Source]
    answer: Callable[[Request], Answer]


def recorded_sources() -> Iterator[Recorded]:
    """Yield every recording that can be replayed in-process."""
    for path in sorted(Path(__file__).parent.glob("test_*_recordings.py")):
        for name, entry in getattr(import_module(f"tests.crawlers.{path.stem}"), "SOURCES", {}).items():
            for number in numbers(name):
                its_job = next((each for each in entry if isinstance(each, Job)), job(name))
                yield _from_table(name, number, entry[0], its_job, entry[-1])
    for number in numbers("regeringen"):
        its_job = job("regeringen", options={"parts": PARTS})
        yield _from_table("regeringen", number, Regeringen, its_job, lambda n, request: government_answer(request, n))
    yield from _single("feeds", Feeds, lambda _: {"url": "https://nyheter.example.org/rss.xml", "language": "sv"})
    yield from _single("listings", Listings, listing_table)


def numbers(name: str) -> list[str]:
    """Return the numbers of a source's recordings."""
    return sorted({path.name[:2] for path in (RECORDINGS / name).glob("*.expected.json")})


def _from_table(name: str, number: str, source: type[Source], its_job: Job, answer: Any) -> Recorded:
    sample = replace(its_job, replay_url=REPLAY)
    numbered = len(signature(answer).parameters) > 1
    return Recorded(
        name, number, lambda: source(sample), lambda request: answer(number, request) if numbered else answer(request)
    )


def _single(name: str, source: type[Source], table: Callable[[str], dict[str, Any]]) -> Iterator[Recorded]:
    """Yield the recordings of a source whose every part is one page of a table."""
    for number in numbers(name):
        paths = [RECORDINGS / name / f"{number}.{ending}" for ending in ("xml", "json", "html")]
        (path,) = (path for path in paths if path.is_file())
        answer = partial(_recorded, f"{name}/{path.name}")
        yield _from_table(name, number, source, job(name, options={name: {"prov": table(number)}}), answer)


def _recorded(name: str, _: Request) -> bytes:
    return recording(name)
