"""The figures of the yearly follow-up, each counted from rows by a rule that it carries with it.

A figure says in which table of `pipeline.annual_rows` its rows stand, which of them count and how, so that anybody can
count it again from the files that are written beside the report.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.annual_items import Row
from pipeline.annual_rows import REGIONS, Year
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.wording import MONTHS

Where = Mapping[str, tuple[str, ...]]
ITEM = ("kalla", "nyckel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: its number in the report, what it says, and how it comes from its rows."""

    number: int
    key: str
    words: str
    value: float
    rows: int  # how many count
    table: str
    where: Where = field(default_factory=dict)
    distinct: tuple[str, ...] = ()  # counted once for each value of these columns; () counts rows
    sums: str = ""  # the column that is added up instead


@dataclass(frozen=True, slots=True)
class Group:
    """A row of the report's table of committees and companies."""

    key: str
    name: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a year, found by key."""

    all: tuple[Figure, ...]
    groups: tuple[Group, ...]

    def __getitem__(self, key: str) -> Figure:
        return next(figure for figure in self.all if figure.key == key)

    def value(self, key: str) -> float:
        """Return the value of a figure, 0 of one that is not there."""
        return next((figure.value for figure in self.all if figure.key == key), 0)

    def under(self, beginning: str) -> list[Figure]:
        """Return the figures whose keys begin so, in their order."""
        return [figure for figure in self.all if figure.key.startswith(beginning)]


def counted_from(rows: Sequence[Row], where: Where, distinct: Sequence[str] = (), sums: str = "") -> tuple[float, int]:
    """Return the figure and how many rows it counts: the rule that every figure is made by."""
    chosen = [row for row in rows if all(str(row[column]) in values for column, values in where.items())]
    if sums:
        return _whole(math.fsum(row[sums] for row in chosen if row[sums] is not None)), len(chosen)
    if distinct:
        return len({tuple(row[column] for column in distinct) for row in chosen}), len(chosen)
    return len(chosen), len(chosen)


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value


def groups_of(municipality: Municipality, rows: Sequence[Row]) -> tuple[Group, ...]:
    """Return committees, then companies, then who is no longer in the file; the coordinator last."""
    groups: dict[str, Group] = {}
    for key, unit in municipality.units.items():
        is_committee = unit.kind == "administration" and bool(unit.committee)
        name = unit.committee if is_committee else unit.name
        known = groups.get(name, Group(key, name, ()))
        groups[name] = Group(known.key, name, (*known.units, key))
    companies = {key for key, unit in municipality.units.items() if unit.kind != "administration"}
    ordered = sorted(groups.values(), key=lambda group: group.units[0] in companies)
    gone = sorted({row["enhet"] for row in rows} - set(municipality.units) - {COORDINATOR})
    left = [Group(unit, f"{unit} (finns inte längre)", (unit,)) for unit in gone]
    return (*ordered, *left, Group(COORDINATOR, "Samordnaren", (COORDINATOR,)))


def figures_of(year: Year, municipality: Municipality) -> Figures:
    """Return every figure of the year, numbered in the order in which the report tells them."""
    found: list[Figure] = []

    def add(key: str, words: str, table: str, where: Where | None = None, **how: object) -> None:
        distinct, sums = how.get("distinct", ()), how.get("sums", "")
        value, rows = counted_from(year.tables[table], where or {}, distinct, sums)  # type: ignore[arg-type]
        found.append(
            Figure(number=len(found) + 1, key=key, words=words, value=value, rows=rows, table=table,
                   where=where or {}, distinct=distinct, sums=sums)  # type: ignore[arg-type]
        )  # fmt: skip

    groups = groups_of(municipality, [*year.tables["fordelat"], *year.tables["skickat"], *year.tables["atgarder"]])
    _whole_year(add, year)
    for group in groups:
        _of_group(add, group)
    _calls(add, year)
    _themes(add)
    _days(add)
    return Figures(tuple(found), groups)


Add = Callable[..., None]


ANSWERS = {
    "relevant": "relevant",
    "not_for_us": "inte för oss",
    "pass_on": "skickat vidare",
    "act": "vi gör något",
    "raknad": "svar som sparats bara som antal",
}


def _whole_year(add: Add, year: Year) -> None:
    add("collected", "Poster som kom in från källorna", "insamlat", sums="antal")
    for region in REGIONS:
        add(f"collected.{region}", f"varav från {region}", "insamlat", {"region": (region,)}, sums="antal")
    rulings = {"send": "skicka", "drop": "nej", "later": "vänta"}
    add("ruled", "Poster som samordnaren bedömde", "bedomt", {"utslag": tuple(rulings)})
    for ruling, words in rulings.items():
        add(f"ruled.{ruling}", f"Poster som samordnaren bedömde: {words}", "bedomt", {"utslag": (ruling,)})
    add("routed", "Poster som fördelades till någon enhet", "fordelat", distinct=ITEM)
    add("sent", "Poster som skickades vidare i brev", "skickat", distinct=ITEM)
    for region in REGIONS:
        add(f"sent.{region}", f"varav från {region}", "skickat", {"region": (region,)}, distinct=ITEM)
    add("sent.eu_law", "Skickade EU-rättsakter och förslag till sådana", "skickat", {"eu_ratt": ("ja",)}, distinct=ITEM)
    add("letters", "Brev och korta meddelanden som skickades", "brev", {"lage": ("sent",)})
    add("letters.weeks", "Veckor och dagar då något brev skickades", "brev", {"lage": ("sent",)}, distinct=("vecka",))
    add("letters.failed", "Brev som inte kom fram eller är oklara", "brev",
        {"lage": ("refused", "bounced", "unclear", "held")})  # fmt: skip
    add("answered", "Skickade poster som någon svarade på", "skickat", {"har_svar": ("ja",)}, distinct=ITEM)
    for answer, words in ANSWERS.items():
        add(f"answers.{answer}", f"Svar: {words}", "skickat", {"svar": (answer,)}, distinct=("brev", *ITEM))
    add("acted", "Åtgärder som påbörjades", "atgarder", {"upplagd_i_ar": ("ja",)})
    for state, words in (("done", "klara"), ("ongoing", "pågående"), ("open", "öppna"), ("dropped", "nedlagda")):
        add(f"acted.{state}", f"varav {words}", "atgarder", {"upplagd_i_ar": ("ja",), "lage": (state,)})
    for month in range(1, 13):
        name = f"{year.year}-{month:02}"
        add(f"month.{name}", f"Skickade poster, {MONTHS[month - 1]}", "skickat", {"manad": (name,)}, distinct=ITEM)


def _of_group(add: Add, group: Group) -> None:
    units = {"enhet": group.units}
    add(f"in.{group.key}", f"{group.name}: fördelade poster", "fordelat", units, distinct=ITEM)
    add(f"out.{group.key}", f"{group.name}: skickade poster", "skickat", units, distinct=ITEM)
    add(f"answered.{group.key}", f"{group.name}: besvarade", "skickat", {**units, "har_svar": ("ja",)}, distinct=ITEM)
    add(f"acted.{group.key}", f"{group.name}: påbörjade åtgärder", "atgarder", {**units, "upplagd_i_ar": ("ja",)})
    add(f"done.{group.key}", f"{group.name}: varav klara", "atgarder",
        {**units, "upplagd_i_ar": ("ja",), "lage": ("done",)})  # fmt: skip


OUTCOMES = {
    "beviljad": "beviljade",
    "avslag": "avslagna",
    "vantar": "väntar på besked",
    "provad": "prövas eller har prövats, utan belopp",
    "ej_sokt": "prövade men inte sökta",
    "ingen_atgard": "utan åtgärd: om de prövats vet vi inte",
}


def _calls(add: Add, year: Year) -> None:
    add("calls", "Utlysningar som skickades vidare eller prövades", "utlysningar")
    tried = tuple(name for name in OUTCOMES if name != "ingen_atgard")
    add(
        "calls.tried", "Utlysningar som har en åtgärd eller är antecknade som prövade", "utlysningar", {"utfall": tried}
    )
    for name, words in OUTCOMES.items():
        add(f"calls.{name}", f"Utlysningar: {words}", "utlysningar", {"utfall": (name,)})
    for currency in sorted({row["valuta"] for row in year.tables["atgarder"] if row["valuta"]}):
        for column, words in (("sokt", "Sökt"), ("beviljat", "Beviljat")):
            add(f"money.{column}.{currency}", f"{words} belopp, {currency}", "atgarder", {"valuta": (currency,)},
                sums=column)  # fmt: skip


def _themes(add: Add) -> None:
    for name, words in (("barn", "barn och unga"), ("partner", "vänorter och partnerskap")):
        add(f"{name}.sent", f"Skickade poster om {words}", "skickat", {name: ("ja",)}, distinct=ITEM)
        add(f"{name}.answered", f"Besvarade poster om {words}", "skickat", {name: ("ja",), "har_svar": ("ja",)},
            distinct=ITEM)  # fmt: skip
        add(f"{name}.acted", f"Påbörjade åtgärder om {words}", "atgarder", {name: ("ja",), "upplagd_i_ar": ("ja",)})
        add(f"{name}.calls", f"Utlysningar om {words}", "utlysningar", {name: ("ja",)})
    add("analyses", "Poster med en undertecknad analys", "analyser", distinct=ITEM)
    add("meetings", "Möten i arbetsgruppen som det finns beslut från", "moten", distinct=("mote",))
    add("meetings.decisions", "Beslut vid dem", "moten")
    add("residents", "Poster som visades för invånarna", "invanare")


KEPT = {
    "i_tid": "klara i tid",
    "sent": "klara efter sin dag",
    "ej_klar": "inte klara, dagen har gått",
    "lagd_ned": "nedlagda",
    "kommande": "dagen har inte kommit",
    "okant": "klara, men vi vet inte när",
}


def _days(add: Add) -> None:
    add("due", "Skickade utlysningar och remisser med känd sista dag", "frister")
    for name, when, words in (("early", "ja", "minst"), ("late", "nej", "mindre än")):
        told = f"Poster med frist, första gången i brev {words} 14 dagar före"
        add(f"due.{name}", told, "frister", {"i_god_tid": (when,)})
    add("kept", "Åtgärder med dag under året", "atgarder", {"senast_i_ar": ("ja",), "utfall_frist": tuple(KEPT)})
    for name, words in KEPT.items():
        add(f"kept.{name}", f"Åtgärder med dag under året: {words}", "atgarder",
            {"senast_i_ar": ("ja",), "utfall_frist": (name,)})  # fmt: skip
