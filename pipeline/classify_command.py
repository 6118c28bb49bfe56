"""The command `utkik classify`, which needs a file and no installation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.classify import classify_file


def classify(
    file: Annotated[Path, typer.Argument(metavar="FIL.jsonl", help="En post per rad; - läser standard in.")],
) -> None:
    """Bedöm poster ur en fil utan databas: en JSON-rad in, en ut, i samma ordning."""
    classify_file(file, sys.stdout)
