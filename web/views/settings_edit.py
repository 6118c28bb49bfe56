"""The few settings that a coordinator changes: when letters go out, what is removed, the second reader."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pipeline.second_reader import second_reader_of
from pipeline.settings import set_by_environment
from pipeline.settings_edit import settings_version
from pipeline.toml_file import Place
from store.errors import ConfigurationError
from web import context
from web.access import Role, for_whole, needs
from web.language import N_, _
from web.views.settings import page
from web.views.setup_steps import keep_settings

__all__ = ["page"]

DAYS = {
    "mon": N_("måndag"),
    "tue": N_("tisdag"),
    "wed": N_("onsdag"),
    "thu": N_("torsdag"),
    "fri": N_("fredag"),
    "sat": N_("lördag"),
    "sun": N_("söndag"),
}
SHOWN = ("schedule_digest", "schedule_urgent", "retention_decision", "second_reader_url", "second_reader_model")


@page.get("/installningar/andra")
@needs(Role.COORDINATOR)
@for_whole
def edit() -> str:
    """Show the form."""
    return _form({})


@page.post("/installningar/andra")
@needs(Role.COORDINATOR)
@for_whole
def save() -> Response | tuple[str, int]:
    """Keep what the form says."""
    faults = _second_reader_faults() or keep_settings(_wanted(), also_defaults=False)
    if faults:
        return _form(faults), 422
    flash(_("Sparat. Det gäller från och med nu."))
    return redirect(url_for("settings.show"), 303)


def _wanted() -> dict[Place, Any]:
    text = {name: value.strip() for name, value in request.form.items()}
    urgent = text.get("urgent", "") if text.get("tells_urgent") == "yes" else ""
    return {
        ("schedule", "digest"): f"{text.get('day', '')} {text.get('time', '')}",
        ("schedule", "urgent"): urgent,
        ("retention", "decision"): text.get("decision", ""),
        ("second_reader", "url"): text.get("url", "") if text.get("second_reader") == "yes" else "",
        ("second_reader", "model"): text.get("model", ""),
    }


def _second_reader_faults() -> dict[str, str]:
    """Return why the second reader cannot be switched on: an address that will not do, a warning not read."""
    if request.form.get("second_reader") != "yes":
        return {}
    settings = context.installation().settings
    url, model = request.form.get("url", "").strip(), request.form.get("model", "").strip()
    if not url or not model:
        return {
            f"second_reader_{name}": _("Fyll i det här.")
            for name, value in (("url", url), ("model", model))
            if not value
        }
    if not settings.second_reader.is_on and request.form.get("knows") != "yes":
        return {"knows": _("Kryssa i att du har läst vad det innebär.")}
    reader = settings.second_reader.model_copy(update={"url": url, "model": model})
    try:
        second_reader_of(settings.model_copy(update={"second_reader": reader}))
    except ConfigurationError:
        return {
            "second_reader_url": _(
                "Adressen duger inte. Den ska sluta med /v1, och börja med https om den ber om en nyckel."
            )
        }
    return {}


def _form(faults: dict[str, str]) -> str:
    settings, typed = context.surroundings().current.installation().settings, request.form
    day, _space, time = settings.schedule.digest.partition(" ")
    fixed = set_by_environment() & set(_wanted())
    return render_template(
        "settings/edit.html",
        days=DAYS,
        day=typed.get("day", day),
        time=typed.get("time", time),
        urgent=typed.get("urgent", settings.schedule.urgent or "06:30"),
        tells_urgent=typed.get("tells_urgent") == "yes" if typed else bool(settings.schedule.urgent),
        decision=typed.get("decision", settings.retention.decision),
        is_on=typed.get("second_reader") == "yes" if typed else settings.second_reader.is_on,
        was_on=settings.second_reader.is_on,
        url=typed.get("url", settings.second_reader.url),
        model=typed.get("model", settings.second_reader.model),
        fixed=sorted(".".join(map(str, place)) for place in fixed),
        faults=faults,
        general=[told for name, told in faults.items() if name not in (*SHOWN, "knows")],
        seen=settings_version(context.installation()),
    )
