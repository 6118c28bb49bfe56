"""Classify items of a file without a store: one JSON object in, one out, in the same order."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from nlp.assessor import Assessor
from nlp.classification import classify_lines
from store.errors import ConfigurationError


def classify_file(path: Path, output: TextIO) -> None:
    """Write one line per line of the file; raises ConfigurationError on a line that is no JSON object."""
    for result in classify_lines(read_lines(path), Assessor.load()):
        output.write(json.dumps(result, ensure_ascii=False) + "\n")
    output.flush()


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines file, "-" being standard input; empty lines are passed over."""
    try:
        stream = sys.stdin if str(path) == "-" else path.open(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"filen går inte att läsa ({error.strerror})", path=path) from error
    with stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                values = json.loads(line)
            except ValueError as error:
                raise ConfigurationError("raden är inte giltig JSON", path=path, line=number) from error
            if not isinstance(values, dict):
                raise ConfigurationError("raden är inget JSON-objekt", path=path, line=number)
            yield values
