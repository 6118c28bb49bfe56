"""EU law and proposals from CELLAR, the database behind EUR-Lex."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from crawlers import sparql
from crawlers.acts import Act, act_item, read_acts, read_concepts, read_facts, windows
from crawlers.measures import VARIABLES, Measure, measure_item, measures_query, read_measures, titles_query
from crawlers.source import Source
from store.errors import ChangedSource, EmptySource, SourceError
from store.types import Item, Kind

FIRST_FILL = timedelta(days=90)
OVERLAP = timedelta(days=14)  # EuroVoc, titles and transposition dates arrive after the act
LONGEST_CATCH_UP = timedelta(days=365)  # after a longer pause nobody wants the backlog; --since still fetches it
WINDOW_DAYS = 14  # what one question spans; broader ones time out
RARE_DAYS = 60  # what one question for a rare series spans: some fifteen documents
BATCH = 50  # acts per question for details
MOST_PAGES = 50  # of one window: more means that OFFSET is not heeded
LAW, PROPOSALS, OPINIONS, MEASURES = "law", "proposals", "opinions", "measures"
SECTORS = {LAW: "3", PROPOSALS: "5", OPINIONS: "5"}
REGIONS = "AR"  # the series of the Committee of the Regions' opinions
REGIONS_NAME = "Regionkommittén"
# The institutions adopt law every week of the year: a run over more days than these that finds none was answered
# wrongly, however valid the answer looked. Preparatory documents are asked for by the same question but for one
# figure, so a fault shows in law.
LONGEST_SILENCE = {"law": timedelta(days=12)}
UNTITLED = timedelta(days=3)  # an act may be registered some days before its titles
TITLES = (sparql.SWEDISH, sparql.ENGLISH)


@dataclass(slots=True)
class Reading:
    """How far one part has come: windows still to ask for, acts still without their details."""

    part: str
    sector: str
    left: list[tuple[date, date]]
    seen: set[str] = field(default_factory=set)
    waiting: list[Act] = field(default_factory=list)
    old: int = 0  # acts whose titles have had time to come
    untitled: int = 0  # those of them that have none


@dataclass(slots=True)
class Notified:
    """How far the national measures have come: years still to ask for, measures still without title."""

    years: list[int]
    waiting: list[Measure] = field(default_factory=list)


class Cellar(Source):
    """Asks for the acts of a window of days, then for their details in batches, one question at a time per part.

    Sweden's transposition measures are asked for by year, since their numbers hold one and they seldom have a day.

    An act whose date CELLAR does not hold as a date (a bare year in some old documents) is in no window and is not
    found; the same acts would not be found by any dated search.
    """

    name = "cellar"
    title = "EU-rätt (EUR-Lex)"
    publisher = "EU:s publikationsbyrå"
    homepage = "https://eur-lex.europa.eu/"
    kinds = (Kind.LEGAL_ACT, Kind.PROPOSAL)
    region = "EU"
    languages = ("sv", "en")
    licence = "Fri vidareanvändning med källa angiven (kommissionens beslut 2011/833/EU)"
    cadence = timedelta(days=1)
    fewest = 1  # of a window whose length varies; LONGEST_SILENCE is the sharper floor
    most = 100_000  # all of ten years; a first fill is some thousands
    longest_silence = timedelta(days=21)
    # The rare series have no floor, so their silence must tell: the Committee of the Regions meets six times a year,
    # and Sweden notifies measures in most months.
    part_silences: ClassVar[Mapping[str, timedelta]] = {
        PROPOSALS: timedelta(days=45),
        OPINIONS: timedelta(days=150),
        MEASURES: timedelta(days=150),
    }
    hosts = ("publications.europa.eu",)

    async def start(self) -> AsyncIterator[Any]:
        """Start all parts."""
        starts = {part: self.first_day(part) for part in (*SECTORS, MEASURES)}
        self.window = (min(starts.values()).isoformat(), self.today.isoformat())
        for part, sector in SECTORS.items():
            reading = Reading(
                part, sector, windows(starts[part], self.today, RARE_DAYS if part == OPINIONS else WINDOW_DAYS)
            )
            for message in self.next_window(reading):
                yield message
        yield self.next_year(Notified(list(range(starts[MEASURES].year, self.today.year + 1))))

    def first_day(self, part: str) -> date:
        """Return the day a part is read from."""
        return min(self.job.since or self.usual_first_day(part), self.today)

    def usual_first_day(self, part: str) -> date:
        """Return the day a part is read from when nobody says otherwise: nothing before it is still to come."""
        marked = self.marked_day(part)
        if marked is None:
            return self.today - FIRST_FILL
        return max(min(marked, self.today) - OVERLAP, self.today - LONGEST_CATCH_UP)

    def marked_day(self, part: str) -> date | None:
        """Return the day up to which a part was last read whole."""
        try:
            return date.fromisoformat(self.job.marks.get(part, ""))
        except ValueError:
            return None

    def next_window(self, reading: Reading) -> Iterator[Any]:
        """Ask for the acts of the next window, or bring the part to its end."""
        if reading.left:
            yield self.ask_for_acts(reading, *reading.left.pop(0), page=0)
        elif reading.waiting:
            yield self.ask_for_facts(reading)
        else:
            yield self.end(reading)

    def ask_for_acts(self, reading: Reading, first: date, last: date, page: int) -> Request:
        """Return the question for one page of the acts of a window."""
        query = sparql.acts_query(
            reading.sector,
            first,
            last,
            series=REGIONS if reading.part == OPINIONS else "",
            offset=page * sparql.PAGE,
        )
        state = {"reading": reading, "first": first, "last": last, "page": page}
        return self.ask(reading.part, query, self.on_acts, state)

    def on_acts(self, response: Response, reading: Reading, first: date, last: date, page: int) -> Iterator[Any]:
        """Take the acts of a page, and go on to the next page, batch or window."""
        where = {"source": self.name, "part": reading.part}
        rows = self.rows(response, reading.part, "celex", "date", others=("type",))
        acts, odd = read_acts(rows, reading.sector, first, last, **where)
        if 2 * len(odd) > len(rows):
            raise ChangedSource(f"{len(odd)} of {len(rows)} acts not understood: {odd[:3]}", **where)
        for celex in odd:
            yield self.skipped(reading.part, celex, "CELEX number or date not understood")
        if reading.part == OPINIONS and (others := [act.celex for act in acts if not is_opinion(act)]):
            raise ChangedSource(f"asked for series {REGIONS}, got {others[:3]}", **where)
        # Opinions have a part of their own; the question for proposals brings them all the same.
        mine = [act for act in acts if is_opinion(act) == (reading.part == OPINIONS)]
        new = [act for act in mine if act.celex not in reading.seen]
        reading.seen.update(act.celex for act in new)
        reading.waiting += new
        if len(rows) >= sparql.PAGE:
            if page + 1 >= MOST_PAGES:
                raise ChangedSource(f"no end to the acts of {first} to {last}", **where)
            yield self.ask_for_acts(reading, first, last, page + 1)
        elif len(reading.waiting) >= BATCH:
            yield self.ask_for_facts(reading)
        else:
            yield from self.next_window(reading)

    def ask_for_facts(self, reading: Reading) -> Request:
        """Return the question for titles, dates and relations of the next acts in line."""
        batch, reading.waiting = reading.waiting[:BATCH], reading.waiting[BATCH:]
        query = sparql.facts_query(act.celex for act in batch)
        return self.ask(reading.part, query, self.on_facts, {"reading": reading, "batch": batch})

    def on_facts(self, response: Response, reading: Reading, batch: list[Act]) -> Iterator[Any]:
        """Take the facts and ask for the EuroVoc concepts of the same acts."""
        rows = self.rows(response, reading.part, "celex", "property", "value")
        known = read_facts(rows)
        if rows and known.keys().isdisjoint(act.celex for act in batch):
            raise ChangedSource("facts of other acts than asked for", source=self.name, part=reading.part)
        old = [act for act in batch if act.day < self.today - UNTITLED]
        reading.old += len(old)
        reading.untitled += sum(known.get(act.celex, {}).keys().isdisjoint(TITLES) for act in old)
        query = sparql.concepts_query(act.celex for act in batch)
        state = {"reading": reading, "batch": batch, "facts": known}
        yield self.ask(reading.part, query, self.on_concepts, state)

    def on_concepts(
        self, response: Response, reading: Reading, batch: list[Act], facts: dict[str, Any]
    ) -> Iterator[Any]:
        """Yield the finished items of a batch and go on."""
        rows = self.rows(response, reading.part, "celex", "concept", others=("label",))
        concepts = read_concepts(rows)
        if rows and concepts.keys().isdisjoint(act.celex for act in batch):
            raise ChangedSource("concepts of other acts than asked for", source=self.name, part=reading.part)
        yield from self.items(
            reading.part,
            (self.item(reading.part, act, facts.get(act.celex, {}), concepts.get(act.celex, {})) for act in batch),
        )
        if len(reading.waiting) >= BATCH:
            yield self.ask_for_facts(reading)
        else:
            yield from self.next_window(reading)

    def item(self, part: str, act: Act, facts: Any, labels: Any) -> Item:
        """Return the item of an act; an opinion carries the name that readers know its committee by."""
        item = act_item(act, facts, labels, source=self.name, publisher=self.publisher)
        if part != OPINIONS:
            return item
        return replace(item, publisher=REGIONS_NAME, meta={**item.meta, "type": act.type or "OPIN"})

    def next_year(self, notified: Notified) -> Any:
        """Ask for the measures of the next year, for titles that are still lacking, or end the part."""
        if notified.years:
            return self.ask_for_measures(notified, notified.years.pop(0), page=0)
        if notified.waiting:
            batch, notified.waiting = notified.waiting[:BATCH], notified.waiting[BATCH:]
            state = {"notified": notified, "batch": batch}
            return self.ask(MEASURES, titles_query(batch), self.on_measure_titles, state)
        return self.part_done(MEASURES, mark=self.reached(MEASURES))

    def ask_for_measures(self, notified: Notified, year: int, page: int) -> Request:
        """Return the question for one page of a year's measures."""
        query = measures_query(year, offset=page * sparql.PAGE)
        return self.ask(MEASURES, query, self.on_measures, {"notified": notified, "year": year, "page": page})

    def on_measures(self, response: Response, notified: Notified, year: int, page: int) -> Iterator[Any]:
        """Take the measures of a page that are not known to be old, and go on."""
        rows = self.rows(response, MEASURES, "celex", others=VARIABLES[1:])
        where = {"source": self.name, "part": MEASURES}
        measures, odd = read_measures(rows, year, **where)
        if 2 * len(odd) > len(rows) or page >= MOST_PAGES:
            raise ChangedSource(f"{len(odd)} of {len(rows)} measures of {year} not understood", **where)
        for celex in odd:
            yield self.skipped(MEASURES, celex, "CELEX number not understood")
        first = self.first_day(MEASURES)
        known = {measure.celex for measure in notified.waiting}
        notified.waiting += [m for m in measures if m.celex not in known and (m.registered or self.today) >= first]
        whole = len(rows) < sparql.PAGE
        yield self.next_year(notified) if whole else self.ask_for_measures(notified, year, page + 1)

    def on_measure_titles(self, response: Response, notified: Notified, batch: list[Measure]) -> Iterator[Any]:
        """Yield the finished items of some measures and go on."""
        titles = read_facts(self.rows(response, MEASURES, "celex", "property", "value"))
        if titles and titles.keys().isdisjoint(measure.celex for measure in batch):
            raise ChangedSource("titles of other measures than asked for", source=self.name, part=MEASURES)
        yield from self.items(MEASURES, (measure_item(measure, titles, source=self.name) for measure in batch))
        yield self.next_year(notified)

    def end(self, reading: Reading) -> Any:
        """Return the end of a part: whole, or suspiciously empty."""
        part, first = reading.part, self.first_day(reading.part)
        silence = self.today - first
        if not self.found.get(part) and part in LONGEST_SILENCE and silence > LONGEST_SILENCE[part]:
            error = EmptySource(f"no act in {silence.days} days", source=self.name, part=part)
            return self.part_failed(part, error, f"Källan svarade, men utan en enda akt på {silence.days} dagar.")
        if 2 * reading.untitled > reading.old:
            changed = ChangedSource(f"{reading.untitled} acts without title", source=self.name, part=part)
            return self.part_failed(part, changed, "De flesta akter saknar titel: källan har ändrat form.")
        return self.part_done(part, mark=self.reached(part))

    def reached(self, part: str) -> str | None:
        """Return the mark of a part that was read whole."""
        marked = self.marked_day(part)
        # A run from a later day than usual leaves a gap behind it, so the mark stays where it was.
        until = max(self.today, marked or self.today) if self.first_day(part) <= self.usual_first_day(part) else marked
        return until.isoformat() if until else None

    def ask(self, part: str, query: str, callback: Any, state: dict[str, Any]) -> Request:
        """Return the request of one SPARQL question; posted, because long ones are refused in the address."""
        return self.request(
            part,
            sparql.ENDPOINT,
            callback,
            expect="json",
            method="POST",
            headers={"Content-Type": sparql.CONTENT_TYPE, "Accept": sparql.ACCEPT},
            body=query.encode(),
            cb_kwargs=state,
            dont_filter=True,
        )

    def rows(self, response: Response, part: str, *bound: str, others: tuple[str, ...] = ()) -> list[sparql.Row]:
        """Return the rows of an answer that is whole; `bound` have a value in every row, `others` may lack one."""
        if response.status != 200:  # Virtuoso gives 206 and the rows it has when its own time is up
            raise SourceError(f"a partial answer, status {response.status}", source=self.name, part=part)
        return sparql.read_rows(response.body, (*bound, *others), source=self.name, part=part, bound=bound)


def is_opinion(act: Act) -> bool:
    """Tell whether an act is an opinion of the Committee of the Regions."""
    return act.celex[5:7] == REGIONS
