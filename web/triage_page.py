"""What is asked of the week's page, and what it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlencode

from flask import current_app, session, url_for

from pipeline.candidate import ItemId
from pipeline.triage import Ruled, Sitting
from pipeline.triage_list import (
    ORDERS,
    Filter,
    Progress,
    Row,
    Tab,
    narrowed,
    ordered,
    progress,
    tabs,
)
from pipeline.week_keeper import WeekKeeper, Weeks
from store.db import Session
from store.types import Ruling
from store.verdicts import list_verdicts, verdicts_on
from web import context, sessions
from web.language import _, ngettext

PER_PAGE = 50
KEEPER = "week"
PAUSE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address, or a form's hidden fields, ask for."""

    tab: Tab = Tab.TO_JUDGE
    filter: Filter = field(default_factory=Filter)
    order: str = "rang"
    number: int = 1  # of the page of the list
    post: ItemId | None = None

    def fields(self) -> dict[str, str]:
        """Return everything but the item, as fields of an address or a form; what is usual is left out."""
        wanted = {
            "flik": self.tab.value if self.tab is not Tab.TO_JUDGE else "",
            "slag": self.filter.kind,
            "omrade": self.filter.area,
            "kalla": self.filter.source,
            "enhet": self.filter.unit,
            "region": self.filter.region,
            "frist": "" if self.filter.within is None else str(self.filter.within),
            "ordning": self.order if self.order != "rang" else "",
            "sida": str(self.number) if self.number > 1 else "",
        }
        return {name: value for name, value in wanted.items() if value}

    def url(self, **changed: str) -> str:
        """Return the address of the page; a changed filter begins at its first page, without a chosen item."""
        fields = self.fields()
        if changed:
            fields.pop("sida", None)
            fields = {name: value for name, value in {**fields, **changed}.items() if value}
        elif self.post:
            fields["post"] = "/".join(self.post)
        return f"{url_for('week.show')}?{urlencode(fields)}" if fields else url_for("week.show")

    def row_url(self, item: ItemId) -> str:
        """Return the address of the page with that item open."""
        return self.at(item).url()

    def pane_url(self, item: ItemId) -> str:
        """Return the address of the item's reading pane alone."""
        return f"{url_for('week.pane')}?{urlencode({**self.fields(), 'post': '/'.join(item)})}"

    def at(self, item: ItemId | None) -> Asked:
        """Return the same with that item open."""
        return replace(self, post=item)

    def with_tab_of(self, taken: Ruled) -> Asked:
        """Return the page where what was taken back stands now."""
        ruling = taken.verdict.ruling if taken.verdict else Ruling.REOPENED
        where = {Ruling.SEND: Tab.SEND, Ruling.DROP: Tab.DROP, Ruling.LATER: Tab.LATER}
        here = self.tab if self.tab in (Tab.UNLIKELY, Tab.EXPLORE) else Tab.TO_JUDGE
        return replace(self, tab=where.get(ruling, here))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the list: the rows shown, all that the filter lets through, and the numbers above."""

    week: int
    progress: Progress
    counts: Mapping[Tab, int]
    rows: Sequence[Row]
    all_rows: Sequence[Row]
    seen: Mapping[ItemId, int] = field(default_factory=dict)  # the newest verdict of each row shown
    pages: int = 1
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)  # what can be filtered by

    def after(self, item: ItemId) -> ItemId | None:
        """Return the item that comes after this one in the list, or before it when it is the last."""
        items = [row.item for row in self.all_rows]
        if item not in items:
            return items[0] if items else None
        place = items.index(item)
        rest = items[place + 1 :] or items[:place][-1:]
        return rest[0] if rest else None


def asked(values: Mapping[str, str]) -> Asked:
    """Return what is asked for; what is not understood is left out."""
    tab = values.get("flik", "")
    within = values.get("frist", "")
    number = values.get("sida", "")
    order = values.get("ordning", "rang")
    return Asked(
        tab=Tab(tab) if tab in list(Tab) else Tab.TO_JUDGE,
        filter=Filter(
            kind=values.get("slag", ""),
            area=values.get("omrade", ""),
            source=values.get("kalla", ""),
            unit=values.get("enhet", ""),
            region=values.get("region", ""),
            within=int(within) if within.isdecimal() and len(within) < 5 else None,
        ),
        order=order if order in ORDERS else "rang",
        number=max(1, int(number)) if number.isdecimal() and len(number) < 7 else 1,
        post=item_of(values.get("post", "")),
    )


def item_of(text: str) -> ItemId | None:
    """Return the item of "source/key"; the key may hold slashes."""
    source, slash, key = text.partition("/")
    return (source, key) if slash and source and key and "\0" not in text else None


def page_of(database: Session, wanted: Asked) -> Page:
    """Return the page that is asked for."""
    municipality, now = context.municipality(), context.now()
    week, rows = keeper().rows(database, municipality, now)
    found = tabs(rows)
    here = ordered(narrowed(found[wanted.tab], wanted.filter, context.today()), wanted.order)
    pages = max(1, -(-len(here) // PER_PAGE))
    number = min(wanted.number, pages)
    shown = here[(number - 1) * PER_PAGE : number * PER_PAGE]
    given = list_verdicts(
        database, municipality=municipality.key, visit=sitting().visit, since=now - timedelta(hours=3)
    )
    histories = verdicts_on(database, municipality.key, [row.item for row in shown])
    return Page(
        week=context.today().isocalendar().week,
        progress=progress(found, week.since, [verdict.at for verdict in given]),
        counts={tab: len(some) for tab, some in found.items()},
        rows=shown,
        all_rows=here,
        seen={item: history[-1].id for item, history in histories.items()},
        pages=pages,
        choices=_choices(found[wanted.tab]),
    )


def _choices(rows: Sequence[Row]) -> dict[str, Sequence[str]]:
    return {
        "kind": sorted({row.kind.value for row in rows}),
        "area": sorted({area for row in rows for area in row.areas}),
        "source": sorted({row.item[0] for row in rows}),
        "unit": sorted({unit for row in rows for unit in row.units}),
        "region": sorted({row.region for row in rows}),
    }


def standing(database: Session) -> dict[ItemId, Tab]:
    """Return the tab that each of the week's items stands in, whatever the page's filter."""
    _week, rows = keeper().rows(database, context.municipality(), context.now())
    return {row.item: tab for tab, some in tabs(rows).items() for row in some}


def moved_words(before: Mapping[ItemId, Tab], after: Mapping[ItemId, Tab]) -> str:
    """Return how many items a verdict has moved below the limit or above it, "" when none."""
    likely, unlikely = Tab.TO_JUDGE, Tab.UNLIKELY
    out = sum(1 for item, tab in before.items() if tab is likely and after.get(item) is unlikely)
    back = sum(1 for item, tab in before.items() if tab is unlikely and after.get(item) is likely)
    words = []
    if out:
        told = ngettext(
            "%(num)s liknande post flyttades till Troligen inte.",
            "%(num)s liknande poster flyttades till Troligen inte.",
            out,
        )
        words.append(told % {"num": out})
    if back:
        told = ngettext(
            "%(num)s liknande post flyttades hit från Troligen inte.",
            "%(num)s liknande poster flyttades hit från Troligen inte.",
            back,
        )
        words.append(told % {"num": back})
    return " ".join(words)


def keeper() -> WeekKeeper:
    """Return what keeps the municipality's week between requests."""
    weeks: Weeks = current_app.extensions.setdefault(KEEPER, Weeks(context.store()))
    return weeks.of(context.municipality_key())


def has_paused(database: Session) -> bool:
    """Tell whether the verdict that was just given came after a pause: then the list may change its order.

    While verdicts follow each other it stays as it is, so that nothing moves under one's hands.
    """
    since = context.now() - PAUSE
    given = list_verdicts(database, municipality=context.municipality().key, visit=sitting().visit, since=since)
    return len(given) == 1


def sitting() -> Sitting:
    """Return who rules now; a login is a visit."""
    visit = sessions.digest(str(session.get(sessions.TOKEN, "")))[:16]
    return Sitting(context.municipality(), _("samordnare"), visit, context.now())
