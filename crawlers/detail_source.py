"""A source that is asked for single items, one after the other, after they passed the relevance filter."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from scrapy import Request
from twisted.python.failure import Failure

from crawlers.challenge import NOT_READY
from crawlers.failures import FetchFailed, explain, next_try_of
from crawlers.protocol import DetailFound, PartEnded
from crawlers.source import Source
from store.errors import ConfigurationError, EmptySource
from store.types import Detail, SourceState

MOST = 25  # items asked for in one run
GIVE_UP = 3  # failures in a row, after which the rest is left for the next run
SUSPICIOUS = 5  # items of which not one could be found: then the addresses have changed, not the items


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item whose detail is wanted."""

    source: str
    key: str
    url: str = ""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Wanted:
        """Return the item of a row of `job.options["wanted"]`."""
        return cls(str(values["source"]), str(values["key"]), str(values.get("url", "")))


class DetailSource(Source):
    """Asks for the details of the items in `options["wanted"]`, and says how it went as one part.

    A subclass names the source whose items it reads in `details_of`, returns the first request of an item (`ask`),
    and yields from `tell`, `missing`, `later` or `failed` when it is done with the item.
    """

    details_of: ClassVar[str]
    part: ClassVar[str] = "details"
    cadence = timedelta(days=1)
    fewest = 0
    most = MOST
    longest_silence = timedelta(days=3_650)  # it has no items of its own; what it reads is as old as those

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        try:
            rows = [Wanted.from_json(row) for row in job.options.get("wanted", [])]
        except (TypeError, KeyError) as error:
            raise ConfigurationError(f"{self.name}: 'wanted' har fel form") from error
        self.waiting = deque(row for row in rows[:MOST] if row.source == self.details_of)
        self.absent = 0
        self.failures: list[tuple[SourceState, str]] = []
        self.in_a_row = 0

    @abstractmethod
    def ask(self, wanted: Wanted) -> Request:
        """Return the first request of an item."""

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first item; nothing wanted is a whole reading."""
        for output in self.go_on():
            yield output

    def go_on(self) -> Iterator[Any]:
        """Ask for the next item, or end the part."""
        yield self.ask(self.waiting.popleft()) if self.waiting else self.ending()

    def tell(self, detail: Detail) -> Iterator[Any]:
        """Tell of a detail and go on."""
        self.found[self.part] = self.found.get(self.part, 0) + 1
        self.in_a_row = 0
        yield DetailFound(self.part, detail)
        yield from self.go_on()

    def missing(self, wanted: Wanted) -> Iterator[Any]:
        """Tell that there is nothing to fetch of an item, so that it is not asked for again at once, and go on."""
        self.absent += 1
        self.in_a_row = 0
        yield DetailFound(self.part, Detail(source=wanted.source, key=wanted.key, fetched_at=self.job.now))
        yield from self.go_on()

    def later(self, wanted: Wanted, message: str) -> Iterator[Any]:
        """Leave an item for the next run, as nobody's fault, and go on."""
        yield self.skipped(self.part, wanted.key, message)
        yield from self.go_on()

    def failed(self, wanted: Wanted, error: BaseException | None) -> Iterator[Any]:
        """Leave an item for the next run; after a refusal or several failures the others too."""
        if isinstance(error, FetchFailed) and error.message == NOT_READY:
            yield from self.later(wanted, NOT_READY)
            return
        state, message = explain(error)
        self.failures.append((state, message))
        self.in_a_row += 1
        yield self.skipped(self.part, wanted.key, f"{type(error).__name__}: {error}")
        next_try = next_try_of(error)
        if state is SourceState.REFUSED or next_try or self.in_a_row >= GIVE_UP:
            found = self.found.get(self.part, 0)
            yield PartEnded(self.part, state, found, message, next_try=next_try)
        else:
            yield from self.go_on()

    def on_failure(self, wanted: Wanted) -> Any:
        """Return the errback of an item's requests."""

        def errback(failure: Failure) -> Iterator[Any]:
            return self.failed(wanted, failure.value)

        return errback

    def ending(self) -> PartEnded:
        """Return how the part went."""
        found = self.found.get(self.part, 0)
        changed = [failure for failure in self.failures if failure[0] is SourceState.CHANGED]
        if changed or (self.failures and not found):
            state, message = (changed or self.failures)[0]
            return PartEnded(self.part, state, found, message)
        # A replay server has but a few of them.
        if not found and self.absent >= SUSPICIOUS and not self.job.replay_url:
            error = EmptySource(f"none of {self.absent} items found", source=self.name, part=self.part)
            told = f"Ingen av {self.absent} efterfrågade texter fanns: adresserna kan ha ändrats."
            return self.part_failed(self.part, error, told)
        return self.part_done(self.part)
