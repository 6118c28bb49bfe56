"""Actions in words: their state, their changes, their money, and the register as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.archive import table
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.wording import CURRENCIES, HARD_SPACE, clean, counted, shortened
from store.actions import TOLD
from store.db import Session
from store.items import get_items
from store.types import Action, ActionChange

STATE_WORDS = {"open": "öppen", "ongoing": "pågår", "done": "klar", "dropped": "lagd ned"}
FIELD_WORDS = {
    "unit": "enhet",
    "title": "vad som ska göras",
    "due": "senast",
    "state": "läge",
    "outcome": "resultat",
    "owner": "ansvarig",
    "applied": "sökt belopp",
    "granted": "beviljat belopp",
    "currency": "valuta",
    "note": "anteckning",
}
HEADER = ("åtgärd", "enhet", "ansvarig", "läge", "senast", "sökt", "beviljat", "valuta", "resultat", "anteckning")
HEADER_ITEM = ("post", "länk", "källa", "nyckel", "upplagd", "ändrad")


def changes_in_words(change: ActionChange, unit_names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return (field, before, after) of each change, in words."""
    told = [(name, *change.changes[name][:2]) for name in TOLD if name in change.changes]
    return [
        (FIELD_WORDS[name], _in_words(name, before, unit_names), _in_words(name, after, unit_names))
        for name, before, after in told
    ]


def _in_words(name: str, value: Any, unit_names: Mapping[str, str]) -> str:
    if value is None or value == "":
        return "–"
    if name == "state":
        return STATE_WORDS.get(str(value), str(value))
    if name in ("applied", "granted"):
        return amount_in_words(value)
    return unit_names.get(str(value), str(value)) if name == "unit" else clean(str(value))


def amount_in_words(value: float | None, currency: str = "") -> str:
    """Return "250 000 kronor", or the number alone; "" when it is not known."""
    if value is None:
        return ""
    digits = f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
    number = digits.replace(",", HARD_SPACE).replace(".", ",")
    return f"{number} {CURRENCIES.get(currency, currency)}".strip()


def sums_in_words(actions: Sequence[Action]) -> tuple[str, str]:
    """Return what was applied for and granted in all, each currency by itself."""
    return _sum(actions, "applied"), _sum(actions, "granted")


def _sum(actions: Sequence[Action], name: str) -> str:
    sums: dict[str, float] = {}
    for action in actions:
        if (value := getattr(action, name)) is not None:
            sums[action.currency] = sums.get(action.currency, 0.0) + value
    return ", ".join(amount_in_words(value, currency) for currency, value in sorted(sums.items()))


def late_in_words(actions: Sequence[Action], municipality: Municipality) -> list[str]:
    """Return a sentence for the coordinator when actions are late, none when nothing is."""
    if not actions:
        return []
    named = [f"{shortened(clean(action.title), 60)} ({_unit(municipality, action.unit)})" for action in actions[:3]]
    more = f" och {len(actions) - 3} till" if len(actions) > 3 else ""
    late = counted(len(actions), "åtgärd är försenad", "åtgärder är försenade")
    return [f"{late}: {'; '.join(named)}{more}. Se efter på sidan Åtgärder."]


def _unit(municipality: Municipality, unit: str) -> str:
    return municipality.unit_name(unit) if unit == COORDINATOR or unit in municipality.units else unit


def actions_file(session: Session, municipality: Municipality, actions: Sequence[Action]) -> bytes:
    """Return the actions as a CSV file in which no cell is a formula."""
    return table((*HEADER, *HEADER_ITEM), _rows(session, municipality, actions))


def _rows(session: Session, municipality: Municipality, actions: Sequence[Action]) -> Iterator[Sequence[Any]]:
    items = get_items(session, [(action.source, action.key) for action in actions])
    for action in actions:
        stored = items.get((action.source, action.key))
        yield (
            *(
                action.title,
                _unit(municipality, action.unit),
                action.owner,
                STATE_WORDS.get(action.state, action.state),
            ),
            *(action.due.isoformat() if action.due else "", _plain(action.applied), _plain(action.granted)),
            *(action.currency if action.applied or action.granted else "", action.outcome, action.note),
            *((clean(stored.item.title), stored.item.url) if stored else ("", "")),
            *(action.source, action.key, action.created_at.date().isoformat()),
            action.changed_at.date().isoformat() if action.changed_at else "",
        )


def _plain(value: float | None) -> str:
    """Return the amount with a comma, as Swedish spreadsheets read numbers."""
    if value is None:
        return ""
    return f"{value:.0f}" if value == round(value) else f"{value:.2f}".replace(".", ",")
