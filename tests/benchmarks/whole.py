"""The whole of `utkik classify` and stories beside the same job built from the usual parts; and how it begins.

Both get the same lines and write the same fields as JSON: language among eight, relevance, areas, flags, days, amounts,
reasons, and which lines are nearly the same. Both have met the words of such lines before.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.assessor import Assessor
from nlp.classification import classify_lines
from nlp.stories import StoryEntry, group
from tests.benchmarks.usual_reader import UsualReader

Line = Mapping[str, Any]


def classify(assessor: Assessor, lines: Sequence[Line]) -> int:
    """Classify with explanation and look for near-duplicates, as Utkik does."""
    told = [json.dumps(said, ensure_ascii=False) for said in classify_lines(lines, assessor)]
    entries = [StoryEntry(source="bench", key=line["id"], title=line["title"], text=line["text"]) for line in lines]
    group(entries, {})
    return len(told)


def classify_usually(reader: UsualReader, lines: Sequence[Line]) -> int:
    """Do the same job with the usual parts."""
    told = [
        json.dumps(said, ensure_ascii=False) for said in reader.read([line["id"] for line in lines], texts_of(lines))
    ]
    return len(told)


def texts_of(lines: Sequence[Line]) -> list[str]:
    """Return what is read of each line."""
    return [f"{line['title']}\n{line['text']}" for line in lines]


@dataclass(frozen=True, slots=True)
class Start:
    """A whole run of the command in its own process: seconds by the clock and of the processor, and most memory."""

    lines: int
    seconds: float
    processor_seconds: float
    megabytes: float


def start(lines: Sequence[Line], folder: Path) -> Start:
    """Run `utkik classify` on the lines and return what it took."""
    path = folder / f"{len(lines)}.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "pipeline.entry", "classify", str(path)], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"utkik classify ended with {process.returncode}")
    return Start(len(lines), time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
