"""Talks with a source without a network: its requests are answered from values, its messages are kept."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse
from twisted.python.failure import Failure

from crawlers.job import Job
from crawlers.protocol import DetailFound, ItemFound, Message, PartEnded, RecordSkipped
from crawlers.source import Source
from store.types import Detail, Item

RECORDINGS = Path(__file__).parent / "recordings"
NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)

Answer = bytes | tuple[int, bytes] | Exception


@dataclass(slots=True)
class Conversation:
    """What was asked and what was told."""

    requests: list[Request] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    @property
    def items(self) -> list[Item]:
        return [message.item for message in self.messages if isinstance(message, ItemFound)]

    @property
    def details(self) -> list[Detail]:
        return [message.detail for message in self.messages if isinstance(message, DetailFound)]

    @property
    def skipped(self) -> list[RecordSkipped]:
        return [message for message in self.messages if isinstance(message, RecordSkipped)]

    @property
    def endings(self) -> dict[str, PartEnded]:
        return {message.part: message for message in self.messages if isinstance(message, PartEnded)}


def job(source: str, **values: Any) -> Job:
    """Return a job at the moment all these tests are set at."""
    return Job(**{"source": source, "now": NOW, **values})


def converse(source: Source, answer: Callable[[Request], Answer]) -> Conversation:
    """Answer a source's requests one after the other until it asks no more; what a callback raises comes through."""
    talk = Conversation()
    waiting = deque(asyncio.run(_collect(source)))
    while waiting:
        output = waiting.popleft()
        if not isinstance(output, Request):
            talk.messages.append(output)
            continue
        talk.requests.append(output)
        waiting.extend(_reply(output, answer(output)))
    return talk


async def _collect(source: Source) -> list[Any]:
    return [output async for output in source.start()]


def _reply(request: Request, answer: Answer) -> list[Any]:
    if isinstance(answer, Exception):
        if request.errback is None:
            raise answer
        return list(request.errback(Failure(answer)))
    status, body = answer if isinstance(answer, tuple) else (200, answer)
    response = TextResponse(request.url, status=status, body=body, request=request)
    assert request.callback is not None
    return list(request.callback(response, **request.cb_kwargs))


def recording(name: str) -> bytes:
    """Return a recorded answer."""
    return (RECORDINGS / name).read_bytes()


def parts_of(request: Request) -> dict[str, Any]:
    """Return the JSON parts of a multipart request, having checked how they are sent."""
    head = b"Content-Type: " + (request.headers["Content-Type"] or b"") + b"\r\n\r\n"
    parts = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts():
        assert part.get_content_type() == "application/json"
        assert part.get_filename() == "blob"
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        parts[str(part.get_param("name", header="content-disposition"))] = json.loads(payload)
    return parts
