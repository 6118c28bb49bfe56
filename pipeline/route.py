"""Route: from assessed items to the units that answer for their areas, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nlp.logistic import moved_by
from pipeline.areas import area_names
from pipeline.candidate import Candidate, ItemId
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.naming import naming
from pipeline.wording import listed, lower_first, upper_first
from store.types import Route, Ruling, Verdict

BEST_AREAS = 3  # an item that is about more than three areas is about none of them in particular
FIRST_MARGIN = 0.1  # what comes first needs this much less relevance: a missed one costs more than one too many
TWIN_TOWN_MARGIN = 0.2  # a twin town by name is rare, and a reader wants to know of it even when the rest is thin
REASONS = 2  # per item: enough to judge by, short enough to be read
INTERNATIONAL = "international"


@dataclass(frozen=True, slots=True)
class Matched:
    """A candidate that is on its way, and what took it there."""

    candidate: Candidate
    areas: Mapping[str, float]
    relevance: float
    lifted: bool  # carries a flag that comes first in this municipality
    twin_town: str = ""
    chosen: bool = False  # by the coordinator's verdict
    units: tuple[str, ...] = ()  # that the verdict names: exactly these, whatever the areas say


def route_items(
    candidates: Iterable[Candidate],
    municipality: Municipality,
    verdicts: Mapping[ItemId, Verdict],
    today: date,
) -> list[Route]:
    """Return a route for every unit that is to have an item, best first.

    A verdict decides when there is one: DROP and LATER never travel, SEND always does, to exactly the units that the
    verdict names, if it names any that are still there. Otherwise both the relevance and an area must reach the
    municipality's thresholds, and what can no longer be answered stays. An area that no unit answers for, and what
    every unit has said is not for them, leads to the coordinator.
    """
    names = area_names()
    towns = {town.name: naming((town.name, *town.also)) for town in municipality.twin_towns}
    routes: list[Route] = []
    for candidate in candidates:
        verdict = verdicts.get(candidate.id)
        if verdict and verdict.ruling is Ruling.REOPENED:
            verdict = None
        if verdict is None and _is_over(candidate, today):
            continue
        if matched := _match(candidate, municipality, verdict, towns):
            routes += _routes_of(matched, municipality, names)
    return sorted(routes, key=lambda r: (-r.score, r.source, r.key, r.unit))


def lowest_relevance(municipality: Municipality) -> float:
    """Return the relevance below which nothing travels without a verdict."""
    margin = FIRST_MARGIN + (TWIN_TOWN_MARGIN if municipality.twin_towns else 0)
    return max(0.0, municipality.thresholds.relevance - margin)


def _is_over(candidate: Candidate, today: date) -> bool:
    """Tell whether the last day to apply or answer has passed, or the source says closed."""
    days = candidate.answer_days()
    return candidate.item.status == "closed" or (bool(days) and days[-1] < today)


def _match(
    candidate: Candidate, municipality: Municipality, verdict: Verdict | None, towns: Mapping[str, re.Pattern[str]]
) -> Matched | None:
    if verdict and verdict.ruling is not Ruling.SEND:
        return None
    town = _twin_town(candidate, towns)
    lifted = any(candidate.has_flag(flag) for flag in municipality.first)
    areas = _areas(candidate, municipality.thresholds.area, verdict, town)
    relevance = candidate.relevance
    if verdict:
        named = tuple(unit for unit in verdict.units or () if unit == COORDINATOR or unit in municipality.units)
        return Matched(candidate, areas, 1.0, lifted, town, chosen=True, units=named)
    needed = municipality.thresholds.relevance - FIRST_MARGIN * lifted - TWIN_TOWN_MARGIN * bool(town)
    # Thresholds are written with one or two decimals; 0.5 - 0.1 must not refuse 0.4.
    if not areas or round(relevance, 6) < round(needed, 6):
        return None
    return Matched(candidate, areas, relevance, lifted, town)


def _areas(candidate: Candidate, threshold: float, verdict: Verdict | None, town: str) -> dict[str, float]:
    """Return the areas that decide: those of the verdict, else the best ones above the threshold."""
    if verdict and verdict.areas:
        return dict.fromkeys(verdict.areas, 1.0)
    ranked = sorted(candidate.areas.items(), key=lambda pair: (-pair[1], pair[0]))
    best = {area: score for area, score in ranked[:BEST_AREAS] if score >= threshold}
    if verdict and not best:
        best = dict(ranked[:1])
    return {INTERNATIONAL: 1.0, **{a: s for a, s in best.items() if a != INTERNATIONAL}} if town else best


def _routes_of(matched: Matched, municipality: Municipality, names: Mapping[str, str]) -> list[Route]:
    areas_of = _readers(matched, municipality)
    refused = [unit for unit, areas in areas_of.items() if _is_refused(matched, unit, areas, municipality)]
    left = {unit: areas for unit, areas in areas_of.items() if unit not in refused}
    by = "" if left else listed([municipality.units[unit].name for unit in refused])
    areas_of = left or {COORDINATOR: list(matched.areas)}
    item = matched.candidate.item
    return [
        Route(
            municipality=municipality.key,
            unit=unit,
            source=item.source,
            key=item.key,
            score=_score(matched, unit, areas),
            because=_because(matched, unit, areas, names, by),
            areas=tuple(areas),
        )
        for unit, areas in areas_of.items()
    ]


def _readers(matched: Matched, municipality: Municipality) -> dict[str, list[str]]:
    """Return the units that are to have it, each with the areas that it answers for."""
    found: dict[str, list[str]] = {unit: [] for unit in matched.units}
    for area in matched.areas:
        for unit in municipality.units_for(area) or (COORDINATOR,):
            if not matched.units or unit in found:
                found.setdefault(unit, []).append(area)
    return found or {COORDINATOR: []}  # chosen by the coordinator, but nothing says for whom


def _is_refused(matched: Matched, unit: str, areas: Sequence[str], municipality: Municipality) -> bool:
    """Tell whether the unit has said of so much that is alike that it is not for them, that this is not sent there."""
    if matched.chosen or unit == COORDINATOR or not _unit_shift(matched, unit):
        return False
    return _fit(matched, unit, areas) < municipality.thresholds.area


def _unit_shift(matched: Matched, unit: str) -> float:
    learned = matched.candidate.learned
    return learned.units.get(unit, 0.0) if learned else 0.0


def _fit(matched: Matched, unit: str, areas: Sequence[str]) -> float:
    return moved_by(max((matched.areas[area] for area in areas), default=0.0), _unit_shift(matched, unit))


def _score(matched: Matched, unit: str, areas: Sequence[str]) -> float:
    """Return 0..1 to rank by: relevance first, then how well the area fits; what comes first gets a head start."""
    fit = _fit(matched, unit, areas)
    lift = FIRST_MARGIN * matched.lifted + TWIN_TOWN_MARGIN * (bool(matched.twin_town) and INTERNATIONAL in areas)
    return round(min(1.0, matched.relevance * (0.5 + 0.5 * fit) + lift), 4)


def _because(matched: Matched, unit: str, areas: Sequence[str], names: Mapping[str, str], refused: str) -> str:
    """Return why the item, then why this unit, in plain Swedish."""
    fields = listed([lower_first(names.get(area, area)) for area in areas], last="samt")
    whom = "ingen i kommunen" if unit == COORDINATOR else "ni"
    chosen = "Samordnaren har valt ut den." if matched.chosen else ""
    reasons = _why_item(matched, areas)
    if matched.units and not fields:
        return " ".join(part for part in ("Samordnaren har valt ut den för er.", reasons) if part)
    if unit == COORDINATOR and refused:
        answer = f"{refused} har svarat att liknande inte är för dem."
    elif not fields:
        answer = "Den hör inte till något känt område."
    elif reasons or chosen:
        answer = f"{upper_first(whom)} svarar för {fields}."
    else:
        answer = f"Den handlar om {fields}, som {whom} svarar för."
    return " ".join(part for part in (chosen, reasons, answer) if part)


def _why_item(matched: Matched, areas: Sequence[str]) -> str:
    reasons = [r for r in matched.candidate.reasons if r.weight >= 0 and r.text.strip()]
    reasons.sort(key=lambda r: (r.area not in areas, -r.weight))
    texts = [r.text.strip().rstrip(".") for r in reasons if r.area in areas or not r.area]
    if matched.twin_town and INTERNATIONAL in areas:
        texts.insert(0, f"vänorten {matched.twin_town} nämns")
    texts = list(dict.fromkeys(texts))[:REASONS]
    return f"{upper_first('; '.join(texts))}." if texts else ""


def _twin_town(candidate: Candidate, towns: Mapping[str, re.Pattern[str]]) -> str:
    text = f"{candidate.item.title}\n{candidate.item.text}"
    return next((name for name, pattern in towns.items() if pattern.search(text)), "")
