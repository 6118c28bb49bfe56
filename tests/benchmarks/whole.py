"""The whole of `utkik classify` and stories beside the same job built from the usual parts; and how it begins."""

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

import numpy as np
import spacy
from datasketch import MinHash, MinHashLSH
from lingua import Language, LanguageDetectorBuilder
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from spacy.matcher import PhraseMatcher

from nlp.adapter import item_of
from nlp.assessor import Assessor
from nlp.classification import classify_lines
from nlp.knowledge import load_knowledge
from nlp.stories import StoryEntry, group

PERMUTATIONS = 128
ALIKE = 0.7
REASONS = 5
Line = Mapping[str, Any]


def classify(assessor: Assessor, lines: Sequence[Line]) -> int:
    """Classify with explanation and look for near-duplicates, as Utkik does."""
    said = list(classify_lines(lines, assessor))
    items = [item_of(line) for line in lines]
    group([StoryEntry(source=i.source, key=i.key, title=i.title, text=i.text, published=None) for i in items], {})
    return len(said)


class UsualParts:
    """Language by lingua, scores by char TF-IDF and linear models, reasons by PhraseMatcher, duplicates by datasketch.

    Fitted beforehand, as ours is loaded beforehand. The weights are those of made-up answers: what they are worth is
    not measured here, what they cost is. Lingua is given two languages to choose from, which is in its favour.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        knowledge = load_knowledge()
        self.detector = LanguageDetectorBuilder.from_languages(Language.SWEDISH, Language.ENGLISH).build()
        self.vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), max_features=60_000)
        rows = self.vectors.fit_transform(texts_of(lines))
        answers = np.random.default_rng(1).random((len(lines), len(knowledge.areas) + 1)) < 0.3
        self.models = OneVsRestClassifier(LogisticRegression(solver="liblinear")).fit(rows[:500], answers[:500])
        self.nlp = spacy.blank("sv")
        self.matcher = PhraseMatcher(self.nlp.vocab, attr="LOWER")
        terms = sorted({term.text.rstrip("*") for some in knowledge.terms.values() for term in some})
        self.matcher.add("terms", [self.nlp.make_doc(term) for term in terms])

    def classify(self, lines: Sequence[Line]) -> int:
        """Do the same job and return how many lines there were."""
        texts = texts_of(lines)
        scores = self.models.predict_proba(self.vectors.transform(texts))
        near = MinHashLSH(threshold=ALIKE, num_perm=PERMUTATIONS)
        told = []
        for number, (text, row, document) in enumerate(zip(texts, scores, self.nlp.pipe(texts), strict=True)):
            words = [document[start:end].text for _, start, end in self.matcher(document)][:REASONS]
            hashed = MinHash(num_perm=PERMUTATIONS)
            hashed.update_batch([word.encode() for word in set(text.lower().split())])
            alike = near.query(hashed)
            near.insert(str(number), hashed)
            told.append((self.detector.detect_language_of(text), row.tolist(), words, alike))
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
