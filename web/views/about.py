"""What the page must tell everybody of itself: how accessible it is, and what it stores of persons."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from flask import Blueprint, render_template, request

from pipeline.settings import RetentionSettings
from web import context
from web.access import open_to_all
from web.choice import choice_page
from web.language import N_, _, ngettext

page = Blueprint("about", __name__)

# What is known to fall short; whoever mends one takes its line out.
SHORTCOMINGS = (
    N_("Rubriker och texter kommer från källorna, ibland på engelska eller ett annat språk."),
    N_("Ord på ett annat språk inne i en text är inte uppmärkta (WCAG 3.1.2)."),
    N_("Länkar leder till källornas egna sidor och PDF-filer. Hur tillgängliga de är råder kommunen inte över."),
    N_("Breda tabeller rullar i sidled inom sin egen ruta på smala skärmar."),
    N_("Ord på några ställen i den engelska versionen visas på svenska, till exempel datum och enheters namn."),
    N_("Sidan är inte provad av personer som använder skärmläsare, förstoring eller taligenkänning till vardags."),
)
# What is stored of persons: what, of whom, and the setting that says how long.
STORED = (
    (N_("Roll och arbetsadress"), N_("kontaktpersoner, ersättare och samordnare"), N_("så länge kommunens fil nämner dem"), ""),  # noqa: E501
    (N_("Inloggningsnamn, roll och lösenordets kontrollsumma"), N_("de som har konto på sidan"), N_("tills kontot tas bort"), ""),  # noqa: E501
    (N_("Veckobrev så som de skickades, med mottagarens adress"), N_("kontaktpersoner"), "", "digests_months"),
    (N_("Svar på brevens poster, och det som skrevs med"), N_("kontaktpersoner"), "", "feedback_days"),
    (N_("Vem som gjorde vad på sidan, med kontots nummer"), N_("de som har konto på sidan"), "", "audit_months"),
    (N_("Åtgärder med ansvarig roll"), N_("den roll som ansvarar"), N_("så länge åtgärderna finns kvar"), ""),
    (N_("Namn som står i källornas egna texter"), N_("personer som källorna nämner"), "", "news_months"),
)  # fmt: skip


@page.before_request
def _ask_whose() -> str | None:
    return None if context.municipality_key() else choice_page(str(request.endpoint), {})


@page.get("/tillganglighet")
@open_to_all
def accessibility() -> str:
    """Show the accessibility statement, from what the latest recorded check found."""
    checked = checks()
    return render_template(
        "about/accessibility.html",
        checked=checked,
        on=date.fromisoformat(checked["on"]),
        shortcomings=SHORTCOMINGS,
        contact=context.municipality().coordinator,
    )


@page.get("/personuppgifter")
@open_to_all
def personal_data() -> str:
    """Show what is stored of persons, why, how long, and the record of processing (article 30)."""
    settings = context.whole().settings
    return render_template(
        "about/personal_data.html",
        stored=[(what, whose, _(how) if how else kept(settings.retention, name)) for what, whose, how, name in STORED],
        privacy=settings.privacy,
        decision=settings.retention.decision,
        sign_on=bool(settings.web.oidc.issuer),
        second_reader=settings.second_reader.is_on,
        contact=context.municipality().coordinator,
    )


def kept(retention: RetentionSettings, name: str) -> str:
    """Return how long something is kept, in words: nothing goes before the municipality has decided."""
    number: int = getattr(retention, name)
    if not retention.decision or not number:
        return _("tills vidare: kommunen har inte beslutat om gallring")
    if name.endswith("_days"):
        return ngettext("%(num)s dag", "%(num)s dagar", number) % {"num": number}
    return ngettext("%(num)s månad", "%(num)s månader", number) % {"num": number}


@cache
def checks() -> dict[str, Any]:
    """Return what the latest recorded check of accessibility covered and found."""
    found: dict[str, Any] = json.loads(files("web").joinpath("accessibility.json").read_text(encoding="utf-8"))
    return found
