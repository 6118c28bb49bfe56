"""The steps of the first start that the coordinator's account opens: units, e-mail, address; and the first crawl."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from crawlers import log_lines
from pipeline import set_up
from pipeline.first_crawl import progress_of
from pipeline.organisation_edit import read_organisation
from pipeline.organisation_form import FormRefused, PersonForm, faults_of, unit_changes, unit_form
from pipeline.settings import SettingsFault, set_by_environment
from pipeline.settings_edit import change_settings, settings_file, settings_version, wanted_changes
from pipeline.toml_edit import REMOVED, Change, ChangedMeanwhile, version_of
from pipeline.toml_file import Place
from pipeline.trial_mail import fault_in_words, send_trial
from store.audit import note
from store.errors import ConfigurationError, DeliveryError
from web import context
from web.access import Role, for_whole, needs
from web.language import _
from web.views.organisation_edit import save
from web.views.setup import STEPS, Answer, on_from, page, step_page, steps_done

__all__ = ["page"]

logger = logging.getLogger(__name__)

MAIL = ("transport", "host", "port", "security", "user", "sender")


@page.get("/kom-igang/enheter")
@needs(Role.COORDINATOR)
@for_whole
def units() -> str:
    """Show every unit of the usual organisation, to be corrected."""
    return _units_page({})


@page.post("/kom-igang/enheter")
@needs(Role.COORDINATOR)
@for_whole
def save_units() -> Answer:
    """Rename units, name their contact persons, take away those that the municipality lacks."""
    refused = save(_unit_changes, "gick igenom enheterna", "units", base=("units",))
    return (_units_page(refused.faults), refused.status) if refused else on_from("units")


@page.get("/kom-igang/e-post")
@needs(Role.COORDINATOR)
@for_whole
def mail() -> str:
    """Show how letters leave."""
    return _mail_page({})


@page.post("/kom-igang/e-post")
@needs(Role.COORDINATOR)
@for_whole
def save_mail() -> Answer:
    """Keep how letters leave; with the other button, try it too and stay."""
    wanted: dict[Place, Any] = {("mail", name): request.form.get(name, "").strip() for name in MAIL}
    port = str(wanted["mail", "port"])
    wanted["mail", "port"] = int(port) if port.isdecimal() else port
    if password := request.form.get("password", ""):
        wanted["mail", "password"] = password  # an empty field leaves the one that is kept
    if wanted["mail", "transport"] == "smtp" and not wanted["mail", "host"]:
        return _mail_page({"mail_host": _("Fyll i det här.")}), 422
    if faults := keep_settings(wanted):
        return _mail_page(faults), 422
    if request.form.get("do") == "try":
        return _try_mail()
    return on_from("mail")


@page.get("/kom-igang/adress")
@needs(Role.COORDINATOR)
@for_whole
def address() -> str:
    """Show where readers reach the page."""
    return _address_page({})


@page.post("/kom-igang/adress")
@needs(Role.COORDINATOR)
@for_whole
def save_address() -> Answer:
    """Keep the address that letters lead to."""
    faults = keep_settings({("web", "address"): request.form.get("address", "").strip().rstrip("/")})
    return (_address_page(faults), 422) if faults else on_from("address")


@page.get("/kom-igang/klart")
@needs(Role.COORDINATOR)
@for_whole
def finish() -> str:
    """Show what is done and what is left."""
    installation = context.installation()
    return step_page(
        "finish",
        "finish",
        left=[(name, label) for name, label in STEPS if name not in steps_done(installation)],
        waits=set_up.is_waiting(installation.settings.home),
        schedule=installation.settings.schedule,
    )


@page.post("/kom-igang/klart")
@needs(Role.COORDINATOR)
@for_whole
def begin_work() -> Response:
    """Let the schedule begin, which reads the sources at once."""
    installation = context.installation()
    if not {"municipality", "account"} <= steps_done(installation):
        abort(409)
    with context.store().session() as session:
        note(session, context.audit("setup.finish"))
    set_up.finish_set_up(installation.settings.home)
    return redirect(url_for("setup.progress"), 303)


@page.get("/kom-igang/hamtar")
@needs(Role.COORDINATOR)
@for_whole
def progress() -> str:
    """Show how far the first crawl has come."""
    installation = context.installation()
    with context.store().reading() as session:
        found = progress_of(session, installation.settings)
    return step_page("progress", "progress", found=found, address=installation.settings.web.address)


def keep_settings(wanted: dict[Place, Any], *, also_defaults: bool = True) -> dict[str, str]:
    """Keep the settings, and return what is wrong with them by field; the name of a field is its place."""
    installation = context.installation()
    try:
        change_settings(
            installation,
            wanted_changes(installation, wanted, also_defaults=also_defaults),
            seen=request.form.get("seen", ""),
            audit=context.audit("settings.change"),
        )
    except ChangedMeanwhile:
        return {
            "": _(
                "Någon annan har ändrat inställningarna sedan du öppnade sidan. Ditt är inte sparat. "
                "Spara igen om det ska gälla."
            )
        }
    except SettingsFault as error:
        return faults_of(error.problems)
    except ConfigurationError as error:
        logger.warning("settings: not changed: %s", log_lines.told(error))
        return {"": _("Filen går inte att ändra härifrån. Inget är ändrat. Ändra i filen utkik.toml.")}
    return {}


def _try_mail() -> Answer:
    fresh = context.surroundings().current.installation().of(context.municipality_key())  # with what was just kept
    coordinator = fresh.municipality.coordinator
    try:
        send_trial(fresh, coordinator.email, coordinator.role, now=context.now())
    except DeliveryError as error:
        logger.warning("trial letter: %s", log_lines.told(error))
        return _mail_page({"": fault_in_words(error, fresh.settings.mail.transport)}), 422
    except ConfigurationError:
        return _mail_page({"mail_host": _("Fyll i det här.")}), 422
    if fresh.settings.mail.transport == "folder":
        flash(_("Provbrevet ligger i mappen %(path)s.") % {"path": fresh.settings.outbox})
    else:
        flash(
            _("E-postservern tog emot provbrevet till %(email)s. Se efter att det kom fram.")
            % {"email": coordinator.email}
        )
    return redirect(url_for("setup.mail"), 303)


def _unit_changes() -> list[Change]:
    now = read_organisation(context.installation()).values.get("units", {})
    changes: list[Change] = []
    for key, values in now.items():
        if request.form.get(f"{key}_gone") == "yes":
            changes.append((("units", key), REMOVED))
            continue
        form = unit_form(values)
        email = request.form.get(f"{key}_contact_email", form.contact.email).strip()
        role = form.contact.role or _("kontaktperson för %(unit)s") % {"unit": form.name}
        contact = replace(form.contact, role=role, email=email) if email else PersonForm()
        name = request.form.get(f"{key}_name", form.name).strip()
        changes += unit_changes(key, values, replace(form, name=name, contact=contact))
    if now and len([change for change in changes if change[1] is REMOVED and len(change[0]) == 2]) == len(now):
        raise FormRefused({"": _("Minst en enhet måste vara kvar.")})
    return changes


def _units_page(faults: dict[str, str]) -> str:
    file = read_organisation(context.installation())
    rows = [(key, unit_form(values)) for key, values in file.values.get("units", {}).items()]
    typed = {
        key: (
            request.form.get(f"{key}_name", form.name),
            request.form.get(f"{key}_contact_email", form.contact.email),
            request.form.get(f"{key}_gone") == "yes",
        )
        for key, form in rows
    }
    fields = {f"{key}_{name}" for key, _form in rows for name in ("name", "contact_email")}
    general = [told for name, told in faults.items() if name not in fields]
    return step_page(
        "units", "units", rows=rows, typed=typed, faults=faults, general=general, seen=version_of(file.text)
    )


def _mail_page(faults: dict[str, str]) -> str:
    settings = context.surroundings().current.installation().settings.mail
    values = {name: request.form.get(name, str(getattr(settings, name))) for name in MAIL}
    return step_page(
        "mail",
        "mail",
        values=values,
        has_password=bool(settings.password.get_secret_value()),
        fixed={place[-1] for place in set_by_environment() if place[0] == "mail"},
        faults=faults,
        **_settings_at_hand(faults, ("mail_host", "mail_port")),
    )


def _address_page(faults: dict[str, str]) -> str:
    installation = context.installation()
    written = settings_file(installation).values.get("web", {}).get("address", installation.settings.web.address)
    value = request.form.get("address", str(written))
    waits = set_up.is_waiting(installation.settings.home)
    return step_page(
        "address", "address", value=value, waits=waits, faults=faults, **_settings_at_hand(faults, ("web_address",))
    )


def _settings_at_hand(faults: dict[str, str], shown: tuple[str, ...]) -> dict[str, Any]:
    general = [told for name, told in faults.items() if not name.startswith(shown)]
    return {"general": general, "seen": settings_version(context.installation())}
