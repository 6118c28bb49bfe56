"""Application rounds from Vinnova's open data, each with the call and the programme it belongs to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawlers import vinnova_rounds as rounds
from crawlers.answers import Record, text_of
from crawlers.dates import parse_day
from crawlers.source import Source
from store.errors import ChangedSource, EmptySource
from store.types import Kind

ROUNDS = "ansokningsomgangar"  # the only part: calls and programmes say nothing without their rounds
CALLS, PROGRAMMES = "utlysningar", "program"
FIRST_WINDOW = timedelta(days=730)  # farther back the answer takes a minute, and then none comes
AGAIN = timedelta(days=7)
BATCH = 20  # numbers in one address
MOST_BATCHES = 10  # two hundred calls whose rounds changed without them; more is no ordinary week
ACCEPT = "application/vnd.vinnova.opendata.2.0+json"  # of calls: 2.1 is the default, 2.0 what was read


class Vinnova(Source):
    """Asks what has changed since a day: rounds, calls, programmes; then for what the rounds name and is not there."""

    name = "vinnova"
    title = "Vinnovas utlysningar"
    publisher = "Vinnova"
    homepage = "https://www.vinnova.se/sok-finansiering/"
    kinds = (Kind.CALL,)
    region = "Sverige"
    languages = ("sv",)
    licence = "CC0 1.0: fri användning, utan villkor"
    cadence = timedelta(days=1)
    fewest = 20  # rounds that changed within two years
    most = 20_000
    longest_silence = timedelta(days=60)
    always = ("text", "opens")
    hosts = ("data.vinnova.se",)

    def __init__(self, job: Any, **arguments: Any) -> None:
        super().__init__(job, **arguments)
        marked = parse_day(job.marks.get(ROUNDS))
        self.is_first = marked is None and job.since is None
        self.start_day: date = job.since or (marked - AGAIN if marked else self.today - FIRST_WINDOW)
        self.window = (self.start_day.isoformat(), self.today.isoformat())
        self.found_rounds: list[Record] = []
        self.known: dict[str, dict[str, Record]] = {CALLS: {}, PROGRAMMES: {}}
        self.asked: set[str] = set()
        self.batches = 0

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the rounds first: without any there is nothing to join."""
        yield self.ask(ROUNDS, self.start_day.isoformat(), self.on_rounds)

    def ask(self, entity: str, argument: str, callback: Callable[..., Any]) -> Request:
        """Return the question for what has changed since a day, or for the records of some numbers."""
        accept = ACCEPT if entity == CALLS else "application/json"
        url = f"{rounds.API}/api/{entity}/{argument}"
        return self.request(ROUNDS, url, callback, expect="json", headers={"Accept": accept})

    def on_rounds(self, response: Response) -> Iterator[Any]:
        """Take the rounds that are public; ask for the calls that have changed."""
        told = rounds.read_records(response.body, ROUNDS, rounds.ROUND_FIELDS)
        if not told and self.start_day <= self.today - AGAIN:  # an error, its readers say, and never a quiet week
            raise EmptySource(f"no round since {self.start_day}", source=self.name, part=ROUNDS)
        self.found_rounds = [record for record in told if rounds.is_public(record)]
        if told and not self.found_rounds and self.is_first:
            raise ChangedSource("no round is public: Publik has another meaning", source=self.name, part=ROUNDS)
        odd = sum(map(rounds.has_odd_date, told))
        if odd * 2 > len(told):
            raise ChangedSource(f"{odd} of {len(told)} closing dates unreadable", source=self.name, part=ROUNDS)
        if not self.found_rounds:
            yield self.part_done(ROUNDS, mark=self.today.isoformat())
            return
        yield self.ask(CALLS, self.start_day.isoformat(), self.on_calls)

    def on_calls(self, response: Response) -> Iterator[Any]:
        """Take the calls; ask for the programmes that have changed."""
        self.keep(CALLS, response)
        if self.is_first and not self.known[CALLS]:
            raise EmptySource(f"no call since {self.start_day}", source=self.name, part=ROUNDS)
        yield self.ask(PROGRAMMES, self.start_day.isoformat(), self.on_programmes)

    def on_programmes(self, response: Response) -> Iterator[Any]:
        """Take the programmes, and go on to what is missing."""
        self.keep(PROGRAMMES, response)
        yield from self.complete()

    def keep(self, entity: str, response: Response) -> None:
        """Keep the records of an answer by their number."""
        for record in rounds.read_records(response.body, ROUNDS):
            self.known[entity][text_of(record, rounds.NUMBER)] = record

    def complete(self) -> Iterator[Any]:
        """Ask for calls, then programmes, that are named and not there; each is asked for once. Then tell."""
        calls = {text_of(record, rounds.CALL) for record in self.found_rounds}
        programmes = {text_of(record, rounds.PROGRAMME) for record in self.of_rounds(calls)}
        for entity, named in ((CALLS, calls), (PROGRAMMES, programmes)):
            missing = sorted(named - set(self.known[entity]) - self.asked - {""})[:BATCH]
            if missing and self.batches < MOST_BATCHES:
                self.batches += 1
                self.asked.update(missing)
                yield self.ask(entity, ",".join(missing), lambda answer, entity=entity: self.on_more(entity, answer))
                return
        yield from self.finish()

    def of_rounds(self, numbers: set[str]) -> Iterator[Mapping[str, Any]]:
        """Yield the calls of these numbers that are known."""
        return (self.known[CALLS][number] for number in numbers if number in self.known[CALLS])

    def on_more(self, entity: str, response: Response) -> Iterator[Any]:
        """Take the records of some numbers, and go on."""
        self.keep(entity, response)
        yield from self.complete()

    def finish(self) -> Iterator[Any]:
        """Tell of the rounds."""
        told = 0
        for record in self.found_rounds:
            number = text_of(record, rounds.NUMBER)
            if rounds.has_odd_date(record):
                yield self.skipped(ROUNDS, number, "a closing date that cannot be read")
            item = rounds.item_of(record, self.known[CALLS], self.known[PROGRAMMES], self.today)
            if item is None:
                yield self.skipped(ROUNDS, number, "no number or no title")
                continue
            told += 1
            yield from self.items(ROUNDS, [item])
        if told * 2 < len(self.found_rounds):
            message = f"{len(self.found_rounds) - told} of {len(self.found_rounds)} rounds have no number or title"
            raise ChangedSource(message, source=self.name, part=ROUNDS)
        yield self.part_done(ROUNDS, mark=self.today.isoformat())
