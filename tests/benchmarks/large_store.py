"""Fills a database with years of made-up items, letters, verdicts and runs, in bulk: too slow to do by the steps."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from crawlers.catalogue import source_names
from pipeline.areas import area_names
from pipeline.publications import publication_id
from store.assessments import SURE
from store.db import Store
from store.deadlines import weigh_deadlines
from tests.benchmarks.large_loading import load, with_word_indexes, without_word_indexes
from tests.benchmarks.large_words import Words
from tests.web.digest_making import letter

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TODAY = NOW.date()
YEARS = 5
TOWN = "provköping"
UNITS = ("skola", "social", "vatten", "ledning")
ASSESSOR = "prov"
# Of each thousand items; a kind's items come from sources that give such.
KINDS = {"news": 620, "agency": 150, "government": 60, "legal_act": 70, "proposal": 20, "consultation": 30, "call": 50}
SOURCES = {
    "news": ("feeds", "feeds", "gdelt", "listings"),
    "agency": ("feeds", "listings", "press_corner"),
    "government": ("regeringen", "riksdagen"),
    "legal_act": ("cellar", "ep_adopted"),
    "proposal": ("cellar",),
    "consultation": ("have_your_say", "regeringen"),
    "call": ("funding_tenders", "interreg", "vinnova", "ted"),
}


@dataclass
class Filling:
    """What is filled, and with how much."""

    store: Store
    items: int
    seed: int = 1
    words: Words = field(default_factory=Words)

    def __post_init__(self) -> None:
        """Draw by the same dice every time."""
        self.dice = random.Random(self.seed)  # noqa: S311 - made-up data
        self.share = self.items / 1_000_000
        self.deadlines: list[tuple[int, bool, date, str]] = []
        self.areas: list[tuple[int, str]] = []
        self.names: list[tuple[str, str]] = []  # source and key of item 1, 2 …

    @property
    def engine(self) -> Engine:
        """The database."""
        return self.store.engine

    def many(self, number: int, least: int = 10) -> int:
        """Return the number at a million items, less when there are fewer items."""
        return max(least, int(number * self.share))

    def day(self, longest: int = 365 * YEARS) -> date:
        """Return a day before today."""
        return TODAY - timedelta(days=self.dice.randrange(longest))

    def item(self) -> tuple[str, str]:
        """Return an item's source and key."""
        return self.dice.choice(self.names)


def fill(filling: Filling) -> None:
    """Fill an empty store."""
    without_word_indexes(filling.engine)
    load(filling.engine, "items", items(filling))
    load(filling.engine, "sightings", ((number, NOW - timedelta(hours=1)) for number in range(1, filling.items + 1)))
    load(filling.engine, "assessments", assessments(filling))
    load(filling.engine, "item_deadlines", filling.deadlines)
    load(filling.engine, "item_areas", filling.areas)
    load(filling.engine, "details", details(filling))
    for table in (stories, threads, verdicts, digests, actions, runs, records):
        for name, rows in table(filling):
            load(filling.engine, name, rows)
    with filling.store.session() as session:
        weigh_deadlines(session)
    with_word_indexes(filling.engine)


def items(filling: Filling) -> Iterator[Sequence[Any]]:
    """Yield the items, in the order in which they came in; a tenth were there at the first reading of all."""
    kinds, weights = list(KINDS), list(KINDS.values())
    chosen = filling.dice.choices(kinds, weights, k=filling.items)
    for number, kind in enumerate(chosen, start=1):
        source, key = filling.dice.choice(SOURCES[kind]), f"{kind[:2]}-{number}"
        filling.names.append((source, key))
        days = (filling.items - number) * 365 * YEARS // filling.items
        seen = NOW - timedelta(days=days, minutes=filling.dice.randrange(600))
        is_old = number <= filling.items // 10
        published = filling.day() if is_old else seen.date() - timedelta(days=filling.dice.choice((0, 0, 0, 1, 2, 9)))
        own = own_deadlines(filling, kind, published)
        filling.deadlines += [(number, True, date.fromisoformat(day), role) for day, role, _ in own]
        status = "" if kind != "call" else "open" if own and own[-1][0] >= TODAY.isoformat() else "closed"
        meta = {"region": filling.dice.choice(("Sverige", "EU", "Norden", "Världen"))} if number % 3 == 0 else {}
        yield (
            *(number, source, key, kind, published, seen, seen, f"{number:032x}", f"{number:032x}", status, published),
            *(None, "sv" if number % 5 else "en", f"Utgivare {number % 300}", filling.words.title(filling.dice)),
            *(f"https://example.org/{source}/{key}", own, [], [], [], meta, filling.words.text(filling.dice, number)),
        )


