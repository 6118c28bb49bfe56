"""The forms that change the organisation: a unit, the coordinator and the thresholds, the twin towns."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from crawlers import log_lines
from pipeline.areas import area_names
from pipeline.municipality import MunicipalityFault, Thresholds
from pipeline.organisation import KINDS, heirs
from pipeline.organisation_edit import change_organisation, read_organisation
from pipeline.organisation_form import (
    FormRefused,
    PersonForm,
    UnitForm,
    coordinator_changes,
    faults_of,
    new_key,
    number_changes,
    person_form,
    town_changes,
    unit_changes,
    unit_form,
)
from pipeline.toml_edit import REMOVED, Change, ChangedMeanwhile, version_of
from pipeline.toml_file import Place, TomlFile
from store.errors import ConfigurationError
from web import context
from web.access import Role, needs
from web.language import _
from web.views.organisation import page

logger = logging.getLogger(__name__)

__all__ = ["page", "save"]

DEFAULTS = Thresholds().model_dump()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form was not taken: sentences by field, those of no field under "", and the status of the answer."""

    faults: dict[str, str]
    status: int


Answer = Response | tuple[str, int]


@page.get("/organisation/enhet/<unit>")
@needs(Role.COORDINATOR)
def unit(unit: str) -> str:
    """Show the form of a unit."""
    file = _file()
    return _unit_page(file, unit, unit_form(_unit_values(file, unit)))


@page.post("/organisation/enhet/<unit>")
@needs(Role.COORDINATOR)
def save_unit(unit: str) -> Answer:
    """Change a unit."""
    file, form = _file(), read_unit()
    values = _unit_values(file, unit)
    refused = save(lambda: unit_changes(unit, values, form), f"ändrade {form.name}", unit, base=("units", unit))
    return (_unit_page(file, unit, form, refused), refused.status) if refused else _done()


@page.get("/organisation/ny")
@needs(Role.COORDINATOR)
def new_unit() -> str:
    """Show the form of a new unit."""
    return _unit_page(_file(), "", UnitForm())


@page.post("/organisation/ny")
@needs(Role.COORDINATOR)
def add_unit() -> Answer:
    """Add a unit; its key is made of its name."""
    file, form = _file(), read_unit()
    key = new_key(form.name, list(file.values.get("units", {})))
    refused = save(lambda: [(("units", key), form.values())], f"lade till {form.name}", key, base=("units", key))
    return (_unit_page(file, "", form, refused), refused.status) if refused else _done()


@page.get("/organisation/enhet/<unit>/bort")
@needs(Role.COORDINATOR)
def leave_unit(unit: str) -> str:
    """Show what happens if the unit is taken away."""
    return _removal_page(unit)


@page.post("/organisation/enhet/<unit>/bort")
@needs(Role.COORDINATOR)
def remove_unit(unit: str) -> Answer:
    """Take the unit away; what concerned it goes to others that answer for the same, else to the coordinator."""
    name = _unit_values(_file(), unit).get("name", unit)
    refused = save(lambda: [(("units", unit), REMOVED)], f"tog bort {name}", unit)
    return (_removal_page(unit, refused), refused.status) if refused else _done()


@page.get("/organisation/samordnare")
@needs(Role.COORDINATOR)
def coordinator() -> str:
    """Show the form of the coordinator and of the thresholds."""
    values = _file().values.get("coordinator", {})
    people = person_form(values), person_form(values.get("deputy"))
    return _coordinator_page(*people, summary=bool(values.get("summary")))


@page.post("/organisation/samordnare")
@needs(Role.COORDINATOR)
def save_coordinator() -> Answer:
    """Change the coordinator and the thresholds."""
    values = _file().values
    people = read_person("coordinator"), read_person("coordinator_deputy")
    summary = request.form.get("summary") == "yes"
    numbers = {name: request.form.get(f"thresholds_{name}", "") for name in DEFAULTS}

    def changes() -> list[Change]:
        found = coordinator_changes(values.get("coordinator", {}), *people, summary=summary)
        return found + number_changes(values, "thresholds", numbers, DEFAULTS)

    refused = save(changes, "ändrade samordnare eller trösklar", "coordinator")
    return (_coordinator_page(*people, summary=summary, refused=refused), refused.status) if refused else _done()


@page.get("/organisation/vanorter")
@needs(Role.COORDINATOR)
def towns() -> str:
    """Show the form of the twin towns."""
    return _towns_page([dict(town) for town in _file().values.get("twin_towns", [])])


@page.post("/organisation/vanorter")
@needs(Role.COORDINATOR)
def save_towns() -> Answer:
    """Change the twin towns; a row without a name is none."""
    rows = read_towns()
    now = _file().values.get("twin_towns", [])
    refused = save(lambda: town_changes(now, rows), "ändrade vänorterna", "twin_towns", base=("twin_towns",))
    return (_towns_page(rows, refused), refused.status) if refused else _done()


