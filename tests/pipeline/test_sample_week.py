"""The bundled sample week: the real sources read all of it, and the assessor tells news from noise."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from urllib.parse import urlsplit

import pytest

from crawlers.job import Job
from crawlers.protocol import ItemFound, PartEnded, message_from_json
from nlp.assessor import Assessor
from nlp.matters import read_matter
from nlp.threads import join
from pipeline.areas import area_names
from pipeline.sample_data import FOLDER, NOW, Moment
from pipeline.sample_feeds import SAMPLE_FEEDS
from pipeline.sample_server import serve_sample_week
from store.db import Store
from store.items import events_since, upsert_items
from store.types import Assessment, Deadline, Item, Kind, SourceState

EXPECTED: dict[str, dict[str, list[str]]] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def week() -> Iterator[str]:
    with serve_sample_week("week") as url:
        yield url


@pytest.fixture(scope="module")
def before() -> Iterator[str]:
    with serve_sample_week("before") as url:
        yield url


@cache
def crawl(server: str, source: str, moment: Moment) -> tuple[tuple[Item, ...], tuple[PartEnded, ...]]:
    """Return what a source's own crawl process finds in the sample week."""
    options = {"feeds": {name: dict(feed) for name, feed in SAMPLE_FEEDS.items()}} if source == "feeds" else {}
    job = Job(source=source, now=NOW[moment], options=options, replay_url=server, delay_seconds=0)
    command = [sys.executable, "-m", "crawlers.crawl"]
    done = subprocess.run(command, input=job.to_json() + "\n", capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    messages = [message_from_json(line) for line in done.stdout.splitlines()]
    items = tuple(message.item for message in messages if isinstance(message, ItemFound))
    return items, tuple(message for message in messages if isinstance(message, PartEnded))


def expectation(item: Item) -> list[str]:
    """Return the areas expected of an item, none when it is noise."""
    path = urlsplit(item.url).path.rstrip("/")
    known = EXPECTED[item.source]
    return next(known[name] for name in (item.key, path, item.url) if name in known)


@pytest.mark.parametrize(
    ("source", "number"), [("cellar", 18), ("funding_tenders", 16), ("regeringen", 22), ("feeds", 22)]
)
def test_source_reads_all_its_items_of_the_week(week: str, source: str, number: int) -> None:
    items, parts = crawl(week, source, "week")
    assert {part.state for part in parts} == {SourceState.WORKING}
    assert len({item.key for item in items}) == number == len(EXPECTED[source])
    assert all(isinstance(expectation(item), list) for item in items)


@pytest.mark.parametrize(
    ("source", "number"), [("cellar", 7), ("funding_tenders", 11), ("regeringen", 13), ("feeds", 7)]
)
def test_source_reads_what_there_was_the_week_before(before: str, source: str, number: int) -> None:
    assert len({item.key for item in crawl(before, source, "before")[0]}) == number


def test_every_kind_is_in_the_week(week: str) -> None:
    items = [item for source in EXPECTED for item in crawl(week, source, "week")[0]]
    assert {item.kind for item in items} == set(Kind)


def test_deadline_of_the_childrens_call_moves(week: str, before: str) -> None:
    key = "CERV-2026-CHILD"
    first = next(item for item in crawl(before, "funding_tenders", "before")[0] if item.key == key)
    then = next(item for item in crawl(week, "funding_tenders", "week")[0] if item.key == key)
    assert [deadline.on for deadline in first.deadlines] == [date(2026, 12, 3)]
    assert [deadline.on for deadline in then.deadlines] == [date(2026, 12, 17)]


def test_only_a_moved_deadline_and_an_opened_call_are_events(week: str, before: str, sqlite_store: Store) -> None:
    readings: tuple[tuple[str, Moment], ...] = ((before, "before"), (week, "week"))
    for server, moment in readings:
        items = [item for source in EXPECTED for item in crawl(server, source, moment)[0]]
        with sqlite_store.session() as session:
            upsert_items(session, items, now=NOW[moment])
    with sqlite_store.reading() as session:
        events = {revision.key: set(revision.changes) for revision in events_since(session, NOW["before"])}
    assert events == {
        "CERV-2026-CHILD": {"deadlines"},
        "HORIZON-MISS-2027-04-CIT-01-two-stage": {"status"},
    }


def test_calls_are_forthcoming_two_stage_and_cascading(week: str) -> None:
    calls = {item.key: item for item in crawl(week, "funding_tenders", "week")[0]}
    assert (calls["CERV-2027-CITIZENS-TOWN-TT"].status, calls["CERV-2027-CITIZENS-TOWN-TT"].opens) == (
        "forthcoming",
        date(2026, 11, 26),
    )
    assert [d.role for d in calls["HORIZON-MISS-2027-04-CIT-01-two-stage"].deadlines] == ["stage_1", "stage_2"]
    assert [d.role for d in calls["11872COMPETITIVE_CALLen"].deadlines] == ["cut_off", "cut_off"]


def test_directive_carries_its_transposition_date_and_concepts(week: str) -> None:
    directive = next(item for item in crawl(week, "cellar", "week")[0] if item.key == "32026L2611")
    assert directive.deadlines == (Deadline(date(2028, 11, 30), "transposition"),)
    assert [concept.label for concept in directive.concepts] == ["arbetsvillkor", "praktik"]


def test_title_with_script_reaches_nobody_as_markup(week: str) -> None:
    items = crawl(week, "feeds", "week")[0]
    title = next(item.title for item in items if item.url.endswith("kommunallagen-distans"))
    assert "<" not in title


# --- The expectations, and the assessor


def test_all_areas_occur_and_a_third_is_noise() -> None:
    expected = [areas for items in EXPECTED.values() for areas in items.values()]
    assert {area for areas in expected for area in areas} == set(area_names())
    assert 1 / 3 <= sum(not areas for areas in expected) / len(expected) <= 1 / 2


@pytest.fixture(scope="module")
def assessed(week: str) -> list[tuple[list[str], Assessment]]:
    items = [item for source in EXPECTED for item in crawl(week, source, "week")[0]]
    return list(zip(map(expectation, items), Assessor.load().assess(items), strict=True))


def test_relevant_items_rank_above_noise(assessed: list[tuple[list[str], Assessment]]) -> None:
    good = [assessment.relevance for areas, assessment in assessed if areas]
    noise = [assessment.relevance for areas, assessment in assessed if not areas]
    right = sum(high > low for high in good for low in noise)
    assert right / (len(good) * len(noise)) >= 0.85


def test_the_strongest_area_is_an_expected_one(assessed: list[tuple[list[str], Assessment]]) -> None:
    relevant = [(areas, assessment) for areas, assessment in assessed if areas]
    wrong = [
        (assessment.key, dict(assessment.areas))
        for areas, assessment in relevant
        if not assessment.areas or max(assessment.areas, key=lambda a: assessment.areas[a]) not in areas
    ]
    assert len(wrong) <= 0.2 * len(relevant), wrong


def test_proposal_its_fact_memo_and_the_news_of_it_are_one_thread(week: str) -> None:
    items = [item for source in EXPECTED for item in crawl(week, source, "week")[0]]
    threads = join([read_matter(item, date(2026, 11, 20)) for item in items], {})
    members = [{member.key.rsplit("/", 1)[-1] for member in thread.members} for thread in threads]
    press = "eu-forslag-om-klimatresiliens-ska-starka-kommunernas-forebyggande-arbete"
    assert any({"52026PC0702", "202627fpm14", press} <= keys for keys in members)
