"""From the relevance filter to the whole text and back: what is asked for, stored and assessed again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console

from nlp.assessor import Assessor
from pipeline.assess import assess
from pipeline.details import wanted_details
from pipeline.installation import Installation
from pipeline.municipality import find_municipality
from pipeline.run import collect_sources, fetch_details
from pipeline.settings import Settings
from store.assessments import get_assessments, save_assessments
from store.db import Store
from store.details import get_details
from store.items import get_item, upsert_items
from store.runs import last_runs
from store.types import Assessment, Item, Kind, Outcome, SourceState
from tests.crawlers.conversation import recording

NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)
MakeItem = Callable[..., Item]
ACT, TOPIC = ("cellar", "32026L1901"), ("funding_tenders", "CERV-2026-CITIZENS-TOWN-XX")


class Handler(BaseHTTPRequestHandler):
    """Answers with one recorded text and one recorded topic, and 404."""

    def do_GET(self) -> None:
        answers = {
            "/publications.europa.eu/resource/celex/32026L1901": "cellar_texts/01.32026L1901.sv.xhtml",
            "/ec.europa.eu/info/funding-tenders/opportunities/data/topicDetails/"
            "cerv-2026-citizens-town-xx.json": "topic_details/01.cerv-2026-citizens-town-xx.json",
        }
        name = answers.get(self.path)
        body = recording(name) if name else b"not found"
        kind = "application/json" if self.path.endswith(".json") else "application/xhtml+xml;charset=UTF-8"
        self.send_response(200 if name else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def filled(sqlite_store: Store, make_item: MakeItem) -> Store:
    """Give a store with a relevant act and call, a measure, an external call and an act that is not relevant."""
    call = {"source": "funding_tenders", "kind": Kind.CALL, "status": "open", "language": "en", "text": ""}
    items = [
        make_item(key=ACT[1], title="Direktiv om kommunala skyfallsplaner", text=""),
        make_item(key="72024L1785SWE_202605011", title="Lag om kommunala skyfallsplaner"),
        make_item(key="32026R0001", title="Förordning om import av klementiner"),
        make_item(**call, key=TOPIC[1], title="Town meetings", meta={"type": "1"}),
        make_item(**call, key="1EXT", title="Town meetings abroad", meta={"type": "2"}),
    ]
    relevance = {ACT[1]: 0.6, "72024L1785SWE_202605011": 0.9, "32026R0001": 0.1, TOPIC[1]: 0.7, "1EXT": 0.8}
    version = Assessor.load().version
    with sqlite_store.session() as session:
        upsert_items(session, items, now=NOW)
    with sqlite_store.session() as session:
        assessments = []
        for item in items:
            stored = get_item(session, item.source, item.key)
            assert stored is not None
            assessments.append(
                Assessment(
                    source=item.source,
                    key=item.key,
                    content_hash=stored.content_hash,
                    assessor=version,
                    language="sv",
                    relevance=relevance[item.key],
                    areas={},
                    flags={},
                )
            )
        save_assessments(session, assessments, now=NOW)
    return sqlite_store


def installation(store: Store, url: str, tmp_path: Path) -> Installation:
    sources = {"cellar": {"enabled": False}}
    settings = Settings.model_validate({"home": tmp_path, "replay_url": url, "sources": sources})
    return Installation(settings, store, find_municipality("mellerud"))


def test_only_what_passed_the_filter_and_may_have_a_text_is_wanted(filled: Store) -> None:
    with filled.reading() as session:
        assert [row["key"] for row in wanted_details(session, "cellar_texts", now=NOW)] == [ACT[1]]
        assert [row["key"] for row in wanted_details(session, "topic_details", now=NOW)] == [TOPIC[1]]
        assert wanted_details(session, "cellar", now=NOW) == []


def test_fetched_texts_are_stored_and_their_items_assessed_again(filled: Store, tmp_path: Path) -> None:
    with serving() as url:
        runs = fetch_details(installation(filled, url, tmp_path), Console(quiet=True), now=NOW, quiet=True)
    assert [(run.step, run.subject, run.state, run.counts.get("new")) for run in runs] == [
        ("collect", "cellar_texts", SourceState.WORKING, 1),
        ("collect", "topic_details", SourceState.WORKING, 1),
        ("assess", "", None, None),
    ]
    assert runs[-1].counts["assessed"] == 2
    with filled.reading() as session:
        details, read = get_details(session, [ACT, TOPIC]), get_assessments(session, [ACT, TOPIC])
        assert wanted_details(session, "cellar_texts", now=NOW) == []
        assert last_runs(session)["topic_details"].outcome is Outcome.COMPLETE
    assert details[ACT].text.startswith("Syfte")
    assert "2028-02-11" in {day.on.isoformat() for day in read[ACT].deadlines}
    assert read[ACT].summary.startswith("I detta direktiv fastställs")
    assert (6_000_000.0, "EUR") in {(money.value, money.currency) for money in read[TOPIC].money}
    assert [day.on.isoformat() for day in read[TOPIC].deadlines] == ["2026-09-23", "2027-02-18"]


def test_second_time_nothing_is_wanted_and_no_process_started(filled: Store, tmp_path: Path) -> None:
    with serving() as url:
        fetch_details(installation(filled, url, tmp_path), Console(quiet=True), now=NOW, quiet=True)
    runs = fetch_details(installation(filled, "http://127.0.0.1:9", tmp_path), Console(quiet=True), now=NOW, quiet=True)
    assert [(run.subject, run.state, run.counts) for run in runs] == [
        ("cellar_texts", SourceState.WORKING, {"read": 0}),
        ("topic_details", SourceState.WORKING, {"read": 0}),
    ]
    assert assess(filled, Assessor.load(), now=NOW).counts["assessed"] == 0


def test_a_source_of_details_may_be_asked_by_name(filled: Store, tmp_path: Path) -> None:
    with serving() as url:
        [run] = collect_sources(
            installation(filled, url, tmp_path), Console(quiet=True), ["cellar_texts"], now=NOW, quiet=True
        )
    assert (run.subject, run.state, run.counts["read"]) == ("cellar_texts", SourceState.WORKING, 1)


def test_what_cannot_be_reached_fails_alone_and_is_asked_for_again(filled: Store, tmp_path: Path) -> None:
    runs = fetch_details(installation(filled, "http://127.0.0.1:9", tmp_path), Console(quiet=True), now=NOW, quiet=True)
    assert [run.state for run in runs] == [SourceState.FAILING, SourceState.FAILING]
    with filled.reading() as session:
        assert [row["key"] for row in wanted_details(session, "cellar_texts", now=NOW)] == [ACT[1]]


def test_rows_of_what_is_wanted_can_be_sent_to_another_process(filled: Store) -> None:
    with filled.reading() as session:
        rows = wanted_details(session, "topic_details", now=NOW)
    assert json.loads(json.dumps(rows)) == rows
