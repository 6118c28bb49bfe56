"""Sources change their formats: each recorded answer is changed in many ways, and none may pass for a good one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields

import pytest
from scrapy import Request

from crawlers.catalogue import find_source
from store.types import Item, SourceState
from tests.crawlers.changing import PLANTED, changes
from tests.crawlers.conversation import RECORDINGS, Answer
from tests.crawlers.keeping import Reading, read_source
from tests.crawlers.recorded import Recorded, recorded_sources

SEED = 20260822
PER_SOURCE = 400  # changes tried in a test run; more can be made of some recordings
FEWEST = 20
FLOOR = 0.95
REQUIRED = {"source", "key", "kind", "title"}  # may not even differ; of `url`, a page of its own may do instead

SOURCES: dict[str, list[Recorded]] = {}
for each in recorded_sources():
    SOURCES.setdefault(each.name, []).append(each)

Asked = tuple[str, str, bytes]


def asked(request: Request) -> Asked:
    return request.method, request.url, request.body


def changed_answers(source: Recorded) -> Iterator[tuple[str, dict[Asked, bytes]]]:
    """Yield every change of a recording, as its name and the answers that are changed.

    A field is changed in every answer of an address that has it, whatever page or day was asked for; that a whole
    answer is another thing happens to one at a time.
    """
    answers: dict[Asked, bytes] = {}

    def remember(request: Request) -> Answer:
        answer = source.answer(request)
        if isinstance(answer, bytes):
            answers[asked(request)] = answer
        return answer

    read_source(source.make(), remember)
    together: dict[str, dict[Asked, bytes]] = {}
    for number, (question, body) in enumerate(answers.items()):
        address = question[1].partition("?")[0]
        for change in changes(body):
            name = f"{address} {change.name}" if change.field else f"{address} {change.name} (answer {number})"
            together.setdefault(name, {})[question] = change.body
    yield from together.items()


def read_changed(source: Recorded, changed: dict[Asked, bytes]) -> Reading:
    return read_source(source.make(), lambda r: changed[asked(r)] if asked(r) in changed else source.answer(r))


def miss(source: Recorded, before: Reading, after: Reading) -> str:
    """Return what is wrong with how a changed answer ended, "" when it was told or did no harm."""
    if after.endless:
        return "no end"
    if after.tracebacks:
        return f"traceback {after.tracebacks[0]}"
    known = {ending.message for ending in before.endings}
    if any(ending.state is not SourceState.WORKING or ending.message not in known for ending in after.endings):
        return ""
    if lost := before.items.keys() - after.items.keys():
        return f"working, but lost {sorted(lost)[:2]}"
    required = REQUIRED | {"url"} | set(source.make().always)
    for key, item in before.items.items():
        if gone := lost_fields(item, after.items[key], required):
            return f"working, but {key} lost {gone}"
    return ""


def lost_fields(before: Item, after: Item, required: set[str]) -> list[str]:
    """Return the required fields whose value is gone; a key or title may not even differ."""
    if str(PLANTED) in f"{after.key} {after.title} {after.url} {after.publisher}":
        return ["what a person reads: a number stands there"]
    names = [field.name for field in fields(Item) if field.name in required]
    return [
        name
        for name in names
        if getattr(before, name) != getattr(after, name) and (name in REQUIRED or not getattr(after, name))
    ]


def tried(name: str, most: int) -> list[tuple[str, str]]:
    """Return each change tried on a source's recordings, and what was wrong with how it ended."""
    possible = [(source, *pair) for source in SOURCES[name] for pair in changed_answers(source)]
    chosen = random.Random(SEED).sample(possible, min(most, len(possible)))  # noqa: S311 - to be the same every time
    before = {source.number: read_source(source.make(), source.answer) for source in SOURCES[name]}
    return [
        (f"{source.number} {what}", miss(source, before[source.number], read_changed(source, changed)))
        for source, what, changed in chosen
    ]


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_F22_changed_answers_are_told_and_never_pass_for_good_ones(name: str) -> None:
    results = tried(name, PER_SOURCE)
    missed = [f"{what}: {why}" for what, why in results if why]
    assert len(results) >= FEWEST
    assert not [each for each in missed if "traceback" in each or "no end" in each], "\n".join(missed)
    assert 1 - len(missed) / len(results) >= FLOOR, "\n".join(missed)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_unchanged_answers_are_good_ones(name: str) -> None:
    for source in SOURCES[name]:
        reading = read_source(source.make(), source.answer)
        assert {ending.state for ending in reading.endings} == {SourceState.WORKING}, reading.endings
        assert reading.items


def test_every_source_with_recordings_is_tried() -> None:
    recorded = {path.parent.name for path in RECORDINGS.glob("*/*.expected.json")}
    # Sources of details tell of no items: test_detail_sources.py changes their answers.
    assert set(SOURCES) == {name for name in recorded if not find_source(name).details_of}
