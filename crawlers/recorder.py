"""Saves a source's live answers, what was asked and what came of them, for a reviewer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from crawlers.job import Job
from crawlers.parts import message_ready
from crawlers.protocol import ItemFound, Message
from crawlers.robots import is_robots
from crawlers.source import job_of
from store.codec import item_to_json

HIDDEN = "***"
_SECRET = re.compile(r"key|token|secret|password|authorization|cookie", re.IGNORECASE)


class Recorder:
    """Writes NN.request.json and NN.<ext> for every answer, and NN.expected.json for the items it gave."""

    def __init__(self, job: Job) -> None:
        self.folder = Path(job.record_to)
        self.secrets = tuple(secrets_in(job.options))
        self.given: dict[str, list[dict[str, Any]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Recorder:
        """Return the recorder of a crawl; a job without a folder records nothing."""
        job = job_of(crawler)
        if not job.record_to:
            raise NotConfigured
        recorder = cls(job)
        crawler.signals.connect(recorder.note, message_ready)
        crawler.signals.connect(recorder.close, signals.spider_closed)
        return recorder

    def process_response(self, request: Request, response: Response) -> Response:
        """Save an answer as it was before anything judged it."""
        if is_robots(request):
            return response
        number = request.meta["recording"] = f"{len(self.given) + 1:02d}"
        self.given[number] = []
        asked = {
            "method": request.method,
            "url": self.hidden(request.url),
            "headers": self.headers_of(request),
            "body": self.hidden(request.body.decode("utf-8", "replace")),
            "part": request.meta.get("part", ""),
            "status": response.status,
        }
        self.write(f"{number}.request.json", asked)
        body = response.body
        for secret in self.secrets:
            body = body.replace(secret.encode(), HIDDEN.encode())
        (self.folder / f"{number}.{kind_of(response)}").write_bytes(body)
        return response

    def headers_of(self, request: Request) -> dict[str, str]:
        """Return the headers of a request without those that are nobody else's business."""
        headers = {str(name): str(value) for name, value in request.headers.to_unicode_dict().items()}
        return {name: self.hidden(value) for name, value in headers.items() if not _SECRET.search(name)}

    def hidden(self, text: str) -> str:
        """Return the text with every secret of the configuration blotted out."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def note(self, message: Message, answer: str = "") -> None:
        """Keep what an answer gave."""
        if isinstance(message, ItemFound) and answer in self.given:
            self.given[answer].append(item_to_json(message.item))

    def close(self) -> None:
        """Write what each answer gave."""
        for number, items in self.given.items():
            self.write(f"{number}.expected.json", items)

    def write(self, name: str, values: Any) -> None:
        """Write a file of the recording."""
        text = json.dumps(values, ensure_ascii=False, indent=1)
        (self.folder / name).write_text(f"{text}\n", encoding="utf-8", errors="replace")


def secrets_in(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of a source's options whose names say that they are secret."""
    for name, value in options.items():
        if isinstance(value, Mapping):
            yield from secrets_in(value)
        elif isinstance(value, str) and value and _SECRET.search(name):
            yield value


def kind_of(response: Response) -> str:
    """Return json, xml, html or txt: what the answer is, whatever it calls itself."""
    start = response.body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start[:1] in (b"{", b"["):
        return "json"
    if b"<html" in start or b"<!doctype html" in start:
        return "html"
    return "xml" if start[:1] == b"<" else "txt"
