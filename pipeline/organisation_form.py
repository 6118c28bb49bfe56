"""What a form about the organisation says, as changes in the municipality's file; and faults back to its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.municipality_errors import Problem
from pipeline.toml_change import REMOVED, Change, inline
from pipeline.toml_file import Place
from pipeline.wording import upper_first

NOT_A_DAY = "Ska vara en dag, som 2026-07-01."
NOT_A_NUMBER = "Ska vara ett tal."
_PLAIN = str.maketrans({"å": "a", "ä": "a", "ö": "o", "é": "e", "ü": "u"})
_LEAD = re.compile(r"^'[^']*'(?: i \S+)? ")


class FormRefused(Exception):  # not an error of the tree: the form is shown again
    """A form that will not do: `faults` are the Swedish sentences, by field; "" is the form as a whole."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(f"fields: {', '.join(faults)}")
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class PersonForm:
    """A person as it was typed; nothing typed is nobody."""

    role: str = ""
    email: str = ""
    away: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nobody is named."""
        return not self.role and not self.email

    def values(self, name: str) -> dict[str, Any]:
        """Return what the file is to say; raises FormRefused on what is no day."""
        away = [
            {"from": day(begins, f"{name}_away"), "until": day(until, f"{name}_away")} for begins, until in self.away
        ]
        return {"role": self.role, "email": self.email} | ({"away": away} if away else {})


@dataclass(frozen=True, slots=True)
class UnitForm:
    """A unit as it was typed."""

    name: str = ""
    kind: str = "administration"
    committee: str = ""
    areas: tuple[str, ...] = ()
    contact: PersonForm = field(default_factory=PersonForm)
    deputy: PersonForm = field(default_factory=PersonForm)

    def values(self) -> dict[str, Any]:
        """Return what the file is to say of a new unit."""
        values: dict[str, Any] = {"name": self.name, "kind": self.kind}
        values |= {"committee": self.committee} if self.committee else {}
        values["areas"] = list(self.areas)
        for name, person in (("contact", self.contact), ("deputy", self.deputy)):
            if not person.is_empty:
                values[name] = inline(person.values(name))
        return values


def unit_form(values: Mapping[str, Any]) -> UnitForm:
    """Return the form that says what the file says of a unit."""
    return UnitForm(
        name=str(values.get("name", "")),
        kind=str(values.get("kind", "")),
        committee=str(values.get("committee", "")),
        areas=tuple(values.get("areas", ())),
        contact=person_form(values.get("contact")),
        deputy=person_form(values.get("deputy")),
    )


def person_form(values: Mapping[str, Any] | None) -> PersonForm:
    """Return the form that says what the file says of a person."""
    if not values:
        return PersonForm()
    away = tuple((str(one["from"]), str(one["until"])) for one in values.get("away", ()))
    return PersonForm(str(values.get("role", "")), str(values.get("email", "")), away)


def unit_changes(key: str, now: Mapping[str, Any], form: UnitForm) -> list[Change]:
    """Return what is to change in the file so that it says what the form does."""
    place: Place = ("units", key)
    changes: list[Change] = []
    for name in ("name", "kind", "committee"):
        changes += text_changes((*place, name), now.get(name), getattr(form, name), required=name != "committee")
    if list(now.get("areas", ())) != list(form.areas):
        changes.append(((*place, "areas"), list(form.areas)))
    for name, person in (("contact", form.contact), ("deputy", form.deputy)):
        changes += person_changes((*place, name), now.get(name), person, name)
    return changes


def coordinator_changes(now: Mapping[str, Any], form: PersonForm, deputy: PersonForm, *, summary: bool) -> list[Change]:
    """Return what is to change so that the coordinator and the deputy are these; there is always a coordinator."""
    if form.is_empty:
        raise FormRefused({"coordinator_role": "Fyll i det här.", "coordinator_email": "Fyll i det här."})
    changes = person_changes(("coordinator",), now, form)
    changes += person_changes(("coordinator", "deputy"), now.get("deputy"), deputy)
    return changes + ([(("coordinator", "summary"), summary)] if summary != now.get("summary", False) else [])


def person_changes(place: Place, now: Mapping[str, Any] | None, form: PersonForm, name: str = "") -> list[Change]:
    """Return what is to change so that the place names the person, or nobody; `name` begins its fields' names."""
    if form.is_empty:
        return [(place, REMOVED)] if now else []
    values = form.values(name or "_".join(map(str, place)))
    if not now:
        return [(place, inline(values))]
    changes = [((*place, name), values[name]) for name in ("role", "email") if now.get(name) != values[name]]
    if values.get("away", []) != now.get("away", []):
        changes.append(((*place, "away"), values.get("away", REMOVED)))
    return changes


