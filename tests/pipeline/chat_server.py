"""A small server on a loopback port that speaks the chat-completions protocol, well or badly as a script says."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Asked = Mapping[str, Any]
Behaviour = Callable[["Handler", Asked], None]


class ChatServer(ThreadingHTTPServer):
    """Answers each question as `behaviour` does, and remembers what was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviour = behaviour
        self.asked: list[Asked] = []
        self.headers: list[Mapping[str, str]] = []

    @property
    def url(self) -> str:
        """What stands in the settings."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    """One question."""

    server: ChatServer

    def do_POST(self) -> None:
        """Answer as the script says."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        self.server.headers.append(dict(self.headers))
        with contextlib.suppress(ConnectionError):
            self.server.behaviour(self, asked)

    def give(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def chat_server(behaviour: Behaviour) -> Iterator[ChatServer]:
    """Give a running server."""
    server = ChatServer(behaviour)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def completion(content: Any) -> bytes:
    """Return a body of the protocol with this text as the model's answer."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    return json.dumps({"id": "c1", "object": "chat.completion", "choices": [choice]}).encode()


def saying(content: Any) -> Behaviour:
    """Return a behaviour that always gives this answer."""
    return lambda handler, _: handler.give(completion(content), Content_Type="application/json")


def status(code: int, **headers: str) -> Behaviour:
    """Return a behaviour that refuses, and repeats our key in its own words."""
    return lambda handler, _: handler.give(f"no: {handler.headers['Authorization']}".encode(), code, **headers)


def html(handler: Handler, _: Asked) -> None:
    """Answer with a page, as a proxy or a login does."""
    handler.give(b"<!doctype html><title>Logga in</title>", Content_Type="text/html")


def silent(_handler: Handler, _: Asked) -> None:
    """Say nothing for longer than anybody waits."""
    time.sleep(3)


def dripping(handler: Handler, _: Asked) -> None:
    """Send a byte now and then, for ever: no time limit of a single read is ever passed."""
    handler.send_response(200)
    handler.end_headers()
    for _number in range(200):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def slow_head(handler: Handler, _: Asked) -> None:
    """Send a header now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(200):
        handler.wfile.write(f"X-{number}: x\r\n".encode())
        handler.wfile.flush()
        time.sleep(0.05)


def endless(handler: Handler, _: Asked) -> None:
    """Send as much as anybody takes."""
    handler.send_response(200)
    handler.end_headers()
    for _number in range(2000):
        handler.wfile.write(b"x" * 65536)


def hanging_up(handler: Handler, _: Asked) -> None:
    """Close the line in the middle of an answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [')
