"""A source read through the real part keeper and the real judge of answers, without a network or a process."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawlers.challenge import asked_for, judge
from crawlers.parts import PartKeeper
from crawlers.protocol import ItemFound, Message, PartEnded
from crawlers.source import Source
from store.types import Item
from tests.crawlers.conversation import Answer

MOST_REQUESTS = 300


@dataclass(slots=True)
class Reading:
    """What a whole reading asked and told; `tracebacks` are exceptions of the source that nobody meant."""

    requests: list[Request] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    tracebacks: list[str] = field(default_factory=list)
    endless: bool = False

    @property
    def items(self) -> dict[str, Item]:
        return {message.item.key: message.item for message in self.messages if isinstance(message, ItemFound)}

    @property
    def endings(self) -> list[PartEnded]:
        return [message for message in self.messages if isinstance(message, PartEnded)]


class _Crawler:
    """As much of a crawler as the part keeper touches."""

    def __init__(self, messages: list[Message]) -> None:
        self.messages = messages
        self.signals = self

    def send_catch_log(self, signal: object, message: Message, **_: Any) -> None:  # noqa: ARG002 - Scrapy's signature
        """Keep a message."""
        self.messages.append(message)


class _Tracebacks(logging.Handler):
    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.kept.append(repr(record.exc_info[1]))


def read_source(source: Source, answer: Callable[[Request], Answer]) -> Reading:
    """Read a source to its end; an answer that is none reaches it as the failure it would be in a crawl."""
    reading = Reading()
    keeper = PartKeeper(_Crawler(reading.messages), source)  # type: ignore[arg-type]
    handler = _Tracebacks(reading.tracebacks)
    logger = logging.getLogger("crawlers.parts")
    logger.addHandler(handler)
    try:
        waiting = deque(asyncio.run(_collect(keeper, source)))
        while waiting:
            request = waiting.popleft()
            reading.requests.append(request)
            if len(reading.requests) > MOST_REQUESTS:
                reading.endless = True
                break
            waiting.extend(_reply(request, _answer(request, answer)))
    finally:
        logger.removeHandler(handler)
    keeper.close("finished")
    return reading


async def _collect(keeper: PartKeeper, source: Source) -> list[Request]:
    return [output async for output in keeper.process_start(source.start())]


def _answer(request: Request, answer: Callable[[Request], Answer]) -> Answer:
    """Return the answer, 404 to a question that was never recorded: a changed answer may lead to others."""
    try:
        return answer(request)
    except (LookupError, FileNotFoundError, AssertionError):
        return 404, b"never recorded"


def _reply(request: Request, answer: Answer) -> list[Any]:
    status, body = answer if isinstance(answer, tuple) else (200, answer)
    failure: Exception | None = body if isinstance(body, Exception) else None
    if failure is None and status >= 300 and status not in request.meta.get("handle_httpstatus_list", ()):
        failure = HttpError(TextResponse(request.url, status=status), f"status {status}")
    if failure is None and isinstance(body, bytes):
        failure = judge(status, {}, body, asked_for(request))
    if failure is not None:
        assert request.errback is not None
        return list(request.errback(Failure(failure)))  # type: ignore[no-untyped-call]
    assert isinstance(body, bytes)
    assert request.callback is not None
    response = TextResponse(request.url, status=status, body=body, request=request)
    return list(request.callback(response, **request.cb_kwargs))
