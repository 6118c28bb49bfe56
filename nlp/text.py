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
from functools import cache, partial
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
    # A lone surrogate, which JSON may carry, is not text to spaCy; as a question mark it keeps its place.
    doc = _pipeline("sv" if language == "sv" else "en")(passage.encode("utf-8", "replace").decode("utf-8"))
    found = sorted((Cue(s.label_, s.start_char, s.end_char) for s in doc.spans["cues"]), key=lambda c: (c.start, c.end))
    return [
        Sentence(sent.start_char, sent.end_char, tuple(c for c in found if sent.start_char <= c.start < sent.end_char))
        for sent in doc.sents
    ]


def may_have_cue(passage: str, language: str, labels: tuple[str, ...]) -> bool:
    """Say whether a phrase of these labels stands in a passage; costs a tenth of reading it."""
    return _any_phrase("sv" if language == "sv" else "en", labels).search(passage) is not None


@cache
def _any_phrase(language: str, labels: tuple[str, ...]) -> re.Pattern[str]:
    phrases = sorted({phrase for label in labels for phrase in cue_phrases(language)[label]})
    written = "|".join(r"\s+".join(_expression(word)[1:-1] for word in phrase.split()) for phrase in phrases)
    return re.compile(rf"\b(?:{written})(?!\w)", re.IGNORECASE)


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
    for label, phrases in cue_phrases(language).items():
        single = [phrase for phrase in phrases if " " not in phrase]
        patterns = [[_token(word) for word in phrase.split()] for phrase in phrases if " " in phrase]
        if single:
            # As a flag of the vocabulary the words are compared once per new word, not once per token: three times
            # as fast as the same words as patterns.
            known = re.compile(_expression("|".join(single)))
            patterns.append([{nlp.vocab.add_flag(partial(_is_known, known)): True}])
        ruler.add_patterns([{"label": label, "pattern": pattern} for pattern in patterns])
    return nlp


def _token(word: str) -> dict[Any, Any]:
    if word == "+":
        return {}
    if "*" in word:
        return {"LOWER": {"REGEX": _expression(word)}}
    return {"LOWER": {"IN": word.split("|")}} if "|" in word else {"LOWER": word}


def _expression(words: str) -> str:
    choices = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words.split("|"))
    return f"^(?:{choices})$"


def _is_known(known: re.Pattern[str], word: str) -> bool:
    return known.match(word.lower()) is not None
