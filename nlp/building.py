"""Builds the trained model from labelled items and puts it in place: `make model`."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from nlp.assessor import Assessor
from nlp.cases import Case
from nlp.learnt import Learnt
from nlp.model_file import FOLDER, write_model
from nlp.reading import KnowledgeReader, fingerprint
from nlp.training import lesson_of, train
from store.errors import ModelError

ONE_SIDED = 0.95  # share of items in the same area, or on the same side, that no real intake has
LIBRARIES = ("numpy", "scikit-learn", "scipy")


def build(cases: Sequence[Case], folder: Path = FOLDER) -> Learnt:
    """Learn from labelled items and write the model; the same items give the same bytes.

    Raises ModelError, and leaves the model that is there, when what is learnt cannot be trusted.
    """
    assessor = Assessor.load(weights=False)
    knowledge = assessor.knowledge
    unknown = sorted({area for case in cases for area in case.label.areas} - set(knowledge.areas))
    if unknown:
        raise ModelError(f"etiketterna nämner okända verksamhetsområden: {', '.join(unknown)}")
    lesson = lesson_of(cases, assessor)
    learnt = train(lesson)
    _refuse_odd(cases, Assessor(knowledge, learnt))
    record = {
        "knowledge": knowledge.digest,
        "features": fingerprint(KnowledgeReader(knowledge)),
        "cases": len(cases),
        "relevant": int(lesson.right[:, 0].sum()),
        "libraries": {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()},
    }
    write_model(folder, learnt, record)
    return learnt


def _refuse_odd(cases: Sequence[Case], assessor: Assessor) -> None:
    said = assessor.assess([case.item for case in cases])
    relevance = np.array([one.relevance for one in said])
    sent = float((relevance >= 0.5).mean())
    if not np.isfinite(relevance).all() or max(sent, 1.0 - sent) == 1.0:
        raise ModelError("modellen säger samma sak om alla poster: den förra modellen behålls")
    for area in assessor.knowledge.areas:
        share = sum(area in one.areas for one in said) / len(said)
        if share > ONE_SIDED:
            raise ModelError(f"modellen beter sig ovanligt ({share:.0%} i {area}): den förra modellen behålls")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the model from two files, or say what is missing."""
    from nlp.evaluation import read_cases

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=Path, required=True, help="JSON lines with id, kind, title, text, meta, origin")
    parser.add_argument("--labels", type=Path, required=True, help="JSON lines with id, relevance, areas, flags")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    chosen = parser.parse_args(arguments)
    for path in (chosen.items, chosen.labels):
        if not path.exists():
            parser.error(f"{path} is not there; give the folder with labelled items: make model DATA=folder")
    cases = read_cases(chosen.items, chosen.labels)
    try:
        learnt = build(cases, chosen.folder)
    except ModelError as error:
        parser.error(str(error))
    sys.stdout.write(f"{len(cases)} labelled items, {len(learnt.names)} signs: {chosen.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
