"""Notices: a short letter on the days when something that is new to a reader closes within 14 days."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipeline.compose import Progress, freeze, select, written
from pipeline.current_items import CurrentItems
from pipeline.edition import Edition, open_edition
from pipeline.letter import Extras
from pipeline.municipality import Municipality
from pipeline.record import begin, complete
from pipeline.selection import Selection
from pipeline.settings import Settings
from pipeline.week import iso_day
from store.db import Store
from store.routes import get_routes, replace_routes
from store.types import Digest, Run

STEP = "notice"


def compose_notices(
    store: Store,
    municipality: Municipality,
    settings: Settings,
    *,
    now: datetime,
    progress: Progress | None = None,
    items: CurrentItems | None = None,
) -> Run:
    """Freeze the day's notices and return the finished run; `items` are shared with other municipalities.

    What is told in one is told: the week's digest only names it. The day is the key, so that a second run of the same
    day, or a clock that is set back, gives no second notice.
    """
    run = begin(store, STEP, iso_day(now), now=now)
    edition = open_edition(store, municipality, settings, week=iso_day(now), now=now, items=items)
    notices = _notices(store, edition, progress)
    if notices:
        told = {(entry.source, entry.key) for notice in notices for entry in notice.entries}
        with store.session() as session:
            earlier = get_routes(session, municipality.key, edition.week)  # of notices written before a cut
            routes = [route for route in edition.routes if (route.source, route.key) in told]
            replace_routes(session, municipality.key, edition.week, [*earlier, *routes])
    frozen = freeze(store, notices)
    counts = {"notices": len(frozen), "entries": sum(len(notice.entries) for notice in frozen)}
    return complete(store, run, now=now, counts=counts)


def _notices(store: Store, edition: Edition, progress: Progress | None) -> list[Digest]:
    """Return the notices that the day still lacks; most days there is none."""
    notices = []
    for number, contact in enumerate(edition.lacking, start=1):
        with store.reading() as session:
            selection, week, _ = select(session, edition, contact)
        closing = Selection(entries=tuple(selection.closing(week.today)))
        if closing.entries:
            shown = replace(closing, entries=tuple(replace(e, section="closing") for e in closing.entries))
            notices.append(written(edition, contact, shown, week, Extras(is_notice=True)))
        if progress:
            progress(number, len(edition.lacking))
    return notices
