"""The first start: the link that opens it, choosing the municipality, and the coordinator's account."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from pipeline import set_up
from pipeline.areas import area_names
from pipeline.installation import Installation
from pipeline.municipality import MunicipalityFault, municipality_file, parse_municipality
from pipeline.municipality_list import find_listed, listed_municipalities, nearest_listed
from pipeline.organisation_edit import check_organisation, organisation_file
from pipeline.organisation_form import faults_of
from pipeline.passwords import password_digest, password_fault
from pipeline.settings import FILE_NAME
from pipeline.settings_edit import is_written
from pipeline.toml_edit import edit_toml, rewrite_toml
from store.accounts import add_account, list_accounts
from store.audit import note
from store.errors import ConfigurationError
from store.types import Account
from web import context
from web.access import Role, open_to_all
from web.language import N_, _
from web.views.login import begin

page = Blueprint("setup", __name__)

HOLDER = "set-up"  # in the browser's session
STEPS = (
    ("municipality", N_("Kommun")),
    ("account", N_("Samordnare")),
    ("units", N_("Enheter och kontaktpersoner")),
    ("mail", N_("E-post")),
    ("address", N_("Sidans adress")),
)
Answer = Response | str | tuple[str, int]


@page.get("/kom-igang")
@open_to_all
def show() -> Answer:
    """Lead to the step that comes next, or tell how the set-up is opened."""
    if not may_set_up():
        return closed()
    done = steps_done(context.installation())
    following = next((name for name, _label in STEPS if name not in done), "finish")
    return redirect(url_for(f"setup.{following}"))


@page.get("/kom-igang/nyckel/<token>")
@open_to_all
def key(token: str) -> Answer:
    """Show what the set-up is, with the button that uses the link up: looking changes nothing."""
    if not set_up.is_good(context.whole().settings.home, token) or _has_account():
        return render_template("setup/closed.html", used=True), 410
    return render_template("setup/key.html", token=token, steps=STEPS)


@page.post("/kom-igang/nyckel/<token>")
@open_to_all
def use_key(token: str) -> Answer:
    """Open the set-up for this browser alone."""
    home = context.whole().settings.home
    holder = None if _has_account() else set_up.open_set_up(home, token)
    if holder is None:
        return render_template("setup/closed.html", used=True), 410
    session[HOLDER] = holder
    return redirect(url_for("setup.show"), 303)


@page.get("/kom-igang/kommun")
@open_to_all
def municipality() -> Answer:
    """Show the choice of municipality."""
    return _municipality_page() if may_set_up() else closed()


@page.post("/kom-igang/kommun")
@open_to_all
def choose_municipality() -> Answer:
    """Write the municipality's file, with the organisation that is usual until it is corrected."""
    if not may_set_up():
        return closed()
    name, installation = request.form.get("municipality", "").strip(), context.installation()
    listed = find_listed(name)
    if listed is None:
        near = nearest_listed(name)
        told = _("Menade du %(near)s?") % {"near": near} if near else _("Skriv en av Sveriges 290 kommuner.")
        return _municipality_page(told, name), 422
    path = Path(installation.settings.municipality_place)
    if path.exists() and not set_up.is_waiting(installation.settings.home):
        abort(409)  # an organisation that is in use is not written over
    if not path.exists() or find_listed(context.municipality().short) != listed:
        text = municipality_file(listed.key).text
        rewrite_toml(path, lambda _before: text, check=lambda file: parse_municipality(file, area_names()))
    return on_from("municipality")


@page.get("/kom-igang/samordnare")
@open_to_all
def account() -> Answer:
    """Show the form of the coordinator's account."""
    if not may_set_up():
        return closed()
    if _has_account() or "municipality" not in steps_done(context.installation()):
        return redirect(url_for("setup.show"))
    return _account_page()


