"""Reading from the store what a week's routing and selection need."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from nlp.learning import Correction
from nlp.learning_rows import Rows
from pipeline.candidate import Candidate, ItemId, Learned
from pipeline.currency import LONGEST_CATCH_UP, Week
from pipeline.current_items import CurrentItems, Pair
from pipeline.learned import learned_of, usable_correction
from pipeline.municipality import Municipality
from pipeline.route import lowest_relevance
from pipeline.selection import History, Told
from store.analyses import signed_analyses, signed_keys
from store.assessments import get_assessments
from store.db import Session
from store.items import get_items
from store.stories import story_of
from store.told import last_week_told, told_at
from store.types import Analysis, Ruling, Verdict
from store.verdicts import latest_verdicts

UNTOLD = 2.0  # a relevance that nothing reaches

AllLearned = Mapping[ItemId, Learned]


@dataclass(frozen=True, slots=True)
class Ranked:
    """How relevant an item is to a municipality, and the story that it tells: all that choosing by chance asks."""

    id: ItemId
    relevance: float
    story: str | None


def verdicts_until(session: Session, municipality: Municipality, week: Week) -> dict[ItemId, Verdict]:
    """Return the municipality's newest verdicts as they stood at the week's moment."""
    verdicts = latest_verdicts(session, municipality.key)
    return {item: verdict for item, verdict in verdicts.items() if verdict.at <= week.now}


def read_candidates(
    session: Session,
    municipality: Municipality,
    verdicts: Mapping[ItemId, Verdict],
    week: Week,
    *,
    also: Collection[ItemId] = (),
    least: float | None = None,
    items: CurrentItems | None = None,
) -> list[Candidate]:
    """Return what can reach anyone this week: current and relevant enough, or chosen by a person.

    `also` are items that a contact person has passed on; `least` is another relevance than what can reach anyone.
    `items` are those that other municipalities of the same step read, when there are any.
    """
    reach = Week(week.now, LONGEST_CATCH_UP)
    least = lowest_relevance(municipality) if least is None else least
    correction = usable_correction(session, municipality)
    items = items or CurrentItems(keep_texts=True)
    current, pool = items.reached(session, least, reach, correction)
    chosen = _chosen_pairs(session, verdicts, week, also)
    pairs = current | chosen
    learned = _learned(session, correction, pairs, least, week, pool)
    pairs = {item: pair for item, pair in pairs.items() if item in chosen or _relevance(item, pair, learned) >= least}
    return with_analyses(session, municipality, candidates_of(session, pairs, week, learned, items), week)


def read_ranked(
    session: Session,
    municipality: Municipality,
    verdicts: Mapping[ItemId, Verdict],
    week: Week,
    *,
    least: float,
    items: CurrentItems | None = None,
) -> list[Ranked]:
    """Return how relevant each item is that `read_candidates` would return, for a fraction of the time."""
    reach = Week(week.now, LONGEST_CATCH_UP)
    correction = usable_correction(session, municipality)
    items = items or CurrentItems(keep_texts=True)
    chosen = _chosen_pairs(session, verdicts, week, ())
    learned = _learned(session, correction, chosen, UNTOLD, week)
    found = dict(items.relevances(session, least, reach, correction))
    found |= {item: _relevance(item, pair, learned) for item, pair in chosen.items()}
    around = items.around(session, found, week)
    return [Ranked(item, relevance, around[item].story) for item, relevance in found.items()]


def with_analyses(
    session: Session, municipality: Municipality, candidates: Sequence[Candidate], week: Week
) -> list[Candidate]:
    """Return the items with what the municipality says they mean, where a person had signed it by then."""
    signed = signed_keys(session, municipality.key)
    if not signed:
        return list(candidates)
    keys = {candidate.id: [candidate.id, *mates_of(candidate)] for candidate in candidates}
    wanted = list(dict.fromkeys(key for some in keys.values() for key in some if key in signed))
    found = signed_analyses(session, municipality.key, wanted)
    standing = {item: one for item, one in found.items() if one.signed_at and one.signed_at <= week.now}
    return [replace(one, analysis=_analysis_for(keys[one.id], standing)) for one in candidates]


def mates_of(candidate: Candidate) -> list[ItemId]:
    """Return the other items of the candidate's matter."""
    members = candidate.thread.members if candidate.thread else ()
    return [key for key in dict.fromkeys((m.source, m.key) for m in members) if key != candidate.id]


def _analysis_for(keys: Sequence[ItemId], standing: Mapping[ItemId, Analysis]) -> Analysis | None:
    """Return the item's own analysis, or else the one of its matter that was signed last."""
    if keys[0] in standing:
        return standing[keys[0]]
    mates = [standing[key] for key in keys if key in standing]
    return max(mates, key=lambda one: (one.written_at, one.source, one.key), default=None)


def learned_now(session: Session, municipality: Municipality, pairs: Mapping[ItemId, Pair], week: Week) -> AllLearned:
    """Return what the municipality has taught of these items, those without anything left out."""
    return _learned(session, usable_correction(session, municipality), pairs, lowest_relevance(municipality), week)


def candidates_of(
    session: Session,
    pairs: Mapping[ItemId, Pair],
    week: Week,
    learned: AllLearned | None = None,
    items: CurrentItems | None = None,
) -> list[Candidate]:
    """Return the items with their stories, threads and changes, and what was learnt of them when that is given."""
    learned = learned or {}
    around = (items or CurrentItems()).around(session, pairs, week)
    return [
        Candidate(
            stored=stored,
            assessment=assessment,
            learned=learned.get(item),
            story=around[item].story,
            thread=around[item].thread,
            revisions=around[item].revisions,
        )
        for item, (stored, assessment) in pairs.items()
    ]


def _learned(
    session: Session,
    correction: Correction | None,
    pairs: Mapping[ItemId, Pair],
    least: float,
    week: Week,
    reader: Rows | None = None,
) -> AllLearned:
    told = {item: (stored.item, assessment) for item, (stored, assessment) in pairs.items()}
    return learned_of(session, correction, told, least, week.now, reader)


def _relevance(item: ItemId, pair: Pair, learned: AllLearned) -> float:
    return learned[item].relevance if item in learned else pair[1].relevance


def _chosen_pairs(
    session: Session, verdicts: Mapping[ItemId, Verdict], week: Week, also: Collection[ItemId]
) -> dict[ItemId, Pair]:
    oldest = week.now - LONGEST_CATCH_UP
    keys = [item for item, v in verdicts.items() if v.ruling is Ruling.SEND and v.at >= oldest]
    keys = list(dict.fromkeys([*keys, *also]))
    assessments = get_assessments(session, keys)
    items = get_items(session, keys)
    return {key: (items[key], assessments[key]) for key in keys if key in items and key in assessments}


def read_history(session: Session, municipality: Municipality, contact: str) -> History:
    """Return what a reader has been told in every digest until now."""
    told = told_at(session, municipality.key, contact)
    return History(
        items={item: Told(at) for item, at in told.items()},
        stories=frozenset(story_of(session, list(told)).values()),
        last=last_week_told(session, municipality.key, contact),
    )
