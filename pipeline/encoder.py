"""The assessor of an installation: the shared one, and its own sentence encoder on top where one is taught."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from nlp.assessor import Assessor
from nlp.cases import Case, Label, is_tuned
from nlp.labels import By
from nlp.logistic import log_odds
from nlp.sentence_encoder import SentenceEncoder, text_of
from nlp.stacking import Stack, StackedAssessor, fit_stack, load_stack, save_stack
from pipeline.installation import Installation
from pipeline.labels import read_labels
from pipeline.settings import Settings
from store.errors import ModelError

logger = logging.getLogger(__name__)

WANTED, UNWANTED = 3, 0  # a verdict in the grades of labels


@dataclass(frozen=True, slots=True)
class EncoderState:
    """How the encoder is: `fault` is a Swedish sentence, "" when all is well; `learnt` is None before it is taught."""

    folder: str
    fault: str = ""
    learnt: Stack | None = None


def stack_path(settings: Settings) -> Path:
    """Return the file of what the encoder has been taught."""
    return settings.home / "encoder.json"


def load_assessor(settings: Settings) -> Assessor | StackedAssessor:
    """Return the installation's assessor; an encoder that cannot be used is logged and left out, and the week goes on.

    Raises ModelError only for the shared assessor itself.
    """
    assessor = Assessor.load()
    if not settings.encoder or not stack_path(settings).exists():
        return assessor
    try:
        encoder = SentenceEncoder.load(Path(settings.encoder).expanduser())
        return StackedAssessor(assessor, encoder, load_stack(stack_path(settings)))
    except ModelError as error:
        logger.error("encoder left out: %s", error)
        return assessor


def state_of(settings: Settings) -> EncoderState:
    """Return how the encoder is, as `utkik check` and `utkik encoder` tell it."""
    if not settings.encoder:
        return EncoderState("")
    try:
        encoder = SentenceEncoder.load(Path(settings.encoder).expanduser())
        if not stack_path(settings).exists():
            return EncoderState(settings.encoder)
        learnt = load_stack(stack_path(settings))
        StackedAssessor(Assessor.load(), encoder, learnt)
    except ModelError as error:
        return EncoderState(settings.encoder, f"Språkmodellen används inte. {error}.")
    return EncoderState(settings.encoder, learnt=learnt)


def cases_of_verdicts(installation: Installation, now: datetime) -> list[Case]:
    """Return what people in the municipality have said of items, as labels that the encoder can be taught with."""
    with installation.store.reading() as session:
        labels = read_labels(session, installation.municipality, now=now)
    return [
        Case(label.item, Label(WANTED if label.wanted else UNWANTED, (), ()), is_tuned(label.item.key))
        for label in labels
        if label.wanted is not None and label.by is not By.OPINION
    ]


def train(settings: Settings, cases: Sequence[Case]) -> Stack:
    """Teach the encoder with labelled items and keep what it learnt; raises ModelError when it adds nothing."""
    encoder = SentenceEncoder.load(Path(settings.encoder).expanduser())
    items = [case.item for case in cases]
    known = np.array([log_odds(said.relevance) for said in Assessor.load().assess(items)])
    right = np.array([case.label.is_relevant for case in cases], dtype=np.bool_)
    vectors = encoder.encode([text_of(item) for item in items])
    learnt = fit_stack(known, vectors, right, [case.kin for case in cases], encoder.fingerprint)
    save_stack(learnt, stack_path(settings))
    return learnt
