"""Documents of the Riksdag from its open data: one list per type of document."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response

from crawlers import riksdag_documents as documents
from crawlers.answers import text_of
from crawlers.dates import parse_day
from crawlers.protocol import PartEnded
from crawlers.riksdag_types import TYPES, Type, years
from crawlers.source import Source
from store.errors import ChangedSource, ConfigurationError, EmptySource
from store.types import Item, Kind, SourceState

FIRST_WINDOW = timedelta(days=90)
AGAIN = timedelta(days=14)  # documents get their files, and move, for about that long
LONGEST_PLAIN_WINDOW = timedelta(days=366)  # beyond it, lists leave documents out unless asked by session
PAGE_SIZE = 200  # recorded; larger ones are said to work, and said not to
MOST_PAGES = 50  # the source turns no more, and then gives the last one again and again


@dataclass(slots=True)
class Reading:
    """How far the list of a type has come: the sessions still to ask, and what was found."""

    kind: Type
    start: date
    left: list[str]  # sessions or years; [""] when the window is asked for as it is
    items: dict[str, Item] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    newest: date | None = None
    records: int = 0
    total: int = 0
    unusable: int = 0
    undated: int = 0
    strangers: int = 0


class Riksdagen(Source):
    """Asks for each type's documents from fourteen days before its mark, the newest day of a document it has had."""

    name = "riksdagen"
    title = "Sveriges riksdag"
    publisher = "Sveriges riksdag"
    homepage = "https://www.riksdagen.se/sv/dokument-och-lagar/"
    kinds = (Kind.GOVERNMENT, Kind.PROPOSAL)
    region = "Sverige"
    languages = ("sv",)
    licence = "Fri användning; ange Sveriges riksdag som källa"
    cadence = timedelta(hours=12)
    fewest = 20  # bills, inquiries and reports of ninety days, even of summer
    most = 60_000
    longest_silence = timedelta(days=30)
    hosts = ("data.riksdagen.se",)
    least_delay = 0.6  # a hundred requests a minute is what others keep to

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.types = chosen_types(job.options.get("parts"))
        starts = [self.start_of(kind.code) for kind in self.types]
        self.window = (min(starts).isoformat(), self.today.isoformat())

    def start_of(self, part: str) -> date:
        """Return the first day to ask for."""
        if self.job.since:
            return self.job.since
        marked = parse_day(self.job.marks.get(part))
        return min(marked, self.today) - AGAIN if marked else self.today - FIRST_WINDOW

    def floor(self, part: str) -> int:
        """Return the fewest documents: on a first reading those of a dull summer, later the one that set the mark."""
        if self.job.replay_url or self.job.since:
            return 0
        return 1 if part in self.job.marks else next((kind.fewest for kind in TYPES if kind.code == part), 0)

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first page of every type."""
        for kind in self.types:
            start = self.start_of(kind.code)
            long = self.today - start > LONGEST_PLAIN_WINDOW
            reading = Reading(kind, start, years(kind, start, self.today) if long else [""])
            yield self.ask(reading, 1)

    def ask(self, reading: Reading, page: int) -> Request:
        """Return the question for a page of the list; the address of the next page is built, not followed.

        The one that the source gives is http, and stands still at the end.
        """
        code, year = reading.kind.code, reading.left[0]
        asked = {"doktyp": code, "from": reading.start.isoformat(), **({"rm": year} if year else {})}
        asked |= {"sort": "datum", "sortorder": "desc", "sz": str(PAGE_SIZE), "utformat": "json", "p": str(page)}
        url = f"{documents.SITE}/dokumentlista/?{urlencode(asked)}"
        return self.request(code, url, partial(self.read, reading, page), expect="json")

    def read(self, reading: Reading, asked: int, response: Response) -> Iterator[Any]:
        """Take a page; ask for the next one, the next session, or end."""
        code = reading.kind.code
        page = documents.read_page(response.body, code)
        if page.warning:
            yield self.skipped(code, "@varning", page.warning)
        stands_still = page.number < asked  # the last page once more: what it holds is known
        if not stands_still:
            yield from self.keep(reading, page.documents)
        if page.has_more and not stands_still and asked < MOST_PAGES:
            yield self.ask(reading, asked + 1)
            return
        reading.total += page.total
        reading.left.pop(0)
        if reading.left:
            yield self.ask(reading, 1)
            return
        yield from self.finish(reading)

    def keep(self, reading: Reading, records: list[Mapping[str, Any]]) -> Iterator[Any]:
        """Keep the documents of a page, each once."""
        for record in records:
            reading.records += 1
            reading.fields.update(record)
            item = documents.item_of(record, reading.kind, self.today)
            if item is None:
                reading.unusable += 1
                yield self.skipped(reading.kind.code, text_of(record, "dok_id"), "no id or no title")
                continue
            reading.strangers += not documents.is_of(record, reading.kind)
            reading.undated += parse_day(text_of(record, "datum")) is None
            reading.items.setdefault(item.key, item)
            if item.published and not documents.is_planned(record):
                reading.newest = max(item.published, reading.newest or item.published)

    def finish(self, reading: Reading) -> Iterator[Any]:
        """Tell of the documents, and how the list went."""
        code = reading.kind.code
        if reading.records and (missing := documents.FIELDS - reading.fields):
            raise ChangedSource(f"{code}: no document has {', '.join(sorted(missing))}", source=self.name, part=code)
        for count, what in (
            (reading.unusable, "have no id or no title"),
            (reading.strangers, f"are not {code}: the question was ignored, or doktyp is called otherwise"),
            (reading.undated, "have no datum"),
        ):
            if count * 2 > reading.records:
                raise ChangedSource(f"{count} of {reading.records} documents {what}", source=self.name, part=code)
        if not reading.items and self.floor(code):
            raise EmptySource(f"no {code} since {reading.start}", source=self.name, part=code)
        yield from self.items(code, reading.items.values())
        yield self.ending(reading)

    def ending(self, reading: Reading) -> PartEnded:
        """Return how a part went; its mark stays where it was when hits are missing, so that they are asked for again.

        Replayed lists are samples of longer ones, and no worse for that.
        """
        done = self.part_done(reading.kind.code, mark=self.mark_of(reading))
        if reading.records >= reading.total:
            return done
        told = f"Källan uppgav {reading.total} träffar men gav {reading.records}."
        state = SourceState.WORKING if self.job.replay_url else SourceState.QUIET
        return replace(done, state=state, message=told, mark=None)

    def mark_of(self, reading: Reading) -> str | None:
        """Return the newest day of a document that is no plan, never an earlier one than before."""
        known = parse_day(self.job.marks.get(reading.kind.code))
        days = [day for day in (known, reading.newest) if day]
        return max(days).isoformat() if days else None


def chosen_types(codes: object) -> list[Type]:
    """Return the types that configuration names, or the usual ones; raises ConfigurationError on one there is not."""
    if not codes:
        return [kind for kind in TYPES if kind.read]
    known = {kind.code.lower(): kind for kind in TYPES}
    wanted = [str(code) for code in codes] if isinstance(codes, list | tuple) else [str(codes)]
    if unknown := [code for code in wanted if code.lower() not in known]:
        there_are = ", ".join(kind.code for kind in TYPES)
        raise ConfigurationError(f"riksdagen: okänd dokumenttyp {', '.join(unknown)}; det finns {there_are}")
    return [known[code.lower()] for code in wanted]
