"""The only place with spaCy: sentences of a passage, and the words in them that tell what a date or an amount means.

A date, an amount or an identifier is a matter of characters and is found by an expression where it is read
(nlp/dates.py, nlp/money.py, nlp/references.py). What it means is a matter of words in the same sentence, and that is
what the tokenizer and the sentencizer are for. spaCy is imported at the first passage, since it takes
a second and a hundred megabytes that items without a candidate need not pay.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Doc

LANGUAGES = ("sv", "en")
CUES = "cues.toml"  # of dates and money; who may apply has its own: facts.toml
TAUGHT_AT_ONCE = 32  # texts
MOST_WORDS = 100_000  # remembered of a language; then the memory starts anew


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase of nlp/cues.toml or nlp/facts.toml and where it stands; positions are characters of the passage."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage with its cues in order."""

    start: int
    end: int
    cues: tuple[Cue, ...]


def sentences(passage: str, language: str, book: str = CUES) -> list[Sentence]:
    """Return the sentences of a passage and their cues; a language other than Swedish is read as English."""
    return _reader("sv" if language == "sv" else "en", book).read(passage)


def may_have_cue(passage: str, language: str, labels: tuple[str, ...], book: str = CUES) -> bool:
    """Say whether a phrase of these labels stands in a passage; costs a tenth of reading it."""
    return _any_phrase("sv" if language == "sv" else "en", labels, book).search(passage) is not None


@cache
def _any_phrase(language: str, labels: tuple[str, ...], book: str) -> re.Pattern[str]:
    phrases = sorted({phrase for label in labels for phrase in cue_phrases(language, book)[label]})
    written = "|".join(r"\s+".join(_expression(word)[1:-1] for word in phrase.split()) for phrase in phrases)
    return re.compile(rf"\b(?:{written})(?!\w)", re.IGNORECASE)


@cache
def cue_phrases(language: str, book: str = CUES) -> dict[str, list[str]]:
    """Return the authored phrases of a language by label, from one of the files of phrases."""
    authored = tomllib.loads(resources.files("nlp").joinpath(book).read_text(encoding="utf-8"))
    return dict(authored[language])


def train_categories(
    texts: Sequence[str], labels: Sequence[Collection[str]], names: Sequence[str], epochs: int = 5
) -> Callable[[Sequence[str]], list[dict[str, float]]]:
    """Return a reader that spaCy's bag-of-words textcat has learnt: of each text, the probability of each name.

    A baseline to measure beside, never part of an assessment; the same every time for the same texts.
    """
    import spacy
    from spacy.training import Example
    from thinc.api import fix_random_seed

    fix_random_seed(1)
    nlp = spacy.blank("xx")
    model = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": False,
        "ngram_size": 1,
        "no_output_layer": False,
    }
    pipe: Any = nlp.add_pipe("textcat_multilabel", config={"model": model})
    for name in names:
        pipe.add_label(name)
    examples = [
        Example.from_dict(nlp.make_doc(_whole(text)), {"cats": {name: float(name in held) for name in names}})
        for text, held in zip(texts, labels, strict=True)
    ]
    optimizer = nlp.initialize(lambda: examples[:100])
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    for _ in range(epochs):
        chance.shuffle(examples)
        for start in range(0, len(examples), TAUGHT_AT_ONCE):
            nlp.update(examples[start : start + TAUGHT_AT_ONCE], sgd=optimizer, drop=0.2)
    return lambda asked: [dict(doc.cats) for doc in nlp.pipe(map(_whole, asked))]


def _whole(text: str) -> str:
    """Return the text without lone surrogates, which JSON may carry and spaCy cannot read."""
    return text.encode("utf-8", "replace").decode("utf-8")


class _Reader:
    """spaCy's words and sentences for one language, and the cues among the words.

    What a word may mean is remembered by its number in spaCy's vocabulary: compared with every pattern at every word,
    as SpanRuler does it, the cues alone took twice as long as all the rest.
    """

    def __init__(self, language: str, book: str) -> None:
        import spacy

        nlp = spacy.blank(language)
        self._tokenizer = nlp.tokenizer
        self._sentencizer: Any = nlp.add_pipe("sentencizer")
        self._strings = nlp.vocab.strings
        phrases = [(label, phrase) for label, some in cue_phrases(language, book).items() for phrase in some]
        self._rules = [_Rule(label, tuple(map(_known, phrase.split()))) for label, phrase in phrases]
        self._order = {label: self._strings.add(label) for label in cue_phrases(language, book)}
        self._begun: dict[int, tuple[_Rule, ...]] = {}

    def read(self, passage: str) -> list[Sentence]:
        # A lone surrogate, which JSON may carry, is not text to spaCy; as a question mark it keeps its place.
        doc = self._sentencizer(self._tokenizer(passage.encode("utf-8", "replace").decode("utf-8")))
        found = sorted(set(self._cues(doc)), key=lambda cue: (cue.start, cue.end, self._order[cue.label]))
        spans = [(span.start_char, span.end_char) for span in doc.sents]
        return [Sentence(start, end, tuple(cue for cue in found if start <= cue.start < end)) for start, end in spans]

    def _cues(self, doc: Doc) -> Iterator[Cue]:
        keys = doc.to_array("LOWER").tolist()
        for place, key in enumerate(keys):
            begun = self._begun.get(key)
            if begun is None:
                begun = self._learn(key)
            for rule in begun:
                end = place + len(rule.words)
                if end <= len(keys) and (
                    len(rule.words) == 1 or rule.goes_on(self._strings[k] for k in keys[place + 1 : end])
                ):
                    last = doc[end - 1]
                    yield Cue(rule.label, doc[place].idx, last.idx + len(last))

    def _learn(self, key: int) -> tuple[_Rule, ...]:
        """Return the rules that a word may begin, and remember them."""
        if len(self._begun) >= MOST_WORDS:
            self._begun.clear()
        word = self._strings[key]
        self._begun[key] = tuple(rule for rule in self._rules if rule.words[0].match(word))
        return self._begun[key]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A phrase of cues.toml as an expression for each of its words."""

    label: str
    words: tuple[re.Pattern[str], ...]

    def goes_on(self, words: Iterable[str]) -> bool:
        """Say whether the words after the first are those of the phrase."""
        return all(known.match(word) for known, word in zip(self.words[1:], words, strict=True))


def _known(word: str) -> re.Pattern[str]:
    return re.compile(_expression(word) if word != "+" else "", re.DOTALL)


@cache
def _reader(language: str, book: str) -> _Reader:
    return _Reader(language, book)


def _expression(words: str) -> str:
    choices = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words.split("|"))
    return f"^(?:{choices})$"
