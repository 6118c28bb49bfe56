"""Every recording of the sources of details gives exactly the details beside it, and what all of them do alike."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from scrapy import Request

from crawlers.challenge import NOT_READY
from crawlers.detail_source import DetailSource
from crawlers.failures import FetchFailed
from crawlers.job import Job
from crawlers.protocol import DetailFound, message_from_json, message_to_json
from crawlers.spiders.cellar_texts import CellarTexts
from crawlers.spiders.topic_details import TopicDetails
from store.codec import detail_to_json
from store.types import Detail, SourceState
from tests.crawlers.changing import changes
from tests.crawlers.conversation import NOW, RECORDINGS, Answer, Conversation, converse, job
from tests.crawlers.detail_answers import (
    ACT,
    PROPOSAL,
    RECOMMENDATION,
    TOPIC,
    texts_answer,
    texts_job,
    topic,
    topics_answer,
    topics_job,
)
from tests.crawlers.keeping import Reading, read_source

SOURCES: dict[str, tuple[type[DetailSource], Job, Callable[[str, Request], Answer]]] = {
    "cellar_texts": (CellarTexts, texts_job(ACT, PROPOSAL, RECOMMENDATION), texts_answer),
    "topic_details": (TopicDetails, topics_job(TOPIC), topics_answer),
}
FLOOR = 0.95
EXPECTED = sorted(path for name in SOURCES for path in (RECORDINGS / name).glob("*.expected.json"))


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: f"{path.parent.name}-{path.name[:2]}")
def test_recording_gives_exactly_the_expected_details(path) -> None:  # type: ignore[no-untyped-def]
    source, its_job, answer = SOURCES[path.parent.name]
    talk = converse(source(its_job), lambda request: answer(path.name[:2], request))
    assert [detail_to_json(detail) for detail in talk.details] == json.loads(path.read_text(encoding="utf-8"))
    assert {ending.state for ending in talk.endings.values()} == {SourceState.WORKING}


def test_every_source_of_details_has_a_recording() -> None:
    assert {path.parent.name for path in EXPECTED} == set(SOURCES)


def read_with(name: str, changed: Callable[[Request], Answer]) -> Reading:
    source, its_job, _ = SOURCES[name]
    return read_source(source(its_job), changed)


def recorded_answers(name: str) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}

    def remember(request: Request) -> Answer:
        answers[where(request)] = SOURCES[name][2]("01", request)
        return answers[where(request)]

    reading = read_with(name, remember)
    assert {ending.state for ending in reading.endings} == {SourceState.WORKING}
    return answers


def where(request: Request) -> str:
    return f"{request.url} {request.headers.get('Accept')!r} {request.headers.get('Accept-Language')!r}"


def told(reading: Reading) -> dict[str, Detail]:
    return {message.detail.key: message.detail for message in reading.messages if isinstance(message, DetailFound)}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_F22_changed_answers_are_told_or_leave_the_detail_as_good_as_it_was(name: str) -> None:
    """A text may be missing, which is told as such: what must not be is a traceback, or a detail emptied in silence."""
    answers = recorded_answers(name)
    before = told(read_with(name, lambda request: answers[where(request)]))
    tried, missed = 0, []
    for place, answer in answers.items():
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        for change in changes(body) if isinstance(body, bytes) and status != 404 else ():
            changed = {**answers, place: (status, change.body)}
            reading = read_with(name, lambda r, c=changed: c.get(where(r), (404, b"")))  # type: ignore[misc]
            tried += 1
            assert not reading.tracebacks, f"{place} {change.name}"
            assert not reading.endless
            well = all(ending.state is SourceState.WORKING for ending in reading.endings)
            after = told(reading)
            lost = [key for key in before if not after.get(key) or len(after[key].text) < len(before[key].text) // 2]
            if well and lost:
                missed.append(f"{place[-90:]} {change.name}: {lost}")
    assert tried >= 20
    assert 1 - len(missed) / tried >= FLOOR, "\n".join(missed)


def topics(count: int, answer: Callable[[Request], Answer], **values: str) -> Conversation:
    return converse(TopicDetails(topics_job(*(f"T-{n}" for n in range(count)), **values)), answer)


def found(request: Request) -> bytes:
    return topic(request.url.rsplit("/", 1)[-1].removesuffix(".json"))


def test_nothing_wanted_is_a_whole_reading_without_a_question() -> None:
    for source, name in ((CellarTexts, "cellar_texts"), (TopicDetails, "topic_details")):
        talk = converse(source(job(name)), lambda _: b"")
        assert talk.requests == []
        assert [ending.state for ending in talk.endings.values()] == [SourceState.WORKING]


def test_twenty_five_items_are_asked_for_in_a_run_one_after_the_other() -> None:
    talk = topics(40, found)
    assert len(talk.requests) == 25
    assert talk.endings["topics"].items == 25


def test_items_of_other_sources_are_not_asked_for() -> None:
    assert converse(TopicDetails(topics_job_of_another_source()), found).requests == []


def topics_job_of_another_source() -> Job:
    return job("topic_details", options={"wanted": [{"source": "cellar", "key": "32026L1901", "url": ""}]})


def test_one_that_is_not_ready_is_left_for_the_next_run_and_is_no_fault() -> None:
    not_ready = FetchFailed(SourceState.FAILING, NOT_READY)
    talk = topics(2, lambda request: not_ready if "t-0" in request.url else found(request))
    assert [detail.key for detail in talk.details] == ["T-1"]
    assert [note.key for note in talk.skipped] == ["T-0"]
    assert talk.endings["topics"].state is SourceState.WORKING


def test_a_refusal_stops_the_asking() -> None:
    talk = topics(5, lambda _: FetchFailed(SourceState.REFUSED, "Spärrsida."))
    assert len(talk.requests) == 1
    assert (talk.endings["topics"].state, talk.endings["topics"].message) == (SourceState.REFUSED, "Spärrsida.")


def test_the_time_that_a_source_asks_for_stops_the_asking_and_is_told() -> None:
    talk = topics(5, lambda _: FetchFailed(SourceState.FAILING, "Källan ber oss vänta.", next_try=NOW))
    assert len(talk.requests) == 1
    assert talk.endings["topics"].next_try == NOW


def test_three_failures_in_a_row_stop_the_asking_and_single_ones_do_not() -> None:
    assert len(topics(10, lambda _: TimeoutError("slow")).requests) == 3
    talk = topics(6, lambda request: TimeoutError("slow") if request.url[-6] in "024" else found(request))
    assert len(talk.requests) == 6
    assert talk.endings["topics"].state is SourceState.WORKING
    assert len(talk.skipped) == 3


def test_items_of_which_none_exists_are_a_fault_of_the_source_but_not_against_a_replay_server() -> None:
    talk = topics(5, lambda _: (404, b""))
    assert talk.endings["topics"].state is SourceState.QUIET
    assert talk.endings["topics"].message == "Ingen av 5 efterfrågade texter fanns: adresserna kan ha ändrats."
    assert [detail.is_empty for detail in talk.details] == [True] * 5
    assert topics(4, lambda _: (404, b"")).endings["topics"].state is SourceState.WORKING
    replayed = topics(5, lambda _: (404, b""), replay_url="http://127.0.0.1:1")
    assert replayed.endings["topics"].state is SourceState.WORKING


def test_detail_survives_the_way_between_the_processes() -> None:
    [message] = [m for m in topics(1, found).messages if isinstance(m, DetailFound)]
    assert message_from_json(message_to_json(message)) == message
