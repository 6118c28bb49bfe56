"""Learn: what the municipality's verdicts and answers teach, refitted when they have changed, and rolled back."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nlp.correction_file import to_bytes
from nlp.labels import Label, hash_of
from nlp.learning import fit
from pipeline.current_items import CurrentItems
from pipeline.exploration import explore
from pipeline.labels import read_labels
from pipeline.municipality import Municipality
from pipeline.record import begin, end
from store.corrections import (
    active_correction,
    forget_rollbacks,
    list_corrections,
    retire_correction,
    roll_back,
    save_correction,
)
from store.db import Session, Store
from store.errors import ConfigurationError, ModelError
from store.types import Outcome, Run, StoredCorrection

logger = logging.getLogger(__name__)

STEP = "learn"


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of looking: how many labels there are, what is new, and words when it was refused.

    New without a correction means that no label that teaches is left and that the shared assessment stands alone again.
    """

    labels: int
    is_new: bool = False
    message: str = ""
    is_refused: bool = False
    correction: StoredCorrection | None = None


def learn(store: Store, municipality: Municipality, *, now: datetime, items: CurrentItems | None = None) -> Run:
    """Refit when the labels have changed, pick the week's items for exploration, and return the ended run.

    What is learnt is worked out outside any transaction. A correction that cannot be trusted is refused with words on
    the run, and the one before stays in use; nothing of it stops the week.
    """
    run = begin(store, STEP, municipality.key, now=now)
    with store.reading() as session:
        before = _active_id(session, municipality)
        found = _work_out(session, municipality, now)
    if found.is_new:
        with store.session() as session:
            if _active_id(session, municipality) == before:  # else a verdict was learnt from in the meantime
                _keep(session, municipality, found)
    outcome = Outcome.FAILED if found.is_refused else Outcome.COMPLETE
    explored = explore(store, municipality, now=now, items=items)
    counts = {"labels": found.labels, "refitted": int(found.is_new), "explored": explored}
    return end(store, replace(run, outcome=outcome, counts=counts, message=found.message), now=now)


def learn_now(session: Session, municipality: Municipality, *, now: datetime) -> Learnt:
    """Refit within the session that a verdict was just saved in, so that the next page is ranked by it."""
    found = _work_out(session, municipality, now)
    _keep(session, municipality, found)
    return found


def refit(session: Session, municipality: Municipality, *, now: datetime) -> Learnt:
    """Refit from all labels there are, also those that a rollback has set aside."""
    forget_rollbacks(session, municipality.key)
    return learn_now(session, municipality, now=now)


def roll_back_to(
    session: Session, municipality: Municipality, wanted: str, *, now: datetime
) -> StoredCorrection | None:
    """Use the version before the present one again, or the one named; return it, None when nothing learnt is left.

    Raises ConfigurationError when there is nothing to go back from or the name fits no version, or several.
    """
    versions = list_corrections(session, municipality.key)
    active = next((version for version in versions if version.state == "active"), None)
    if wanted:
        fitting = [version for version in versions if version.id.startswith(wanted)]
        if len(fitting) != 1:
            raise ConfigurationError(f"ingen version heter '{wanted}'; utkik model visar vilka som finns")
        target: StoredCorrection | None = fitting[0]
    elif active is None:
        raise ConfigurationError("det finns inget inlärt att backa från")
    else:
        target = next((version for version in _before(active, versions)), None)
    roll_back(session, municipality.key, target, now=now)
    return target


def _before(active: StoredCorrection, versions: Sequence[StoredCorrection]) -> list[StoredCorrection]:
    usable = [one for one in versions if one.state == "replaced" and one.assessor == active.assessor]
    return [one for one in usable if (one.made_at, one.id) < (active.made_at, active.id)]


def _work_out(session: Session, municipality: Municipality, now: datetime) -> Learnt:
    labels = read_labels(session, municipality, now=now)
    assessor = assessor_of(labels)
    standing = [label for label in labels if label.assessment.assessor == assessor]
    active = active_correction(session, municipality.key)
    taught = hash_of(standing)
    if not any(label.teaches for label in standing):
        return Learnt(0, is_new=active is not None)
    if active and (active.labels_hash, active.assessor) == (taught, assessor):
        return Learnt(len(standing))
    try:
        payload = to_bytes(fit(standing, assessor))
    except ModelError as error:
        logger.warning("correction refused for %s: %s", municipality.key, error)
        kept = " Det som lärdes före det används fortfarande." if active and active.assessor == assessor else ""
        return Learnt(len(standing), message=f"Inget nytt lärdes: {error}.{kept}", is_refused=True)
    name = "\n".join([municipality.key, now.isoformat(), taught])
    fitted = StoredCorrection(
        id=hashlib.sha256(name.encode()).hexdigest()[:10],
        municipality=municipality.key,
        made_at=now,
        assessor=assessor,
        labels=len(standing),
        labels_hash=taught,
        payload=payload,
    )
    return Learnt(len(standing), is_new=True, correction=fitted)


def _keep(session: Session, municipality: Municipality, found: Learnt) -> None:
    if found.correction:
        save_correction(session, found.correction)
    elif found.is_new:
        retire_correction(session, municipality.key)


def _active_id(session: Session, municipality: Municipality) -> str:
    active = active_correction(session, municipality.key)
    return active.id if active else ""


def assessor_of(labels: Sequence[Label]) -> str:
    """Return the assessor that most of the labelled items were assessed by; the rest wait to be assessed again."""
    counts = Counter(label.assessment.assessor for label in labels)
    return max(counts, key=lambda name: (counts[name], name), default="")
