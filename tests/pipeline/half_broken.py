"""The sample week behind a server that breaks the hosts it is told to break, each in its own way."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from pipeline.sample_data import Moment
from pipeline.sample_server import serve_sample_week


@dataclass(frozen=True, slots=True)
class Broken:
    """What a broken host answers to everything but its robots.txt; status 0 cuts the connection."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class HalfBrokenServer(ThreadingHTTPServer):
    """Answers for broken hosts itself, and hands every other question on to the sample week."""

    daemon_threads = True

    def __init__(self, sample: str, broken: Mapping[str, Broken]) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.sample, self.broken = urlsplit(sample).netloc, dict(broken)
        self.asked: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def hosts_asked(self) -> set[str]:
        """Return the hosts that anything was asked of."""
        return {path.split("/")[1] for path in self.asked}


class _Relay(BaseHTTPRequestHandler):
    server: HalfBrokenServer

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        broken = self.server.broken.get(self.path.split("/")[1])
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if broken and self.path.endswith("/robots.txt"):
            self.answer(404, b"", {})
        elif broken and broken.status:
            self.answer(broken.status, broken.body, broken.headers)
        elif not broken:
            self.relay(body)

    def relay(self, body: bytes) -> None:
        """Answer as the sample week does."""
        connection = http.client.HTTPConnection(self.server.sample, timeout=10)
        headers = {name: value for name, value in self.headers.items() if name in ("Content-Type", "Accept")}
        connection.request(self.command, self.path, body=body or None, headers=headers)
        answer = connection.getresponse()
        self.answer(answer.status, answer.read(), {"Content-Type": answer.getheader("Content-Type") or ""})
        connection.close()

    def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send an answer."""
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has above
        """Keep quiet."""


@contextmanager
def serve_half_broken(moment: Moment, broken: Mapping[str, Broken]) -> Iterator[HalfBrokenServer]:
    """Serve the sample week on a loopback port, some of its hosts broken."""
    with serve_sample_week(moment) as sample:
        server = HalfBrokenServer(sample, broken)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
            server.server_close()
