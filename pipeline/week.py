"""The week's work, step by step, for one installation: what the commands and the scheduler both call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any

from crawlers.catalogue import SourceFacts, facts, find_source
from crawlers.dates import STOCKHOLM
from crawlers.feed_catalogue import feed_facts, merged_feeds
from crawlers.job import Job
from crawlers.listing_catalogue import listing_facts, merged_listings
from pipeline.back_off import Pace, held_parts
from pipeline.details import wanted_details
from pipeline.installation import Installation, transport_of
from pipeline.settings import Settings
from store.db import Session
from store.errors import ConfigurationError
from store.runs import source_marks, source_parts, validators


def iso_week(now: datetime) -> str:
    """Return the ISO week of a moment in Stockholm, as 2026-W34."""
    year, week, _ = now.astimezone(STOCKHOLM).isocalendar()
    return f"{year}-W{week:02d}"


def iso_day(now: datetime) -> str:
    """Return the day of a moment in Stockholm as 2026-W34-2: the period that a notice is of."""
    year, week, day = now.astimezone(STOCKHOLM).isocalendar()
    return f"{year}-W{week:02d}-{day}"


def is_week(period: str) -> bool:
    """Tell whether a letter's period is a week; else it is the day of a notice."""
    return len(period) == len("2026-W34")


def wanted_sources(settings: Settings, names: Sequence[str]) -> list[SourceFacts]:
    """Return the named sources, or all that are switched on; raises ConfigurationError on an unknown name."""
    known = {source.name: source for source in facts()}
    if unknown := [name for name in [*names, *settings.sources] if name not in known]:
        raise ConfigurationError(f"okänd källa '{unknown[0]}'; det finns {', '.join(known)}")
    if names:
        return [known[name] for name in names]
    return [source for source in known.values() if is_on(settings, source)]


def is_on(settings: Settings, source: SourceFacts) -> bool:
    """Tell whether a source is read: as configuration says, else as the source itself says.

    The source of listing pages needs no switch of its own: it is read when one of its pages is on.
    """
    said = settings.sources[source.name].enabled if source.name in settings.sources else None
    if said is None and source.name == "listings":
        return any(table.get("enabled", True) for table in listings_of(settings).values())
    return source.enabled_by_default if said is None else said


def jobs_for(
    installation: Installation,
    sources: Sequence[SourceFacts],
    *,
    now: datetime,
    since: date | None,
    full: bool,
    insist: bool = False,
) -> list[Job]:
    """Return the crawl job of each source, with what the store remembers of it.

    A person who names a source, or wants all of it, insists: then our own back-off does not count.
    """
    with installation.store.reading() as session:
        jobs = [
            with_wanted(job_for(session, installation.settings, source.name, now, since, full), session)
            for source in sources
        ]
        return [
            replace(job, not_before=held_parts(source_parts(session, job.source), now, insist=insist or full))
            for job in jobs
        ]


def job_for(session: Session, settings: Settings, source: str, now: datetime, since: date | None, full: bool) -> Job:
    """Return one source's crawl job; against a replay server nobody needs to be waited for."""
    return Job(
        source=source,
        now=now,
        marks=source_marks(session, source),
        validators=tuple(validators(session, source)),
        options=options_of(settings, source),
        since=since,
        full=full,
        replay_url=settings.replay_url,
        user_agent=settings.user_agent(version("utkik")),
        delay_seconds=0.0 if settings.replay_url else settings.crawl.delay,
        timeout_seconds=settings.crawl.timeout,
        log_format=settings.log.format,
        log_level=settings.log.level,
    )


def with_wanted(job: Job, session: Session) -> Job:
    """Return the job with the items that a source of details is asked for; any other job as it is."""
    if not find_source(job.source).details_of:
        return job
    return replace(job, options={**job.options, "wanted": wanted_details(session, job.source, now=job.now)})


def pace_of(settings: Settings, source: SourceFacts) -> Pace:
    """Return how long a source and its parts may be silent; of feeds, each says so itself.

    A source that only adds to what others have told of has no items of its own, and no pace.
    """
    if source.details_of:
        return Pace()
    if source.name != "feeds":
        return Pace(source.longest_silence, source.part_silences)
    tables = options_of(settings, "feeds")["feeds"]
    feeds = feed_facts(tables) if isinstance(tables, dict) else []
    days = {feed.name: feed.longest_silence_days for feed in feeds if feed.longest_silence_days}
    return Pace(source.longest_silence, {name: timedelta(days=number) for name, number in days.items()})


def check_options(settings: Settings) -> None:
    """Raise ConfigurationError when the settings name a source, or describe a feed or mail server, that cannot be."""
    transport_of(settings)
    wanted_sources(settings, [])
    feed_facts(merged_feeds({name: feed.model_dump(exclude_none=True) for name, feed in settings.feeds.items()}))
    listing_facts(listings_of(settings))


def options_of(settings: Settings, source: str) -> dict[str, object]:
    """Return what configuration says to a source."""
    said = dict(settings.sources[source].options) if source in settings.sources else {}
    if source == "listings":
        return {**said, "listings": listings_of(settings)}
    if source != "feeds":
        return said
    own = {name: feed.model_dump(exclude_none=True) for name, feed in settings.feeds.items()}
    return {**said, "feeds": merged_feeds(own) if settings.bundled_feeds else own}


def listings_of(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return the tables of all listing pages, bundled and own."""
    return merged_listings({name: page.model_dump(exclude_none=True) for name, page in settings.listings.items()})
