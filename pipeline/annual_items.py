"""What a row of the yearly follow-up tells of its item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crawlers.dates import STOCKHOLM
from pipeline.candidate import FLAG_ON, KINDS_ONE_ANSWERS, ROLES_ONE_ANSWERS, ItemId
from pipeline.wording import clean
from store.types import Assessment, Item, Kind, StoredItem

Row = Mapping[str, Any]
EU_LAW = (Kind.LEGAL_ACT, Kind.PROPOSAL)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of the items that the rows name."""

    items: Mapping[ItemId, StoredItem]
    assessments: Mapping[ItemId, Assessment]
    regions: Mapping[str, str]

    def facts(self, key: ItemId) -> dict[str, Any]:
        """Return what a row tells of its item; an item that has been removed leaves gaps, told as such."""
        stored, assessment = self.items.get(key), self.assessments.get(key)
        flags = assessment.flags if assessment else {}
        item = stored.item if stored else None
        due = _last_day(item, assessment)
        return {
            "kalla": key[0],
            "nyckel": key[1],
            "rubrik": clean(item.title) if item else "(borttagen)",
            "lank": item.url if item else "",
            "slag": item.kind.value if item else "",
            "region": str(item.meta.get("region") or self.regions.get(item.source, "")) if item else "",
            "barn": yes(flags.get("children_youth", 0.0) >= FLAG_ON),
            "partner": yes(flags.get("partnership", 0.0) >= FLAG_ON),
            "eu_ratt": yes(item is not None and item.kind in EU_LAW),
            "frist": due.isoformat() if due else "",
        }


def _last_day(item: Item | None, assessment: Assessment | None) -> date | None:
    """Return the last day by which a call or consultation is to be answered: the source's own, else as read."""
    if item is None or item.kind not in KINDS_ONE_ANSWERS:
        return None
    days = item.deadlines or (assessment.deadlines if assessment else ())
    return max((d.on for d in days if d.role in ROLES_ONE_ANSWERS or d.role == "other"), default=None)


def yes(is_so: bool) -> str:
    """Return "ja" or "nej", as the rows say it."""
    return "ja" if is_so else "nej"


def local_day(moment: datetime) -> date:
    """Return the Swedish day of a moment."""
    return moment.astimezone(STOCKHOLM).date()
