"""Calls and deadlines of a year: what became of each call, and how early a reader was told of a day to answer by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipeline.annual_items import Known, Row, yes
from pipeline.candidate import ItemId
from pipeline.municipality import Municipality
from store.cofinancing import list_trials
from store.db import Session
from store.types import Kind, Trial, TrialState

GOOD_TIME = 14  # days: the letters call what closes within them "Stänger snart"


def trials_of(session: Session, municipality: Municipality, since: datetime, until: datetime) -> list[Trial]:
    """Return the last word of the year on each project and call."""
    said = [trial for trial in list_trials(session, municipality.key) if since <= trial.at < until]
    last = {(trial.project, trial.source, trial.key): trial for trial in sorted(said, key=lambda trial: trial.at)}
    return [last[name] for name in sorted(last)]


def calls_of(told: Sequence[Row], actions: Sequence[Row], trials: Sequence[Trial], known: Known) -> list[Row]:
    """Return a row per call that a reader was told of, that is acted on or tried, with what is known of the attempt."""
    words: dict[ItemId, list[TrialState]] = {}
    for trial in trials:
        words.setdefault((trial.source, trial.key), []).append(trial.state)
    rows = [*told, *actions, *(known.facts(key) for key in words)]
    calls = {(row["kalla"], row["nyckel"]): row for row in rows if row["slag"] == Kind.CALL.value}
    tried: dict[ItemId, list[Row]] = {}
    for action in actions:
        tried.setdefault((action["kalla"], action["nyckel"]), []).append(action)
    return [
        {
            **{name: row[name] for name in ("kalla", "nyckel", "rubrik", "lank", "frist", "barn", "partner")},
            "atgarder": " ".join(action["atgard"] for action in tried.get(key, [])),
            "provning": " ".join(sorted(state.value for state in words.get(key, []))),
            "utfall": outcome(tried.get(key, []), words.get(key, [])),
        }
        for key, row in sorted(calls.items())
    ]


def outcome(actions: Sequence[Row], trials: Sequence[TrialState] = ()) -> str:
    """Return what became of a call: ingen_atgard, beviljad, avslag, vantar, provad or ej_sokt.

    Money tells: applied for and granted, applied for and nothing granted, applied for without an answer. Without an
    action the register of co-financing tells whether it was tried for a project.
    """
    if not actions:
        declined = bool(trials) and all(state is TrialState.DECLINED for state in trials)
        return "ej_sokt" if declined else "provad" if trials else "ingen_atgard"
    if any(action["beviljat"] for action in actions):
        return "beviljad"
    if any(action["beviljat"] == 0 for action in actions):
        return "avslag"
    if any(action["sokt"] for action in actions):
        return "vantar"
    return "ej_sokt" if all(action["lage"] == "dropped" for action in actions) else "provad"


def first_told(told: Sequence[Row]) -> list[Row]:
    """Return a row per item with a day to answer by, as it stood in the first letter that told of it."""
    first: dict[ItemId, Row] = {}
    for row in told:
        if row["frist"]:
            key = (row["kalla"], row["nyckel"])
            first[key] = min(first.get(key, row), row, key=lambda r: (r["skrivet"], r["brev"]))
    return [
        {
            **{name: row[name] for name in ("kalla", "nyckel", "rubrik", "lank", "slag", "frist", "brev", "skrivet")},
            "i_god_tid": yes(row["dagar_fore_frist"] >= GOOD_TIME),
        }
        for _, row in sorted(first.items())
    ]
