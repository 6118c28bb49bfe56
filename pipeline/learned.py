"""Puts what a municipality has taught on the items it is asked about, with the reasons in words."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import cache

from crawlers.catalogue import facts
from crawlers.dates import STOCKHOLM
from nlp.correction_file import from_bytes
from nlp.learning import MOST, Correction, Decision, correct
from nlp.learning_explanation import Cause, Explainer
from nlp.learning_rows import Reader, Rows
from nlp.logistic import log_odds, moved_by
from pipeline.areas import area_names
from pipeline.candidate import ItemId, Learned
from pipeline.labels import Pair, read_pairs
from pipeline.municipality import Municipality
from pipeline.wording import listed, lower_first
from store.corrections import active_correction
from store.db import Session
from store.errors import ModelError
from store.types import Reason

logger = logging.getLogger(__name__)

LEAST_SHIFT = 0.25  # log-odds; what moves an item less is not worth a reader's time
LEAST_WORD = 0.2  # of the shift, all told words together
WORDS = 3
LONG = 4  # letters; shorter words are rarely what a ruling was about
KIND_PLURALS = {
    "legal_act": "rättsakter",
    "proposal": "EU-förslag",
    "call": "utlysningar",
    "consultation": "remisser",
    "government": "regeringens dokument",
    "agency": "myndigheters nyheter",
    "news": "nyheter",
}


@cache
def shared_reader() -> Reader:
    """One for the process: what has been read once is remembered, and a verdict changes no text."""
    return Reader()


def usable_correction(session: Session, municipality: Municipality) -> Correction | None:
    """Return what the municipality has taught, or None; one that cannot be read is logged and left out."""
    stored = active_correction(session, municipality.key)
    if stored is None:
        return None
    try:
        return from_bytes(stored.payload)
    except ModelError as error:
        logger.warning("correction %s of %s is left out: %s", stored.id, municipality.key, error)
        return None


def least_shared(least: float, correction: Correction | None) -> float:
    """Return the shared relevance below which nothing that was learnt lifts an item to `least`."""
    return moved_by(least, -MOST) if correction and least > 0 else least


def learned_of(
    session: Session,
    correction: Correction | None,
    pairs: Mapping[ItemId, Pair],
    least: float,
    now: datetime,
    reader: Rows | None = None,
) -> dict[ItemId, Learned]:
    """Return what is learnt of each item that the correction stands on; reasons only of what is relevant enough.

    `reader` knows the rows of the items already, when there is one.
    """
    if correction is None:
        return {}
    known = {item: pair for item, pair in pairs.items() if pair[1].assessor == correction.assessor}
    reader = reader or shared_reader()
    corrected = correct(list(known.values()), correction, reader) if known else []
    decided = read_pairs(session, [(one.source, one.key) for one in correction.decisions])
    explainer = Explainer(correction, reader, decided)
    told = {
        item: (pair, one)
        for (item, pair), one in zip(known.items(), corrected, strict=True)
        if abs(one.shift) >= LEAST_SHIFT and max(one.relevance, pair[1].relevance) >= least
    }
    causes = dict(zip(told, explainer.explain_all([pair for pair, _ in told.values()], whole=False), strict=True))
    return {
        item: Learned(
            relevance=one.relevance,
            shift=one.shift,
            areas=one.areas,
            units=one.units,
            reasons=reasons_of(causes[item], pair[1].relevance, now) if item in causes else (),
        )
        for (item, pair), one in zip(known.items(), corrected, strict=True)
    }


def reasons_of(cause: Cause, shared: float, now: datetime) -> tuple[Reason, ...]:
    """Return why it was moved: the earlier decision that it is like, else the words or names that did most.

    The weight is the part of the correction in all that made the relevance, signed.
    """
    weight = round(cause.shift / (abs(cause.shift) + abs(log_odds(shared)) or 1.0), 3)
    if cause.nearest:
        return (Reason(text=decision_words(cause.nearest, now), weight=weight),)
    sign = 1.0 if cause.shift > 0 else -1.0
    heavy = _heaviest({word: part * sign for word, part in cause.words.items() if len(word) >= LONG})
    verb = "skickar vidare" if sign > 0 else "väljer bort"
    if sum(part for _, part in heavy) >= LEAST_WORD * abs(cause.shift):
        return (Reason(text=f"ni {verb} sådant om {listed([f'”{word}”' for word, _ in heavy])}", weight=weight),)
    named = _heaviest({name: part * sign for name, part in cause.names.items()})
    words = name_words(named[0][0]) if named else ""
    return (Reason(text=f"ni {verb} {words}", weight=weight),) if words else ()


def _heaviest(parts: Mapping[str, float]) -> list[tuple[str, float]]:
    found = sorted(((name, part) for name, part in parts.items() if part > 0), key=lambda pair: (-pair[1], pair[0]))
    return found[:WORDS]


def decision_words(decision: Decision, now: datetime) -> str:
    """Return "liknar det ni skickade vecka 41 (7 oktober)", with the year when it is another."""
    day = decision.at.astimezone(STOCKHOLM)
    year, week, _ = day.isocalendar()
    other = f" {year}" if year != now.astimezone(STOCKHOLM).isocalendar().year else ""
    verb = "skickade" if decision.wanted else "valde bort"
    return f"liknar det ni {verb} vecka {week}{other} ({day.day}/{day.month})"


def name_words(name: str) -> str:
    """Return a learnt name as a reader knows it: "utlysningar om energi och klimat"."""
    scheme, _, value = name.partition(":")
    areas = area_names()
    if scheme == "area in kind":
        kind, _, area = value.partition("/")
        return f"{KIND_PLURALS.get(kind, kind)} om {lower_first(areas.get(area, area))}"
    if scheme == "area":
        return f"sådant om {lower_first(areas.get(value, value))}"
    if scheme == "kind":
        return KIND_PLURALS.get(value, value)
    titles = {source.name: source.title for source in facts()}
    return f"sådant från {titles.get(value, value)}"
