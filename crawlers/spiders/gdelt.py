"""World news about configured questions from GDELT's document search: headlines and links only.

Shaped after documentation and others' reports (2026), not a recording.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.answers import BadRecord, Reader, Record, lost_fields, tell_lost
from crawlers.challenge import is_html
from crawlers.dates import parse_moment, swedish_day
from crawlers.failures import explain, next_try_of
from crawlers.links import canonical_link, clean_link
from crawlers.protocol import PartEnded
from crawlers.source import Source
from crawlers.text import plain_title
from store.errors import ChangedSource, ConfigurationError, EmptySource, SourceError
from store.types import Item, Kind, SourceState

API = "https://api.gdeltproject.org/api/v2/doc/doc"
MOST = 250  # articles in one answer; more are left out without a word
FIRST_FILL = timedelta(days=1)
LONGEST_CATCH_UP = timedelta(days=7)
SHORTEST_WINDOW = timedelta(minutes=15)  # how often GDELT itself is brought up to date
MOST_REQUESTS = 60  # at one in 5.5 seconds
FIELDS = ("url", "title", "seendate", "domain", "language")
LANGUAGES = {"english": "en", "swedish": "sv", "norwegian": "no", "danish": "da", "finnish": "fi", "german": "de"}
NO_QUERIES = (
    "Av från början: GDELT avvisar ofta frågor. Ange queries under [sources.gdelt.options], t.ex. "
    "{ stadsutveckling = '\"urban development\" sourcelang:english' }, och enabled = true under [sources.gdelt]."
)
_NAME = re.compile(r"[\wåäö-]{1,40}", re.IGNORECASE)
_BUSY = re.compile(r"limit requests|too many requests|rate limit|try again", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Window:
    """One question over a span of time, and the spans still to be asked after it."""

    query: str
    start: datetime
    end: datetime
    later: tuple[tuple[datetime, datetime], ...] = ()

    def following(self) -> Window | None:
        """Return the question over the next span, None after the last."""
        return replace(self, start=self.later[0][0], end=self.later[0][1], later=self.later[1:]) if self.later else None

    def halves(self) -> Window:
        """Return the question over the first half, with the second in line."""
        middle = self.start + (self.end - self.start) / 2
        middle = middle.replace(microsecond=0)
        return replace(self, end=middle, later=((middle, self.end), *self.later))


class Gdelt(Source):
    """Asks one question after the other; each is a part, and the first that is turned away ends the run.

    The service sheds load: even a first question may be answered 429. Nothing more is asked of it then.
    """

    name = "gdelt"
    title = "GDELT, världens nyheter"
    publisher = "The GDELT Project"
    homepage = "https://www.gdeltproject.org/"
    kinds = (Kind.NEWS,)
    region = "Världen"
    languages = ("en", "sv")
    licence = "Rubrik, länk och dag; texterna hör till sina utgivare. Källa: The GDELT Project"
    cadence = timedelta(days=1)
    fewest = 0  # a narrow question may have no answer
    most = 20_000
    longest_silence = timedelta(days=30)
    always = ("published", "publisher")
    hosts = ("api.gdeltproject.org",)
    least_delay = 5.5  # one request in five seconds is what the service allows
    enabled_by_default: ClassVar[bool] = False
    why_off: ClassVar[str] = NO_QUERIES

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        self.queries = read_queries(job.options.get("queries"))
        self.waiting = list(self.queries)
        self.now: datetime = job.now.astimezone(UTC).replace(microsecond=0)
        self.keys: set[str] = set()
        self.records: dict[str, list[Record]] = {name: [] for name in self.queries}
        self.asked = 0

    async def start(self) -> AsyncIterator[Any]:
        """Ask the first question."""
        for message in self.next_part():
            yield message

    def next_part(self) -> Iterator[Any]:
        """Ask the next question in line."""
        if self.waiting:
            part = self.waiting.pop(0)
            yield self.ask(part, Window(self.queries[part], self.first_moment(part), self.now))

    def first_moment(self, part: str) -> datetime:
        """Return when a question's window begins."""
        if self.job.since:
            start = datetime(self.job.since.year, self.job.since.month, self.job.since.day, tzinfo=UTC)
        else:
            start = parse_moment(self.job.marks.get(part)) or self.now - FIRST_FILL
        return min(max(start, self.now - LONGEST_CATCH_UP), self.now - SHORTEST_WINDOW)

    def ask(self, part: str, window: Window) -> Request:
        """Return the question over a window."""
        self.asked += 1
        query = {
            "query": window.query,
            "mode": "artlist",
            "format": "json",
            "maxrecords": MOST,
            "sort": "datedesc",
            "startdatetime": f"{window.start:%Y%m%d%H%M%S}",
            "enddatetime": f"{window.end:%Y%m%d%H%M%S}",
        }
        # Without `expect`: errors come as plain text under any content type, and their words are worth telling.
        state = {"part": part, "window": window}
        url = f"{API}?{urlencode(query)}"
        return self.request(part, url, self.on_answer, errback=self.stop_after(part), cb_kwargs=state)

    def on_answer(self, response: Response, part: str, window: Window) -> Iterator[Any]:
        """Take the articles of a window; a full answer is asked again in halves."""
        reader = Reader(self.name, part)
        try:
            records = self.articles(response, reader)
            readings = reader.read(records, self.item)
        except PlainAnswer as error:
            if error.busy:
                yield from self.stop(part, SourceState.FAILING, f"GDELT svarar: {error}", None)
            else:
                yield PartEnded(part, SourceState.CHANGED, message=f"GDELT svarar: {error}")
                yield from self.next_part()
        except SourceError as error:
            yield self.part_failed(part, error, explain(error)[1])
            yield from self.next_part()
        else:
            self.records[part] += records
            if len(records) >= MOST and self.asked < MOST_REQUESTS and window.end - window.start >= 2 * SHORTEST_WINDOW:
                yield self.ask(part, window.halves())
                return
            if len(records) >= MOST:
                yield self.skipped(part, str(window.start), "more articles than an answer holds; narrow the question")
            yield from self.tell(part, readings.found, readings.bad)
            following = window.following()
            if following and self.asked < MOST_REQUESTS:
                yield self.ask(part, following)
            else:
                yield self.ending(part, whole=following is None)
                yield from self.next_part()

    def articles(self, response: Response, reader: Reader) -> list[dict[str, Any]]:
        """Return the articles of an answer; an empty object is how it says that there are none."""
        body = response.body.strip()
        if not body.startswith((b"{", b"[", b"\xef\xbb\xbf")):
            if is_html(body, b""):
                raise reader.changed("a web page")
            raise PlainAnswer(plain_title(body[:2_000].decode("utf-8", "replace"), 200))
        answer = reader.table(reader.parse(body.removeprefix(b"\xef\xbb\xbf")), "the answer")
        if not answer:
            return []
        if answer.get("articles") == []:  # nothing is told by no list at all
            raise EmptySource("an empty list of articles", source=self.name, part=reader.part)
        return reader.rows(answer.get("articles"), "articles")

    def tell(self, part: str, found: list[Item], bad: list[tuple[str, str]]) -> Iterator[Any]:
        """Tell of articles that no question has given before."""
        for key, complaint in bad:
            yield self.skipped(part, key, complaint)
        new = {item.key: item for item in found if item.key not in self.keys}
        self.keys |= new.keys()
        yield from self.items(part, new.values())

    def ending(self, part: str, *, whole: bool) -> PartEnded:
        """Return how a question went."""
        if lost := lost_fields(self.records[part], FIELDS):
            error = ChangedSource(f"no article has {lost}", source=self.name, part=part)
            return self.part_failed(part, error, tell_lost(lost))
        if not whole:
            return PartEnded(
                part, SourceState.FAILING, message="För många frågor för en läsning; resten tas nästa gång."
            )
        return self.part_done(part, mark=self.now.isoformat())

    def stop_after(self, part: str) -> Any:
        """Return what to do when a question was not answered."""

        def failed(failure: Failure) -> Iterator[Any]:
            state, message = explain(failure.value)
            yield from self.stop(part, state, message, next_try_of(failure.value))

        return failed

    def stop(self, part: str, state: SourceState, message: str, next_try: datetime | None) -> Iterator[Any]:
        """End this question and all after it, so that a service that sheds load is left alone."""
        yield PartEnded(part, state, message=message, next_try=next_try)
        for name in self.waiting:
            yield PartEnded(name, state, message=f"Frågades inte. {message}", next_try=next_try)
        self.waiting.clear()

    def item(self, record: Record) -> Item:
        """Return the item of an article: headline, link, day and nothing of its text."""
        url, title = record.get("url"), record.get("title")
        link = clean_link(url) if isinstance(url, str) else ""
        if not link:
            raise BadRecord(f"url is {url!r}", url)
        if not isinstance(title, str) or not (plain := plain_title(title)):
            raise BadRecord("no title", url)
        seen = parse_moment(record.get("seendate"))
        if seen is None:
            raise BadRecord(f"seendate is {record.get('seendate')!r}", url)
        values = {name: record.get(name) for name in ("domain", "language", "sourcecountry")}
        told = {name: value for name, value in values.items() if isinstance(value, str) and value}
        return Item(
            source=self.name,
            key=canonical_link(link),
            kind=Kind.NEWS,
            title=plain,
            url=link,
            language=LANGUAGES.get(told.get("language", "").lower(), ""),
            published=swedish_day(seen),
            publisher=told.get("domain", ""),
            meta={"country": told.get("sourcecountry", ""), "region": "Världen"},
        )


class PlainAnswer(Exception):
    """The service answered in words instead of data."""

    @property
    def busy(self) -> bool:
        """Whether it only wants to be left alone for a while."""
        return bool(_BUSY.search(str(self)))


def read_queries(value: Any) -> dict[str, str]:
    """Return the questions by name; raises ConfigurationError when there is none or one is no text."""
    queries = {f"fraga-{n}": text for n, text in enumerate(value, 1)} if isinstance(value, list) else value
    if not isinstance(queries, dict) or not queries:
        raise ConfigurationError(f"gdelt: {NO_QUERIES}")
    for name, text in queries.items():
        if not _NAME.fullmatch(str(name)) or not isinstance(text, str) or not text.strip():
            raise ConfigurationError(f"gdelt: queries.{name} ska vara en fråga som text, är {json.dumps(text)[:60]}")
    return {str(name): text.strip() for name, text in queries.items()}
