"""The coordinator's list: which tab each of the week's items stands in, in which order, and how far one has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from pipeline.candidate import ItemId
from store.types import Kind, Ruling, Verdict

LONGEST_PAUSE = timedelta(minutes=3)  # between two verdicts; longer is coffee, not pace
USUAL_PACE = 20.0  # seconds per item, before there are verdicts to go by
FEWEST_VERDICTS = 3  # to tell a pace from
CLOSES_SOON = timedelta(days=14)


class Tab(StrEnum):
    """Where an item stands; the values are words of the page's address."""

    TO_JUDGE = "bedom"
    SEND = "skickas"
    LATER = "vantar"
    DROP = "nej"
    UNLIKELY = "troligen-inte"
    EXPLORE = "utforskande"


TAB_WORDS = {
    Tab.TO_JUDGE: "Att bedöma",
    Tab.SEND: "Skickas",
    Tab.LATER: "Väntar",
    Tab.DROP: "Nej",
    Tab.UNLIKELY: "Troligen inte",
    Tab.EXPLORE: "Utforskande",
}
_TAB_OF = {Ruling.SEND: Tab.SEND, Ruling.LATER: Tab.LATER, Ruling.DROP: Tab.DROP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item of the list. `units` would get it if it were sent; `is_routed` says that it travels by itself."""

    item: ItemId
    title: str
    kind: Kind
    kind_word: str
    publisher: str
    region: str
    language: str
    day: date
    first_seen: datetime
    deadline: date | None
    areas: tuple[str, ...]  # keys, best first
    units: tuple[str, ...]
    because: str
    relevance: float
    score: float
    is_routed: bool
    told: datetime | None = None  # when some reader was, unless something that readers must hear of has come since
    is_explored: bool = False
    story: str | None = None
    others: int = 0  # other sources with the same story
    verdict: Verdict | None = None  # that stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What of a tab is shown; "" and None are no filter."""

    kind: str = ""
    area: str = ""
    source: str = ""
    unit: str = ""
    region: str = ""
    within: int | None = None  # days to the deadline


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the week's items have been ruled on, and about how many minutes are left."""

    ruled: int
    all: int
    minutes: int


def with_verdicts(rows: Iterable[Row], verdicts: Mapping[ItemId, Verdict]) -> list[Row]:
    """Return the rows with the verdicts that stand."""
    return [replace(row, verdict=verdicts[row.item]) if row.item in verdicts else row for row in rows]


def tab_of(row: Row) -> Tab | None:
    """Return the tab that the row stands in; None for what has been sent and needs nothing more."""
    if row.verdict:
        # What was ruled on and then told is done; what was told and then ruled on stands under its verdict.
        is_done = row.verdict.ruling is Ruling.SEND and row.told is not None and row.told >= row.verdict.at
        return None if is_done else _TAB_OF.get(row.verdict.ruling)
    if row.told:
        return None
    if row.is_explored:
        return Tab.EXPLORE
    return Tab.TO_JUDGE if row.is_routed else Tab.UNLIKELY


def tabs(rows: Iterable[Row]) -> dict[Tab, list[Row]]:
    """Return the rows of every tab, also of the empty ones; of a story one row stands for all that have no verdict."""
    found: dict[Tab, list[Row]] = {tab: [] for tab in Tab}
    for row in rows:
        if tab := tab_of(row):
            found[tab].append(row)
    for tab in (Tab.TO_JUDGE, Tab.UNLIKELY):
        found[tab] = _one_per_story(found[tab])
    return found


def _one_per_story(rows: Sequence[Row]) -> list[Row]:
    best: dict[str, Row] = {}
    for row in rows:
        if row.story and (row.story not in best or _by_worth(row) < _by_worth(best[row.story])):
            best[row.story] = row
    return [row for row in rows if not row.story or best[row.story] is row]


def narrowed(rows: Iterable[Row], wanted: Filter, today: date) -> list[Row]:
    """Return the rows that pass every filter that is set."""
    tests: list[Callable[[Row], bool]] = []
    if wanted.kind:
        tests.append(lambda row: row.kind.value == wanted.kind)
    if wanted.area:
        tests.append(lambda row: wanted.area in row.areas)
    if wanted.source:
        tests.append(lambda row: row.item[0] == wanted.source)
    if wanted.unit:
        tests.append(lambda row: wanted.unit in row.units)
    if wanted.region:
        tests.append(lambda row: row.region == wanted.region)
    if wanted.within is not None:
        last = today + timedelta(days=wanted.within)
        tests.append(lambda row: row.deadline is not None and today <= row.deadline <= last)
    return [row for row in rows if all(test(row) for test in tests)]


def _by_worth(row: Row) -> tuple[object, ...]:
    return (-row.score, -row.relevance, *row.item)


def _by_deadline(row: Row) -> tuple[object, ...]:
    return (row.deadline or date.max, *_by_worth(row))


def _by_day(row: Row) -> tuple[object, ...]:
    return (-row.day.toordinal(), *_by_worth(row))


def _by_area(row: Row) -> tuple[object, ...]:
    return (row.areas[:1] or ("~",), *_by_worth(row))


ORDERS: dict[str, Callable[[Row], tuple[object, ...]]] = {
    "rang": _by_worth,
    "frist": _by_deadline,
    "nyast": _by_day,
    "omrade": _by_area,
}
ORDER_WORDS = {"rang": "Viktigast först", "frist": "Frist först", "nyast": "Nyast först", "omrade": "Efter område"}


def ordered(rows: Iterable[Row], order: str = "rang") -> list[Row]:
    """Return the rows in the order; an unknown one is the usual: by worth, the same every time."""
    return sorted(rows, key=ORDERS.get(order, _by_worth))


def progress(found: Mapping[Tab, Sequence[Row]], since: datetime, given: Sequence[datetime]) -> Progress:
    """Return how far the week has come; `given` are the moments of this sitting's verdicts."""
    ruled = sum(
        1 for tab in (Tab.SEND, Tab.LATER, Tab.DROP) for row in found[tab] if row.verdict and row.verdict.at >= since
    )
    left = len(found[Tab.TO_JUDGE])
    return Progress(ruled, ruled + left, round(left * pace(given) / 60 + 0.49) if left else 0)


def pace(given: Sequence[datetime]) -> float:
    """Return the seconds per item of this sitting: the middle pause between verdicts, long breaks left out."""
    moments = sorted(set(given))
    pauses = sorted((b - a).total_seconds() for a, b in pairwise(moments) if b - a <= LONGEST_PAUSE)
    return USUAL_PACE if len(pauses) < FEWEST_VERDICTS else pauses[len(pauses) // 2]
