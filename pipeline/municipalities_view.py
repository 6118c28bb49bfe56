"""What the page of all municipalities shows: who coordinates each, its latest letters, what waits and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from crawlers.dates import STOCKHOLM
from pipeline.installation import Installation
from pipeline.municipality_list import swedish_order
from pipeline.week import iso_week
from store.db import Session
from store.overview import newest_weeks, stopped_letters, unreached_readers, waiting_items

WAITS = timedelta(days=7)
LATELY = timedelta(days=28)  # letters that stopped before that are history


@dataclass(frozen=True, slots=True, kw_only=True)
class MunicipalityRow:
    """One municipality of the list; one whose file cannot be used has nothing but its fault."""

    key: str
    name: str
    coordinator: str = ""
    email: str = ""
    latest: str = ""  # "v. 48 2026", "" when no letter was ever written
    waiting: int = 0
    stopped: int = 0  # letters that wait for a person
    unreached: int = 0  # readers that do not get their letters
    has_readers: bool = True
    file_fault: str = ""
    is_served: bool = True

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return self.has_readers and not (self.stopped or self.unreached or self.file_fault)


def municipality_rows(session: Session, installation: Installation, now: datetime) -> list[MunicipalityRow]:
    """Return every municipality, those with something wrong first."""
    weeks, unreached = newest_weeks(session), unreached_readers(session)
    stopped = stopped_letters(session, iso_week(now - LATELY))
    waiting = _waiting(session, installation, now)
    files = {fault.key: fault.message for fault in installation.faults}
    rows = [
        MunicipalityRow(
            key=one.key,
            name=one.short,
            coordinator=one.coordinator.role,
            email=one.coordinator.email,
            latest=told_week(weeks.get(one.key, "")),
            waiting=waiting.get(one.key, 0),
            stopped=stopped.get(one.key, 0),
            unreached=unreached.get(one.key, 0),
            has_readers=any(unit.contact for unit in one.units.values()),
            file_fault=files.get(one.key, ""),
        )
        for one in installation.municipalities
    ]
    served = {row.key for row in rows}
    rows += [
        MunicipalityRow(key=key, name=key, file_fault=message, is_served=False)
        for key, message in files.items()
        if key not in served
    ]
    return sorted(rows, key=lambda row: (row.is_well, swedish_order(row.name)))


def told_week(period: str) -> str:
    """Return "v. 48 2026" of a week or of a day in it."""
    year, _, week = period[:8].partition("-W")
    return f"v. {int(week)} {year}" if week.isdecimal() else ""


def _waiting(session: Session, installation: Installation, now: datetime) -> dict[str, int]:
    """Return how many items wait in each municipality; one question for all that have the same threshold."""
    since = (now - WAITS).astimezone(STOCKHOLM).date()
    begins = datetime.combine(since, time(), STOCKHOLM)
    alike: dict[float, list[str]] = {}
    for one in installation.municipalities:
        alike.setdefault(one.thresholds.relevance, []).append(one.key)
    found: dict[str, int] = {}
    for least, keys in alike.items():
        found.update(waiting_items(session, keys, least, since, begins))
    return found
