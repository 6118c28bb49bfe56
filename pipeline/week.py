"""The week's work, step by step, for one installation: what the commands and the scheduler both call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

from crawlers.catalogue import SourceFacts, facts
from crawlers.feed_catalogue import merged_feeds
from crawlers.job import Job
from pipeline.collect import make_job
from pipeline.installation import Installation
from pipeline.settings import Settings
from store.errors import ConfigurationError
from store.runs import source_marks, validators
from store.types import Validator

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FULL_FETCH = timedelta(days=7)  # a server whose ETag lies is found out within a week


def iso_week(now: datetime) -> str:
    """Return the ISO week of a moment in Stockholm, as 2026-W34."""
    year, week, _ = now.astimezone(STOCKHOLM).isocalendar()
    return f"{year}-W{week:02d}"


def wanted_sources(settings: Settings, names: Sequence[str]) -> list[SourceFacts]:
    """Return the named sources, or all that are switched on; raises ConfigurationError on an unknown name."""
    known = {source.name: source for source in facts()}
    if unknown := [name for name in [*names, *settings.sources] if name not in known]:
        raise ConfigurationError(f"okänd källa '{unknown[0]}'; det finns {', '.join(known)}")
    if names:
        return [known[name] for name in names]
    return [source for source in known.values() if is_on(settings, source.name)]


def is_on(settings: Settings, source: str) -> bool:
    """Tell whether a source is switched on."""
    return source not in settings.sources or settings.sources[source].enabled


def jobs_for(
    installation: Installation, sources: Sequence[SourceFacts], *, now: datetime, since: date | None, full: bool
) -> list[Job]:
    """Return the crawl job of each source, with what the store remembers of it."""
    settings = installation.settings
    jobs = []
    with installation.store.reading() as session:
        for source in sources:
            jobs.append(
                make_job(
                    source.name,
                    now=now,
                    marks=source_marks(session, source.name),
                    validators=[v for v in validators(session, source.name) if is_fresh(v, now)],
                    options=options_of(settings, source.name),
                    since=since,
                    full=full,
                    replay_url=settings.replay_url,
                    user_agent=settings.user_agent(version("utkik")),
                    delay_seconds=settings.crawl.delay,
                    timeout_seconds=settings.crawl.timeout,
                )
            )
    return jobs


def is_fresh(validator: Validator, now: datetime) -> bool:
    """Tell whether the last whole answer is so recent that "not changed" may be believed."""
    return validator.full_at is not None and now - validator.full_at < FULL_FETCH


def options_of(settings: Settings, source: str) -> dict[str, object]:
    """Return what configuration says to a source."""
    if source != "feeds":
        return {}
    own = {name: feed.model_dump(exclude_none=True) for name, feed in settings.feeds.items()}
    return {"feeds": merged_feeds(own)}
