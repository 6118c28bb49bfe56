"""A municipality as its TOML file describes it: units, what they answer for, and who reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from pipeline.areas import area_names
from pipeline.identity_tables import Email, MailIdentity, PageIdentity
from pipeline.municipality_errors import Problem, problems_in
from pipeline.municipality_list import default_organisation, find_listed, nearest_listed
from pipeline.toml_file import TomlFile, parse_toml, read_toml
from store.errors import ConfigurationError

COORDINATOR = "_coordinator"  # the unit of items that nobody else answers for

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
UnitKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
Measure = Literal[
    "actions",
    "children_youth",
    "cofinancing",
    "contacts",
    "eu_decisions",
    "follow_up",
    "global",
    "residents",
    "working_group",
]
Flag = Literal["children_youth", "partnership"]  # those that have a section of their own in the digest


class MunicipalityFault(ConfigurationError):
    """The file does not describe a municipality; `problems` says where, each with its sentence."""

    def __init__(self, message: str, *, path: Path, line: int, problems: list[Problem]) -> None:
        super().__init__(message, path=path, line=line)
        self.problems = tuple(problems)


class Table(BaseModel):
    """A table of the file: frozen, and with no other fields than these."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Away(Table):
    """Days on which somebody does not read, the first and the last included."""

    begins: date = Field(alias="from")
    until: date

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Away:
        if self.until < self.begins:
            raise PydanticCustomError("away_order", "until before from")
        return self


class Person(Table):
    """Someone who reads, by role; names of persons are not kept."""

    role: Text
    email: Email
    away: tuple[Away, ...] = ()

    def is_away(self, today: date) -> bool:
        """Tell whether the person does not read on the day."""
        return self.away_until(today) is not None

    def away_until(self, today: date) -> date | None:
        """Return the last day of the absence that the day falls in, None when there is none."""
        return next((away.until for away in self.away if away.begins <= today <= away.until), None)


class Coordinator(Person):
    """Who triages, and reads what nobody else does."""

    deputy: Person | None = None
    summary: bool = False  # a letter every week on what was sent to whom, also when nothing needs a person


class Thresholds(Table):
    """What it takes to reach a reader: relevance and area are 0 to 1."""

    relevance: float = Field(default=0.5, ge=0, le=1)
    area: float = Field(default=0.4, ge=0, le=1)
    per_digest: int = Field(default=25, ge=1, le=100)
    explore: int = Field(default=4, ge=0, le=20)  # items a week below the threshold, for the coordinator alone


class TwinTown(Table):
    """A twin town or partner municipality: a text that names it is lifted."""

    name: Text
    country: str = ""
    also: tuple[Text, ...] = ()  # other spellings, as in the town's own language


class Network(Table):
    """A network of municipalities or cities that the municipality is a member of."""

    name: Text
    also: tuple[Text, ...] = ()  # its short name and what else it is called


class Goal(Table):
    """A goal of the municipality's policy, and which figures of the yearly follow-up show how it went."""

    text: Text
    measure: Measure | None = None


class Unit(Table):
    """An administration, company or joint body: what is routed to."""

    name: Text
    kind: Literal["administration", "company", "joint_body"]
    committee: str = ""
    areas: tuple[str, ...] = Field(min_length=1)
    contact: Person | None = None
    deputy: Person | None = None


class Project(Table):
    """A planned development or investment project, for which co-financing is to be tried."""

    key: UnitKey
    name: Text
    unit: UnitKey
    areas: tuple[str, ...] = Field(min_length=1)
    words: tuple[Text, ...] = ()  # what it is about: a call that names one of them is nearer
    begins: date | None = None
    ends: date | None = None
    budget: int | None = Field(default=None, ge=1)  # kronor
    note: str = ""


class Municipality(Table):
    """A municipality that is served."""

    name: Text
    short: Text
    code: Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
    population: int | None = Field(default=None, ge=1)
    domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
    coordinator: Coordinator
    thresholds: Thresholds = Thresholds()
    first: tuple[Flag, ...] = ("children_youth",)
    mail: MailIdentity = MailIdentity()
    page: PageIdentity = PageIdentity()
    twin_towns: tuple[TwinTown, ...] = ()
    goals: tuple[Goal, ...] = ()  # of its policy; left out, those that such policies usually have
    networks: tuple[Network, ...] = ()
    projects: tuple[Project, ...] = ()
    units: dict[UnitKey, Unit] = Field(min_length=1)

    @cached_property
    def key(self) -> str:
        """The municipality's name in the store: "mellerud"."""
        return self.short.lower().replace(" ", "-")

    def units_for(self, area: str) -> tuple[str, ...]:
        """Return the units that answer for an area, in the file's order."""
        return tuple(key for key, unit in self.units.items() if area in unit.areas)

    def unit_name(self, unit: str) -> str:
        """Return a unit's name for a reader."""
        return "Samordnaren" if unit == COORDINATOR else self.units[unit].name


