"""A loopback server that answers as badly as it is told to, and remembers what it was asked."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `behave` takes over the connection instead."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    behave: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that reached the server."""

    at: float
    method: str
    path: str
    headers: Mapping[str, str]


class HostileServer(ThreadingHTTPServer):
    """Answers each path with its answers in turn, the last one for ever; robots.txt is missing unless scripted."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[Asked] = []
        self.sent = 0
        self.lock = threading.Lock()
        scheme, host = ("https", "localhost") if context else ("http", "127.0.0.1")
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{scheme}://{host}:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def script(self, path: str, *answers: Answer) -> None:
        """Set the answers of `/HOST/PATH`."""
        self.answers[path] = list(answers)

    def next_answer(self, path: str) -> Answer:
        """Return the answer whose turn it is."""
        with self.lock:
            waiting = self.answers.get(path) or [Answer(404, b"not here")]
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def paths(self) -> list[str]:
        """Return what was asked for, in order."""
        return [asked.path for asked in self.asked]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: broken connections are what this server is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: HostileServer

    def do_GET(self) -> None:
        self.server.asked.append(Asked(time.monotonic(), self.command, self.path, dict(self.headers)))
        answer = self.server.next_answer(self.path)
        if answer.behave:
            self.close_connection = True
            return answer.behave(self)
        self.send_response_only(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        return None

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name it has above
        """Keep quiet."""


class Canary:
    """A listening port that nobody may connect to."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]

    def connects(self) -> int:
        """Return how many connections were opened, and close them."""
        self.socket.settimeout(0.05)
        count = 0
        while True:
            try:
                self.socket.accept()[0].close()
            except TimeoutError:
                return count
            count += 1


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send one byte a second."""
    handler.send_response_only(200)
    handler.send_header("Content-Length", "600")
    handler.end_headers()
    for _ in range(600):
        handler.wfile.write(b" ")
        time.sleep(1)


def endless(handler: Any) -> None:
    """Send for ever, without saying how much."""
    handler.send_response_only(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)
        handler.server.sent += 65536


def silent(handler: BaseHTTPRequestHandler) -> None:
    """Send nothing at all."""
    time.sleep(30)


def cut_short(handler: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    handler.send_response_only(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"items": [')
