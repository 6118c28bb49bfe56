"""The week as it was read for triage, kept for everybody who looks until something has changed."""

from __future__ import annotations

import threading
import time
from datetime import date, datetime, timedelta

from pipeline.candidate import ItemId
from pipeline.currency import Week
from pipeline.municipality import Municipality
from pipeline.triage_list import Row
from pipeline.triage_week import TriageWeek, current_rows, read_week
from store.db import Session, Store
from store.triage import week_mark
from store.types import Ruling, Verdict
from store.verdicts import verdicts_after

QUICK = 0.3  # seconds: a week that is read faster than this is read again at once when something has changed
OLDEST = timedelta(minutes=10)  # what has changed without a run, such as a removed item, is seen after this
MOST_WEEKS = 16  # municipalities whose week is kept: a large week is some hundred megabytes

Mark = tuple[Municipality, date, object]


class WeekKeeper:
    """Keeps the week that was read, for all who look, and reads it again when something has changed.

    A large store takes seconds to read: then whoever looks meanwhile sees the week as it was, and the new one is read
    beside. Verdicts are only ever added, so that of them only the new ones are read at every look.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._kept: tuple[Mark, datetime, TriageWeek] | None = None
        self._seconds = 0.0
        self._reader: threading.Thread | None = None
        self._verdicts: dict[ItemId, Verdict] = {}
        self._newest = 0
        self._brought: dict[ItemId, Row | None] = {}  # rows of items that only a verdict brought in

    def rows(self, session: Session, municipality: Municipality, now: datetime) -> tuple[TriageWeek, list[Row]]:
        """Return the week at that moment, and its rows with the verdicts that stand."""
        week = self._week(session, municipality, now)
        verdicts = self._standing(session, municipality)
        return week, current_rows(session, week, verdicts, municipality, now, self._brought)

    def _week(self, session: Session, municipality: Municipality, now: datetime) -> TriageWeek:
        mark = (municipality, Week(now).today, week_mark(session, municipality.key))
        kept = self._kept
        if kept and kept[0] == mark and timedelta(0) <= now - kept[1] < OLDEST:
            return kept[2]
        if kept and kept[0][:2] == mark[:2] and self._seconds > QUICK:
            self._read_beside(mark, municipality, now)
            return kept[2]
        return self._read(mark, municipality, now)

    def _read_beside(self, mark: Mark, municipality: Municipality, now: datetime) -> None:
        with self._lock:
            if self._reader is None or not self._reader.is_alive():
                self._reader = threading.Thread(target=self._read, args=(mark, municipality, now), daemon=True)
                self._reader.start()

    def _read(self, mark: Mark, municipality: Municipality, now: datetime) -> TriageWeek:
        begun = time.monotonic()
        with self._store.reading() as session:
            week = read_week(session, municipality, now)
        with self._lock:
            self._seconds = time.monotonic() - begun
            self._kept = (mark, now, week)
            self._verdicts, self._newest = {}, 0
            self._brought = {}
        return week

    def _standing(self, session: Session, municipality: Municipality) -> dict[ItemId, Verdict]:
        with self._lock:
            for verdict in verdicts_after(session, municipality.key, self._newest):
                self._newest = verdict.id
                item = (verdict.source, verdict.key)
                if verdict.ruling is Ruling.REOPENED:
                    self._verdicts.pop(item, None)
                else:
                    self._verdicts[item] = verdict
            return dict(self._verdicts)


class Weeks:
    """A keeper for each municipality, those that were looked at lately; safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._keepers: dict[str, WeekKeeper] = {}

    def of(self, municipality: str) -> WeekKeeper:
        """Return the keeper of the municipality's week."""
        with self._lock:
            found = self._keepers.pop(municipality, None) or WeekKeeper(self._store)
            self._keepers[municipality] = found  # last: the first is the one not looked at for longest
            if len(self._keepers) > MOST_WEEKS:
                del self._keepers[next(iter(self._keepers))]
            return found
