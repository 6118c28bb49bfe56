"""What is known of the trained model: its version, what it was trained on, and how it was measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from nlp.model_file import FOLDER, RECORD

FIGURES = "figures.json"  # the card's own figures, for pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One figure, from 0 to 1: the model's, with its interval, and that of the authored knowledge alone."""

    what: str
    model: float
    low: float | None = None
    high: float | None = None
    knowledge: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """The trained model in short; `measured` is empty when the figures are of another version."""

    version: str
    cases: int
    relevant: int
    items: int = 0  # that it was measured on
    measured: tuple[Measured, ...] = ()


def read_card(folder: Path = FOLDER) -> ModelCard | None:
    """Return what is known of the model of a folder; None when its files are not there or cannot be read."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        version, cases, relevant = str(record["sha256"])[:10], int(record["cases"]), int(record["relevant"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    try:
        told = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
        figures = tuple(Measured(**one) for one in told["measured"]) if told["of_model"] == version else ()
        items = int(told["items"]) if figures else 0
    except (OSError, ValueError, KeyError, TypeError):
        figures, items = (), 0
    return ModelCard(version=version, cases=cases, relevant=relevant, items=items, measured=figures)
