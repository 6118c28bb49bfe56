"""The goals of a municipality's policy, one by one: what the year's figures say of each, and what they cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.annual_figures import Figures
from pipeline.annual_rows import REGIONS
from pipeline.annual_words import acts, calls, cited, posts
from pipeline.municipality import Goal, Measure, Municipality
from pipeline.wording import listed

YES, PARTLY, NO, UNKNOWN = "Ja", "Delvis", "Nej", "Vi vet inte"

# What policies of this kind usually ask for; a municipality's own goals stand in its file and replace them all.
USUAL: Mapping[Measure, str] = {
    "eu_decisions": "Kommunen hålls underrättad om beslut i EU som rör den.",
    "contacts": "Varje förvaltning och bolag har en utsedd kontaktperson.",
    "working_group": "En internationell arbetsgrupp möts regelbundet.",
    "cofinancing": "Medfinansiering prövas alltid när den är möjlig.",
    "children_youth": "Barn och unga går före.",
    "global": "Omvärldsbevakningen är global.",
    "actions": "Analyser och utvärderingar leder till åtgärder.",
    "follow_up": "Arbetet följs upp varje år.",
    "residents": "Invånarna hålls underrättade.",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What the figures say of a goal: yes, partly, no or unknown, and why."""

    goal: Goal
    state: str
    because: str


def goals_of(municipality: Municipality) -> tuple[Goal, ...]:
    """Return the municipality's own goals, or the usual ones."""
    return municipality.goals or tuple(Goal(text=text, measure=measure) for measure, text in USUAL.items())


def judge(goal: Goal, figures: Figures, municipality: Municipality) -> Judged:
    """Return what the year's figures say of the goal."""
    match goal.measure:
        case None:
            state, because = UNKNOWN, "Målet är inte kopplat till någon siffra."
        case "eu_decisions":
            state, because = _eu_decisions(figures)
        case "contacts":
            state, because = _contacts(municipality)
        case "working_group":
            state, because = _working_group(figures)
        case "cofinancing":
            state, because = _cofinancing(figures)
        case "children_youth":
            state, because = _children(figures, municipality)
        case "global":
            state, because = _global(figures)
        case "actions":
            state, because = _actions(figures)
        case "follow_up":
            state, because = YES, "Den här redovisningen är årets uppföljning."
        case "residents":
            state, because = _residents(figures)
    return Judged(goal, state, because)


def _eu_decisions(figures: Figures) -> tuple[str, str]:
    told = f"{cited(figures, 'sent.eu_law')} rättsakter och förslag till rättsakter skickades vidare"
    weeks = f"i brev vid {cited(figures, 'letters.weeks', 'tillfälle', 'tillfällen')}."
    return (YES if figures.value("sent.eu_law") else NO), f"{told}, {weeks}"


def _contacts(municipality: Municipality) -> tuple[str, str]:
    lacking = [unit.name for unit in municipality.units.values() if unit.contact is None]
    number_of = len(municipality.units)
    if not lacking:
        return YES, f"Alla {number_of} enheter har en kontaktperson i kommunens fil i dag."
    state = NO if len(lacking) == number_of else PARTLY
    return (
        state,
        f"{number_of - len(lacking)} av {number_of} har det i kommunens fil i dag. Det saknas för {listed(lacking)}.",
    )


def _working_group(figures: Figures) -> tuple[str, str]:
    if figures.value("meetings"):
        return YES, f"{cited(figures, 'meetings', 'möte', 'möten')} har beslut antecknade i systemet."
    return UNKNOWN, "Inga möten är antecknade i systemet; om gruppen har träffats vet vi inte."


def _cofinancing(figures: Figures) -> tuple[str, str]:
    every, untried = figures.value("calls"), figures.value("calls.ingen_atgard")
    if not every:
        return (
            UNKNOWN,
            f"{calls(figures, 'calls')} skickades vidare, så det fanns inget att pröva.",
        )
    state = YES if not untried else NO if untried == every else PARTLY
    told = (
        f"{cited(figures, 'calls.tried')} av {calls(figures, 'calls')} har en åtgärd eller är antecknade som prövade."
    )
    rest = f" För {cited(figures, 'calls.ingen_atgard')} finns ingen, och om de prövats vet vi inte." if untried else ""
    return state, told + rest


def _children(figures: Figures, municipality: Municipality) -> tuple[str, str]:
    is_first = "children_youth" in municipality.first
    told = (
        f"{posts(figures, 'barn.sent')} om barn och unga skickades vidare och {acts(figures, 'barn.acted')} påbörjades."
    )
    order = "Breven visar barn och unga före annat" if is_first else "Breven är inte inställda på att visa dem först"
    return (YES if is_first and figures.value("barn.sent") else PARTLY if is_first else NO), f"{told} {order}."


def _global(figures: Figures) -> tuple[str, str]:
    from_where = [f"{region} {cited(figures, f'sent.{region}')}" for region in REGIONS]
    there = [region for region in REGIONS if figures.value(f"sent.{region}")]
    state = YES if len(there) == len(REGIONS) else PARTLY if there else NO
    return state, f"Skickade poster: {listed(from_where)}."


def _actions(figures: Figures) -> tuple[str, str]:
    if not figures.value("acted"):
        return NO, f"{acts(figures, 'acted')} påbörjades under året."
    told = (
        f"{posts(figures, 'analyses')} fick en undertecknad analys. {acts(figures, 'acted')} "
        f"påbörjades, varav {cited(figures, 'acted.done')} är klara."
    )
    return YES, told


def _residents(figures: Figures) -> tuple[str, str]:
    if not figures.value("residents"):
        return NO, f"{posts(figures, 'residents')} visades på invånarnas sida."
    return YES, f"{posts(figures, 'residents')} visades på invånarnas sida."
