"""The Swedish open data as real crawls: against the recordings beside the project, and a server of our own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawlers.job import Job
from crawlers.protocol import ItemFound, Message, PartEnded, message_from_json
from store.types import SourceState
from tests.crawlers.conversation import NOW, recording
from tests.crawlers.hostile import Answer, HostileServer

PROJECT = Path(__file__).resolve().parents[2]
SHARED = PROJECT.parent / "shared"
LISTS = SHARED / "recordings" / "se" / "riksdagen"
RECORDED = {
    "dir": "dir_dokumentlista_window_first8of25.json",
    "sou": "sou_dokumentlista_window_first4of5.json",
    "prop": "prop_dokumentlista_HB0320.json",
    "bet": "bet_dokumentlista_page1.json",
}


def crawl(source: str, replay_url: str, **values: Any) -> list[Message]:
    job = Job(**{"source": source, "now": NOW, "replay_url": replay_url, "delay_seconds": 0.0, **values})
    command = [sys.executable, "-m", "crawlers.crawl"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        command, input=job.to_json() + "\n", capture_output=True, text=True, cwd=PROJECT, timeout=120, check=True
    )
    return [message_from_json(line) for line in done.stdout.splitlines()]


def endings(messages: list[Message]) -> dict[str, PartEnded]:
    return {message.part: message for message in messages if isinstance(message, PartEnded)}


@pytest.mark.skipif(not (SHARED / "replay" / "replay.py").is_file(), reason="no recordings beside the project")
def test_every_document_of_the_recorded_lists_arrives() -> None:
    command = [sys.executable, str(SHARED / "replay" / "replay.py"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own interpreter
        assert server.stdout is not None
        messages = crawl("riksdagen", server.stdout.readline().split()[-1])
        server.terminate()
        server.stdout.close()
    for part, name in RECORDED.items():
        documents = json.loads((LISTS / name).read_text(encoding="utf-8"))["dokumentlista"]["dokument"]
        found = {each.item.key: each.item for each in messages if isinstance(each, ItemFound) and each.part == part}
        assert set(found) == {document["dok_id"] for document in documents}
        for document in documents:
            assert found[document["dok_id"]].title == " ".join(document["titel"].split())
    told = endings(messages)
    assert {name: ending.items for name, ending in told.items() if name not in RECORDED} == dict.fromkeys(
        ("fpm", "kom", "eundok", "eunprot", "ds"), 0
    )
    assert {told[name].state for name in RECORDED} == {SourceState.WORKING}


def test_a_connection_cut_is_tried_again_and_a_page_in_place_of_a_list_is_told(server: HostileServer) -> None:
    start = "&from=2026-05-24&sort=datum&sortorder=desc&sz=200&utformat=json&p=1"
    prop, sou = (f"/data.riksdagen.se/dokumentlista/?doktyp={part}{start}" for part in ("prop", "sou"))

    def cut(handler: Any) -> None:
        handler.connection.close()

    server.script(prop, Answer(behave=cut), Answer(200, recording("riksdagen/01.prop.1.json")))
    server.script(sou, Answer(200, b"<!DOCTYPE html><html><body>Fel</body></html>", {"Content-Type": "text/html"}))
    messages = crawl("riksdagen", server.url, options={"parts": ["prop", "sou"]})
    told = endings(messages)
    assert (told["prop"].state, told["prop"].items) == (SourceState.WORKING, 2)
    assert (told["sou"].state, told["sou"].items) == (SourceState.CHANGED, 0)
    assert server.paths().count(prop) == 2


def test_rounds_are_read_with_their_calls_and_programmes(server: HostileServer) -> None:
    for entity in ("ansokningsomgangar", "utlysningar", "program"):
        answer = Answer(200, recording(f"vinnova/01.{entity}.json"))
        server.script(f"/data.vinnova.se/api/{entity}/2024-08-22", answer)
    server.script(
        "/data.vinnova.se/api/utlysningar/2025-00400", Answer(200, recording("vinnova/01.utlysningar.more.json"))
    )
    server.script("/data.vinnova.se/api/program/2024-00002", Answer(200, recording("vinnova/01.program.more.json")))
    (ending,) = endings(crawl("vinnova", server.url)).values()
    assert (ending.state, ending.items, ending.mark) == (SourceState.WORKING, 3, "2026-08-22")