def own_deadlines(filling: Filling, kind: str, published: date) -> list[list[str]]:
    """Return the days that an item has to be met by, as they are stored."""
    spans = {"call": (20, 180, "application"), "consultation": (30, 120, "answer"),
             "legal_act": (300, 1500, "transposition")}  # fmt: skip
    if kind not in spans or (kind == "legal_act" and filling.dice.random() > 0.3) or filling.dice.random() < 0.05:
        return []
    first, last, role = spans[kind]
    day = published + timedelta(days=filling.dice.randint(first, last))
    more = [[(day + timedelta(days=90)).isoformat(), role, ""]] if filling.dice.random() < 0.1 else []
    return [[day.isoformat(), role, "kl. 17.00"], *more]


def assessments(filling: Filling) -> Iterator[Sequence[Any]]:
    """Yield the assessments: an item of twelve is relevant, each has an area or two, the last area is rare."""
    names, at = list(area_names()), NOW - timedelta(hours=2)
    weights = [1 / (place + 1) for place in range(len(names) - 1)] + [0.0005]
    for number in range(1, filling.items + 1):
        relevance = round(filling.dice.random() ** 8, 3)
        first, second = filling.dice.choices(names, weights, k=2)
        areas = {second: round(filling.dice.random() * 0.5, 2), first: round(0.4 + filling.dice.random() * 0.6, 2)}
        reasons = [[filling.words.some(filling.dice, 3), first, 0.5]]
        flags = {"funding": round(filling.dice.random(), 2)} if number % 20 == 0 else {}
        read = [[(TODAY + timedelta(days=number % 400 - 200)).isoformat(), "application", ""]] if flags else []
        filling.deadlines += [(number, False, date.fromisoformat(day), role) for day, role, _ in read]
        filling.areas += [(number, area) for area, score in areas.items() if score >= SURE]
        yield (
            *(number, ASSESSOR, f"{number:032x}", at, "sv" if number % 5 else "en", relevance, areas, flags),
            *(read, [], reasons, filling.words.some(filling.dice, 14), {}),
        )


def details(filling: Filling) -> Iterator[Sequence[Any]]:
    """Yield fetched texts of one item in fifty, longer than the items' own."""
    for number in range(50, filling.items + 1, 50):
        body = " ".join(filling.words.text(filling.dice, 0) for _ in range(5))
        yield (number, NOW, f"{number:032x}", "d", "sv", f"https://example.org/text/{number}", "", [], [], [], [], {},
               body)  # fmt: skip


def stories(filling: Filling) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    """Yield stories of three items that came in at about the same time."""
    firsts = range(1, filling.items - 10, 25)
    yield "stories", ((f"s{first}", NOW) for first in firsts)
    yield (
        "story_members",
        ((first + step, f"s{first}", place) for first in firsts for place, step in enumerate((0, 3, 7))),
    )


