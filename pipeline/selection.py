"""Selection: which of the routed items one reader is shown this week, in which section and order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from pipeline.candidate import Candidate, ItemId
from pipeline.changes import change_since
from pipeline.currency import Week, has_odd_date, is_current
from pipeline.municipality import Municipality
from pipeline.readers import Contact
from pipeline.thread_wording import new_stage
from store.types import Kind, Route

CLOSES_SOON = timedelta(days=14)
NEAR = ("Sverige", "EU")

# Section keys as they are stored with an entry, in the order that a reader meets them.
SECTIONS = {
    "closing": "Stänger snart",
    "children_youth": "Barn och unga",
    "partnership": "Vänorter och partnerskap",
    "law": "Lagar och förslag",
    "calls": "Utlysningar",
    "consultations": "Remisser och samråd",
    "news": "Nyheter",
    "world": "Från världen",
}
_LAW = (Kind.LEGAL_ACT, Kind.PROPOSAL, Kind.GOVERNMENT)


@dataclass(frozen=True, slots=True)
class Told:
    """When a reader was last told of an item."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What one reader has been told in every digest until now."""

    items: Mapping[ItemId, Told] = field(default_factory=dict)
    stories: Collection[str] = ()
    last: datetime | None = None  # the reader's last digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An item in a digest: for which of the reader's units, why, and where it stands."""

    candidate: Candidate
    routes: tuple[Route, ...]  # best first
    section: str
    answer_by: date | None = None
    change: str = ""
    others: int = 0  # other sources that tell the same story
    also: tuple[Candidate, ...] = ()  # new items of the same thread, which stand under this one
    odd_date: bool = False

    @property
    def score(self) -> float:
        """The best of its routes' scores."""
        return max(route.score for route in self.routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """One reader's entries, in the order shown, and how many did not fit."""

    entries: tuple[Entry, ...]
    left_out: int = 0

    def sections(self) -> list[tuple[str, list[Entry]]]:
        """Return each section that has entries, with its key."""
        groups = [(key, [e for e in self.entries if e.section == key]) for key in SECTIONS]
        return [(key, entries) for key, entries in groups if entries]

    def numbered(self) -> list[tuple[int, Entry, Candidate]]:
        """Return every item told with its number in the digest, also what stands under another of its thread."""
        told = [(entry, candidate) for entry in self.entries for candidate in (entry.candidate, *entry.also)]
        return [(number, entry, candidate) for number, (entry, candidate) in enumerate(told, start=1)]

    def shorter(self) -> Selection:
        """Return the same selection with the least important fifth left out."""
        kept = {id(e) for e in sorted(self.entries, key=_rank)[: max(1, len(self.entries) * 4 // 5)]}
        entries = tuple(e for e in self.entries if id(e) in kept)
        return Selection(entries=entries, left_out=self.left_out + len(self.entries) - len(entries))

    def closing(self, today: date) -> list[Entry]:
        """Return the entries to answer within two weeks, the nearest first."""
        soon = [e for e in self.entries if e.answer_by and e.answer_by <= today + CLOSES_SOON]
        return sorted(soon, key=lambda e: (e.answer_by or today, -e.score))


@dataclass(frozen=True, slots=True)
class Offered:
    """A week's items as all readers of a municipality choose from them: what is routed where, and who tells what."""

    candidates: Mapping[ItemId, tuple[int, Candidate]]  # with their place in the order
    by_unit: Mapping[str, Sequence[tuple[int, Route]]]  # likewise
    tellers: Mapping[str, Collection[str]]  # of each story

    def routed_to(self, units: Collection[str]) -> list[tuple[Candidate, list[Route]]]:
        """Return the items that are routed to any of the units, each with its routes, best first."""
        mine: dict[ItemId, list[Route]] = {}
        for _, route in sorted((pair for unit in dict.fromkeys(units) for pair in self.by_unit.get(unit, ())), key=_at):
            mine.setdefault((route.source, route.key), []).append(route)
        found = sorted((self.candidates[item] for item in mine if item in self.candidates), key=_at)
        return [(candidate, sorted(mine[candidate.id], key=lambda route: -route.score)) for _, candidate in found]


def _at(pair: tuple[int, object]) -> int:
    return pair[0]


def offered(candidates: Iterable[Candidate], routes: Iterable[Route]) -> Offered:
    """Return the items as readers choose from them."""
    by_id, by_unit, tellers = {}, dict[str, list[tuple[int, Route]]](), dict[str, set[str]]()
    for place, candidate in enumerate(candidates):
        by_id[candidate.id] = (place, candidate)
        if candidate.story:
            tellers.setdefault(candidate.story, set()).add(_teller(candidate))
    for place, route in enumerate(routes):
        by_unit.setdefault(route.unit, []).append((place, route))
    return Offered(by_id, by_unit, tellers)


NOTHING_OFFERED = Offered({}, {}, {})


def select_entries(
    week_items: Offered,
    contact: Contact,
    municipality: Municipality,
    week: Week,
    *,
    history: History | None = None,
    chosen: Collection[ItemId] = (),
    regions: Mapping[str, str] | None = None,
) -> Selection:
    """Return what one reader is shown: current, routed to one of its units, and not told before.

    An item told before comes again only when its deadline or status has changed since. Of a story one member is
    shown; the new items of a thread are one entry, its latest stage with the others under it. Items that the
    coordinator chose are shown whatever their age, as long as they can still be answered.
    """
    told = history or History()
    entries = []
    for candidate, own in week_items.routed_to(contact.units):
        if is_current(candidate, week) or _still_chosen(candidate, chosen, week):
            entry = _entry(candidate, own, municipality, week, told, regions or {})
            if entry:
                entries.append(entry)
    shown = _one_per_thread(_one_per_story(entries, week_items.tellers))
    return _ranked(shown, municipality.thresholds.per_digest)


def _entry(
    candidate: Candidate,
    routes: Sequence[Route],
    municipality: Municipality,
    week: Week,
    told: History,
    regions: Mapping[str, str],
) -> Entry | None:
    change = ""
    if before := told.items.get(candidate.id):
        change = change_since(candidate, before.at, week.now, week.today)
        if not change:
            return None
    else:
        change = new_stage(candidate, told.items, week.today)
        if not change and candidate.story and candidate.story in told.stories:
            return None
    answer_by = candidate.next_answer_day(week.today)
    return Entry(
        candidate=candidate,
        routes=tuple(routes),
        section=section_of(candidate, municipality, week.today, regions),
        answer_by=answer_by,
        change=change,
        odd_date=has_odd_date(candidate, week),
    )


def section_of(candidate: Candidate, municipality: Municipality, today: date, regions: Mapping[str, str]) -> str:
    """Return the first section that the item belongs in."""
    item = candidate.item
    answer_by = candidate.next_answer_day(today)
    if answer_by and answer_by <= today + CLOSES_SOON and item.status != "forthcoming":
        return "closing"
    for flag in municipality.first:
        if candidate.has_flag(flag):
            return flag
    if item.kind is Kind.CALL or (candidate.has_flag("funding") and item.kind not in (*_LAW, Kind.CONSULTATION)):
        return "calls"
    if item.kind is Kind.CONSULTATION:
        return "consultations"
    if item.kind in _LAW:
        return "law"
    region = str(item.meta.get("region") or regions.get(item.source, NEAR[0]))
    return "news" if region in NEAR else "world"


def _still_chosen(candidate: Candidate, chosen: Collection[ItemId], week: Week) -> bool:
    if candidate.id not in chosen or candidate.stored.first_seen > week.now:
        return False
    days = candidate.answer_days()
    return candidate.item.status != "closed" and (not days or days[-1] >= week.today)


def _one_per_story(entries: Sequence[Entry], tellers: Mapping[str, Collection[str]]) -> list[Entry]:
    """Return the entries with one per story, the best, which tells how many other sources have the same."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        story = entry.candidate.story or "\n".join(entry.candidate.id)
        if story not in kept or _rank(entry) < _rank(kept[story]):
            kept[story] = entry
    return [_with_others(entry, tellers) for entry in kept.values()]


def _with_others(entry: Entry, tellers: Mapping[str, Collection[str]]) -> Entry:
    others = {*tellers.get(entry.candidate.story or "", ())} - {_teller(entry.candidate)}
    return replace(entry, others=len(others)) if others else entry


def _one_per_thread(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries with one per thread, so that a reader does not meet the same matter thrice in a letter."""
    by_thread: dict[str, list[Entry]] = {}
    for entry in entries:
        thread = entry.candidate.thread
        by_thread.setdefault(thread.id if thread else "\n".join(entry.candidate.id), []).append(entry)
    return [_with_mates(sorted(mates, key=_foremost)) for mates in by_thread.values()]


def _foremost(entry: Entry) -> tuple[object, ...]:
    """Order a thread's entries: what soon closes, then what has a stage, the latest first."""
    day = entry.candidate.item.published or entry.candidate.stored.first_seen.date()
    return (entry.section != "closing", entry.candidate.stage is None, -day.toordinal(), *_rank(entry))


def _with_mates(mates: Sequence[Entry]) -> Entry:
    """Return the first with the others under it, on its way to all of the reader's units that any of them concerns."""
    first, *others = mates
    units = {route.unit for route in first.routes}
    added = {route.unit: route for entry in reversed(others) for route in entry.routes if route.unit not in units}
    return replace(
        first,
        routes=(*first.routes, *sorted(added.values(), key=lambda route: (-route.score, route.unit))),
        also=tuple(entry.candidate for entry in others),
    )


def _teller(candidate: Candidate) -> str:
    return candidate.item.publisher or candidate.item.source


def _ranked(entries: Sequence[Entry], most: int) -> Selection:
    shown = sorted(entries, key=_rank)[:most]
    order = list(SECTIONS)
    shown.sort(key=lambda e: (order.index(e.section), *_place(e)))
    return Selection(entries=tuple(shown), left_out=len(entries) - len(shown))


def _rank(entry: Entry) -> tuple[bool, bool, float, str, str]:
    """Order by what may be lost: closing first, then changed, then the best score; the same every time."""
    return (entry.section != "closing", not entry.change, -entry.score, *entry.candidate.id)


def _place(entry: Entry) -> tuple[date, float, str, str]:
    """Order within a section: what closes soon by day, all else by score."""
    day = entry.answer_by if entry.section == "closing" and entry.answer_by else date.min
    return (day, -entry.score, *entry.candidate.id)
