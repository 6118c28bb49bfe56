"""Finds every term of the lexicons in a text in one pass, also inside Swedish compounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ahocorasick

from nlp.knowledge import Term

SHORTEST_IN_COMPOUND = 4  # letters of a term that may stand inside a longer word; "vård", but not "el" or "väg"
SHORTEST_REST = 3  # letters that must be left of the word on either side of the term, joint apart
JOINTS = ("s", "e", "o", "u")
# fmt: off
SWEDISH_ENDINGS = frozenset((
    "s", "a", "e", "n", "t", "r", "d", "en", "et", "er", "ar", "or", "na", "ns", "ts", "ta", "te", "de", "at", "as",
    "ne", "an", "arna", "erna", "orna", "ens", "ets", "ers", "ars", "ors", "nas", "des", "are", "ade", "nes", "het",
    "arnas", "ernas", "ornas", "aren", "ares", "arens", "ande", "andet", "andets",
))
# fmt: on
ENGLISH_ENDINGS = frozenset(["s", "es", "'s", "’s", "s'", "s’", "ed", "d", "ing", "al", "ly", "wide"])


class Hit(NamedTuple):  # made by the dozen for every item, which a frozen dataclass is three times slower at
    """A term found at start..end (exclusive) of the text; `word_start..word_end` is the whole word around it."""

    term: Term
    start: int
    end: int
    word_start: int
    word_end: int

    @property
    def is_compound(self) -> bool:
        """Tell whether the term is the later part of a longer word."""
        return self.word_start < self.start


_new = tuple.__new__  # a NamedTuple's own constructor is written in Python and takes twice as long


class Matcher:
    """An automaton over the terms of one language."""

    def __init__(self, terms: Iterable[Term], language: str) -> None:
        self._swedish = language == "sv"
        by_text: dict[str, list[Term]] = {}
        for term in terms:
            for text in self._spellings(term):
                by_text.setdefault(text, []).append(term)
        self._texts = tuple(by_text)
        self._automaton = ahocorasick.Automaton()
        for text, found in by_text.items():
            stems = tuple(term for term in found if term.is_stem)
            self._automaton.add_word(text, (len(text), tuple(found), stems))
        self._automaton.make_automaton()

    def texts(self) -> tuple[str, ...]:
        """Return every text that a term is found by."""
        return self._texts

    def find(self, text: str) -> list[Hit]:
        """Return the hits in a lower-cased text, in order of their ends; what `not` terms cover is left out."""
        hits = self._all(text)
        blocked = [hit for hit in hits if hit.term.strength == "not"]
        if not blocked:
            return hits
        by_key: dict[tuple[str, str], list[Hit]] = {}
        for block in blocked:
            by_key.setdefault((block.term.key, block.term.group), []).append(block)
        found = (hit for hit in hits if hit.term.strength != "not")
        return [hit for hit in found if not _is_covered(by_key.get((hit.term.key, hit.term.group), ()), hit)]

    def _all(self, text: str) -> list[Hit]:
        length = len(text)
        shortest_inside = SHORTEST_IN_COMPOUND if self._swedish else length + 1
        hits: list[Hit] = []
        for last, (size, terms, stems) in self._automaton.iter(text):
            end = last + 1
            word_start = start = end - size
            if start and text[start - 1].isalnum():
                if size < shortest_inside:
                    continue
                while word_start and text[word_start - 1].isalnum():
                    word_start -= 1
                if start - word_start < SHORTEST_REST:
                    continue
            word_end = end
            while word_end < length and text[word_end].isalnum():
                word_end += 1
            fitting = terms if word_end == end or self._may_end_with(text[end:word_end], size) else stems
            for term in fitting:
                hits.append(_new(Hit, (term, start, end, word_start, word_end)))  # noqa: PERF401 - half the time of extend
        return hits

    def _may_end_with(self, rest: str, size: int) -> bool:
        if not self._swedish:
            return rest in ENGLISH_ENDINGS
        if rest in SWEDISH_ENDINGS:
            return size >= SHORTEST_REST
        joint = 1 if rest[0] in JOINTS else 0
        return size > SHORTEST_IN_COMPOUND and len(rest) - joint >= SHORTEST_REST

    def _spellings(self, term: Term) -> Iterator[str]:
        yield term.text
        if not self._swedish and not term.is_stem and term.text.endswith("y") and term.text[-2] not in "aeiou":
            yield term.text[:-1] + "ies"


def lower(text: str) -> str:
    """Return the text in lower case with every character at its own place ("İ" would become two)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := character.lower()) == 1 else character for character in text)


def _is_covered(blocks: Iterable[Hit], hit: Hit) -> bool:
    return any(block.start < hit.end and hit.start < block.word_end for block in blocks)
