"""The register of tried co-financing: the calls at hand for each project, what was decided, and the evidence."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.answers import action_id
from pipeline.candidate import Candidate, ItemId
from pipeline.candidates import candidates_of
from pipeline.cofinancing import Match, match_projects, waiting
from pipeline.currency import Week, is_current
from pipeline.current_items import Pair
from pipeline.municipality import Municipality, Project
from pipeline.wording import clean, counted, day_in_words, listed
from store.actions import get_action, save_action
from store.assessments import get_assessments, iter_assessed
from store.cells import safe_cell
from store.cofinancing import latest_trials, list_trials, save_trial
from store.db import Session, Store
from store.errors import ConfigurationError
from store.items import get_items
from store.types import Action, Item, Kind, Trial, TrialState

STATE_WORDS = {TrialState.CONSIDERED: "övervägs", TrialState.APPLIED: "prövad", TrialState.DECLINED: "avstådd"}
COLUMNS = (
    "projekt", "enhet", "utlysning", "länk", "källa", "nyckel", "sista dag", "läge", "skäl", "när", "av", "sökt",
    "beviljat", "valuta", "utfall",
)  # fmt: skip
LONGEST_WHY = 1_000
FUNDING = 0.3  # relevance below which a call concerns no municipality, whatever its theme
NAMED = 3  # projects named in one sentence


def open_matches(session: Session, municipality: Municipality, now: datetime) -> dict[str, tuple[Match, ...]]:
    """Return for each planned project the calls that can still be tried."""
    if not municipality.projects:
        return {}
    week = Week(now)
    return match_projects(municipality, open_calls(session, week), week.today)


def decide(
    session: Session, municipality: Municipality, project: str, item: ItemId, state: TrialState, *, why: str, by: str,
    now: datetime,
) -> Trial:  # fmt: skip
    """Keep what was decided on a call for a project and return it; an application becomes an action of the unit.

    Raises ConfigurationError in Swedish when the project or the call is unknown, or when no reason is given for not
    trying: that reason is what the register is for.
    """
    chosen = project_of(municipality, project)
    stored = get_items(session, [item]).get(item)
    if stored is None:
        raise ConfigurationError(f"ingen post {item[0]} {item[1]}; sök med: utkik items ORD")
    said = clean(why)[:LONGEST_WHY]
    if state is TrialState.DECLINED and not said:
        raise ConfigurationError("skriv varför ni avstår: det är det som följs upp")
    trial = Trial(
        municipality=municipality.key,
        project=project,
        source=item[0],
        key=item[1],
        state=state,
        at=now,
        by=by,
        why=said,
    )
    save_trial(session, trial)
    if state is TrialState.APPLIED:
        _begin_application(session, municipality, chosen, stored.item, by, now)
    return trial


def project_of(municipality: Municipality, key: str) -> Project:
    """Return the project of a key; raises ConfigurationError with those there are."""
    for project in municipality.projects:
        if project.key == key:
            return project
    known = ", ".join(project.key for project in municipality.projects) or "inga: skriv [[projects]] i kommunens fil"
    raise ConfigurationError(f"okänt projekt '{key}', kända är {known}")


def undecided(session: Session, municipality: Municipality, now: datetime) -> list[Match]:
    """Return the calls for projects that close within a month and that nobody has said anything of."""
    matches = open_matches(session, municipality, now)
    return waiting(matches, latest_trials(session, municipality.key), Week(now).today) if matches else []


def cofinancing_faults(session: Session, municipality: Municipality, now: datetime) -> list[str]:
    """Return a sentence when calls for planned projects close soon without a decision."""
    found = undecided(session, municipality, now)
    if not found:
        return []
    today = Week(now).today
    names = list(dict.fromkeys(match.project.name for match in found))
    more = len(names) - NAMED
    told = listed(names[:NAMED] if more <= 0 else [*names[:NAMED], f"{more} till"])
    first = found[0]
    day = f", den första {day_in_words(first.last_day, today)}" if first.last_day else ""
    calls = counted(len({match.candidate.id for match in found}), "utlysning", "utlysningar")
    return [f"Medfinansiering att pröva för {told}: {calls} stänger inom en månad{day}. Avgör med: utkik cofinancing"]


def evidence(session: Session, municipality: Municipality) -> str:
    """Return the register as CSV: a row for each thing that was said of a call, in order, with what came of it."""
    trials = list_trials(session, municipality.key)
    items = get_items(session, list({(trial.source, trial.key) for trial in trials}))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    names = {project.key: project for project in municipality.projects}
    for trial in trials:
        project, stored = names.get(trial.project), items.get((trial.source, trial.key))
        action = _application(session, municipality, project, (trial.source, trial.key)) if project else None
        days = sorted(day.on for day in stored.item.deadlines) if stored else []
        row = [
            project.name if project else trial.project,
            municipality.unit_name(project.unit) if project else "",
            stored.item.title if stored else "",
            stored.item.url if stored else "",
            trial.source,
            trial.key,
            days[-1].isoformat() if days else "",
            STATE_WORDS[trial.state],
            trial.why,
            trial.at.isoformat(timespec="minutes"),
            trial.by,
            *([action.applied, action.granted, action.currency, action.outcome] if action else [None] * 4),
        ]
        table.writerow([safe_cell(cell) for cell in row])
    return text.getvalue()


def open_calls(session: Session, week: Week) -> Sequence[Candidate]:
    """Return the calls that can be applied to now or soon, and that may concern a municipality."""
    pairs: dict[ItemId, Pair] = {}
    for stored, assessment in iter_assessed(session, min_relevance=FUNDING, kinds=[Kind.CALL]):
        if stored.item.status != "closed" and is_current(Candidate(stored=stored, assessment=assessment), week):
            pairs[stored.item.source, stored.item.key] = (stored, assessment)
    return candidates_of(session, pairs, week)


def _begin_application(
    session: Session, municipality: Municipality, project: Project, item: Item, by: str, now: datetime
) -> None:
    call = (item.source, item.key)
    if _application(session, municipality, project, call) is not None:
        return
    found = get_assessments(session, [call]).get(call)
    days = item.deadlines or (found.deadlines if found else ())
    contact = municipality.units[project.unit].contact
    action = Action(
        id=application_id(municipality, project, call),
        municipality=municipality.key,
        source=item.source,
        key=item.key,
        unit=project.unit,
        title=f"Ansökan för {project.name}: {item.title}",
        created_at=now,
        due=min((day.on for day in days if day.on >= Week(now).today), default=None),
        owner=contact.role if contact else municipality.coordinator.role,
    )
    save_action(session, action, by=by, at=now)


def application_id(municipality: Municipality, project: Project, item: ItemId) -> str:
    """Return the id of the application for a project: one per call and project, however often it is decided."""
    return action_id(municipality.key, f"{project.unit}/{project.key}", *item)


def _application(session: Session, municipality: Municipality, project: Project, item: ItemId) -> Action | None:
    return get_action(session, application_id(municipality, project, item))


def project_values(store: Store, municipality: Municipality, now: datetime) -> list[dict[str, Any]]:
    """Return each project with the calls it may try, for JSON and the page."""
    with store.reading() as session:
        return values_of(session, municipality, open_matches(session, municipality, now))


def values_of(
    session: Session, municipality: Municipality, matches: Mapping[str, Sequence[Match]]
) -> list[dict[str, Any]]:
    """Return each project with its calls, and what has been said of them until now."""
    trials = latest_trials(session, municipality.key)
    return [
        {
            "project": project.key,
            "name": project.name,
            "unit": project.unit,
            "unit_name": municipality.unit_name(project.unit),
            "budget": project.budget,
            "calls": [
                match_values(match, trials.get((project.key, match.candidate.id)))
                for match in matches.get(project.key, ())
            ],
        }
        for project in municipality.projects
    ]


def match_values(match: Match, trial: Trial | None) -> dict[str, Any]:
    """Return one call for a project, with what was last decided of it."""
    item = match.candidate.item
    return {
        "source": item.source,
        "key": item.key,
        "title": item.title,
        "url": item.url,
        "score": round(match.score, 3),
        "applicant": match.applicant,
        "last_day": match.last_day.isoformat() if match.last_day else None,
        "because": list(match.because),
        "cautions": list(match.cautions),
        "state": trial.state.value if trial else None,
        "why": trial.why if trial else "",
    }
