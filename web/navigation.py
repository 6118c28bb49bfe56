"""The way around: which pages stand in the header, for whom."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for

from web.access import is_allowed
from web.context import account_or_none, chooses, may_call, municipality_key, serves_several, whole
from web.language import N_, _

# Endpoints; one that is not there yet, or that the account may not see, is left out.
MAIN = (
    ("week.show", N_("Veckan")),
    ("search.show", N_("Sök")),
    ("deadlines.show", N_("Frister")),
    ("actions.show", N_("Åtgärder")),
    ("digests.show", N_("Utskick")),
    ("sources.show", N_("Källor")),
    ("organisation.show", N_("Organisation")),
)
MENU = (
    ("municipalities.show", N_("Kommuner")),
    ("threads.show", N_("Ärenden")),
    ("cofinancing.show", N_("Medfinansiering")),
    ("meetings.show", N_("Möten")),
    ("cofinancing.partners", N_("Vänorter och nätverk")),
    ("pictures.show", N_("Veckorna i bild")),
    ("model.show", N_("Modell")),
    ("ledger.show", N_("Uppföljning")),
    ("settings.show", N_("Inställningar")),
    ("audit.show", N_("Händelselogg")),
    ("api.show", N_("HTTP-gränssnitt")),
    ("tokens.show", N_("API-nycklar")),
)
MOST_IN_MENU = 20  # municipalities; more are chosen on their own page
STARTS = ("week.show", "settings.show")


@dataclass(frozen=True, slots=True)
class Entry:
    """A link in the header."""

    url: str
    label: str
    is_here: bool


def entries(pages: tuple[tuple[str, str], ...]) -> list[Entry]:
    """Return the links to those of the pages that are there and allowed."""
    blueprint = (request.endpoint or "").partition(".")[0]
    return [
        Entry(url_for(endpoint), _(label), endpoint.partition(".")[0] == blueprint)
        for endpoint, label in pages
        if (view := current_app.view_functions.get(endpoint))
        and is_allowed(view, account_or_none())
        and may_call(view)
        and (endpoint != "municipalities.show" or serves_several())
    ]


def others() -> list[tuple[str, str]]:
    """Return (key, name) of the other municipalities that may be shown; none when they are too many for a menu."""
    served = whole().municipalities
    if not chooses() or len(served) > MOST_IN_MENU:
        return []
    return sorted(((one.key, one.short) for one in served if one.key != municipality_key()), key=lambda one: one[1])


def is_public() -> bool:
    """Tell whether there is a page for residents to lead to."""
    return whole().settings.web.public


def start() -> str:
    """Return the address of the first page."""
    return next(url_for(endpoint) for endpoint in STARTS if endpoint in current_app.view_functions)
