"""Whether an item is news this week: still open, or recent enough to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crawlers.dates import STOCKHOLM
from pipeline.candidate import Candidate
from store.types import Kind

RECENT = timedelta(days=14)  # two weeks: a digest that was late or a source that was slow loses nothing
JUST_SEEN = timedelta(days=7)  # for what carries no usable date: the week it was first seen in
CONSULTATION_OPEN = timedelta(days=30)  # a remiss is rarely shorter, when its answer date is not known
ACT_LAG = timedelta(days=45)  # an EU act carries the day it was signed; the Official Journal follows weeks later
OPENS_SOON = timedelta(days=180)  # the portal announces calls up to a year ahead; nobody acts on them so early
LONGEST_CATCH_UP = timedelta(days=60)
EARLIEST_LIKELY = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Week:
    """The moment that a digest is made for; `recent` is how far back news is still news."""

    now: datetime
    recent: timedelta = RECENT

    @property
    def today(self) -> date:
        """The day in Sweden."""
        return self.now.astimezone(STOCKHOLM).date()

    @classmethod
    def since(cls, now: datetime, last_digest: datetime | None) -> Week:
        """Return the week that reaches back to the reader's last digest, so that a pause loses nothing."""
        gap = now - last_digest + timedelta(days=1) if last_digest else RECENT
        return cls(now, min(max(RECENT, gap), LONGEST_CATCH_UP))


def is_current(candidate: Candidate, week: Week) -> bool:
    """Tell whether the item is still news at that moment; what was first seen later does not exist."""
    if candidate.stored.first_seen > week.now:
        return False
    item, today = candidate.item, week.today
    if item.kind is Kind.CALL:
        return _call_is_open(candidate, week)
    if item.kind is Kind.CONSULTATION and (days := candidate.answer_days()):
        return days[-1] >= today
    if item.published is None or has_odd_date(candidate, week):
        return _just_seen(candidate, week)
    age = today - item.published
    if item.kind is Kind.CONSULTATION:
        return age <= CONSULTATION_OPEN
    if item.kind in (Kind.LEGAL_ACT, Kind.PROPOSAL) and _just_seen(candidate, week):
        return age <= ACT_LAG
    return age <= week.recent


def has_odd_date(candidate: Candidate, week: Week) -> bool:
    """Tell whether the source's date cannot be true: in the future, or before there were feeds."""
    published = candidate.item.published
    # One day of grace: a source east of us may be in tomorrow already.
    return published is not None and not EARLIEST_LIKELY <= published <= week.today + timedelta(days=1)


def _call_is_open(candidate: Candidate, week: Week) -> bool:
    status = candidate.item.status
    if status == "closed":
        return False
    if candidate.item.opens and candidate.item.opens > week.today + OPENS_SOON:
        return False
    if days := candidate.answer_days():
        return days[-1] >= week.today
    if status in ("open", "forthcoming"):
        return True
    published = candidate.item.published
    return _just_seen(candidate, week) if published is None else week.today - published <= week.recent


def _just_seen(candidate: Candidate, week: Week) -> bool:
    return week.now - candidate.stored.first_seen <= max(JUST_SEEN, week.recent - JUST_SEEN)
