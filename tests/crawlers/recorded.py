"""Every source that has recordings, with a job to read them and the answers to its questions.

A module `test_…_recordings.py` that has a table `SOURCES` is found by itself: name -> (class, answer to a request), or
name -> (class, job, answer to the number of a recording and a request). A source that no table names is read from its
files alone (`recorded_alone`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from scrapy import Request

from crawlers.catalogue import find_source, source_names
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
BY_HAND = {"regeringen", "feeds", "listings"}
ENDINGS = ("json", "xml", "html", "txt")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recording of a source."""

    name: str
    number: str
    make: Callable[[], Source]
    answer: Callable[[Request], Answer]


def recorded_sources() -> Iterator[Recorded]:
    """Yield every recording that can be replayed in-process."""
    for name, entry in tables().items():
        for number in numbers(name):
            its_job = next((each for each in entry if isinstance(each, Job)), job(name))
            yield _from_table(name, number, entry[0], its_job, entry[-1])
    yield from recorded_alone()
    for number in numbers("regeringen"):
        its_job = job("regeringen", options={"parts": PARTS})
        yield _from_table("regeringen", number, Regeringen, its_job, lambda n, request: government_answer(request, n))
    yield from _single("feeds", Feeds, lambda _: {"url": "https://nyheter.example.org/rss.xml", "language": "sv"})
    yield from _single("listings", Listings, listing_table)


def recorded_alone() -> list[Recorded]:
    """Return the recordings of sources that no table names: `NN.json` (or xml, html), and options in `NN.options.json`.

    `NN` is a whole reading. Where a source asks several questions, each answer stands beside its `NN.request.json`, as
    `utkik sources record` saves them, and all of them are one reading.
    """
    rest = [name for name in source_names() if name not in {*tables(), *BY_HAND} and not find_source(name).details_of]
    return [_alone(name, number) for name in rest for number in readings(name)]


def readings(name: str) -> list[str]:
    """Return the numbers of the readings of a source that no table names; the first is there to be written."""
    return ["01"] if any((RECORDINGS / name).glob("*.request.json")) else numbers(name) or ["01"]


def expectations(name: str, number: str) -> list[Path]:
    """Return the files that hold the items of a reading."""
    folder = RECORDINGS / name
    saved = sorted(folder.glob("*.expected.json")) if any(folder.glob("*.request.json")) else []
    return saved or [folder / f"{number}.expected.json"]


def tables() -> dict[str, tuple[Any, ...]]:
    """Return the tables of all test modules as one."""
    paths = sorted(Path(__file__).parent.glob("test_*_recordings.py"))
    found = [getattr(import_module(f"tests.crawlers.{path.stem}"), "SOURCES", {}) for path in paths]
    return {name: entry for table in found for name, entry in table.items()}


def _alone(name: str, number: str) -> Recorded:
    folder = RECORDINGS / name
    options = folder / f"{number}.options.json"
    values = json.loads(options.read_text(encoding="utf-8")) if options.exists() else {}
    return _from_table(name, number, find_source(name), job(name, options=values), partial(answer_in, folder))


def answer_in(folder: Path, number: str, request: Request) -> bytes:
    """Return the answer that was recorded to a request's address, else the one of the recording's own number."""
    for path in sorted(folder.glob("*.request.json")):
        asked = json.loads(path.read_text(encoding="utf-8"))
        if (asked["method"], asked["url"]) == (request.method, request.url):
            number = path.name.partition(".")[0]
    (found,) = (path for ending in ENDINGS if (path := folder / f"{number}.{ending}").is_file())
    return found.read_bytes()


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
