"""A source that reads what its options tell it to, run as its own process: `python -m tests.crawlers.one_source`."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

from scrapy.http import Response

from crawlers.crawl import main
from crawlers.source import Source
from store.errors import ChangedSource, ConfigurationError
from store.types import Item, Kind


class OneSource(Source):
    """Asks for one URL per part and tells of one item per answer; the path says how the callback behaves."""

    name = "one_source"
    title = "Provkällan"
    publisher = "Exempelmyndigheten"
    homepage = "https://source.example"
    kinds = (Kind.NEWS,)
    region = "Sverige"
    languages = ("sv",)
    licence = "fri"
    cadence = timedelta(days=1)
    fewest = 0
    most = 50
    longest_silence = timedelta(days=30)

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.hosts = tuple(job.options.get("hosts", ["source.example", "other.example"]))
        self.fewest = job.options.get("fewest", 0)
        if "broken" in job.options:
            raise ConfigurationError("Okänd inställning: broken")

    async def start(self) -> AsyncIterator[Any]:
        """Ask for every part."""
        sys.stdout.write("a stray print\n")
        for part, url in self.job.options["urls"].items():
            yield self.request(
                part,
                url,
                self.read,
                expect=self.job.options.get("expect", ""),
                conditional=self.job.options.get("conditional", False),
                meta={"encrypt_redirects": self.job.options.get("encrypt_redirects", False)},
            )

    def floor(self, part: str) -> int:
        """Return the floor of a part in the options."""
        floor: int = self.job.options.get("floors", {}).get(part, 0)
        return floor

    def read(self, response: Response) -> Iterator[Any]:
        """Tell of the answer, in the way its path asks for."""
        part, path = response.meta["part"], response.url.rsplit("/", 1)[-1]
        if path == "crash":
            raise KeyError("no such field")
        if path == "changed":
            raise ChangedSource("the table is gone", source=self.name, part=part)
        if path == "busy":
            time.sleep(20)
        count = int(path.removeprefix("items-")) if path.startswith("items-") else 1
        yield from self.items(part, (self.item(f"{part}-{n}", response.url) for n in range(count)))
        if path == "more":
            yield self.part_done(part)  # too early: a page of it is still to come
            yield self.request(part, "https://source.example/broken", self.read)
        elif path == "again":
            yield self.request(part, response.url, self.read)
            yield self.part_done(part)
        elif path != "forgotten":
            yield self.part_done(part, mark="2026-08-22")

    def item(self, key: str, url: str) -> Item:
        """Return a small item."""
        return Item(source=self.name, key=key, kind=Kind.NEWS, title="Å i titeln \ud800", url=url)


if __name__ == "__main__":
    sys.exit(main({"one_source": OneSource}.__getitem__))