def load_municipality(path: Path, area_keys: Collection[str] | None = None) -> Municipality:
    """Return the municipality of a file; raises ConfigurationError with line and advice."""
    return parse_municipality(read_toml(path), area_names() if area_keys is None else area_keys)


def parse_municipality(file: TomlFile, area_keys: Collection[str]) -> Municipality:
    """Return the municipality that a read file describes."""
    try:
        municipality = Municipality.model_validate(file.values)
    except ValidationError as error:
        raise _configuration_error(file, problems_in(error, Municipality)) from error
    if problems := [*_unknown_areas(municipality, area_keys), *_project_problems(municipality)]:
        raise _configuration_error(file, problems)
    return municipality


def check_municipality(municipality: Municipality, area_keys: Mapping[str, str] | None = None) -> list[str]:
    """Return what is allowed but worth knowing, as Swedish sentences."""
    names = area_names() if area_keys is None else area_keys
    warnings = [
        f"Ingen svarar för {name[:1].lower()}{name[1:]} ({area}): det går till samordnaren."
        for area, name in names.items()
        if not municipality.units_for(area)
    ]
    warnings += [
        f"{unit.name} saknar kontaktperson: det som rör den går till samordnaren."
        for unit in municipality.units.values()
        if unit.contact is None
    ]
    warnings += [
        f"{unit.name}: ersättaren har samma adress som kontaktpersonen och kan inte läsa i dess ställe."
        for unit in municipality.units.values()
        if unit.contact and unit.deputy and unit.contact.email == unit.deputy.email
    ]
    people = [unit.contact for unit in municipality.units.values() if unit.contact]
    roles = {person.email: person.role for person in reversed(people)}
    differing = {person.email for person in people if person.role != roles[person.email]}
    return warnings + [
        f"{email} har olika roller i filen: den får ett enda brev, som {roles[email]}." for email in sorted(differing)
    ]


def bundled_municipalities() -> dict[str, Path]:
    """Return the files that come with the program, by name."""
    with as_file(files("pipeline").joinpath("municipalities")) as folder:
        return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def find_municipality(name_or_path: str) -> Municipality:
    """Return the municipality of a name or a file; raises ConfigurationError."""
    return parse_municipality(municipality_file(name_or_path), area_names())


def municipality_file(name_or_path: str) -> TomlFile:
    """Return the file that a municipality is described by or starts from; raises ConfigurationError.

    A name is one of the bundled files, or any of Sweden's municipalities, which then has the usual organisation.
    """
    bundled = bundled_municipalities()
    listed = find_listed(name_or_path)
    name = listed.key if listed else name_or_path.strip().lower()
    if name in bundled:
        return read_toml(bundled[name])
    if listed:
        return parse_toml(Path(f"{listed.key}.toml"), default_organisation(listed))
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return read_toml(path)
    near = nearest_listed(name_or_path)
    advice = f"menade du '{near.lower()}'?" if near else "ange en av Sveriges kommuner, eller en fil (.toml)"
    raise ConfigurationError(f"okänd kommun '{name_or_path}', {advice}")


def _unknown_areas(municipality: Municipality, area_keys: Collection[str]) -> list[Problem]:
    places: list[tuple[tuple[str | int, ...], tuple[str, ...]]] = [
        *((("units", key, "areas"), unit.areas) for key, unit in municipality.units.items()),
        *((("projects", n, "areas"), project.areas) for n, project in enumerate(municipality.projects)),
    ]
    problems: list[Problem] = []
    for place, areas in places:
        for area in areas:
            if area not in area_keys:
                near = get_close_matches(area, area_keys, n=1, cutoff=0.5)
                advice = f"menade du '{near[0]}'?" if near else f"kända är {', '.join(area_keys)}"
                problems.append((place, f"okänt verksamhetsområde '{area}', {advice}"))
    return problems


def _project_problems(municipality: Municipality) -> list[Problem]:
    problems: list[Problem] = []
    keys = [project.key for project in municipality.projects]
    for number, project in enumerate(municipality.projects):
        if project.key in keys[:number]:
            problems.append(
                (("projects", number, "key"), f"två projekt heter '{project.key}'; ge ett av dem ett annat")
            )
        if project.unit not in municipality.units:
            known = ", ".join(municipality.units)
            problems.append((("projects", number, "unit"), f"okänd enhet '{project.unit}', kända är {known}"))
        if project.begins and project.ends and project.ends < project.begins:
            problems.append((("projects", number, "ends"), "projektet slutar innan det börjar"))
    return problems


def _configuration_error(file: TomlFile, problems: list[Problem]) -> MunicipalityFault:
    """Return one error that says everything that is wrong, the first in the file first."""
    placed = sorted((file.line_of(place) or 1, message) for place, message in problems)
    (line, first), *rest = placed
    message = "\n".join([first, *(f"rad {n}: {m}" for n, m in rest)])
    return MunicipalityFault(message, path=file.path, line=line, problems=problems)
