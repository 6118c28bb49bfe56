"""Days to be met: by week, as a month, and as a picture of the coming quarter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from pipeline.areas import area_names
from pipeline.deadlines_view import AHEAD, BACK, CHOICES, first_of, list_lines, month_of, search_of
from pipeline.links import ACCOUNT_CALENDAR
from pipeline.municipality import COORDINATOR
from pipeline.terminal import KIND_WORDS
from pipeline.timeline import DAYS, timeline
from store.db import Session
from store.due import DueSearch, Place, count_due
from store.types import Kind
from web import context
from web.access import Role, needs
from web.language import N_, _
from web.views.calendar import file_url

page = Blueprint("deadlines", __name__)

LIST, MONTH, PASSED = "lista", "manad", "passerade"
VIEWS = {LIST: N_("Kommande"), MONTH: N_("Månad"), PASSED: N_("Passerade")}
CHOICE_WORDS = {"concerns": N_("berör er"), "sent": N_("har skickats"), "": N_("allt som är känt")}
CHOICE_FIELD = {"": "concerns", "skickat": "sent", "allt": ""}  # as it stands in the address


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what is not understood is left out."""

    view: str
    unit: str
    area: str
    kind: str
    choice: str  # a key of CHOICE_FIELD
    day: date | None  # one day alone
    month: date

    def url(self, **changed: str) -> str:
        """Return the address of the page with some of it changed."""
        fields = {
            "vy": self.view if self.view != LIST else "",
            "enhet": self.unit,
            "omrade": self.area,
            "slag": self.kind,
            "urval": self.choice,
            "manad": f"{self.month:%Y-%m}" if self.view == MONTH else "",
            **changed,
        }
        given = {name: value for name, value in fields.items() if value}
        return f"{url_for('deadlines.show')}?{urlencode(given)}" if given else url_for("deadlines.show")

    def search(self, first: date, last: date) -> DueSearch:
        """Return the search between two days."""
        return search_of(
            context.municipality(),
            first,
            last,
            choice=CHOICE_FIELD[self.choice],
            kinds=[Kind(self.kind)] if self.kind else (),
            area=self.area,
            unit=self.unit,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether less than usual is shown."""
        return bool(self.unit or self.area or self.kind or self.choice == "skickat")


@page.get("/frister")
@needs(Role.READER)
def show() -> str:
    """Show the days to be met, in one of three ways."""
    asked, today = asked_of(request.args), context.today()
    with context.store().reading() as session:
        if asked.view == MONTH:
            shown: Mapping[str, Any] = {
                "month": month_of(session, context.municipality(), asked.search(today, today), asked.month)
            }
        else:
            shown = _listed(session, asked, today)
        is_drawn = asked.view == LIST and not asked.day
        ahead = count_due(session, asked.search(today, today + timedelta(days=DAYS - 1))) if is_drawn else {}
    return render_template(
        "deadlines/show.html",
        asked=asked,
        picture=timeline(ahead, today) if ahead else None,
        calendar_url=file_url(ACCOUNT_CALENDAR, context.account().id, asked.unit),
        **shown,
        **words(),
    )


def _listed(session: Session, asked: Asked, today: date) -> Mapping[str, Any]:
    """Return a page of the list, of what is to come, what has passed, or of one day."""
    first, last = (asked.day, asked.day) if asked.day else (today, today + AHEAD)
    if asked.view == PASSED:
        first, last = today - BACK, today - timedelta(days=1)
    place = place_of(request.args.get("efter", ""))
    wanted = replace(asked.search(first, last), after=place, backwards=asked.view == PASSED)
    listed = list_lines(session, context.municipality(), wanted, today)
    more = asked.url(efter=place_text(listed.next)) if listed.next else ""
    return {"groups": listed.groups, "next_url": more, "first_url": asked.url() if place or asked.day else ""}


def asked_of(values: Mapping[str, str]) -> Asked:
    """Return what is asked for."""
    view, unit, kind = values.get("vy", LIST), values.get("enhet", ""), values.get("slag", "")
    area, choice = values.get("omrade", ""), values.get("urval", "")
    return Asked(
        view=view if view in VIEWS else LIST,
        unit=unit if unit in context.municipality().units or unit == COORDINATOR else "",
        area=area if area in area_names() else "",
        kind=kind if kind in list(Kind) else "",
        choice=choice if choice in CHOICE_FIELD else "",
        day=_day(values.get("dag", "")),
        month=first_of(_day(f"{values.get('manad', '')}-01") or context.today()),
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def place_text(place: Place | None) -> str:
    """Return where the next page begins, as it stands in the address."""
    return f"{place[0].isoformat()}.{place[1]}.{place[2]}" if place else ""


def place_of(text: str) -> Place | None:
    """Return where the page begins; None for the first and for what is no place."""
    day, number, role = [*text.split("."), "", ""][:3]
    found = _day(day)
    return (found, int(number), role) if found and number.isdecimal() and len(number) < 18 else None


def words() -> dict[str, object]:
    """Return the words that the template looks up."""
    units = {key: unit.name for key, unit in context.municipality().units.items()}
    return {
        "views": VIEWS,
        "choice_words": {field: CHOICE_WORDS[choice] for field, choice in CHOICE_FIELD.items() if choice in CHOICES},
        "area_names": area_names(),
        "kind_words": KIND_WORDS,
        "unit_names": {**units, COORDINATOR: _("Samordnaren")},
        "weekdays": (_("mån"), _("tis"), _("ons"), _("tors"), _("fre"), _("lör"), _("sön")),
    }
