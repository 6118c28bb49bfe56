"""What an item is, whatever it is about: funding, law, partnership, children and youth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from store.types import Item, Kind

# How often a family turned out to be a binding act or a proposal for one, in even tenths (half of the 4,784 labels).
LAW_BY_FAMILY = {
    "directive": 0.98,
    "regulation": 0.98,
    "decision": 0.95,
    "technical_act": 0.98,
    "foreign_policy": 0.9,
    "recommendation": 0.3,
    "notice": 0.05,
    "fact_memo": 0.8,
    "inquiry": 0.75,
    "memorandum": 0.85,
    "bill": 0.95,
    "ordinance": 0.95,
    "letter": 0.15,
    "treaty": 0.2,
    "committee_directive": 0.05,
    "consultation": 0.85,
    "committee_report": 0.5,
    "government": 0.4,
}
_NOT_LAW = re.compile(
    r"meddelande|handlingsplan|strategi\b|rekommendation|rapport|redovisning|arbetsprogram|grönbok|vitbok|"
    r"slutsatser|färdplan|kommunikation|översyn av myndighet|riksrevisionens|utvärdering|skrivelse från|agenda\b"
)
_LAW = re.compile(r"\blag\b|\blagen\b|lagstiftning|direktiv|förordning|författning|genomförande|regler|beslut|ändring")


def flags_of(item: Item, family: str, masses: Mapping[str, float]) -> dict[str, float]:
    """Return 0..1 per flag; `masses` are what the mentions of each weigh together."""
    children = masses.get("children_youth", 0.0)
    if item.kind is Kind.NEWS:  # a child in the news is most often a victim, not what the item is about
        children *= 0.6
    is_call = item.kind is Kind.CALL
    return {
        "children_youth": _grown(children, 0.22),
        "funding": 0.98 if is_call else min(0.45, _grown(masses.get("funding", 0.0), 0.12)),
        "law": 0.02 if is_call else _law(item, family, masses.get("law", 0.0)),
        "partnership": _grown(masses.get("partnership", 0.0), 0.2),
    }


@lru_cache(maxsize=2_000)
def _grown(mass: float, rate: float) -> float:
    return float(round(1.0 - (1.0 - rate) ** mass, 4)) if mass else 0.0


def _law(item: Item, family: str, mass: float) -> float:
    base = LAW_BY_FAMILY.get(family, 0.0)
    if family in ("fact_memo", "consultation", "inquiry", "committee_report", "memorandum"):
        title = item.title.lower()
        if _LAW.search(title):
            base += 0.1
        elif _NOT_LAW.search(title):
            base *= 0.4
    return round(min(0.98, base if base else min(0.45, _grown(mass, 0.1))), 4)
