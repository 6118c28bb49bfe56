"""Digests are frozen once per reader and week, from a real store."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from pipeline.candidate import Candidate
from pipeline.compose import build_digests, compose
from pipeline.municipality import Municipality
from pipeline.settings import Settings
from store.assessments import save_assessments
from store.db import Store, open_store
from store.digests import get_digest, list_digests
from store.items import upsert_items
from store.routes import get_routes
from store.runs import last_runs, start_run
from store.stories import save_stories
from store.types import Deadline, Digest, Kind, Outcome, PartResult, Ruling, Run, SourceState, Story
from store.verdicts import save_verdict
from tests.pipeline.making import NOW, candidate, municipality, unit, verdict

YESTERDAY = NOW - timedelta(days=1)
NEXT_WEEK = NOW + timedelta(days=7)
READERS = ["ledning@example.org", "skola@example.org", "social@example.org", "vatten@example.org"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'utkik.db'}") as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def keep(store: Store, *candidates: Candidate, now: datetime = YESTERDAY) -> None:
    with store.session() as session:
        upsert_items(session, [c.item for c in candidates], now=now)
        save_assessments(session, [c.assessment for c in candidates], now=now)


def digests(store: Store, week: str = "2026-W48") -> dict[str, Digest]:
    with store.reading() as session:
        return {digest.contact: digest for digest in list_digests(session, week=week)}


def keys(digest: Digest) -> list[str]:
    return [entry.key for entry in digest.entries]


def text_of(digest: Digest) -> str:
    message: Any = email.message_from_bytes(digest.message, policy=default)
    return str(message.get_body(("plain",)).get_content())


def freeze(store: Store, settings: Settings, *, at: Municipality | None = None, now: datetime = NOW) -> Run:
    week = "2026-W48" if now < NEXT_WEEK else "2026-W49"
    return compose(store, at or municipality(), settings, week=week, now=now)


def test_each_reader_gets_one_digest_with_what_concerns_the_own_unit(store: Store, settings: Settings) -> None:
    keep(store, candidate("a"), candidate("b", areas={"water": 0.9}))
    run = freeze(store, settings)
    assert (run.outcome, run.counts["digests"], run.counts["entries"]) == (Outcome.COMPLETE, 4, 2)
    found = digests(store)
    assert sorted(found) == READERS
    assert keys(found["skola@example.org"]) == ["a"]
    assert keys(found["vatten@example.org"]) == ["b"]
    assert found["skola@example.org"].units == ("skola",)


def test_F53_reader_without_news_gets_a_short_honest_digest(store: Store, settings: Settings) -> None:
    freeze(store, settings)
    digest = digests(store)["social@example.org"]
    assert digest.subject == "v. 48: inget nytt för Socialförvaltningen"
    assert "Inget nytt för er den här veckan." in text_of(digest)


def test_F48_second_run_of_a_week_adds_nothing_whatever_has_come_in(store: Store, settings: Settings) -> None:
    keep(store, candidate("a"))
    freeze(store, settings)
    before = digests(store)
    keep(store, candidate("b"), now=NOW)
    run = freeze(store, settings, now=NOW + timedelta(hours=1))
    assert (run.counts["digests"], run.counts["existing"]) == (0, 4)
    assert digests(store) == before


def test_next_week_tells_what_is_new_and_nothing_twice(store: Store, settings: Settings) -> None:
    keep(store, candidate("a"))
    freeze(store, settings)
    keep(store, candidate("b", published=date(2026, 11, 28)), now=NEXT_WEEK - timedelta(days=1))
    freeze(store, settings, now=NEXT_WEEK)
    assert keys(digests(store, "2026-W49")["skola@example.org"]) == ["b"]


def test_deadline_that_moves_after_the_digest_is_told_in_the_next(store: Store, settings: Settings) -> None:
    call = candidate("a", kind=Kind.CALL, status="open", deadlines=(Deadline(date(2026, 12, 3)),))
    keep(store, call)
    freeze(store, settings)
    moved = candidate("a", kind=Kind.CALL, status="open", deadlines=(Deadline(date(2026, 12, 5)),))
    keep(store, moved, now=NOW + timedelta(days=2))
    freeze(store, settings, now=NEXT_WEEK)
    assert "Ändrad frist: 3 dec → 5 dec." in text_of(digests(store, "2026-W49")["skola@example.org"])


def test_call_that_is_absent_from_later_answers_is_neither_lost_nor_told_again(
    store: Store, settings: Settings
) -> None:
    keep(store, candidate("a", kind=Kind.CALL, deadlines=(Deadline(date(2027, 3, 1)),)))
    freeze(store, settings)
    freeze(store, settings, now=NEXT_WEEK)
    assert keys(digests(store)["skola@example.org"]) == ["a"]
    assert keys(digests(store, "2026-W49")["skola@example.org"]) == []


def test_story_is_told_once_whichever_source_it_comes_from(store: Store, settings: Settings) -> None:
    keep(store, candidate("a", relevance=0.9), candidate("b", publisher="Andra bladet"))
    with store.session() as session:
        save_stories(session, [Story(id="s", members=(("feeds", "a"), ("feeds", "b")))], now=YESTERDAY)
    freeze(store, settings)
    digest = digests(store)["skola@example.org"]
    assert keys(digest) == ["a"]
    assert "Samma nyhet finns hos 1\N{NO-BREAK SPACE}källa till." in text_of(digest)
    freeze(store, settings, now=NEXT_WEEK)
    assert keys(digests(store, "2026-W49")["skola@example.org"]) == []


@pytest.mark.parametrize(("ruling", "shown"), [(Ruling.DROP, []), (Ruling.LATER, []), (Ruling.SEND, ["a"])])
def test_verdict_decides(store: Store, settings: Settings, ruling: Ruling, shown: list[str]) -> None:
    item = candidate("a", relevance=0.1 if ruling is Ruling.SEND else 0.9, published=date(2026, 3, 1))
    keep(store, item)
    with store.session() as session:
        save_verdict(session, verdict(item, ruling))
    freeze(store, settings)
    assert keys(digests(store)["skola@example.org"]) == shown


def test_item_first_seen_after_the_moment_does_not_exist(store: Store, settings: Settings) -> None:
    keep(store, candidate("a"), now=NOW + timedelta(hours=1))
    freeze(store, settings)
    assert keys(digests(store)["skola@example.org"]) == []


def test_coordinator_gets_a_digest_only_when_something_goes_there(store: Store, settings: Settings) -> None:
    keep(store, candidate("a", areas={"waste": 0.9}))
    freeze(store, settings)
    assert keys(digests(store)["samordnare@example.org"]) == ["a"]


def test_F51_unit_without_contact_is_told_of_in_the_coordinators_digest(store: Store, settings: Settings) -> None:
    at = municipality(units={"skola": unit("Skolförvaltningen", ["school"], None)})
    keep(store, candidate("a"), candidate("b"))
    freeze(store, settings, at=at)
    (digest,) = digests(store).values()
    assert digest.contact == "samordnare@example.org"
    assert "Skolförvaltningen saknar kontaktperson: 2 poster som rör den står i det" in text_of(digest).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_preview_writes_nothing(store: Store, settings: Settings) -> None:
    keep(store, candidate("a"))
    assert len(build_digests(store, municipality(), settings, week="2026-W48", now=NOW)) == 4
    assert digests(store) == {}
    with store.reading() as session:
        assert get_routes(session, "provköping", "2026-W48") == []
        assert last_runs(session, "compose") == {}


def test_built_digest_is_the_one_that_is_frozen(store: Store, settings: Settings) -> None:
    keep(store, candidate("a"))
    built = build_digests(store, municipality(), settings, week="2026-W48", now=NOW)
    freeze(store, settings)
    with store.reading() as session:
        assert [get_digest(session, digest.id) for digest in built] == built


def test_cut_after_the_first_digest_is_made_good_by_the_next_run(store: Store, settings: Settings) -> None:
    keep(store, candidate("a"))

    def cut(done: int, total: int | None) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compose(store, municipality(), settings, week="2026-W48", now=NOW, progress=cut)
    freeze(store, settings)
    assert sorted(digests(store)) == READERS


def test_reader_is_told_which_sources_could_not_be_read(store: Store, settings: Settings) -> None:
    failed = Run(
        id="1",
        step="collect",
        subject="regeringen",
        started_at=YESTERDAY,
        ended_at=YESTERDAY,
        outcome=Outcome.PARTIAL,
        state=SourceState.FAILING,
        parts=(
            PartResult(part="remisser", state=SourceState.FAILING),
            PartResult(part="propositioner", state=SourceState.WORKING),
        ),
    )
    with store.session() as session:
        start_run(session, failed)
    freeze(store, settings)
    text = text_of(digests(store)["skola@example.org"])
    assert "1\N{NO-BREAK SPACE}källa kontrollerad, 1\N{NO-BREAK SPACE}gick inte att läsa helt." in text
    assert "lästes till en del; detta saknas: remisser." in " ".join(text.split())


def test_F54_ten_thousand_items_make_a_small_digest_in_reasonable_time(store: Store, settings: Settings) -> None:
    keep(store, *(candidate(f"{n:05d}", f"Rubrik {n}") for n in range(10_000)))
    freeze(store, settings)
    digest = digests(store)["skola@example.org"]
    assert len(digest.entries) == 25
    assert len(digest.message) < 100_000
    assert "Ytterligare 9975 poster finns hos samordnaren." in text_of(digest).replace("\N{NO-BREAK SPACE}", " ")


def test_frozen_moment_is_the_messages_date(store: Store, settings: Settings) -> None:
    freeze(store, settings)
    message = email.message_from_bytes(digests(store)["skola@example.org"].message, policy=default)
    assert message["Date"].datetime == datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
