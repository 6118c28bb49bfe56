"""The register of actions: what a form may say, how many there are, and changes that never overwrite another's."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from pipeline.action_wording import STATE_WORDS
from pipeline.candidate import ItemId
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.wording import CURRENCIES, clean, shortened
from store.actions import (
    OPEN_STATES,
    action_changes,
    count_actions,
    get_action,
    hold_action,
    list_actions,
    save_action,
)
from store.db import Session
from store.types import Action

LENGTHS = {"title": 300, "owner": 100, "outcome": 2_000, "note": 2_000}
MOST_MONEY = 1e12
PER_PAGE = 50
_MONEY = re.compile(r"\d{1,13}([.,]\d{1,2})?")


class ActionRefused(ValueError):
    """The form lacks something; the message is Swedish, for the page."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of a change: the action as it stands, and whether somebody else changed it since the page was made."""

    action: Action
    is_changed_by_other: bool = False
    by: str = ""  # who, in that case
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many actions there are of each state, of one unit or all, and how many of the open ones are late."""

    by_state: Mapping[str, int]
    late: int

    @property
    def all(self) -> int:
        """All of them."""
        return sum(self.by_state.values())


def new_action(municipality: Municipality, item: ItemId, form: Mapping[str, str], now: datetime) -> Action:
    """Return the action that a form describes; raises ActionRefused on what is missing or is no value."""
    begun = Action(
        id=secrets.token_hex(10),
        municipality=municipality.key,
        source=item[0],
        key=item[1],
        unit="",
        title="",
        created_at=now,
    )
    return filled(begun, municipality, form)


def filled(action: Action, municipality: Municipality, form: Mapping[str, str]) -> Action:
    """Return the action with what the form says; raises ActionRefused."""
    texts = {name: shortened(clean_lines(form.get(name, "")), longest) for name, longest in LENGTHS.items()}
    if not texts["title"]:
        raise ActionRefused("Skriv vad som ska göras.")
    unit = form.get("unit", "")
    if unit not in (*municipality.units, COORDINATOR, action.unit) or not unit:
        raise ActionRefused("Välj vilken enhet som gör det.")
    state, currency = form.get("state", action.state), form.get("currency", action.currency)
    if state not in STATE_WORDS or currency not in CURRENCIES:
        raise ActionRefused("Läget eller valutan känns inte igen.")
    return replace(
        action,
        title=texts["title"],
        owner=texts["owner"],
        outcome=texts["outcome"],
        note=texts["note"],
        unit=unit,
        due=_day(form.get("due", "")),
        state=state,
        applied=_money(form.get("applied", ""), "sökt"),
        granted=_money(form.get("granted", ""), "beviljat"),
        currency=currency,
    )


def clean_lines(text: str) -> str:
    """Return the text with its lines kept and each of them clean."""
    return "\n".join(line for line in map(clean, text.splitlines()) if line)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ActionRefused("Skriv dagen som 2026-12-04, eller lämna den tom.") from None


def _money(text: str, what: str) -> float | None:
    """Return the amount; spaces between thousands and a comma for the decimals are as people write."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not plain:
        return None
    if not _MONEY.fullmatch(plain) or (value := float(plain.replace(",", "."))) > MOST_MONEY:
        raise ActionRefused(f"Skriv {what} belopp som ett tal, till exempel 250 000, eller lämna det tomt.")
    return value


def change_action(session: Session, changed: Action, seen: int, *, by: str, now: datetime) -> Saved:
    """Keep the change unless another was made since the page was shown; then nothing of either is lost.

    `seen` is the version that the page showed. Raises LookupError when the action is not there.
    """
    hold_action(session, changed.id)
    standing = get_action(session, changed.id)
    if standing is None or standing.municipality != changed.municipality:
        raise LookupError(f"action {changed.id!r} is not in the store")
    if standing.version != seen:
        last = next(iter(action_changes(session, changed.id)), None)
        return Saved(standing, True, last.by if last else "", last.at if last else None)
    save_action(session, changed, by=by, at=now)
    return Saved(get_action(session, changed.id) or standing)


def counts_of(session: Session, municipality: Municipality, unit: str, today: date) -> Counts:
    """Return how many there are of each state, and late."""
    by_state = dict.fromkeys(STATE_WORDS, 0)
    for (owner, state), number in count_actions(session, municipality.key).items():
        if not unit or unit == owner:
            by_state[state] = by_state.get(state, 0) + number
    return Counts(by_state, len(late_actions(session, municipality, today, unit)))


def late_actions(session: Session, municipality: Municipality, today: date, unit: str = "") -> list[Action]:
    """Return the open actions whose last day has passed, the most late first."""
    return list_actions(session, municipality.key, states=OPEN_STATES, unit=unit or None, due_before=today)
