"""The loopback server that answers as the real sources do, from the bundled sample week.

Every host stands as the first part of the path, so that a crawl with `UTKIK_REPLAY_URL` set to the server's address
reads it instead of the sources. It answers no other machine and asks nobody.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeline import sample_cellar, sample_government, sample_portal
from pipeline.sample_data import Moment, SampleData
from pipeline.sample_feeds import feed_body

_JSON = "application/json; charset=utf-8"
_SEARCH = "search-api/prod/rest/"

Reply = tuple[int, str, bytes]


class _Handler(BaseHTTPRequestHandler):
    """Answers one request; `data` is set on the subclass that a server is started with."""

    protocol_version = "HTTP/1.1"
    data: SampleData

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _answer(self, body: bytes) -> None:
        url = urlsplit(self.path)
        host, _, path = url.path.lstrip("/").partition("/")
        parameters = dict(parse_qsl(url.query, keep_blank_values=True))
        status, kind, payload = self._reply_to(host, unquote(path), parameters, body)
        tag = f'"{hashlib.sha256(payload).hexdigest()[:24]}"' if status == 200 and self.command == "GET" else ""
        if tag and self.headers.get("If-None-Match") == tag:
            status, payload = 304, b""
        self.send_response(status)
        if status != 304:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(payload)))
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(payload)

    def _reply_to(self, host: str, path: str, parameters: dict[str, str], body: bytes) -> Reply:
        """Return status, content type and body; whatever the week does not hold is not found."""
        match host, path:
            case "publications.europa.eu", "webapi/rdf/sparql":
                asked = body.decode()
                if "sparql-query" not in self.headers.get("Content-Type", ""):
                    asked = ({**parameters, **dict(parse_qsl(asked))}).get("query", "")
                status, answer = sample_cellar.answer(self.data, asked)
                kind = "application/sparql-results+json" if status == 200 else "text/plain"
                return status, kind, _encoded(answer)
            case "api.tech.ec.europa.eu", _ if path == _SEARCH + "search":
                kind = self.headers.get("Content-Type", "")
                status, answer = sample_portal.search(self.data, parameters, body, kind)
                return status, _JSON, _encoded(answer)
            case "api.tech.ec.europa.eu", _ if path == _SEARCH + "facet":
                return 200, _JSON, _encoded(sample_portal.facets(self.data))
            case "www.regeringen.se" | "g0v.se", _:
                return self._government(host, path, parameters)
        feed = feed_body(self.data, f"https://{host}/{path}")
        return _found(feed, "application/json" if path.endswith(".json") else "application/xml")

    def _government(self, host: str, path: str, parameters: Mapping[str, str]) -> Reply:
        if host == "g0v.se":
            if path.endswith(".md"):
                return _found(sample_government.mirrored_page(self.data, path), "text/markdown; charset=utf-8")
            return _found(sample_government.mirror(self.data, path), _JSON)
        if path == "Filter/RssFeed":
            return _found(sample_government.rss(self.data, dict(parameters)), "application/rss+xml; charset=utf-8")
        html = "text/html; charset=utf-8"
        if path.strip("/") == "remisser":
            return _found(sample_government.listing(self.data, int(parameters.get("p", "1"))), html)
        return _found(sample_government.page(self.data, path), html)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing: a request is of no interest to who runs the demonstration."""


@contextmanager
def serve_sample_week(moment: Moment = "week") -> Iterator[str]:
    """Serve the sample week as of a moment while the block runs; yields the server's address."""
    handler = type("Handler", (_Handler,), {"data": SampleData(moment)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _found(content: Any, kind: str) -> Reply:
    return (404, "text/plain", b"not in the sample week") if content is None else (200, kind, _encoded(content))


def _encoded(content: Any) -> bytes:
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)).encode()
