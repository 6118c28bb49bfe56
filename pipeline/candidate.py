"""An item with everything that routing and selection look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from store.types import Analysis, Assessment, Deadline, Item, Kind, Reason, Revision, Stage, StoredItem, Thread

FLAG_ON = 0.5  # a flag is a probability; from here on it is shown and acted on
KINDS_ONE_ANSWERS = (Kind.CALL, Kind.CONSULTATION)
ROLES_ONE_ANSWERS = ("application", "stage_1", "stage_2", "cut_off", "answer")

ItemId = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What the municipality's own labels make of one item; `shift` and `units` are log-odds, 0 for no change."""

    relevance: float
    shift: float
    areas: Mapping[str, float]
    units: Mapping[str, float]
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored and assessed item; `revisions` are its changes, oldest first.

    `assessment` is the shared one. What routes, ranks and shows an item asks `relevance`, `areas` and `reasons`, which
    are as the municipality has taught.
    """

    stored: StoredItem
    assessment: Assessment
    learned: Learned | None = None
    story: str | None = None
    thread: Thread | None = None
    revisions: tuple[Revision, ...] = ()
    analysis: Analysis | None = None  # the municipality's own, only a signed one

    @property
    def item(self) -> Item:
        """The item itself."""
        return self.stored.item

    @property
    def id(self) -> ItemId:
        """Source and key."""
        return (self.item.source, self.item.key)

    @property
    def relevance(self) -> float:
        """The probability that this municipality's coordinator sends it on."""
        return self.learned.relevance if self.learned else self.assessment.relevance

    @property
    def shared_relevance(self) -> float:
        """The relevance before anything was learnt, the same in every municipality."""
        return self.assessment.relevance

    @property
    def areas(self) -> Mapping[str, float]:
        """The policy areas, best first."""
        return self.learned.areas if self.learned else self.assessment.areas

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it matters: what has been learnt, then what the assessor says."""
        return (*self.learned.reasons, *self.assessment.reasons) if self.learned else self.assessment.reasons

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """The source's own deadlines, or those found in its text when it gives none."""
        return self.item.deadlines or self.assessment.deadlines

    @property
    def stage(self) -> Stage | None:
        """The stage that the item is of its thread, None for what only tells of one."""
        members = self.thread.members if self.thread else ()
        own = (m.stage for m in members if (m.source, m.key) == self.id and m.stage is not Stage.TRANSPOSITION)
        return next(own, None)

    def has_flag(self, flag: str) -> bool:
        """Tell whether the assessor holds the flag more likely than not."""
        return self.assessment.flags.get(flag, 0.0) >= FLAG_ON

    def answer_days(self) -> list[date]:
        """Return the days by which a reader must apply or answer, earliest first.

        News that merely mentions a date has none: only calls and consultations do, and what offers money.
        """
        if self.item.kind not in KINDS_ONE_ANSWERS and not self.has_flag("funding"):
            return []
        known = self.item.kind in KINDS_ONE_ANSWERS
        return sorted({d.on for d in self.deadlines if d.role in ROLES_ONE_ANSWERS or (known and d.role == "other")})

    def next_answer_day(self, today: date) -> date | None:
        """Return the nearest day by which to answer, today included."""
        return next((day for day in self.answer_days() if day >= today), None)
