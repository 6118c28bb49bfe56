"""Retention: what has been kept as long as the municipality decided, shown and removed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from crawlers.dates import STOCKHOLM
from pipeline.installation import Installation
from pipeline.settings import RetentionSettings
from store import retention as kept
from store.db import Session
from store.errors import ConfigurationError
from store.persons import sweep

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """One type of what is kept: its setting, its Swedish name, and how it is counted and removed."""

    setting: str
    words: str
    count: Callable[[Session, Any], int]
    forget: Callable[[Session, Any], int]
    by_day: bool = False  # its limit is a day of the source's, not a moment

    @property
    def unit(self) -> str:
        """Days or months, as the setting's name says."""
        return self.setting.rpartition("_")[2]


RULES = (
    # Answers first: digests that go take their answers with them as counts.
    Rule("feedback_days", "svar, som blir antal", kept.count_feedback, kept.forget_feedback),
    Rule("digests_months", "brev med händelser och innehåll", kept.count_digests, kept.forget_digests),
    Rule("news_months", "nyheters texter", kept.count_news_texts, kept.forget_news_texts, by_day=True),
    Rule("runs_months", "anteckningar om körningar", kept.count_runs, kept.forget_runs),
    Rule("audit_months", "rader i loggen över vem som gjort vad", kept.count_audit, kept.forget_audit),
)


def retention_values(installation: Installation, *, now: datetime) -> list[dict[str, Any]]:
    """Return of each type how long it is kept, the day before which it goes, and how much that is now."""
    settings = installation.settings.retention
    rows = []
    with installation.store.reading() as session:
        for rule in RULES:
            limit = limit_of(rule, settings, now)
            rows.append(
                {
                    "setting": f"retention.{rule.setting}",
                    "kept": getattr(settings, rule.setting),
                    "unit": rule.unit,
                    "what": rule.words,
                    "before": limit.isoformat() if limit else None,
                    "number": rule.count(session, as_limit(rule, limit)) if limit else 0,
                }
            )
    return rows


def apply_retention(installation: Installation, *, now: datetime) -> dict[str, int]:
    """Remove what has been kept long enough and return how much of each type, by its setting.

    Raises ConfigurationError before a decision is named: to remove a public record takes one.
    """
    settings = installation.settings.retention
    if not settings.decision:
        raise ConfigurationError(
            "inget gallras förrän kommunens beslut är angivet: skriv dess nummer i retention.decision"
        )
    removed: dict[str, int] = {}
    for rule in RULES:
        if limit := limit_of(rule, settings, now):
            with installation.store.session(durable=True) as session:
                removed[rule.setting] = rule.forget(session, as_limit(rule, limit))
    if any(removed.values()):
        sweep(installation.store)
    logger.info("retention by decision %s: %s", settings.decision, removed)
    return removed


def housekeep(installation: Installation, *, now: datetime) -> Mapping[str, int]:
    """Do the schedule's part: what `utkik retention --apply` does."""
    return apply_retention(installation, now=now)


def limit_of(rule: Rule, settings: RetentionSettings, now: datetime) -> date | None:
    """Return the Swedish day before which things go, None when they are kept for ever."""
    number: int = getattr(settings, rule.setting)
    today = now.astimezone(STOCKHOLM).date()
    if not number:
        return None
    return today - timedelta(days=number) if rule.unit == "days" else months_before(today, number)


def as_limit(rule: Rule, limit: date) -> date | datetime:
    """Return the limit as the type is compared with: a day, or the moment at which it begins."""
    return limit if rule.by_day else datetime.combine(limit, time.min, STOCKHOLM)


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last day of that month when it has none such."""
    number = day.year * 12 + day.month - 1 - months
    year, month = number // 12, number % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))
