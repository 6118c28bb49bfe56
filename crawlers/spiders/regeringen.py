"""The Government's publications from regeringen.se, with the mirror g0v.se for history and in need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.failures import explain, explain_source_error, next_try_of
from crawlers.feed_parser import parse_feed
from crawlers.government_cases import Cases
from crawlers.government_items import from_feed, item_of, merge
from crawlers.government_marks import FILLED, mark_of, marked_day, newest, oldest
from crawlers.government_mirror import Mirror, read_labels, read_list, read_updated
from crawlers.government_parts import CODES, UPDATED, Part, chosen_parts
from crawlers.government_remisses import PART as REMISSES
from crawlers.government_remisses import read_memory
from crawlers.protocol import PartEnded
from crawlers.source import Source
from crawlers.text import TEXT_LIMIT
from store.errors import EmptySource, SourceError
from store.types import Item, Kind, SourceState


@dataclass(slots=True)
class Reading:
    """How far a part has come: what its feed gave, and what is wrong with it."""

    part: Part
    from_feed: dict[str, Item] | None = None
    state: SourceState = SourceState.WORKING
    trouble: str = ""  # Swedish; of the feed
    next_try: datetime | None = None  # before which one of the two sites asked to be left alone


class Regeringen(Source):
    """Reads one feed per type of publication; history and what the site refuses is read from the mirror.

    The mark of a part is "filled" and the day of its newest page; a feed that does not reach back to that day leaves a
    gap, which the mirror fills. What the pages of remisses told is kept in the mark as well.
    """

    name = "regeringen"
    title = "Regeringen och Regeringskansliet"
    publisher = "Regeringskansliet"
    homepage = "https://www.regeringen.se/"
    kinds = (Kind.GOVERNMENT, Kind.CONSULTATION, Kind.AGENCY)
    region = "Sverige"
    languages = ("sv",)
    licence = "Fri vidareanvändning med källa angiven; g0v.se är en ideell spegling av samma sidor"
    cadence = timedelta(hours=12)
    fewest = 1_000  # one of the long lists alone holds more
    most = 150_000  # the mirror held 44,402 pages of all types in January 2026
    longest_silence = timedelta(days=21)  # nothing at all for three weeks has not happened, even in July
    # What comes often all year round; the parts left out may rest from May to September.
    part_silences: ClassVar[Mapping[str, timedelta]] = {
        "pressmeddelanden": timedelta(days=14),
        "remisser": timedelta(days=60),
        "regeringsuppdrag": timedelta(days=60),
        "artiklar": timedelta(days=60),
    }
    always = ("published", "concepts")
    hosts = ("www.regeringen.se", "regeringen.se", "g0v.se")
    # The site has been seen to answer 400 to a first question and 200 to the next (ferenda, 2026-07).
    custom_settings = {"RETRY_HTTP_CODES": [400, 408, 500, 502, 503, 504, 522, 524]}  # noqa: RUF012 - Scrapy's name

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.left = chosen_parts(job.options.get("parts"))
        self.refused: Reading | None = None
        self.mirror: Mirror | None = None
        self.waiting: list[Reading] = []
        self.listed: dict[str, Reading] = {}  # those whose list is asked for conditionally, by part
        self.cases = Cases(self, self.refuse)
        self.after_feeds: list[Iterator[Any]] | None = []  # None once no feed is left to ask

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first feed; the others follow one by one, so that a refusal stops the rest."""
        for output in self.next_feed():
            yield output

    def next_feed(self) -> Iterator[Any]:
        """Ask for the next part's feed, or for its list when the site has refused."""
        while self.left:
            part = self.left.pop(0)
            reading = Reading(part)
            if self.refused is None:
                yield self.request(
                    part.name,
                    part.feed,
                    partial(self.read_feed, reading),
                    expect="xml",
                    conditional=self.is_filled(part) and not self.has_pending(part),
                    errback=partial(self.feed_failed, reading),
                    meta={"max_retry_times": 1},
                )
                return
            reading.state, reading.trouble = self.refused.state, self.refused.trouble
            yield from self.ask_mirror(reading)
        waiting, self.after_feeds = self.after_feeds or [], None
        for pages in waiting:
            yield from pages

    def refuse(self, state: SourceState, trouble: str) -> None:
        """Note that the site refuses, so that the mirror is asked instead."""
        self.refused = self.refused or Reading(REMISSES, None, state, trouble)
        self.cases.refused = True

    def unchanged(self, part: str) -> Iterator[Any]:
        """Go on after a feed that has not changed; after a list that has not, its part is as it was."""
        if reading := self.listed.get(part):
            told = f"Läst via g0v.se (regeringen.se: {reading.trouble})"
            yield replace(self.part_done(part, unchanged=True), message=told, next_try=reading.next_try)
        else:
            yield from self.next_feed()

    def is_filled(self, part: Part) -> bool:
        """Tell whether the part's history is known, and not asked for anew."""
        return self.job.marks.get(part.name, "").startswith(FILLED) and self.job.since is None

    def has_pending(self, part: Part) -> bool:
        """Tell whether pages of a part are still to be read, for which its feed is needed."""
        return part is REMISSES and read_memory(self.job.marks.get(part.name, ""))[1] > 0

    def read_feed(self, reading: Reading, response: Response) -> Iterator[Any]:
        """Take a feed's items; ask for the history as well when it is not known."""
        yield from self.next_feed()
        part = reading.part
        try:
            reading.from_feed = self.feed_items(response, part)
        except SourceError as error:
            reading.state, reading.trouble = SourceState(error.state), explain_source_error(error)
        fed = reading.from_feed
        if fed is None:
            yield from self.without_feed(reading)
        elif not self.is_filled(part) or oldest(fed.values()) > marked_day(self.job.marks[part.name]):
            yield from self.ask_mirror(reading)
        else:
            yield from self.tell(reading, fed.values(), self.part_done(part.name, mark=mark_of(fed.values())))

    def tell(self, reading: Reading, items: Iterable[Item], ended: PartEnded) -> Iterator[Any]:
        """Tell of a part's items and how it went; of remisses once their pages are read, after all feeds."""
        if reading.part is not REMISSES:
            yield from self.items(reading.part.name, items)
            yield ended
        elif self.after_feeds is None:
            yield from self.cases.begin(items, ended)
        else:
            self.after_feeds.append(self.cases.begin(items, ended))

    def without_feed(self, reading: Reading) -> Iterator[Any]:
        """Go to the listing where there is one and the site answers, else to the mirror."""
        if reading.part is REMISSES and self.refused is None:
            yield from self.cases.ask_listing(partial(self.read_listing, reading), lambda *_: self.ask_mirror(reading))
        else:
            yield from self.ask_mirror(reading)

    def read_listing(self, reading: Reading, listed: list[Item]) -> Iterator[Any]:
        """Take the listing of remisses, in place of the feed or of the mirror."""
        fed = reading.from_feed or {}
        items = list({**{item.key: item for item in listed}, **fed}.values())
        told = f"Läst via listsidan (regeringen.se: {reading.trouble})" if reading.trouble else ""
        done = self.part_done(reading.part.name, mark=mark_of(items))
        done = replace(done, message=told, next_try=reading.next_try)
        yield from self.tell(reading, filter(self.is_wanted, items), done)

    def feed_items(self, response: Response, part: Part) -> dict[str, Item]:
        """Return the items of a feed by key."""
        feed = parse_feed(response.body, url=response.url, source=self.name, part=part.name, longest_summary=TEXT_LIMIT)
        found = (from_feed(entry) for entry in feed.entries)
        items = {each.key: item_of(each, part) for each in found if each is not None}
        if not items:
            raise EmptySource(f"{response.url}: no entries", source=self.name, part=part.name)
        if not feed.whole:
            raise SourceError(f"{response.url}: cut off", source=self.name, part=part.name)
        return items

    def feed_failed(self, reading: Reading, failure: Failure) -> Iterator[Any]:
        """Go to the mirror when the feed cannot be had; ask the site nothing more when it refuses."""
        reading.state, reading.trouble = explain(failure.value)
        reading.next_try = next_try_of(failure.value)
        if reading.state is SourceState.REFUSED:
            self.refuse(reading.state, reading.trouble)
        yield from self.next_feed()
        yield from self.without_feed(reading)

    def ask_mirror(self, reading: Reading) -> Iterator[Any]:
        """Ask for a part's list, once it is known how old the mirror is and what its codes mean."""
        if self.mirror is not None:
            yield self.list_request(reading)
            return
        self.waiting.append(reading)
        if len(self.waiting) == 1:
            name, failed = reading.part.name, self.updated_failed
            yield self.request(name, UPDATED, self.read_updated, expect="json", errback=failed)

    def read_updated(self, response: Response) -> Iterator[Request]:
        """Take when the mirror was rebuilt."""
        yield self.codes_request(read_updated(response.body))

    def updated_failed(self, failure: Failure) -> Iterator[Request]:
        """Go on without knowing how old the mirror is."""
        self.logger.warning("g0v.se does not tell when it was rebuilt: %s", failure.value)
        yield self.codes_request("")

    def codes_request(self, updated: str) -> Request:
        """Return the question what the codes mean."""
        part, failed = self.waiting[0].part.name, partial(self.codes_failed, updated)
        return self.request(part, CODES, partial(self.read_codes, updated), expect="json", errback=failed)

    def read_codes(self, updated: str, response: Response) -> Iterator[Request]:
        """Take what the codes mean, and ask for the lists that wait for it."""
        self.mirror = Mirror(updated, read_labels(response.body))
        yield from map(self.list_request, self.waiting)

    def codes_failed(self, updated: str, failure: Failure) -> Iterator[Request]:
        """Go on with the labels that are known anyway."""
        self.logger.warning("g0v.se does not tell what its codes mean: %s", failure.value)
        self.mirror = Mirror(updated)
        yield from map(self.list_request, self.waiting)

    def list_request(self, reading: Reading) -> Request:
        """Return the question for a part's list, conditional where it stands in for the feed, as it has before."""
        part, lag = reading.part, (self.mirror or Mirror()).lag(self.job.now)
        conditional = reading.from_feed is None and part is not REMISSES and self.is_filled(part) and not lag
        self.listed |= {part.name: reading} if conditional else {}
        return self.request(
            part.name,
            part.list,
            partial(self.read_list, reading),
            expect="json",
            conditional=conditional,
            errback=partial(self.list_failed, reading),
        )

    def read_list(self, reading: Reading, response: Response) -> Iterator[Any]:
        """Take a list's items; what the feed told of the same pages wins."""
        part, mirror = reading.part, self.mirror or Mirror()
        try:
            listed, unreadable = read_list(response.body, part, mirror.labels)
        except SourceError as error:
            yield from self.without_list(reading, SourceState(error.state), explain_source_error(error))
            return
        fed = reading.from_feed or {}
        merged = {item.key: merge(fed[item.key], item) if item.key in fed else item for item in listed}
        items = [item for item in ({**fed, **merged}).values() if self.is_wanted(item)]
        if unreadable:
            yield self.skipped(part.name, part.list, f"poster i listan som inte gick att läsa: {unreadable}")
        ended = self.ending(reading, mirror.lag(self.job.now), listed)
        if part is REMISSES and ended.mark is None and self.refused is None:  # the listing closes the gap
            reading.from_feed = {item.key: item for item in items}
            told, on_read = partial(self.tell, reading, items, ended), partial(self.read_listing, reading)
            yield from self.cases.ask_listing(on_read, lambda *_: told())
        else:
            yield from self.tell(reading, items, ended)

    def ending(self, reading: Reading, lag: str, listed: list[Item]) -> PartEnded:
        """Return how a part went whose list was read."""
        fed = (reading.from_feed or {}).values()
        done = replace(self.part_done(reading.part.name, mark=mark_of([*listed, *fed])), next_try=reading.next_try)
        if reading.from_feed is None:
            told = f"Läst via g0v.se{f', {lag}' if lag else ''} (regeringen.se: {reading.trouble})"
            # Without the feed, an old list is all there is: what came after it is missing.
            return replace(done, message=told, state=SourceState.QUIET if lag else SourceState.WORKING)
        if lag and newest(listed) < oldest(fed):
            told = f"Historiken har ett glapp: den är läst via g0v.se, {lag}"
            return replace(done, message=told, mark=None)
        return done

    def list_failed(self, reading: Reading, failure: Failure) -> Iterator[Any]:
        """Say that the list cannot be had."""
        reading.next_try = next_try_of(failure.value) or reading.next_try
        yield from self.without_list(reading, *explain(failure.value))

    def without_list(self, reading: Reading, state: SourceState, message: str) -> Iterator[Any]:
        """Keep what the feed gave, and say what is missing; of remisses the listing holds all that are open."""
        ended = PartEnded(reading.part.name, state, next_try=reading.next_try)
        if reading.from_feed is None:
            told = f"regeringen.se: {reading.trouble} g0v.se: {message}"
            yield replace(ended, state=reading.state, message=told)
            return
        ended = replace(ended, message=f"Nyheterna är lästa, men inte historiken (g0v.se: {message})")
        wanted = list(filter(self.is_wanted, reading.from_feed.values()))
        if reading.part is REMISSES and self.refused is None:
            listed = partial(self.read_listing, reading)
            yield from self.cases.ask_listing(listed, lambda *_: self.tell(reading, wanted, ended))
        else:
            yield from self.tell(reading, wanted, ended)

    def is_wanted(self, item: Item) -> bool:
        """Tell whether an item is in the time asked for; a page without a day is."""
        return self.job.since is None or item.published is None or item.published >= self.job.since
