"""The part keeper: every part that a source starts ends with exactly one PartEnded."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.misc import arg_to_iter
from twisted.python.failure import Failure

from crawlers.failures import Unchanged, explain, next_try_of
from crawlers.holding import told_held
from crawlers.protocol import DetailFound, ItemFound, Message, PartEnded, RecordSkipped, ValidatorSeen
from crawlers.source import Source
from store.errors import ScanningError
from store.types import SourceState, Validator

logger = logging.getLogger(__name__)

message_ready = object()
"""The signal that carries each message, as `message`, to whoever writes it out."""

FIELDS = {
    "published": "datum",
    "text": "text",
    "deadlines": "sista dag",
    "opens": "öppningsdag",
    "status": "läge",
    "publisher": "utgivare",
    "concepts": "ämnesord",
    "references": "beteckning",
}
INCOMPLETE = "Läsningen avslutades inte: delen blev aldrig färdig."
STOPPED = "Läsningen avbröts innan delen var färdig."


@dataclass(slots=True)
class Part:
    """What is known of a part while it is read; a failure outweighs a success, whichever comes first."""

    name: str
    pending: int = 0
    items: int = 0
    lacking: Counter[str] = field(default_factory=Counter)  # field -> items without it
    failure: PartEnded | None = None
    success: PartEnded | None = None
    unchanged: bool = False
    validators: list[Validator] = field(default_factory=list)
    ended: bool = False

    def lost(self) -> list[str]:
        """Return, in Swedish, the fields that every item should have and most of this part's lack."""
        return [FIELDS.get(name, name) for name, count in self.lacking.items() if 2 * count > self.items]

    def verdict(self) -> PartEnded | None:
        """Return how the part went, or None when nobody has said so yet."""
        quiet = PartEnded(self.name, SourceState.WORKING, unchanged=True) if self.unchanged else None
        ending = self.failure or self.success or quiet
        return replace(ending, part=self.name, items=self.items) if ending else None