def save(
    changes: Callable[[], list[Change]], what: str, subject: str, *, base: Place = (), seen: str | None = None
) -> Refused | None:
    """Change the file as the form says; what stands in the way is returned, None when it is done."""
    try:
        done = change_organisation(
            context.installation(),
            changes(),
            seen=request.form.get("seen", "") if seen is None else seen,
            what=what,
            audit=context.audit("organisation.change", subject=subject),
        )
    except FormRefused as error:
        return Refused(error.faults, 422)
    except ChangedMeanwhile:
        told = _(
            "Någon annan har ändrat i filen sedan du öppnade sidan. Ditt är inte sparat. "
            "Se i historiken vad som har ändrats, och spara igen om ditt ska gälla."
        )
        return Refused({"": told}, 409)
    except MunicipalityFault as error:
        return Refused(faults_of(error.problems, base), 422)
    except ConfigurationError as error:
        logger.warning("organisation: not changed: %s", log_lines.told(error))
        return Refused(
            {"": _("Filen går inte att ändra härifrån. Inget är ändrat. Ändra i filen municipality.toml.")}, 422
        )
    flash(_("Sparat. Det gäller från och med nu.") if done else _("Inget var ändrat."))
    return None


def read_unit() -> UnitForm:
    """Return the unit that the form describes."""
    return UnitForm(
        name=request.form.get("name", "").strip(),
        kind=request.form.get("kind", ""),
        committee=request.form.get("committee", "").strip(),
        areas=tuple(area for area in area_names() if area in request.form.getlist("areas")),
        contact=read_person("contact"),
        deputy=read_person("deputy"),
    )


def read_person(name: str) -> PersonForm:
    """Return the person that the form describes under the name."""
    days = zip(request.form.getlist(f"{name}_from"), request.form.getlist(f"{name}_until"), strict=False)
    return PersonForm(
        role=request.form.get(f"{name}_role", "").strip(),
        email=request.form.get(f"{name}_email", "").strip(),
        away=tuple((begins.strip(), until.strip()) for begins, until in days if begins.strip() or until.strip()),
    )


def read_towns() -> list[dict[str, Any]]:
    """Return the twin towns of the form."""
    fields = (request.form.getlist(name) for name in ("name", "country", "also"))
    rows = []
    for name, country, also in zip(*fields, strict=False):
        spellings = [word.strip() for word in also.split(",") if word.strip()]
        row = {"name": name.strip(), "country": country.strip(), "also": spellings}
        rows.append({key: value for key, value in row.items() if value})
    return [row for row in rows if row]


def _file() -> TomlFile:
    try:
        return read_organisation(context.installation())
    except ConfigurationError:
        abort(404)


def _unit_values(file: TomlFile, unit: str) -> Mapping[str, Any]:
    values = file.values.get("units", {}).get(unit)
    if values is None:
        abort(404)
    return dict(values)


def _unit_page(file: TomlFile, unit: str, form: UnitForm, refused: Refused | None = None) -> str:
    return render_template(
        "organisation/unit.html",
        unit=unit,
        form=form,
        now=unit_form(file.values.get("units", {}).get(unit, {})) if refused and refused.status == 409 else None,
        kinds=KINDS,
        areas=area_names(),
        **_at_hand(file, refused, ("name", "kind", "committee", "areas", *_people("contact", "deputy"))),
    )


def _removal_page(unit: str, refused: Refused | None = None) -> str:
    file, municipality = _file(), context.municipality()
    _unit_values(file, unit)
    if unit not in municipality.units:
        abort(404)
    return render_template(
        "organisation/remove.html",
        unit=unit,
        name=municipality.unit_name(unit),
        heirs=heirs(municipality, unit),
        is_last=len(municipality.units) == 1,
        **_at_hand(file, refused, ()),
    )


def _coordinator_page(form: PersonForm, deputy: PersonForm, *, summary: bool, refused: Refused | None = None) -> str:
    file = _file()
    numbers = {f"thresholds_{name}": value for name, value in (DEFAULTS | file.values.get("thresholds", {})).items()}
    shown = _people("coordinator", "coordinator_deputy") + tuple(numbers)
    return render_template(
        "organisation/coordinator.html",
        form=form,
        deputy=deputy,
        summary=summary,
        numbers={name: request.form.get(name, value) for name, value in numbers.items()},
        **_at_hand(file, refused, shown),
    )


def _towns_page(rows: list[dict[str, Any]], refused: Refused | None = None) -> str:
    return render_template("organisation/towns.html", rows=[*rows, {}, {}], **_at_hand(_file(), refused, ("name",)))


def _people(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{field}" for name in names for field in ("role", "email", "away"))


def _at_hand(file: TomlFile, refused: Refused | None, shown: tuple[str, ...]) -> dict[str, Any]:
    """Return what every form shows: the version it saw, the faults at its fields, and those that have no field."""
    faults = refused.faults if refused else {}
    return {
        "seen": version_of(file.text),
        "faults": {name: told for name, told in faults.items() if name in shown},
        "general": [told for name, told in faults.items() if name not in shown],
    }


def _done() -> Response:
    return redirect(url_for("organisation.show"), 303)
