"""Exploration: a few items a week that rank just too low, shown to the coordinator so that more is learnt.

They are for the coordinator alone: nobody is mailed one unless the coordinator sends it on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from math import exp, log

from pipeline.candidate import Candidate, ItemId
from pipeline.candidates import Ranked, read_ranked, verdicts_until
from pipeline.currency import Week
from pipeline.current_items import CurrentItems
from pipeline.municipality import Municipality
from pipeline.week import iso_week
from store.db import Session, Store
from store.explorations import list_explorations, save_explorations
from store.runs import installation_id
from store.types import Exploration

WIDTH = 0.15  # of relevance below the threshold: at this distance an item is e times less likely to be picked
LOWEST = 0.15  # below this the assessor is seldom wrong, and a coordinator's time is short
LEAST_CHANCE = 0.01


def explore(store: Store, municipality: Municipality, *, now: datetime, items: CurrentItems | None = None) -> int:
    """Pick the week's items unless that is done, and return how many were picked now."""
    week = iso_week(now)
    with store.reading() as session:
        if not municipality.thresholds.explore or list_explorations(session, municipality.key, week=week):
            return 0
        picked = _pick_for(session, municipality, week, now, items)
    if picked:
        with store.session() as session:
            if not list_explorations(session, municipality.key, week=week):  # another process may have been here
                save_explorations(session, picked)
    return len(picked)


def explored_items(session: Session, municipality: Municipality, week: str) -> dict[ItemId, Exploration]:
    """Return what is to be marked as exploration in the week's list."""
    return {(one.source, one.key): one for one in list_explorations(session, municipality.key, week=week)}


def _pick_for(
    session: Session, municipality: Municipality, week: str, now: datetime, items: CurrentItems | None
) -> list[Exploration]:
    moment = Week(now)
    verdicts = verdicts_until(session, municipality, moment)
    candidates = read_ranked(session, municipality, verdicts, moment, least=LOWEST, items=items)
    earlier = {(one.source, one.key) for one in list_explorations(session, municipality.key)}
    return pick(candidates, municipality, {*verdicts, *earlier}, installation_id(session), week, now)


def pick(
    candidates: Sequence[Candidate | Ranked],
    municipality: Municipality,
    known: Collection[ItemId],
    installation: str,
    week: str,
    now: datetime,
) -> list[Exploration]:
    """Return the week's items, the same for the same installation and week; the nearer the threshold the likelier.

    Only what ranks below the threshold is picked, since the rest is shown anyway, one item per story, and nothing that
    has been ruled on or shown for exploration before. Each keeps how likely it was to be picked.
    """
    threshold = municipality.thresholds.relevance
    unsure = {c.story or "\n".join(c.id): c for c in sorted(candidates, key=lambda c: (c.relevance, c.id))}
    near = [c for c in unsure.values() if LOWEST <= c.relevance < threshold and c.id not in known]
    weights = {c.id: exp((c.relevance - threshold) / WIDTH) for c in near}
    drawn = sorted(near, key=lambda c: (log(_chance(installation, municipality.key, week, c.id)) / weights[c.id], c.id))
    most = municipality.thresholds.explore
    whole = sum(weights.values())
    return [
        Exploration(
            municipality=municipality.key,
            week=week,
            source=candidate.id[0],
            key=candidate.id[1],
            position=position,
            propensity=_propensity(weights, candidate.id, most, whole),
            chosen_at=now,
        )
        for position, candidate in enumerate(reversed(drawn[-most:] if most else []), start=1)
    ]


def _propensity(weights: Mapping[ItemId, float], item: ItemId, most: int, whole: float) -> float:
    if len(weights) <= most:
        return 1.0
    return round(min(1.0, max(LEAST_CHANCE, 1.0 - (1.0 - weights[item] / whole) ** most)), 4)


def _chance(installation: str, municipality: str, week: str, item: ItemId) -> float:
    """Return a number between 0 and 1 that looks drawn by chance and never changes."""
    name = "\n".join([installation, municipality, week, *item])
    digest = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return (digest + 0.5) / 2.0**64