def threads(filling: Filling) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    """Yield matters of three documents over a year or so, some with a last day for national law."""
    names = range(filling.items // 16)
    yield "threads", ((f"t{name}", NOW) for name in names)
    members = []
    for name in names:
        numbers, day = sorted(filling.dice.sample(range(name * 16 + 1, name * 16 + 17), 3)), filling.day()
        for place, (number, stage) in enumerate(zip(numbers, ("proposal", "fact_memo", "adoption"), strict=True)):
            members.append((number, stage, f"t{name}", day + timedelta(days=200 * place), place))
        if name % 4 == 0:
            members.append((numbers[2], "transposition", f"t{name}", day + timedelta(days=1200), 3))
    yield "thread_members", members
    yield "thread_ties", ((number, f"3{2000 + number % 26}L{number:07d}", "own") for number, *_ in members[::3])


def verdicts(filling: Filling) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    """Yield twenty thousand verdicts, some on the same item, the newest last."""
    rulings = ("send", "drop", "drop", "later", "reopened")
    number = filling.many(20_000)
    rows = []
    for place in range(1, number + 1):
        at = NOW - timedelta(days=(number - place) * 365 * YEARS / number)
        source, key = filling.item()
        rows.append((place, TOWN, source, key, filling.dice.choice(rulings), at, "coordinator", "", None, "ranked",
                     None, ""))  # fmt: skip
    yield "verdicts", rows


def digests(filling: Filling) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    """Yield a letter to each of four units in every week of the years, with entries, ways, deliveries and answers."""
    made: list[Sequence[Any]] = []
    entries: list[Sequence[Any]] = []
    ways: list[Sequence[Any]] = []
    sent: list[Sequence[Any]] = []
    answers: list[Sequence[Any]] = []
    for week in range(1, 52 * YEARS):
        at = NOW - timedelta(weeks=week)
        period = f"{at.isocalendar().year}-W{at.isocalendar().week:02d}"
        for unit in UNITS:
            name, items = f"d{week}{unit}", dict.fromkeys(filling.item() for _ in range(20))
            body = filling.words.text(filling.dice, 0) * 30
            whole = letter(name, contact=f"{unit}@example.org", week=period, units=(unit,), text=body)
            made.append((name, TOWN, whole.contact, period, [unit], whole.subject, whole.message_id, "sent", at, 1,
                         "smtp", at, None, at, whole.message))  # fmt: skip
            sent.append((len(sent) + 1, name, at, "smtp", "sent", 250, "OK"))
            for place, (source, key) in enumerate(items):
                entries.append((name, source, key, "news", place, "Rör enheten.", "h"))
                ways.append((TOWN, period, unit, source, key, 0.7, "Rör enheten.", ["water"]))
                if place % 4 == 0:
                    answer = filling.dice.choice(("relevant", "not_for_us", "act"))
                    answers.append((len(answers) + 1, name, source, key, answer, at + timedelta(days=1), unit, "", ""))
    yield from (("digests", made), ("digest_entries", entries), ("routes", ways))
    yield from (("deliveries", sent), ("feedback", answers))


def actions(filling: Filling) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    """Yield a thousand actions a year."""
    rows = []
    for place in range(filling.many(1_000 * YEARS)):
        state = filling.dice.choice(("open", "ongoing", "done", "done", "dropped"))
        due = TODAY + timedelta(days=filling.dice.randint(-900, 200)) if place % 5 else None
        rows.append((f"a{place}", TOWN, *filling.item(), filling.dice.choice(UNITS), f"Åtgärd {place}", NOW, due, state,
                     "", "någon", 100_000.0, None, "SEK", "", NOW, 1))  # fmt: skip
    yield "actions", rows
    yield "action_changes", ((row[0], 1, NOW, "coordinator", {}) for row in rows)


def runs(filling: Filling) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    """Yield two readings a day of every source, and the weekly steps."""
    rows = []
    for day in range(365 * YEARS - 1, -1, -max(1, int(1 / max(filling.share, 0.01)))):
        at = NOW - timedelta(days=day, hours=3)
        for hour in (0, 2):
            rows += [("collect", subject, at + timedelta(hours=hour)) for subject in source_names()]
        rows.append(("assess", "", at + timedelta(hours=2)))
        if day % 7 == 0:
            rows += [(step, "", at + timedelta(hours=2)) for step in ("compose", "send")]
    yield "runs", (
        (f"{number:010d}-00000000", step, subject, at, at + timedelta(minutes=4), "complete",
         "working" if step == "collect" else None, {"new": 40, "changed": 3}, [], None, None, "")
        for number, (step, subject, at) in enumerate(rows, start=1)
    )  # fmt: skip
    yield (
        "source_marks",
        (
            (source, f"del {part}", "2026", "working", NOW, "", 0, None, None, TODAY)
            for source in source_names()
            for part in range(20)
        ),
    )


def records(filling: Filling) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    """Yield what is published to residents, and the log of who did what."""
    chosen = list(dict.fromkeys(filling.item() for _ in range(500)))
    yield "publications", (
        (publication_id(TOWN, item), TOWN, *item, "Det betyder något här.", NOW - timedelta(days=place * 3), NOW,
         "coordinator", True, None)
        for place, item in enumerate(chosen)
    )  # fmt: skip
    yield (
        "audit_log",
        (
            (place, NOW - timedelta(minutes=20_000 - place), "coordinator", "coordinator", "verdict", "x", "", TOWN)
            for place in range(1, 20_001)
        ),
    )
