"""Which open calls could pay for a part of which planned project, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from pipeline.areas import area_names
from pipeline.candidate import Candidate, ItemId
from pipeline.municipality import Municipality, Project
from pipeline.wording import listed, lower_first
from store.types import Kind

NEAR = 0.6  # an area that strong is about the project even where none of its own words stands
WORD_IN_TITLE = 0.4
WORD_IN_TEXT = 0.2
UNKNOWN_APPLICANT = 0.8  # a call that does not say who may apply stands below one that says municipalities may
TEXT_READ = 5_000  # characters: what a call is for stands before its conditions
MOST = 10  # calls per project
SHORTEST_WORD = 4  # letters; shorter ones are asked for as whole words
PLANNING = timedelta(days=30)  # so long before the last day a person must have said whether it is tried

Applicant = Literal["yes", "unknown", "no"]
_OWN = {"administration": {"municipality"}, "joint_body": {"municipality"}, "company": {"municipality", "company"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A call that may pay for a part of a project; `score` orders, `because` tells why in Swedish."""

    project: Project
    candidate: Candidate
    score: float
    applicant: Applicant
    last_day: date | None
    because: tuple[str, ...]
    cautions: tuple[str, ...] = ()


def match_projects(
    municipality: Municipality, candidates: Iterable[Candidate], today: date
) -> dict[str, tuple[Match, ...]]:
    """Return for each project the calls that it may try, nearest first, ten at most."""
    calls = [candidate for candidate in candidates if is_call(candidate, today)]
    found = {}
    for project in municipality.projects:
        matches = [match for call in calls if (match := match_of(municipality, project, call, today))]
        matches.sort(key=lambda match: (-match.score, match.last_day or date.max, match.candidate.id))
        found[project.key] = tuple(matches[:MOST])
    return found


def is_call(candidate: Candidate, today: date) -> bool:
    """Tell whether money can still be applied for, now or when the call opens."""
    if candidate.item.kind is not Kind.CALL and not candidate.has_flag("funding"):
        return False
    days = candidate.answer_days()
    return candidate.item.status != "closed" and (not days or days[-1] >= today)


def match_of(municipality: Municipality, project: Project, call: Candidate, today: date) -> Match | None:
    """Return how the call fits the project, None when its theme or its applicants do not."""
    areas = {area: call.areas.get(area, 0.0) for area in project.areas}
    strength = max(areas.values())
    in_title, in_text = _words_in(project.words, call.item.title), _words_in(project.words, call.item.text[:TEXT_READ])
    if strength < municipality.thresholds.area or not (strength >= NEAR or in_title or in_text):
        return None
    applicant = who_applies(call.assessment.facts, municipality.units[project.unit].kind)
    if applicant == "no":
        return None
    score = strength + (WORD_IN_TITLE if in_title else WORD_IN_TEXT if in_text else 0.0)
    last_day = call.next_answer_day(today)
    return Match(
        project=project,
        candidate=call,
        score=score * (UNKNOWN_APPLICANT if applicant == "unknown" else 1.0),
        applicant=applicant,
        last_day=last_day,
        because=_because(areas, municipality.thresholds.area, in_title, in_text, applicant, call),
        cautions=_cautions(project, call, last_day, applicant),
    )


def who_applies(facts: Mapping[str, Any], kind: str) -> Applicant:
    """Tell whether a unit of the kind may apply: what the call says, and "unknown" where it says nothing."""
    own = _OWN[kind]
    if own <= set(facts.get("not_eligible", ())):
        return "no"
    applicants = set(facts.get("applicants", ()))
    if not applicants:
        return "unknown"
    return "yes" if applicants & (own | {"any"}) else "no"


def waiting(matches: Mapping[str, Sequence[Match]], decided: Iterable[tuple[str, ItemId]], today: date) -> list[Match]:
    """Return the calls that close within a month without anybody having said whether they are tried, soonest first."""
    said = set(decided)
    soon = [
        match
        for found in matches.values()
        for match in found
        if match.last_day and match.last_day - today <= PLANNING and (match.project.key, match.candidate.id) not in said
    ]
    return sorted(soon, key=lambda match: (match.last_day or date.max, match.project.key, match.candidate.id))


def _because(
    areas: Mapping[str, float],
    least: float,
    in_title: list[str],
    in_text: list[str],
    applicant: Applicant,
    call: Candidate,
) -> tuple[str, ...]:
    names = area_names()
    told = [lower_first(names[area]) for area, strength in areas.items() if strength >= least]
    because = [f"gäller {listed(told)}"]
    if in_title:
        because.append(f"{listed(in_title)} i rubriken")
    elif in_text:
        because.append(f"{listed(in_text)} i texten")
    if applicant == "yes":
        because.append("kommunen får söka" if "municipality" in call.assessment.facts["applicants"] else "ni får söka")
    if rates := call.assessment.facts.get("cofinancing"):
        because.append(f"betalar högst {max(rates):g} % av kostnaderna")
    return tuple(because)


def _cautions(project: Project, call: Candidate, last_day: date | None, applicant: Applicant) -> tuple[str, ...]:
    facts = call.assessment.facts
    cautions = []
    if applicant == "unknown":
        cautions.append("vi vet inte vem som får söka")
    if (partners := facts.get("partners_min", 0)) > 1:
        cautions.append(f"kräver minst {partners} partner")
    if project.begins and last_day and last_day > project.begins:
        cautions.append("projektet ska ha börjat före sista dagen, och redan nedlagda kostnader räknas sällan")
    return tuple(cautions)


def _words_in(words: Sequence[str], text: str) -> list[str]:
    return [word for word in words if _pattern(word).search(text)]


def _pattern(word: str) -> re.Pattern[str]:
    # A longer word may stand within a compound: "avlopp" in "avloppsnät" and in "spillvattenavlopp".
    edge = r"" if len(word) >= SHORTEST_WORD else r"\b"
    return re.compile(f"{edge}{re.escape(word)}{edge}", re.IGNORECASE)
