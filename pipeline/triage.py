"""Triage: what the coordinator rules on items, saved so that two at once never overwrite each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from crawlers.dates import STOCKHOLM
from pipeline.areas import area_names
from pipeline.candidate import ItemId
from pipeline.municipality import COORDINATOR, Municipality
from store.db import Session
from store.items import get_items
from store.types import Ruling, Verdict
from store.verdicts import hold_verdicts, list_verdicts, save_verdict, verdicts_on

LONGEST_NOTE = 2_000  # characters
LONGEST_VISIT = timedelta(days=7)
UNDONE = "undone"
RULINGS = (Ruling.SEND, Ruling.DROP, Ruling.LATER)
Fault = Literal["changed", "unknown", "no_units", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A ruling as a page asks for it; `seen` is the number of the verdict that stood when the page was made."""

    item: ItemId
    ruling: Ruling
    seen: int = 0
    note: str = ""
    areas: tuple[str, ...] | None = None
    units: tuple[str, ...] | None = None
    origin: str = "ranked"


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who rules, where and when; `visit` is what belongs together for pace and undoing."""

    municipality: Municipality
    by: str  # a role
    visit: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Ruled:
    """What came of an order: the verdict, or why there is none and the one that stands instead."""

    item: ItemId
    verdict: Verdict | None = None
    fault: Fault | None = None
    standing: Verdict | None = None


def rule(session: Session, sitting: Sitting, order: Order) -> Ruled:
    """Save the verdict unless another was given since the page was made; then nothing is lost and both can be shown."""
    [ruled] = rule_many(session, sitting, [order])
    return ruled


def rule_many(session: Session, sitting: Sitting, orders: Sequence[Order]) -> list[Ruled]:
    """Save each verdict that can be, and return what came of every order."""
    hold_verdicts(session, sitting.municipality.key)
    keys = [order.item for order in orders]
    known = get_items(session, keys)
    histories = verdicts_on(session, sitting.municipality.key, keys)
    return [_rule(session, sitting, order, order.item in known, histories.get(order.item, [])) for order in orders]


def _rule(session: Session, sitting: Sitting, order: Order, is_known: bool, history: Sequence[Verdict]) -> Ruled:
    if not is_known:
        return Ruled(order.item, fault="unknown")
    standing = history[-1] if history else None
    if (standing.id if standing else 0) != order.seen:
        return Ruled(order.item, fault="changed", standing=standing)
    units = _known_units(order.units, sitting.municipality)
    if order.ruling is Ruling.SEND and units == ():
        return Ruled(order.item, fault="no_units", standing=standing)
    verdict = Verdict(
        municipality=sitting.municipality.key,
        source=order.item[0],
        key=order.item[1],
        ruling=order.ruling,
        at=sitting.now,
        by=sitting.by,
        note=order.note.strip()[:LONGEST_NOTE],
        areas=None if order.areas is None else tuple(area for area in order.areas if area in area_names()),
        origin=order.origin,
        units=units,
        visit=sitting.visit,
    )
    return Ruled(order.item, verdict=replace(verdict, id=save_verdict(session, verdict)), standing=standing)


def _known_units(units: Sequence[str] | None, municipality: Municipality) -> tuple[str, ...] | None:
    if units is None:
        return None
    return tuple(unit for unit in dict.fromkeys(units) if unit == COORDINATOR or unit in municipality.units)


def undo(session: Session, sitting: Sitting, item: ItemId | None = None) -> Ruled | None:
    """Take back the visit's latest verdict, or the one on the item; None when there is nothing to take back.

    What stood before stands again, as a verdict of its own, so that the history tells both. What somebody else has
    ruled on since stays.
    """
    hold_verdicts(session, sitting.municipality.key)
    since = sitting.now - LONGEST_VISIT
    given = list_verdicts(session, municipality=sitting.municipality.key, visit=sitting.visit, since=since)
    wanted = [v for v in given if v.origin != UNDONE and (item is None or (v.source, v.key) == item)]
    histories = verdicts_on(session, sitting.municipality.key, list(dict.fromkeys((v.source, v.key) for v in wanted)))
    for verdict in sorted(wanted, key=lambda v: -v.id):
        standing = _stack(histories[verdict.source, verdict.key])
        if standing and standing[-1].id == verdict.id:
            return _take_back(session, sitting, standing)
    return None


def _stack(history: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts that still count, the standing one last: an undoing takes the last of them away."""
    stack: list[Verdict] = []
    for verdict in history:
        if verdict.origin == UNDONE:
            stack = stack[:-1]
        else:
            stack.append(verdict)
    return stack


def _take_back(session: Session, sitting: Sitting, stack: Sequence[Verdict]) -> Ruled:
    gone = stack[-1]
    if len(stack) > 1:
        back = replace(stack[-2], at=sitting.now, by=sitting.by, visit=sitting.visit, origin=UNDONE)
    else:
        back = replace(
            gone, ruling=Ruling.REOPENED, at=sitting.now, by=sitting.by, visit=sitting.visit, origin=UNDONE,
            note="", areas=None, units=None,
        )  # fmt: skip
    saved = replace(back, id=save_verdict(session, back))
    return Ruled((gone.source, gone.key), verdict=saved, standing=gone)


def seen_numbers(histories: Mapping[ItemId, Sequence[Verdict]]) -> dict[ItemId, int]:
    """Return the number of each item's newest verdict, taken back or not: what a page must say it saw."""
    return {item: history[-1].id for item, history in histories.items() if history}


def changed_words(standing: Verdict | None) -> str:
    """Return "Ändrad av samordnare 10.42", for a page that came too late."""
    if standing is None:
        return "Bedömningen har tagits bort sedan sidan visades."
    return f"Ändrad av {standing.by} {standing.at.astimezone(STOCKHOLM):%H.%M}"
