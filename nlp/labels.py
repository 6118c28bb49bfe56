"""Labels: what somebody in a municipality said of an item, how it came to be shown, and how much it counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.types import Assessment, Item

RULES = "1"  # raise when the same labels are to teach something else
MOST_INVERSE = 4.0  # an item that was picked against the odds counts for this many at most


class By(StrEnum):
    """Whose word a label is."""

    VERDICT = "verdict"  # the coordinator's
    ANSWER = "answer"  # a contact person's
    OPINION = "opinion"  # the second reader's


WEIGHTS = {By.VERDICT: 1.0, By.ANSWER: 0.5, By.OPINION: 0.25}  # as to relevance; who answers for a unit knows it best


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One word on one item.

    `wanted` is None when nothing is said of whether it matters, `areas` when nothing is said of those. `units` tells
    of units whether they wanted it.
    """

    item: Item
    assessment: Assessment  # the shared one, which is corrected
    by: By
    at: datetime
    wanted: bool | None = None
    areas: tuple[str, ...] | None = None
    units: Mapping[str, bool] = field(default_factory=dict)
    origin: str = "ranked"  # ranked, routed or explored
    propensity: float = 1.0  # how likely the item was to be shown

    @property
    def teaches(self) -> bool:
        """Whether it says anything of what is wanted; "later" does not."""
        return self.wanted is not None or self.areas is not None or bool(self.units)

    @property
    def shown_weight(self) -> float:
        """What an item that was shown by chance counts for, so that what is seldom shown is not forgotten."""
        return min(MOST_INVERSE, 1.0 / max(self.propensity, 1e-6))

    @property
    def weight(self) -> float:
        """How much the label counts as to relevance."""
        return WEIGHTS[self.by] * self.shown_weight


def in_order(labels: Iterable[Label]) -> list[Label]:
    """Return the labels in the one order that learning uses, whatever order they came in."""
    return sorted(labels, key=_written)


def hash_of(labels: Iterable[Label]) -> str:
    """Return what tells these labels from others; the same labels have the same hash in any order."""
    written = "\n".join([RULES, *(_written(label) for label in in_order(labels))])
    return hashlib.sha256(written.encode()).hexdigest()


def _written(label: Label) -> str:
    told = label.assessment
    values = [
        label.item.source,
        label.item.key,
        label.by,
        label.at.isoformat(),
        label.wanted,
        sorted(label.areas) if label.areas is not None else None,
        sorted(label.units.items()),
        round(label.weight, 6),
        [told.content_hash, told.assessor, told.relevance, sorted(told.areas.items())],
    ]
    return json.dumps(values, ensure_ascii=True)
