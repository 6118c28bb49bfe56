"""How the letters of the last week fared, for the coordinator: sent to whom, and what nobody has answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pipeline.municipality import COORDINATOR, Municipality
from pipeline.outbox import STATE_WORDS
from pipeline.week import is_week
from pipeline.wording import counted, listed
from store.db import Session
from store.told import told_since
from store.types import DigestState, ToldDigest

BACK = timedelta(days=7, hours=12)  # from one digest to the next, with room for one that was late


def summary_of(session: Session, municipality: Municipality, week: str, now: datetime) -> tuple[str, ...]:
    """Return how the letters before the week's own fared, as Swedish sentences; none when there were none."""
    letters = [
        told
        for told in told_since(session, municipality.key, now - BACK)
        if told.contact != municipality.coordinator.email and told.period != week
    ]
    return summary_in_words(letters, municipality)


def summary_in_words(letters: Sequence[ToldDigest], municipality: Municipality) -> tuple[str, ...]:
    """Return what was sent to whom, then what has no answer."""
    if not letters:
        return ()
    weekly = [told for told in letters if is_week(told.period)]
    notices = len(letters) - len(weekly)
    entries = sum(told.entries for told in letters)
    also = f" och {counted(notices, 'brev om en ny frist', 'brev om nya frister')}" if notices else ""
    lines = [f"{counted(len(weekly), 'veckobrev', 'veckobrev')}{also} med {counted(entries, 'post', 'poster')}."]
    lines += [_letter(told, municipality) for told in letters if told.entries or told.state is not DigestState.SENT]
    unanswered = [told for told in letters if told.entries > told.answered]
    if entries:
        answered = sum(told.answered for told in letters)
        lines.append(
            f"Besvarat: {answered} av {counted(entries, 'post', 'poster')}.{_silent(unanswered, municipality)}"
        )
    return tuple(lines)


def _letter(told: ToldDigest, municipality: Municipality) -> str:
    day = "" if is_week(told.period) else ", ny frist"
    items = counted(told.entries, "post", "poster")
    return f"{_name(told, municipality)}{day}: {items}, {STATE_WORDS[told.state]}."


def _silent(letters: Sequence[ToldDigest], municipality: Municipality) -> str:
    waiting: dict[str, int] = {}
    for told in letters:
        name = _name(told, municipality)
        waiting[name] = waiting.get(name, 0) + told.entries - told.answered
    words = [f"{name} ({number})" for name, number in waiting.items()]
    return f" Utan svar: {listed(words)}." if words else ""


def _name(told: ToldDigest, municipality: Municipality) -> str:
    """Return the letter's units in words; one that has left the file since keeps its key."""
    own = [unit for unit in told.units if unit != COORDINATOR]
    return listed([municipality.units[unit].name if unit in municipality.units else unit for unit in own])
