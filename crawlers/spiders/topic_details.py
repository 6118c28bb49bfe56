"""The whole text, conditions and documents of calls from the EU Funding & Tenders portal, one topic at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from crawlers.detail_source import DetailSource, Wanted
from crawlers.portal import TOPIC
from crawlers.protocol import PartEnded
from crawlers.topics import ADDRESS, EXPECTED, read_topic, topic_detail
from store.errors import ChangedSource, SourceError
from store.types import Item, Kind

ABSENT = (404, 410)


class TopicDetails(DetailSource):
    """Asks for one file per topic, under its identifier in small letters: with capitals it is not found."""

    name = "topic_details"
    title = "EU:s utlysningar, villkor (Funding & Tenders)"
    publisher = "Europeiska kommissionen"
    homepage = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/home"
    kinds = (Kind.CALL,)
    region = "EU"
    languages = ("en",)
    licence = "Fri vidareanvändning med källa angiven (kommissionens beslut 2011/833/EU)"
    hosts = ("ec.europa.eu",)
    details_of = "funding_tenders"
    part = "topics"

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.lacking = set(EXPECTED)  # fields that no topic of this run has had
        self.read = 0

    @classmethod
    def has_detail(cls, item: Item) -> bool:
        """Tell whether there is a file: not of EuropeAid's calls, which need a login, nor of cascade calls."""
        return str(item.meta.get("type", "")) == TOPIC and item.status != "closed"

    def ask(self, wanted: Wanted) -> Request:
        """Return the request for a topic's file."""
        return self.request(
            self.part,
            f"{ADDRESS}{quote(wanted.key.lower(), safe='')}.json",
            self.on_topic,
            expect="json",
            headers={"Accept": "application/json"},
            meta={"handle_httpstatus_list": list(ABSENT)},
            errback=self.on_failure(wanted),
            cb_kwargs={"wanted": wanted},
            dont_filter=True,
        )

    def on_topic(self, response: Response, wanted: Wanted) -> Iterator[Any]:
        """Tell of a topic; one in another shape is a fault of the source, and the others are still read."""
        if response.status in ABSENT:
            yield from self.missing(wanted)
            return
        try:
            topic = read_topic(response.body, wanted.key, source=self.name, part=self.part)
        except SourceError as error:
            yield from self.failed(wanted, error)
            return
        self.read += 1
        self.lacking -= topic.keys()
        detail = topic_detail(topic, source=wanted.source, key=wanted.key, url=response.url, now=self.job.now)
        yield from self.missing(wanted) if detail.is_empty else self.tell(detail)

    def ending(self) -> PartEnded:
        """Return how the part went; a field that no topic has is a renamed one."""
        if self.read and self.lacking:
            names = ", ".join(sorted(self.lacking))
            error = ChangedSource(f"no topic has {names}", source=self.name, part=self.part)
            return self.part_failed(self.part, error, f"Utlysningarna saknar fältet {names}: källan har ändrat form.")
        return super().ending()
