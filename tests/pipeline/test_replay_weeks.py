"""The real sources' recorded answers, read through the whole product; they lie beside the project or the test skips."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.job import Job
from nlp.assessor import Assessor
from pipeline.assess import assess
from pipeline.collect import collect
from pipeline.compose import build_digests
from pipeline.municipality import find_municipality
from pipeline.settings import Settings
from store.db import Store, open_store
from store.items import count_by_source, events_since, iter_items
from store.types import Run

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("replay"),
    pytest.mark.skipif(
        not (SHARED / "replay" / "replay.py").is_file(), reason="no recorded answers beside the project"
    ),
]


@contextmanager
def replay(portal_date: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(SHARED / "replay" / "replay.py"), "--port", str(port), "--portal-date", portal_date]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:  # noqa: S603 - fixed arguments
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def grants(portal_date: str) -> dict[str, dict[str, Any]]:
    path = SHARED / "recordings" / "eu" / "sedia" / f"ft_portal_open_and_forthcoming_{portal_date}.json"
    return {grant["id"]: grant for grant in json.loads(path.read_text(encoding="utf-8"))["grants"]}


def read(store: Store, url: str, now: datetime, *sources: str) -> list[Run]:
    jobs = [Job(source=source, now=now, replay_url=url, delay_seconds=0) for source in sources]
    return collect(store, jobs, now=now)


def item_key(grant: dict[str, Any]) -> str:
    """The identifier of a topic; other kinds of calls share theirs, so they go by the portal's reference."""
    return str(grant["identifier"] if grant["kind"]["id"] == "1" else grant["id"])


def day(grant: dict[str, Any]) -> str:
    return str(grant["deadlineDate"] or "")[:10]


def test_first_week_is_whole_and_its_digests_do_not_flood(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'utkik.db'}") as store, replay("2026-08-22") as url:
        read(store, url, NOW, "cellar", "funding_tenders", "regeringen")
        with store.reading() as session:
            counts = count_by_source(session)
            acts = {stored.item.key for stored in iter_items(session, sources=["cellar"])}
        assert counts["funding_tenders"] == len(grants("2026-08-22")) == 723
        assert acts == acts_between("2026-05-24", "2026-08-22")
        assert counts["regeringen"] == len(government_pages()) + 20  # the remisses of the recorded listing
        assess(store, Assessor.load(), now=NOW)
        settings = Settings(home=tmp_path)
        digests = build_digests(store, find_municipality("mellerud"), settings, week="2026-W34", now=NOW)
    coordinator = find_municipality("mellerud").coordinator.email
    letters = [digest for digest in digests if digest.contact != coordinator]
    assert len(letters) == 6
    assert all(0 < len(digest.entries) <= 25 for digest in letters)
    assert all(len(digest.message) < 100_000 for digest in digests)
    # The recordings lack some of the Government's lists: those parts fail, and the coordinator is told.
    assert [digest.entries for digest in digests if digest.contact == coordinator] == [()]


def acts_between(first: str, last: str) -> set[str]:
    lines = (SHARED / "data" / "acts.jsonl").read_text(encoding="utf-8").splitlines()
    acts = [json.loads(line) for line in lines]
    return {a["celex"] for a in acts if a["celex"][0] in "35" and first <= (a["date"] or "") <= last}


def government_pages() -> set[str]:
    lists = (
        "faktapromemoria",
        "kommittedirektiv",
        "statens-offentliga-utredningar",
        "artiklar",
        "rapporter",
        "kommenterade-dagordningar",
    )
    folder = SHARED / "recordings" / "se" / "g0v"
    items = [item for name in lists for item in json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))]
    return {item["url"].strip("/") for item in items}


def test_calls_that_are_absent_for_a_while_are_neither_lost_nor_closed(tmp_path: Path) -> None:
    later, last = NOW.replace(day=23), NOW.replace(day=24)
    august, july = grants("2026-08-22"), grants("2026-07-24")
    both = [key for key in august if key in july]
    moved = {item_key(august[key]) for key in both if day(august[key]) != day(july[key])}
    with open_store(f"sqlite:///{tmp_path / 'utkik.db'}") as store:
        with replay("2026-08-22") as url:
            read(store, url, NOW, "funding_tenders")
        with store.reading() as session:
            before = {stored.item.key: stored.item.status for stored in iter_items(session)}
        with replay("2026-07-24") as url:
            read(store, url, later, "funding_tenders")
        with replay("2026-08-22") as url:
            [run] = read(store, url, last, "funding_tenders")
        with store.reading() as session:
            after = {stored.item.key: stored.item for stored in iter_items(session)}
            events = [event for event in events_since(session, last) if "deadlines" in event.changes]
    assert set(before) < set(after)
    assert {key: after[key].status for key in before} == before
    assert {item.status for item in after.values()} == {"open", "forthcoming"}
    assert len(after) == len({**august, **july})
    assert {event.key for event in events} == moved
    assert run.counts["new"] == 0
