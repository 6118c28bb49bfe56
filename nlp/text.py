"""The only place with spaCy: sentences of a passage, and the words in them that tell what a date or an amount means.

A date, an amount or an identifier is a matter of characters and is found by an expression where it is read
(nlp/dates.py, nlp/money.py, nlp/references.py). What it means is a matter of words in the same sentence, and that is
what the tokenizer, the sentencizer and the SpanRuler are for. spaCy is imported at the first passage, since it takes
a second and a hundred megabytes that items without a candidate need not pay.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language

LANGUAGES = ("sv", "en")


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase of nlp/cues.toml and where it stands; positions are characters of the passage."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage with its cues in order."""

    start: int
    end: int
    cues: tuple[Cue, ...]


def sentences(passage: str, language: str) -> list[Sentence]:
    """Return the sentences of a passage and their cues; a language other than Swedish is read as English."""
    doc = _pipeline("sv" if language == "sv" else "en")(passage)
    found = sorted((Cue(s.label_, s.start_char, s.end_char) for s in doc.spans["cues"]), key=lambda c: (c.start, c.end))
    return [
        Sentence(
            sent.start_char, sent.end_char, tuple(c for c in found if sent.start_char <= c.start < sent.end_char)
        )
        for sent in doc.sents
    ]


@cache
def cue_phrases(language: str) -> dict[str, list[str]]:
    """Return the authored phrases of a language by label."""
    authored = tomllib.loads(resources.files("nlp").joinpath("cues.toml").read_text(encoding="utf-8"))
    return dict(authored[language])


@cache
def _pipeline(language: str) -> Language:
    import spacy

    nlp = spacy.blank(language)
    nlp.add_pipe("sentencizer")
    ruler: Any = nlp.add_pipe("span_ruler", config={"spans_key": "cues", "spans_filter": None, "validate": False})
    ruler.add_patterns(
        [
            {"label": label, "pattern": [_token(word) for word in phrase.split()]}
            for label, phrases in cue_phrases(language).items()
            for phrase in phrases
        ]
    )
    return nlp


def _token(word: str) -> dict[str, Any]:
    if word == "+":
        return {}
    if "*" not in word and "|" not in word:
        return {"LOWER": word}
    choices = "|".join(re.escape(choice).replace(r"\*", r"\w*") for choice in word.split("|"))
    return {"LOWER": {"REGEX": f"^(?:{choices})$"}}
