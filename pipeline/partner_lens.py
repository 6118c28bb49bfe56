"""The municipality's twin towns and networks: which items name them, and which of them a call has room for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nlp.places import country_code, country_name
from pipeline.candidate import Candidate
from pipeline.cofinancing import is_call, who_applies
from pipeline.municipality import Municipality, TwinTown
from pipeline.naming import naming
from pipeline.wording import counted, listed
from store.types import Item

# Where in Europe a country lies, seen from Sweden; programmes for twinning ask for balance between the corners.
DIRECTIONS = {
    "north": ("norr", ("DK", "FI", "NO", "IS", "FO", "GL", "AX", "EE", "LV", "LT")),
    "west": ("väster", ("DE", "NL", "BE", "LU", "FR", "IE", "GB", "AT", "CH", "LI")),
    "south": ("söder", ("ES", "PT", "IT", "GR", "MT", "CY")),
    "east": (
        "öster",
        ("PL", "CZ", "SK", "HU", "SI", "HR", "RO", "BG", "UA", "MD", "RS", "ME", "MK", "AL", "BA", "XK", "TR", "GE"),
    ),
}
EU = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
})  # fmt: skip
WANTED = ("south", "east")  # what a Swedish municipality with Nordic twin towns most often lacks
TEXT_READ = 5_000  # characters


@dataclass(frozen=True, slots=True)
class Mention:
    """An item that names a partner, a network, or a partner's country."""

    candidate: Candidate
    partners: tuple[str, ...]
    networks: tuple[str, ...]
    countries: tuple[str, ...]  # in Swedish, of partners that are not named themselves

    @property
    def because(self) -> str:
        """Why it is shown, in Swedish."""
        parts = [*(f"nämner {name}" for name in (*self.partners, *self.networks))]
        parts += [f"gäller {listed(self.countries)}, där ni har en vänort"] if self.countries else []
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class Fit:
    """What a call asks of a partnership, and how far the existing partners reach; counts without ourselves."""

    candidate: Candidate
    partners: int | None  # asked for besides us, None when the call does not say
    countries: int | None  # other countries than Sweden, None when the call does not say
    fitting: tuple[str, ...]  # twin towns in countries of the EU
    uncertain: tuple[str, ...]  # twin towns elsewhere: whether their country takes part must be looked up
    lacking: tuple[str, ...]  # in Swedish: what is still to be found
    last_day: date | None


def mentions(municipality: Municipality, candidates: Iterable[Candidate]) -> list[Mention]:
    """Return the items that concern the municipality's partners, those that name them first."""
    found = [mention for one in candidates if (mention := mention_of(municipality, one))]
    return sorted(found, key=lambda m: (not (m.partners or m.networks), -m.candidate.relevance, m.candidate.id))


def mention_of(municipality: Municipality, candidate: Candidate) -> Mention | None:
    """Return how an item concerns the partners, None when it does not."""
    item = candidate.item
    towns = tuple(town.name for town in municipality.twin_towns if _is_named((town.name, *town.also), item))
    networks = tuple(one.name for one in municipality.networks if _is_named((one.name, *one.also), item))
    named = set(candidate.assessment.facts.get("places", {}).get("country", ()))
    countries = {
        code: country_name(code)
        for town in municipality.twin_towns
        if (code := country_code(town.country)) in named and code and town.name not in towns
    }
    if not (towns or networks or countries):
        return None
    return Mention(candidate, towns, networks, tuple(countries.values()))


def fits(municipality: Municipality, candidates: Iterable[Candidate], today: date) -> list[Fit]:
    """Return the open calls that ask for partners abroad and that a municipality may apply to, soonest first."""
    found = [
        fit_of(municipality, call, today)
        for call in candidates
        if is_call(call, today)
        and _asks_for_partners(call.assessment.facts)
        and who_applies(call.assessment.facts, "administration") != "no"
    ]
    return sorted(found, key=lambda fit: (fit.last_day or date.max, fit.candidate.id))


def fit_of(municipality: Municipality, call: Candidate, today: date) -> Fit:
    """Return how far the twin towns reach for a call; what the call does not say is not guessed."""
    facts = call.assessment.facts
    partners, countries = facts.get("partners_min"), facts.get("countries_min")
    codes = {town.name: country_code(town.country) for town in municipality.twin_towns}
    fitting = tuple(name for name, code in codes.items() if code in EU and code != "SE")
    return Fit(
        candidate=call,
        partners=partners - 1 if partners else None,
        countries=countries - 1 if countries else None,
        fitting=fitting,
        uncertain=tuple(name for name, code in codes.items() if code not in EU),
        lacking=tuple(_lacking(facts, fitting, codes)),
        last_day=call.next_answer_day(today),
    )


def directions(towns: Sequence[TwinTown]) -> dict[str, list[str]]:
    """Return the twin towns by where they lie: north, west, south, east; those of unknown country are left out."""
    found: dict[str, list[str]] = {direction: [] for direction in DIRECTIONS}
    for town in towns:
        code = country_code(town.country)
        for direction, (_, countries) in DIRECTIONS.items():
            if code in countries:
                found[direction].append(town.name)
    return found


def _lacking(facts: Mapping[str, Any], fitting: Sequence[str], codes: Mapping[str, str | None]) -> list[str]:
    lacking = []
    own = {code for name, code in codes.items() if name in fitting}
    if (partners := facts.get("partners_min", 0) - 1 - len(fitting)) > 0:
        lacking.append(f"{counted(partners, 'partner', 'partner')} till")
    if (countries := facts.get("countries_min", 0) - 1 - len(own)) > 0:
        lacking.append(f"partner i {counted(countries, 'land', 'länder')} till")
    for direction in WANTED:
        word, there = DIRECTIONS[direction]
        if not own & set(there):
            lacking.append(f"en partner i {word}, om utlysningen vill ha spridning")
    return lacking


def _asks_for_partners(facts: Mapping[str, Any]) -> bool:
    return max(int(facts.get("countries_min", 1)), int(facts.get("partners_min", 1))) > 1


def _is_named(names: Sequence[str], item: Item) -> bool:
    return bool(naming(names).search(f"{item.title}\n{item.text[:TEXT_READ]}"))
