"""Servers that fail, dawdle or flood: what the coordinator is told, and what the crawl is spared."""

from __future__ import annotations

import gzip
import socket
import time
import zlib

import brotli
import pytest
from backports import zstd

from store.types import SourceState
from tests.crawlers.conftest import crawl, job_for
from tests.crawlers.hostile import Answer, HostileServer, cut_short, drip, endless, silent


def test_F01_a_server_that_recovers_is_read_within_the_run(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(503), Answer(500), Answer(200))
    crawled = crawl(job_for(server.url))
    assert crawled.only.state is SourceState.WORKING
    assert server.paths().count("/source.example/page") == 3


def test_F01_a_server_that_stays_broken_is_told_with_its_code_and_the_others_finish(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(503))
    server.script("/other.example/page", Answer(200))
    urls = {"broken": "https://source.example/page", "whole": "https://other.example/page"}
    crawled = crawl(job_for(server.url, urls=urls))
    assert crawled.parts["broken"].state is SourceState.FAILING
    assert crawled.parts["broken"].message == "Källan svarar inte (fel 503, tillfälligt stängd)."
    assert crawled.parts["whole"].state is SourceState.WORKING
    assert server.paths().count("/source.example/page") == 3
    assert crawled.ended


def test_F01_a_client_error_is_not_asked_again(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(400))
    assert crawl(job_for(server.url)).only.state is SourceState.CHANGED
    assert server.paths().count("/source.example/page") == 1


def test_F02_a_dead_port_is_told_as_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    crawled = crawl(job_for(f"http://127.0.0.1:{port}"))
    assert crawled.only.state is SourceState.FAILING
    assert crawled.only.message == "Källan svarar inte: anslutningen nekades."


def test_F02_a_name_that_does_not_exist_is_told_as_such() -> None:
    urls = {"news": "https://no-such-name.invalid/page"}
    crawled = crawl(job_for("", replay_url="", urls=urls, options={"hosts": ["no-such-name.invalid"]}))
    assert crawled.only.state is SourceState.FAILING
    assert "namntjänsten" in crawled.only.message


@pytest.mark.parametrize("behave", [drip, silent])
def test_F03_a_slow_server_frees_the_crawl_in_time(server: HostileServer, behave: object) -> None:
    server.script("/source.example/page", Answer(behave=behave))  # type: ignore[arg-type]
    crawled = crawl(job_for(server.url, timeout_seconds=1.5))
    assert crawled.only.state is SourceState.FAILING
    assert crawled.only.message == "Källan tog för lång tid på sig att svara."
    assert server.paths().count("/source.example/page") == 1
    assert time.monotonic() - server.asked[-1].at < 1.5 + 2


BOMBS = {
    "gzip": gzip.compress(bytes(100_000_000)),
    "deflate": zlib.compress(bytes(100_000_000)),
    "br": brotli.compress(bytes(100_000_000), quality=1),
    "zstd": zstd.compress(bytes(100_000_000)),
}


def test_F04_compressed_bombs_are_told_as_too_big(server: HostileServer) -> None:
    for encoding, body in BOMBS.items():
        server.script(f"/source.example/{encoding}", Answer(200, body, {"Content-Encoding": encoding}))
    urls = {encoding: f"https://source.example/{encoding}" for encoding in BOMBS}
    crawled = crawl(job_for(server.url, urls=urls))
    assert {part.message for part in crawled.parts.values()} == {
        "För stort svar: källan skickade mer än vad som får läsas."
    }
    assert set(crawled.parts) == set(BOMBS)


def test_F05_an_endless_answer_is_cut_off(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(behave=endless))
    crawled = crawl(job_for(server.url, max_bytes=16_000_000))
    assert crawled.only.message == "För stort svar: källan skickade mer än vad som får läsas."
    assert server.sent < 16_000_000 * 1.5


def test_F05_an_answer_that_says_it_is_too_big_is_not_read(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(200, b"x" * 300_000))
    assert "För stort svar" in crawl(job_for(server.url)).only.message


def test_F06_an_answer_cut_off_on_the_way_is_never_parsed(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(behave=cut_short))
    crawled = crawl(job_for(server.url))
    assert crawled.only.message == "Källans svar bröts av innan det var slut."
    assert crawled.items == []


def test_F25_a_refusal_or_a_page_gone_is_told_with_its_code(server: HostileServer) -> None:
    for status in (401, 403, 404, 410, 451):
        server.script(f"/source.example/{status}", Answer(status))
    urls = {str(status): f"https://source.example/{status}" for status in (401, 403, 404, 410, 451)}
    crawled = crawl(job_for(server.url, urls=urls))
    assert {part: (ending.state, ending.message) for part, ending in crawled.parts.items()} == {
        "401": (SourceState.REFUSED, "Källan tillåter inte hämtning (fel 401, inloggning krävs)."),
        "403": (SourceState.REFUSED, "Källan tillåter inte hämtning (fel 403, hämtning nekas)."),
        "404": (SourceState.CHANGED, "Sidan finns inte hos källan (fel 404): borttagen eller flyttad."),
        "410": (SourceState.CHANGED, "Sidan är borttagen hos källan (fel 410)."),
        "451": (SourceState.REFUSED, "Källan tillåter inte hämtning (fel 451, spärrad av rättsliga skäl)."),
    }
    assert len(server.paths()) == 6
