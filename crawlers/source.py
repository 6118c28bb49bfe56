"""The base class of every source: facts first, then how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

import scrapy
from scrapy.crawler import Crawler

from crawlers.dates import STOCKHOLM
from crawlers.job import Job
from crawlers.protocol import ItemFound, Message, PartEnded, RecordSkipped
from store.errors import SourceError
from store.types import Item, Kind, SourceState


class Source(scrapy.Spider):
    """A spider that knows what it reads, how much of it to expect, and says how each part went.

    `start` and callbacks yield `ItemFound`, `RecordSkipped`, `PartEnded` and requests (see `request`). Every part that
    a source starts ends with exactly one `PartEnded`: the source says `part_done` when it has read a part whole, and
    the crawl itself ends a part whose request fails or whose callback raises, in the state of the error. A failure
    outweighs `part_done`, whichever comes first.
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
    hosts: tuple[str, ...]  # the only hosts it may ask; set on the instance where configuration names them
    enabled_by_default: ClassVar[bool] = True  # False: read only where configuration switches it on
    why_off: ClassVar[str] = ""  # Swedish: why it is off by default, and what is needed to switch it on
    always: ClassVar[tuple[str, ...]] = ()  # fields of Item that hardly any lacks: most lacking one is a change
    part_silences: ClassVar[Mapping[str, timedelta]] = {}  # part -> after which no newer item of it is a fault
    least_delay: ClassVar[float] = 0.0  # seconds between requests that it asks for, however eager configuration is
    floors: ClassVar[Mapping[str, int]] = {}  # part -> items in every whole answer under which something is wrong

    details_of: ClassVar[str] = ""  # the source whose single items it is asked for; "" for all that read lists

    def __init__(self, job: Job, **arguments: Any) -> None:
        super().__init__(name=type(self).name, **arguments)
        self.job = job
        self.today: date = job.now.astimezone(STOCKHOLM).date()
        self.window: tuple[str, str] | None = None
        self.found: dict[str, int] = {}

    def floor(self, part: str) -> int:
        """Return the fewest items a whole, changed answer of a part may give; fewer leaves it quiet."""
        return self.floors.get(part, 0)

    @classmethod
    def has_detail(cls, item: Item) -> bool:  # noqa: ARG003 - for sources with `details_of`
        """Tell whether it may be asked for this item."""
        return True

    def request(
        self,
        part: str,
        url: str,
        callback: Callable[..., Any],
        *,
        expect: str = "",
        conditional: bool = False,
        **options: Any,
    ) -> scrapy.Request:
        """Return a request of a part.

        `expect` is json, xml or html: another kind of answer never reaches the callback. A `conditional` request may
        be answered "not modified", which ends its part as unchanged without calling back: mark only the request on
        which its whole part hangs.
        """
        meta = {"part": part, "expect": expect, "conditional": conditional, **options.pop("meta", {})}
        return scrapy.Request(url, callback=callback, meta=meta, **options)

    def unchanged(self, part: str) -> Iterable[Any]:  # noqa: ARG002 - for sources that go on to another part
        """Return what to ask after a part answered "not modified"; that part itself has ended well."""
        return ()

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


def job_of(crawler: Crawler) -> Job:
    """Return the job that a crawl was started for."""
    if not isinstance(crawler.spider, Source):
        raise TypeError(f"{crawler.spider!r} is not a Source")
    return crawler.spider.job
