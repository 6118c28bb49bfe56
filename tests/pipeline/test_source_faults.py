"""What a source does wrong must not cost a municipality what it already has, nor tell it the same thing five times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.job import Job
from nlp.stories import StoryEntry, group
from pipeline.collect import collect
from store.db import Store, open_store
from store.items import count_by_source, get_item, iter_items, revisions
from store.types import Outcome, Run, SourceState
from tests.crawlers.hostile import Answer, HostileServer
from tests.pipeline.making import candidate
from tests.pipeline.test_selection import select

MONDAY = datetime(2026, 8, 17, 6, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
FEED = {"url": "https://feed.example/rss", "title": "Exempelnytt", "language": "sv", "fewest": 2}


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'utkik.db'}") as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[HostileServer]:
    hostile = HostileServer()
    yield hostile
    hostile.shutdown()
    hostile.server_close()


def rss(*texts: str, tag: str = "item") -> Answer:
    entries = "".join(
        f"<{tag}><title>Nyhet nummer {number}</title><link>https://feed.example/{number}</link>"
        f"<description>{text}</description></{tag}>"
        for number, text in enumerate(texts, 1)
    )
    return Answer(200, f'<rss version="2.0"><channel><title>T</title>{entries}</channel></rss>'.encode())


def read(store: Store, server: HostileServer, answer: Answer, now: datetime) -> Run:
    server.script("/feed.example/rss", answer)
    options = {"feeds": {"exempel": FEED}}
    job = Job(source="feeds", now=now, options=options, replay_url=server.url, delay_seconds=0)
    (run,) = collect(store, [job], now=now)
    return run


def test_F22_an_answer_without_items_is_told_and_what_was_there_stays(sqlite: Store, server: HostileServer) -> None:
    assert read(sqlite, server, rss("Ett.", "Två.", "Tre."), MONDAY).outcome is Outcome.COMPLETE
    run = read(sqlite, server, rss("Ett.", "Två.", "Tre.", tag="nyhet"), TUESDAY)
    assert (run.state, run.outcome) == (SourceState.QUIET, Outcome.FAILED)
    assert "0 poster, brukar vara minst 2." in run.message
    with sqlite.reading() as session:
        assert count_by_source(session) == {"feeds": 3}


def test_F13_a_text_that_is_corrected_is_replaced_and_its_old_version_can_still_be_read(
    sqlite: Store, server: HostileServer
) -> None:
    read(sqlite, server, rss("Stödet är 4 miljoner.", "Två."), MONDAY)
    run = read(sqlite, server, rss("Rättelse: stödet är 6 miljoner.", "Två."), TUESDAY)
    assert (run.counts["changed"], run.counts["same"], run.counts.get("new", 0)) == (1, 1, 0)
    key = "exempel:https://feed.example/1"
    with sqlite.reading() as session:
        stored = get_item(session, "feeds", key)
        (revision,) = revisions(session, "feeds", key)
        assert len(list(iter_items(session))) == 2
    assert stored is not None
    assert stored.item.text == "Rättelse: stödet är 6 miljoner."
    assert (stored.first_seen, stored.changed_at) == (MONDAY, TUESDAY)
    assert revision.changes["text"] == ["Stödet är 4 miljoner.", "Rättelse: stödet är 6 miljoner."]
    assert revision.seen_at == TUESDAY


TEXT = (
    "Regeringen föreslår att kommunerna ska få ansvar för att ta fram planer för hur vattnet ska räcka under torra "
    "somrar. Planerna ska vara klara 2028 och ses över vart fjärde år."
)
PUBLISHERS = ("Regeringskansliet", "SKR", "Altinget", "Dagens Samhälle", "SVT")


def test_F26_the_same_news_in_five_sources_is_shown_once_and_no_source_is_lost() -> None:
    entries = [
        StoryEntry(
            source="regeringen" if number == 0 else "feeds",
            key=f"{publisher}:1",
            title="Kommunerna ska planera för torka" if number % 2 else "Kommuner ska planera för torka",
            text=TEXT if number != 3 else TEXT.replace("vart fjärde", "vart femte"),
            published=date(2026, 11, 20),
            language="sv",
        )
        for number, publisher in enumerate(PUBLISHERS)
    ]
    (story,) = group(entries, {})
    assert {key for _, key in story.members} == {f"{publisher}:1" for publisher in PUBLISHERS}
    told = [
        candidate(entry.key, entry.title, publisher=publisher, source=entry.source, story=story.id)
        for entry, publisher in zip(entries, PUBLISHERS, strict=True)
    ]
    (shown,) = select(*told).entries
    assert shown.others == 4
