"""The bundled sample week as it stood on one of two days: what each record said then, and whether it was there yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

Moment: TypeAlias = Literal["before", "week"]
Record: TypeAlias = dict[str, Any]

FOLDER = Path(__file__).parent / "sample_week"
WEEK = "2026-W47"
BEFORE_NOW = datetime(2026, 11, 13, 7, 0, tzinfo=UTC)  # Friday of the week before, 08:00 in Stockholm
WEEK_NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)  # Friday of the sample week, 08:00 in Stockholm
NOW: dict[Moment, datetime] = {"before": BEFORE_NOW, "week": WEEK_NOW}


@dataclass(frozen=True, slots=True)
class SampleData:
    """The records that could be read at a moment; times are the same in UTC and Stockholm to the day."""

    moment: Moment

    @property
    def today(self) -> date:
        """Return the day on which the sources are read."""
        return NOW[self.moment].date()

    @property
    def acts(self) -> list[Record]:
        """Return the EU acts and proposals there are."""
        return self._standing(_load("acts.json"))

    @property
    def calls(self) -> list[Record]:
        """Return the calls for proposals there are."""
        return self._standing(_load("calls.json")["calls"])

    @property
    def facets(self) -> dict[str, dict[str, str]]:
        """Return the labels of programme and programme-division codes."""
        everything = _load("calls.json")
        return {"frameworkProgramme": everything["programmes"], "programmeDivision": everything["divisions"]}

    @property
    def government(self) -> list[Record]:
        """Return the government's documents, newest first."""
        return sorted(self._standing(_load("government.json")), key=lambda r: r["published"], reverse=True)

    @property
    def codes(self) -> dict[str, str]:
        """Return the labels of the government's codes for types, senders and policy areas."""
        labels: dict[str, str] = _load("codes.json")
        return labels

    def _standing(self, records: list[Record]) -> list[Record]:
        """Return the records seen at this moment, each as it read then."""
        day = self.today.isoformat()
        seen = [r for r in records if _appears(r) <= day < r.get("gone", "9999-12-31")]
        return [{**r, **r.get("before", {})} if self.moment == "before" else r for r in seen]


def _appears(record: Record) -> str:
    """Return the day from which the source shows a record: its own date unless the source was late or early."""
    day: str = record.get("appears") or record.get("published") or record["date"]
    return day


@lru_cache
def _load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))
