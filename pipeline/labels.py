"""Reading from the store what a municipality has said of its items: the labels that it teaches by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from nlp.labels import By, Label
from pipeline.candidate import ItemId
from pipeline.municipality import Municipality
from store.assessments import get_assessments
from store.corrections import list_corrections
from store.db import Session
from store.explorations import list_explorations
from store.feedback import list_feedback
from store.items import get_items
from store.opinions import list_opinions
from store.types import Answer, Assessment, Feedback, Item, Opinion, Ruling, Verdict
from store.verdicts import latest_verdicts

WANTED = {Ruling.SEND: True, Ruling.DROP: False}  # "later" says nothing yet
LIKED = {Answer.RELEVANT: True, Answer.ACT: True, Answer.PASS_ON: True}  # "not for us" speaks of the unit alone
FOR_US = {Answer.RELEVANT: True, Answer.ACT: True, Answer.PASS_ON: False, Answer.NOT_FOR_US: False}
SENT_BY_READER = 2  # of 0 to 3: what the second reader thinks a coordinator would send on
MOST_OPINIONS = 500

Pair = tuple[Item, Assessment]


def read_labels(session: Session, municipality: Municipality, *, now: datetime) -> list[Label]:
    """Return what stands at the moment: the newest verdict on each item, the newest answer of each unit, opinions.

    An opinion is left out where a person has spoken, and all that a rollback has set aside is. Nothing of another
    municipality is among them, but opinions, which are the same for all.
    """
    verdicts = {key: v for key, v in latest_verdicts(session, municipality.key).items() if v.at <= now}
    answers = _latest_answers(list_feedback(session, municipality=municipality.key), now)
    spoken = {*verdicts, *((one.source, one.key) for one in answers)}
    opinions = _latest_opinions(list_opinions(session, limit=MOST_OPINIONS), spoken, now)
    pairs = read_pairs(session, [*spoken, *opinions])
    chances = {(one.source, one.key): one.propensity for one in list_explorations(session, municipality.key)}
    labels = [_of_verdict(v, pairs[key], chances.get(key), municipality) for key, v in verdicts.items() if key in pairs]
    labels += [_of_answer(one, pairs[one.source, one.key]) for one in answers if (one.source, one.key) in pairs]
    labels += [_of_opinion(one, pairs[key]) for key, one in opinions.items() if key in pairs]
    forgotten = [
        (row.forgotten_from, row.forgotten_until)
        for row in list_corrections(session, municipality.key)
        if row.forgotten_until is not None
    ]
    return [
        label
        for label in labels
        if not any((since is None or since < label.at) and label.at <= until for since, until in forgotten)
    ]


def read_pairs(session: Session, keys: Iterable[ItemId]) -> dict[ItemId, Pair]:
    """Return the items with their assessments, as their lists tell them; those without either are left out."""
    wanted = sorted(set(keys))
    items, assessments = get_items(session, wanted), get_assessments(session, wanted)
    return {key: (items[key].item, assessments[key]) for key in wanted if key in items and key in assessments}


def _latest_answers(answers: Sequence[Feedback], now: datetime) -> list[Feedback]:
    latest = {(one.source, one.key, one.unit or one.digest_id): one for one in answers if one.at <= now}
    return list(latest.values())


def _latest_opinions(opinions: Sequence[Opinion], spoken: set[ItemId], now: datetime) -> Mapping[ItemId, Opinion]:
    newest_last = [one for one in reversed(opinions) if one.asked_at <= now]
    return {(one.source, one.key): one for one in newest_last if (one.source, one.key) not in spoken}


def _of_verdict(verdict: Verdict, pair: Pair, chance: float | None, municipality: Municipality) -> Label:
    units: dict[str, bool] = {}
    if verdict.units is not None and verdict.ruling is Ruling.SEND:
        areas = verdict.areas if verdict.areas is not None else tuple(pair[1].areas)
        usual = {unit for area in areas for unit in municipality.units_for(area)}
        units = {unit: unit in verdict.units for unit in sorted(usual | set(verdict.units))}
    return Label(
        item=pair[0],
        assessment=pair[1],
        by=By.VERDICT,
        at=verdict.at,
        wanted=WANTED.get(verdict.ruling),
        areas=verdict.areas,
        units=units,
        origin="explored" if chance is not None else verdict.origin,
        propensity=1.0 if chance is None else chance,
    )


def _of_answer(answer: Feedback, pair: Pair) -> Label:
    units = {answer.unit: FOR_US[answer.answer]} if answer.unit and answer.answer in FOR_US else {}
    if answer.passed_to:
        units[answer.passed_to] = True
    return Label(
        item=pair[0],
        assessment=pair[1],
        by=By.ANSWER,
        at=answer.at,
        wanted=LIKED.get(answer.answer),
        units=units,
        origin="routed",
    )


def _of_opinion(opinion: Opinion, pair: Pair) -> Label:
    wanted = None if opinion.relevance is None else opinion.relevance >= SENT_BY_READER
    return Label(item=pair[0], assessment=pair[1], by=By.OPINION, at=opinion.asked_at, wanted=wanted, origin="read")
