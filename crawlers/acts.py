"""EU acts as CELLAR describes them: which rows are acts, and what becomes of one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from crawlers.sparql import (
    AUTHOR,
    ELI,
    END_OF_VALIDITY,
    ENGLISH,
    ENTRY_INTO_FORCE,
    IN_FORCE,
    PROCEDURE,
    RELATIONS,
    SWEDISH,
    TRANSPOSITION,
    Cell,
)
from crawlers.text import plain_title
from store.errors import ChangedSource
from store.types import Concept, Deadline, Item, Kind, Reference

# 32023D2454(02) is an act of its own, 32023R2854R(01) a correction of another.
_CELEX = re.compile(r"[0-9A-Z]\d{4}[A-Z]{1,2}[0-9A-Z]+(\(\d+\))?(R\(\d+\))?")
_CORRECTION = re.compile(r"R\(\d+\)$")
_COMMISSION_NUMBER = re.compile(r"5(\d{4})(PC|DC|SC|JC)(\d{4})")
_SERIES = {"PC": "COM", "DC": "COM", "SC": "SWD", "JC": "JOIN"}
_KINDS = {"3": Kind.LEGAL_ACT, "5": Kind.PROPOSAL}
# CELLAR writes 9999-12-31 for "until further notice" and 1001-01-01 for "not known".
_SENTINELS = {date(9999, 12, 31), date(1001, 1, 1)}

_LONGEST_TITLE = 4_000  # characters; a legal title is one sentence, however long, and is searched whole

Facts = Mapping[str, Collection[Cell]]  # property -> its values
Labels = Mapping[str, Mapping[str, str]]  # EuroVoc number -> language -> label


@dataclass(slots=True)
class Act:
    """What the first question tells of an act; old versions of its record may give several types."""

    celex: str
    day: date
    types: set[str] = field(default_factory=set)

    @property
    def type(self) -> str:
        """The most exact of its types: REG_IMPL before REG, anything before OTHER."""
        return max(self.types, key=lambda name: (name != "OTHER", len(name), name), default="")


def windows(first: date, last: date, days: int) -> list[tuple[date, date]]:
    """Return the days from `first` to `last` in stretches of at most `days`."""
    starts = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, days)]
    return [(start, min(start + timedelta(days=days - 1), last)) for start in starts]


def read_acts(
    rows: Iterable[Mapping[str, Cell]], sector: str, first: date, last: date, *, source: str, part: str
) -> tuple[list[Act], list[str]]:
    """Return the acts of an answer, one per CELEX and without corrections, and the CELEX numbers not understood.

    Raises ChangedSource when a row lies outside what was asked: then the question was not heeded, and everything
    else in the answer is as doubtful.
    """
    acts: dict[str, Act] = {}
    odd: list[str] = []
    for row in rows:
        celex, day = _value(row, "celex"), _day(_value(row, "date"))
        if not _CELEX.fullmatch(celex) or day is None:
            odd.append(celex)
            continue
        if celex[0] != sector or not first <= day <= last:
            message = f"asked for sector {sector}, {first} to {last}; got {celex} of {day}"
            raise ChangedSource(message, source=source, part=part)
        if _CORRECTION.search(celex):
            continue
        act = acts.setdefault(celex, Act(celex, day))
        act.day = max(act.day, day)
        if "type" in row:
            act.types.add(row["type"].value.rsplit("/", 1)[-1])
    return list(acts.values()), odd


def read_facts(rows: Iterable[Mapping[str, Cell]]) -> dict[str, dict[str, set[Cell]]]:
    """Return CELEX -> property -> values."""
    facts: dict[str, dict[str, set[Cell]]] = {}
    for row in rows:
        if {"celex", "property", "value"} <= row.keys():
            properties = facts.setdefault(row["celex"].value, {})
            properties.setdefault(row["property"].value, set()).add(row["value"])
    return facts


def read_concepts(rows: Iterable[Mapping[str, Cell]]) -> dict[str, dict[str, dict[str, str]]]:
    """Return CELEX -> EuroVoc number -> language -> label."""
    concepts: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows:
        if {"celex", "concept"} <= row.keys():
            number = row["concept"].value.rsplit("/", 1)[-1]
            labels = concepts.setdefault(row["celex"].value, {}).setdefault(number, {})
            if "label" in row:
                labels[row["label"].language] = plain_title(row["label"].value)
    return concepts


def act_item(act: Act, facts: Facts, labels: Labels, *, source: str, publisher: str) -> Item:
    """Return the item of an act, under its Swedish title where there is one."""
    swedish, english = title_of(facts, SWEDISH), title_of(facts, ENGLISH)
    numbers = sorted(labels, key=lambda number: (len(number), number))
    law = act.celex[0] == "3"
    return Item(
        source=source,
        key=act.celex,
        kind=_KINDS[act.celex[0]],
        # An act can be registered before its titles are, and be read again later.
        title=swedish or english or f"EU-dokument {act.celex} (titel saknas ännu)",
        url=f"https://eur-lex.europa.eu/legal-content/SV/TXT/?uri=CELEX:{quote(act.celex, safe='')}",
        text=english if swedish and english != swedish else "",
        language="sv" if swedish else "en" if english else "",
        published=act.day,
        # Not "in_force" when that day comes: a changed status is told to readers again, and nothing would be new.
        status="adopted" if law else "",
        publisher=_authors(facts) or publisher,
        deadlines=tuple(Deadline(day, "transposition") for day in _days(facts, TRANSPOSITION)),
        concepts=tuple(Concept("eurovoc", n, labels[n].get("sv") or labels[n].get("en", "")) for n in numbers),
        references=references(act.celex, facts),
        meta=_meta(act, facts, english if swedish else "", [labels[n]["en"] for n in numbers if labels[n].get("en")]),
    )


def references(celex: str, facts: Facts) -> tuple[Reference, ...]:
    """Return what an act is called and which others it names.

    A procedure is mentioned, not its own number: proposal, impact assessment and adopted act share it.
    """
    found = [Reference("celex", celex, "is")]
    number = _COMMISSION_NUMBER.match(celex)
    if number:
        year, series, serial = number.groups()
        found.append(Reference("com", f"{_SERIES[series]}({year}) {int(serial)}", "is"))
    # "2025/0281/COD" in CELLAR; everybody else writes 2025/0281(COD).
    procedures = [re.sub(r"^(\d{4}/\d+)/([A-Z]+)$", r"\1(\2)", written) for written in _values(facts, PROCEDURE)]
    found += [Reference("procedure", procedure, "mentions") for procedure in procedures]
    for name, relation in RELATIONS.items():
        found += [Reference("celex", other, relation) for other in _values(facts, name) if other != celex]
    return tuple(found)


def _meta(act: Act, facts: Facts, title_en: str, eurovoc_en: list[str]) -> dict[str, Any]:
    in_force = _values(facts, IN_FORCE)
    meta: dict[str, Any] = {
        "type": act.type,
        "title_en": title_en,
        "eurovoc_en": eurovoc_en,
        "entry_into_force": [day.isoformat() for day in _days(facts, ENTRY_INTO_FORCE)],
        "end_of_validity": [day.isoformat() for day in _days(facts, END_OF_VALIDITY)],
        "in_force": bool({"true", "1"} & set(in_force)) if in_force else None,  # both spellings occur
        "eli": next(iter(_values(facts, ELI)), ""),
    }
    return {name: value for name, value in meta.items() if value not in ("", None, [])}


def title_of(facts: Facts, *languages: str) -> str:
    """Return the title in the first of the languages that has one, "" when none has."""
    for language in languages:
        # An act with several records can carry its title twice; the longest is the whole one.
        titles = {plain_title(title, _LONGEST_TITLE) for title in _values(facts, language)}
        if longest := max(titles, key=lambda title: (len(title), title), default=""):
            return longest
    return ""


def _authors(facts: Facts) -> str:
    cells = facts.get(AUTHOR, ())
    language = "sv" if any(cell.language == "sv" for cell in cells) else "en"
    return ", ".join(sorted({plain_title(cell.value) for cell in cells if cell.language == language}))


def _values(facts: Facts, name: str) -> list[str]:
    return sorted({cell.value for cell in facts.get(name, ())})


def _days(facts: Facts, name: str) -> list[date]:
    days = {_day(value) for value in _values(facts, name)}
    return sorted(day for day in days if day is not None and day not in _SENTINELS)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def read_day(row: Mapping[str, Cell], name: str) -> date | None:
    """Return the day of a cell, None when there is none that means anything."""
    day = _day(_value(row, name))
    return None if day in _SENTINELS else day


def _value(row: Mapping[str, Cell], name: str) -> str:
    return row[name].value.strip() if name in row else ""