class PartKeeper:
    """Stands between a source's callbacks and the crawl: counts, catches, and says how each part went.

    Requests and messages pass through it; a part ends when its last request is dealt with and its outcome is known.
    """

    def __init__(self, crawler: Crawler, source: Source) -> None:
        self.crawler, self.source = crawler, source
        self.parts: dict[str, Part] = {}
        self.total = 0
        self.answer = ""  # number of the recorded answer that is being read

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PartKeeper:
        """Return the keeper of a crawl, listening to what Scrapy drops and when it ends."""
        if not isinstance(crawler.spider, Source):
            raise TypeError(f"{crawler.spider!r} is not a Source")
        keeper = cls(crawler, crawler.spider)
        crawler.signals.connect(keeper.dropped, signals.request_dropped)
        crawler.signals.connect(keeper.close, signals.spider_closed)
        return keeper

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Pass the first requests on, guarded; a source that cannot even start ends as its own part."""
        try:
            async for output in start:
                if isinstance(output, Request):
                    yield self.guarded(output, self.source.name)
                else:
                    self.take(output)
        except Exception as error:
            self.fail(self.source.name, error)
        self.settle()

    def guarded(self, request: Request, part: str) -> Request:
        """Return the request with its callbacks wrapped, counted as pending for its part."""
        name = request.meta.setdefault("part", part)
        self.part(name).pending += 1
        callback = request.callback or self.source.parse
        errback = request.errback
        return request.replace(
            callback=lambda response, **values: self.handle(callback, response, name, values),
            errback=lambda failure: self.handle_failure(errback, failure, name),
        )

    def handle(self, callback: Callable[..., Any], response: Response, name: str, values: Any) -> Iterator[Request]:
        """Run a callback, passing its requests on and taking its messages."""
        if validator := response.meta.get("validator"):
            self.part(name).validators.append(validator)
        yield from self.run(lambda: callback(response, **values), name, response.meta.get("recording", ""))

    def handle_failure(self, errback: Callable[..., Any] | None, failure: Failure, name: str) -> Iterator[Request]:
        """Run a source's own errback, or end the part with what the failure means."""
        error = failure.value
        if isinstance(error, Unchanged):
            self.part(name).unchanged = True
            yield from self.run(lambda: self.source.unchanged(name), name)
        elif errback is not None:
            yield from self.run(lambda: errback(failure), name)
        else:
            self.fail(name, error if isinstance(error, Exception) else Exception(repr(error)))
            yield from self.run(lambda: (), name)

    def run(self, produce: Callable[[], Iterable[Any] | None], name: str, answer: str = "") -> Iterator[Request]:
        """Yield the requests that a callback makes, take the rest, and count the callback as dealt with."""
        try:
            for output in arg_to_iter(produce()):
                if isinstance(output, Request):
                    yield self.guarded(output, name)
                elif output is not None:
                    self.answer = answer
                    self.take(output)
        except Exception as error:
            self.fail(name, error)
        self.part(name).pending -= 1
        self.settle()

    def take(self, message: Message) -> None:
        """Count a message and send it on; how a part went is kept until its last request is dealt with."""
        match message:
            case ItemFound(name, item):
                self.total += 1
                if self.total > self.source.most:
                    return self.too_many(name)
                self.part(name).items += 1
                self.part(name).lacking.update(field for field in self.source.always if not getattr(item, field))
                self.send(message)
            case DetailFound(name, detail):
                self.part(name).items += not detail.is_empty
                self.send(message)
            case PartEnded(name, state):
                part = self.part(name)
                if state is SourceState.WORKING:
                    part.success = part.success or message
                else:
                    part.failure = part.failure or message
            case RecordSkipped() | ValidatorSeen():
                self.send(message)
        return None

    def too_many(self, name: str) -> None:
        """End a part that gives more than any real reading could."""
        message = f"Fler än {self.source.most} poster: mer än källan rimligen kan ha."
        self.part(name).failure = self.part(name).failure or PartEnded(name, SourceState.CHANGED, message=message)

    def fail(self, name: str, error: Exception) -> None:
        """Keep the first failure of a part."""
        if not isinstance(error, ScanningError | IgnoreRequest) and explain(error)[0] is SourceState.CHANGED:
            logger.error("%s/%s: error in the spider", self.source.name, name, exc_info=error)
        else:
            logger.warning("%s/%s: %s: %s", self.source.name, name, type(error).__name__, error)
        state, message = explain(error)
        next_try = next_try_of(error)
        part = self.part(name)
        part.failure = part.failure or PartEnded(name, state, message=message, next_try=next_try)

    def settle(self) -> None:
        """End every part that has nothing pending and whose outcome is known."""
        for part in self.parts.values():
            if not part.ended and part.pending == 0 and (verdict := part.verdict()):
                self.end(part, verdict)

    def end(self, part: Part, verdict: PartEnded) -> None:
        """Send a part's ending, after its validators when it was whole."""
        part.ended = True
        if (moment := self.source.job.held_until(part.name)) and not part.items:
            told = told_held(moment, self.source.job.now)
            self.send(PartEnded(part.name, SourceState.FAILING, message=told, next_try=moment, held=True))
            return
        floor = self.source.floor(part.name)
        if verdict.state is SourceState.WORKING and not verdict.unchanged and part.items < floor:
            message = f"{part.items} poster, brukar vara minst {floor}."
            verdict = replace(verdict, state=SourceState.QUIET, message=message, mark=None)
        if verdict.state is SourceState.WORKING and (lost := part.lost()):
            message = f"De flesta poster saknar {', '.join(lost)}: källan har ändrat form."
            verdict = replace(verdict, state=SourceState.CHANGED, message=message, mark=None)
        if verdict.state is SourceState.WORKING:
            for validator in part.validators:
                self.send(ValidatorSeen(part.name, validator))
        self.send(verdict)

    def dropped(self, request: Request) -> None:
        """Count a request that Scrapy dropped, as already asked, as dealt with."""
        if name := request.meta.get("part"):
            logger.warning("%s/%s: asked twice, dropped: %s", self.source.name, name, request.url)
            self.part(name).pending -= 1
            self.settle()

    def close(self, reason: str) -> None:
        """End the parts that nobody ended, so that none is mistaken for whole."""
        for part in self.parts.values():
            if not part.ended:
                message = INCOMPLETE if reason == "finished" else STOPPED
                state = SourceState.CHANGED if reason == "finished" else SourceState.FAILING
                self.end(part, part.failure or PartEnded(part.name, state, part.items, message))
        if not self.parts:
            self.send(PartEnded(self.source.name, SourceState.CHANGED, message=INCOMPLETE))
        elif self.is_too_little():
            message = f"{self.total} poster i allt, brukar vara minst {self.source.fewest}."
            self.send(PartEnded(self.source.name, SourceState.QUIET, self.total, message))

    def is_too_little(self) -> bool:
        """Say whether a whole reading, not a later part of one, gave fewer items than the source ever has.

        Replayed data are small on purpose, so that there only the floors of single parts count.
        """
        job = self.source.job
        first = not (job.marks or job.validators or job.since or job.replay_url or job.only)
        whole = all(
            (verdict := part.verdict()) and verdict.state is SourceState.WORKING for part in self.parts.values()
        )
        return first and whole and self.source.name not in self.parts and self.total < self.source.fewest

    def part(self, name: str) -> Part:
        """Return what is known of a part."""
        return self.parts.setdefault(name, Part(name))

    def send(self, message: Message) -> None:
        """Hand a message to whoever writes it out."""
        self.crawler.signals.send_catch_log(message_ready, message=message, answer=self.answer)
