"""The base class of every source: facts first, then how it is read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import scrapy

from crawlers.job import Job
from crawlers.protocol import ItemFound, Message, PartEnded, RecordSkipped
from store.errors import SourceError
from store.types import Item, Kind, SourceState

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Source(scrapy.Spider):
    """A spider that knows what it reads, how much of it to expect, and says how each part went.

    Callbacks yield `ItemFound`, `RecordSkipped`, `PartEnded` and requests. Every part that a source starts must end
    with exactly one `PartEnded`; a part whose callback raises is ended by the crawl itself, in the state of the error.
    Requests carry `meta={"part": name}` so that their failure can be told of the right part.
    """

    title: ClassVar[str]
    publisher: ClassVar[str]
    homepage: ClassVar[str]
    kinds: ClassVar[tuple[Kind, ...]]
    region: ClassVar[str]  # EU, Sverige, Norden or Världen
    languages: ClassVar[tuple[str, ...]]
    licence: ClassVar[str]
    cadence: ClassVar[timedelta]  # how often it is worth reading
    fewest: ClassVar[int]  # items in a whole first reading under which something is wrong
    most: ClassVar[int]  # items in one run over which something is wrong
    longest_silence: ClassVar[timedelta]  # after which no newer item is a fault
    hosts: ClassVar[tuple[str, ...]]  # the only hosts it may ask

    def __init__(self, job: Job, **arguments: Any) -> None:
        super().__init__(name=type(self).name, **arguments)
        self.job = job
        self.today: date = job.now.astimezone(STOCKHOLM).date()
        self.window: tuple[str, str] | None = None
        self.found: dict[str, int] = {}

    def items(self, part: str, items: Iterable[Item]) -> Iterable[Message]:
        """Yield items as messages of a part, and count them."""
        for item in items:
            self.found[part] = self.found.get(part, 0) + 1
            yield ItemFound(part, item)

    def skipped(self, part: str, key: str, message: str) -> RecordSkipped:
        """Return the note that one record could not be used."""
        self.logger.warning("%s/%s: skipped %s: %s", self.name, part, key, message)
        return RecordSkipped(part, key, message)

    def part_done(self, part: str, *, mark: str | None = None, unchanged: bool = False) -> PartEnded:
        """Return the note that a part was read whole; `mark` is kept for the next run."""
        return PartEnded(part, SourceState.WORKING, self.found.get(part, 0), "", mark, unchanged)

    def part_failed(self, part: str, error: SourceError, message: str) -> PartEnded:
        """Return the note that a part was not read whole; `message` is Swedish, for the coordinator."""
        self.logger.warning("%s/%s: %s", self.name, part, error)
        return PartEnded(part, SourceState(error.state), self.found.get(part, 0), message)