@page.post("/kom-igang/samordnare")
@open_to_all
def make_account() -> Answer:
    """Make the coordinator's account, name the coordinator in the file, and log in."""
    if not may_set_up() or _has_account():
        return closed()
    if "municipality" not in steps_done(context.installation()):
        return redirect(url_for("setup.show"), 303)
    role, email = request.form.get("role", "").strip(), request.form.get("email", "").strip().lower()
    password = request.form.get("password", "")
    faults = _account_faults(role, email, password, request.form.get("again", ""))
    if faults:
        return _account_page(faults), 422
    made = Account(
        id=uuid.uuid4().hex,
        name=email,
        role=Role.COORDINATOR,
        created_at=context.now(),
        password=password_digest(password),
    )
    with context.store().session(durable=True) as database:
        if list_accounts(database):  # another browser was first
            abort(409)
        add_account(database, made)
        begin(database, made, "password")
        note(database, context.audit("account.add", subject=made.id, detail=made.role.value))
    flash(_("Kontot finns, och du är inloggad. Resten går att göra nu eller senare."))
    return on_from("account")


def _has_account() -> bool:
    with context.store().reading() as database:
        return bool(list_accounts(database))


def may_set_up() -> bool:
    """Tell whether this browser opened the set-up, or has the coordinator logged in."""
    if (known := context.account_or_none()) is not None:
        return known.role is Role.COORDINATOR and context.sees_all()
    return set_up.holds(context.whole().settings.home, session.get(HOLDER)) and not _has_account()


def closed() -> Answer:
    """Answer one who may not: by the login once somebody has an account, else by telling of the link."""
    if context.account_or_none() is None and _has_account():
        return redirect(url_for("login.show", next=url_for("setup.show")))
    return render_template("setup/closed.html", used=False), 410


def on_from(step: str) -> Response:
    """Go on to the step after this one."""
    names = [name for name, _label in STEPS]
    following = names[names.index(step) + 1 :][:1] or ["finish"]
    return redirect(url_for(f"setup.{following[0]}"), 303)


def steps_done(installation: Installation) -> set[str]:
    """Return the steps that are done, as files and store say: a set-up that was left is gone on with."""
    known = Path(installation.settings.municipality_place).is_file() or bool(installation.settings.municipality)
    done = {"municipality"} if known else set()
    done |= {"account"} if _has_account() else set()
    done |= {"units"} if known and any(unit.contact for unit in installation.municipality.units.values()) else set()
    done |= {"mail"} if is_written(installation, ("mail", "transport")) else set()
    return done | ({"address"} if is_written(installation, ("web", "address")) else set())


def step_page(template: str, step: str, **values: Any) -> str:
    """Return the page of a step, with all steps beside it."""
    done = steps_done(context.installation())
    return render_template(f"setup/{template}.html", steps=STEPS, done=done, step=step, **values)


def _municipality_page(fault: str = "", typed: str = "") -> str:
    installation = context.installation()
    chosen = Path(installation.settings.municipality_place).exists()
    names = [row.short for row in listed_municipalities().values()]
    typed = typed or (installation.municipality.short if chosen else "")
    fixed = chosen and not set_up.is_waiting(installation.settings.home)
    return step_page("municipality", "municipality", names=names, typed=typed, fault=fault, fixed=fixed)


def _account_page(faults: dict[str, str] | None = None) -> str:
    usual = context.municipality().coordinator.role
    return step_page(
        "account",
        "account",
        role=request.form.get("role", usual),
        email=request.form.get("email", ""),
        faults=faults or {},
    )


def _account_faults(role: str, email: str, password: str, again: str) -> dict[str, str]:
    faults = {}
    if told := password_fault(password, email):
        faults["password"] = told
    elif password != again:
        faults["again"] = _("Lösenorden är inte lika.")
    changes = [(("coordinator", "role"), role), (("coordinator", "email"), email)]
    return faults | _written(lambda: None if faults else _name_coordinator(changes), changes)


def _name_coordinator(changes: list[Any]) -> None:
    edit_toml(organisation_file(context.installation()), changes, check=check_organisation)


def _written(write: Callable[[], None], changes: list[Any]) -> dict[str, str]:
    """Return what is wrong with role or address; they are written only when the password will do too."""
    if not all(value for _place, value in changes):
        return {str(place[-1]): _("Fyll i det här.") for place, value in changes if not value}
    try:
        write()
    except MunicipalityFault as error:
        found = faults_of(error.problems, ("coordinator",))
        return found if {"role", "email"} & set(found) else {"email": _("Kommunens fil går inte att använda.")}
    except ConfigurationError:
        return {"email": _("Kommunens fil går inte att skriva. Kontrollera rättigheterna till %s.") % FILE_NAME}
    return {}
