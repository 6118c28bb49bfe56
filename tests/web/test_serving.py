"""`utkik serve` shows the page beside the schedule, and both end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from flask import Flask

from pipeline.installation import Installation, open_installation
from store.errors import ConfigurationError
from tests.pipeline.test_serve import sources_off
from web.app import start_page
from web.hosts import hosts
from web.server import Page


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def listening_at(home: Path, place: str) -> None:
    (home / "utkik.toml").write_text(f'[web]\nlisten = "{place}"\n{sources_off(set())}', encoding="utf-8")


def test_serve_shows_the_page_until_it_is_told_to_end(home: Path) -> None:
    port = free_port()
    listening_at(home, f"127.0.0.1:{port}")
    command = [sys.executable, "-m", "pipeline.cli", "--home", str(home), "serve"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 - our own
    try:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        answer = httpx.get(f"http://127.0.0.1:{port}/logga-in")
        assert answer.status_code == 200
        assert "Provköping" in answer.text
        assert "server" not in answer.headers
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    finally:
        process.kill()
        process.communicate()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/logga-in")


def test_place_that_is_taken_is_told_with_what_to_do(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listening_at(home, f"127.0.0.1:{taken.getsockname()[1]}")
        with open_installation(home) as installation, pytest.raises(ConfigurationError, match="utkik serve --no-page"):
            start_page(installation)


def test_without_a_place_to_listen_there_is_no_page(home: Path) -> None:
    listening_at(home, "")
    with open_installation(home) as installation:
        assert start_page(installation) is None


def test_page_knows_the_organisation_as_its_file_stands_now(home: Path, installation: Installation) -> None:
    listening_at(home, f"127.0.0.1:{free_port()}")
    with open_installation(home) as opened:
        page = start_page(opened)
        assert page is not None
        path = home / "municipality.toml"
        text = path.read_text(encoding="utf-8").replace('short = "Provköping"', 'short = "Nyköping"')
        path.write_text(text, encoding="utf-8")
        assert "Nyköping" in httpx.get(f"{page.url}/logga-in").text
        page.stop()


def test_answer_that_is_on_its_way_is_given_whole_when_the_page_stops(caplog: pytest.LogCaptureFixture) -> None:
    app, asked = Flask("slow"), threading.Event()

    @app.get("/")
    def slow() -> str:
        asked.set()
        threading.Event().wait(0.3)
        return "x" * 500_000

    page = Page(app, host="127.0.0.1", port=0, threads=4)
    answers: list[httpx.Response] = []
    reader = threading.Thread(target=lambda: answers.append(httpx.get(page.url)))
    reader.start()
    assert asked.wait(5)
    page.stop()
    reader.join(5)
    assert [len(answer.text) for answer in answers] == [500_000]
    assert caplog.messages == []


def test_browser_that_keeps_its_connection_reaches_the_page_that_comes_after() -> None:
    def saying(word: str) -> Flask:
        app = Flask(word)
        app.add_url_rule("/", view_func=lambda: word)
        return app

    first = Page(saying("set-up"), host="127.0.0.1", port=0, threads=2)
    with httpx.Client() as browser:
        assert browser.get(first.url).text == "set-up"
        first.stop()
        second = Page(saying("week"), host="127.0.0.1", port=first.port, threads=2)
        assert browser.get(second.url).text == "week"
        second.stop()


def test_page_answers_to_its_own_names_only() -> None:
    assert hosts("https://utkik.example.org/a", "0.0.0.0:80") == [
        "127.0.0.1",
        "[::1]",
        "localhost",
        "utkik.example.org",
    ]
