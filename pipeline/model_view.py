"""What the page of the model shows: what was learnt, whether it helps, and where model and coordinator disagree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nlp.labels import By, Label
from nlp.model_card import ModelCard, read_card
from pipeline.background import Task
from pipeline.candidate import ItemId
from pipeline.installation import Installation
from pipeline.labels import read_labels
from pipeline.learn import refit
from pipeline.model_report import model_sentences, model_values
from pipeline.municipality import Municipality
from pipeline.wording import clean
from store.db import Session

REFIT = "refit"  # name of the task
WORTH_A_LOOK = 0.35  # between what the model said and what was ruled; less is within its doubt
MOST = 12
NOTHING: Mapping[str, Any] = {
    "words": {"more": [], "less": []},
    "names": {"more": [], "less": []},
}  # the page shows these beside
MEASURED_WORDS = {
    "average precision": "Rangordning (average precision)",
    "recall in the top fifth": "Andel av det viktiga i den översta femtedelen",
    "areas micro F1": "Rätt områden, alla poster (F1)",
    "areas macro F1": "Rätt områden, snitt per område (F1)",
    "first area right": "Första området rätt",
    "children and youth": "Barn och unga (F1)",
    "origins never met": "Rangordning, källor den aldrig sett",
    "later dates": "Rangordning, senare datum",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """An item that the coordinator ruled otherwise on than the shared assessment would."""

    item: ItemId
    title: str
    at: datetime
    is_wanted: bool
    relevance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The coordinator's verdicts against what the threshold would have let through."""

    sent_above: int
    sent_below: int
    dropped_above: int
    dropped_below: int

    @property
    def all(self) -> int:
        """How many verdicts there are."""
        return self.sent_above + self.sent_below + self.dropped_above + self.dropped_below

    @property
    def right(self) -> int:
        """How many went the model's way."""
        return self.sent_above + self.dropped_below


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelView:
    """Everything that the page shows of what was learnt."""

    values: Mapping[str, Any]
    sentences: tuple[str, ...]
    agreement: Agreement
    disagreements: tuple[Disagreement, ...]


def view_model(session: Session, municipality: Municipality, now: datetime) -> ModelView:
    """Return what was learnt and how it holds; takes seconds with many verdicts, since it learns again on parts."""
    values = model_values(session, municipality, now=now)
    verdicts = [label for label in read_labels(session, municipality, now=now) if is_verdict(label)]
    return ModelView(
        values=values,
        sentences=tuple(model_sentences({**values, "learned": NOTHING})),
        agreement=agreement_of(verdicts, municipality.thresholds.relevance),
        disagreements=tuple(disagreements_of(verdicts)),
    )


def is_verdict(label: Label) -> bool:
    """Tell whether the label is the coordinator's word that an item was wanted or not."""
    return label.by is By.VERDICT and label.wanted is not None


def agreement_of(verdicts: Sequence[Label], least: float) -> Agreement:
    """Return how the verdicts went against the shared relevance: as it was before anything was learnt from them."""
    ways = [(bool(label.wanted), label.assessment.relevance >= least) for label in verdicts]
    return Agreement(
        sent_above=ways.count((True, True)),
        sent_below=ways.count((True, False)),
        dropped_above=ways.count((False, True)),
        dropped_below=ways.count((False, False)),
    )


def disagreements_of(verdicts: Sequence[Label]) -> list[Disagreement]:
    """Return the verdicts that were least expected, the furthest off first."""
    off = sorted(verdicts, key=lambda label: (-_distance(label), label.item.source, label.item.key))
    return [
        Disagreement(
            item=(label.item.source, label.item.key),
            title=clean(label.item.title),
            at=label.at,
            is_wanted=bool(label.wanted),
            relevance=label.assessment.relevance,
        )
        for label in off[:MOST]
        if _distance(label) > 1 - WORTH_A_LOOK
    ]


def _distance(label: Label) -> float:
    return abs(float(bool(label.wanted)) - label.assessment.relevance)


def shared_model() -> ModelCard | None:
    """Return what is known of the model that all municipalities share, None when it is not there."""
    return read_card()


def refitting_of(installation: Installation, now: datetime) -> Callable[[Task], str]:
    """Return the work that learns anew from everything said, and tells what came of it."""

    def work(task: Task) -> str:
        task.step("Lär om")
        with installation.store.session() as session:
            found = refit(session, installation.municipality, now=now)
        return found.message or f"{'Lärt om' if found.is_new else 'Inget är ändrat: redan lärt'} av {found.labels}."

    return work