def text_changes(place: Place, now: Any, wanted: str, *, required: bool) -> list[Change]:
    """Return the change of a text; one that may be left out is taken away when it is empty."""
    if (now or "") == wanted:
        return []
    return [(place, wanted if wanted or required else REMOVED)]


def number_changes(
    values: Mapping[str, Any], table: str, form: Mapping[str, str], defaults: Mapping[str, Any]
) -> list[Change]:
    """Return the changes of a table of numbers; raises FormRefused on what is none."""
    now = values.get(table, {})
    changes: list[Change] = []
    for name, default in defaults.items():
        wanted = number(form.get(name, ""), name, whole=isinstance(default, int))
        if wanted != now.get(name, default):
            changes.append(((table, name), wanted))
    return changes


def town_changes(now: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Return what is to change so that the file has these twin towns; those that stay keep their comments."""
    if not now and rows:
        return [(("twin_towns",), [dict(row) for row in rows])]
    changes: list[Change] = []
    for number, row in enumerate(rows):
        if number >= len(now):
            changes.append((("twin_towns", number), dict(row)))
            continue
        changes += [
            (("twin_towns", number, name), row.get(name, REMOVED))
            for name in ("name", "country", "also")
            if row.get(name) != now[number].get(name)
        ]
    return changes + [(("twin_towns", number), REMOVED) for number in reversed(range(len(rows), len(now)))]


def day(text: str, name: str) -> date:
    """Return the day that was typed; raises FormRefused."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FormRefused({name: NOT_A_DAY}) from None


def number(text: str, name: str, *, whole: bool) -> int | float:
    """Return the number that was typed, with a comma too; raises FormRefused."""
    try:
        return int(text) if whole else float(text.replace(",", "."))
    except ValueError:
        raise FormRefused({name: NOT_A_NUMBER}) from None


def new_key(name: str, taken: Sequence[str]) -> str:
    """Return a key for a new unit: its name in small plain letters, numbered when that is taken."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower().translate(_PLAIN)).strip("-")
    key = plain if plain[:1].isalpha() else f"enhet-{plain}".strip("-")
    number = 2
    while key in taken:
        key, number = f"{key.rstrip('0123456789').rstrip('-')}-{number}", number + 1
    return key


def faults_of(problems: Sequence[Problem], base: Place = ()) -> dict[str, str]:
    """Return the sentence for each field of a form about the place; what is elsewhere in the file is under ""."""
    faults: dict[str, str] = {}
    for place, sentence in problems:
        inside = place[: len(base)] == base and len(place) > len(base)
        name = _field(place[len(base) :]) if inside else ""
        faults.setdefault(name, told(sentence) if inside else f"{upper_first(sentence)}.")
    return faults


def _field(place: Place) -> str:
    """Return the name of the form's field for a place: every day of an absence is in the one field of absences."""
    words = [part for part in place if isinstance(part, str)]
    end = words.index("away") + 1 if "away" in words else len(words)
    return "_".join(words[:end])


def told(sentence: str) -> str:
    """Return a fault's sentence for one who sees the field and not the file."""
    if sentence.startswith("fältet "):
        return "Fyll i det här."
    return f"{upper_first(_LEAD.sub('', sentence))}."
