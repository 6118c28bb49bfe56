"""The terms of texts by their words, each remembered: what stands in a word is the same wherever the word stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nlp.columns import Ints
from nlp.knowledge import LANGUAGES
from nlp.marks import Marks
from nlp.matching import Matcher
from nlp.strongest import kept_of
from nlp.term_table import TermTable

MOST_WORDS = 100_000  # remembered of both languages, 30 MB; then the memory starts anew
NOTHING = 0  # the number of what has no hits, phrases or marks: an empty word


class Hits(NamedTuple):
    """The hits that count in some texts, as columns, in the order of the texts and of their words."""

    owners: Ints  # number of the text
    terms: Ints  # number of the term
    starts: Ints  # of the term in its text
    word_starts: Ints
    word_ends: Ints
    is_number: npt.NDArray[np.bool_]  # whether the word begins with a digit
    marks: Sequence[int]  # of each text, of nlp.marks


class WordHits:
    """Finds the hits that count, the same as `kept_of` of what `Matcher` finds.

    A text is cut at its spaces. No hit of a term without a space reaches over one, and hits lie over each other or
    are taken away only within a word; so each word is gone through once, and then looked up. Where a phrase stands
    its words are looked up together.
    """

    def __init__(self, table: TermTable) -> None:
        self._table = table
        self._marks = Marks()
        self._columns = _Columns()
        self._lexicons = {language: _Lexicon(self, table, language) for language in LANGUAGES}

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Hits:
        """Return the hits in lower-cased texts, each read with the lexicon of its language."""
        if self._columns.words > MOST_WORDS:
            self._columns = _Columns()
            for lexicon in self._lexicons.values():
                lexicon.clear()
        numbers: list[int] = []
        last = [0]
        for text, language in zip(texts, languages, strict=True):
            numbers.extend(map(self._lexicons[language].__getitem__, text.replace("\n", " ").split(" ")))
            last.append(len(numbers))
        found, ends = np.array(numbers, dtype=np.int64), np.array(last)
        columns = self._columns
        steps = columns.lengths[found] + 1
        begins = np.cumsum(steps) - steps
        begins -= np.repeat(begins[ends[:-1]], np.diff(ends))
        marks = np.bitwise_or.reduceat(columns.marks[found], ends[:-1]).tolist()
        self._join_phrases(texts, languages, found, begins, ends)
        return self._told(found, begins, ends, marks)

    def _told(self, found: Ints, begins: Ints, ends: Ints, marks: Sequence[int]) -> Hits:
        columns = self._columns
        times = columns.numbers[found]
        filled = np.flatnonzero(times)
        times = times[filled]
        first = columns.firsts[found[filled]]
        rows = np.repeat(first - np.cumsum(times) + times, times) + np.arange(times.sum())
        begin = np.repeat(begins[filled], times)
        owners = np.repeat(np.searchsorted(ends, filled, side="right") - 1, times)
        term, start, word_start, word_end, is_number = columns.hits[rows].T
        return Hits(
            owners, term, begin + start, begin + word_start, begin + word_end, is_number.astype(np.bool_), marks
        )

    def _join_phrases(
        self, texts: Sequence[str], languages: Sequence[str], found: Ints, begins: Ints, ends: Ints
    ) -> None:
        """Put what stands in a phrase's words together in the place of its first word, and nothing in the others'."""
        phrases = self._columns.phrases
        places = np.flatnonzero(self._columns.begins_phrase[found])
        owners = np.searchsorted(ends, places, side="right") - 1
        last = -1
        for place, owner, number, begin in zip(
            places.tolist(), owners.tolist(), found[places].tolist(), begins[places].tolist(), strict=True
        ):
            if place <= last:
                continue
            text = texts[owner]
            for start, written in phrases[number]:
                if text.startswith(written, begin + start):
                    last = self._last_of_phrase(text, found, begins, place)
                    end = int(begins[last] + self._columns.lengths[found[last]])
                    found[place] = self._lexicons[languages[owner]][text[begin:end]]
                    found[place + 1 : last + 1] = NOTHING
                    break

    def _last_of_phrase(self, text: str, found: Ints, begins: Ints, first: int) -> int:
        """Return the place of the last word of the phrases that begin in a word, or in those that they reach over."""
        columns = self._columns
        last = place = first
        while place <= last:
            for start, phrases in columns.phrases.get(int(found[place]), ()):
                at = int(begins[place]) + start
                if text.startswith(phrases, at):
                    end = at + max(len(phrase) for phrase in phrases if text.startswith(phrase, at))
                    while begins[last] + columns.lengths[found[last]] < end:
                        last += 1
            place += 1
        return last

    def learn(self, word: str, matcher: Matcher, begun: Sequence[tuple[int, tuple[str, ...]]]) -> int:
        """Return the number under which is kept what is to be known of a word, or of the words of a phrase."""
        numbers = self._table.numbers
        rows = [
            (numbers[hit.term], hit.start, hit.word_start, hit.word_end, word[hit.word_start].isdigit())
            for kept in kept_of(matcher.find(word)).values()
            for hit in kept
        ]
        return self._columns.add(len(word), rows, self._marks.of(word), begun)


class _Lexicon(dict[str, int]):
    """The number of each word of one language; a word that is not there is learnt."""

    def __init__(self, hits: WordHits, table: TermTable, language: str) -> None:
        self._hits = hits
        self._matcher = Matcher(table.by_language[language], language)
        self._phrases = _by_first_word(self._matcher.texts())
        self._sizes = sorted(set(map(len, self._phrases)))

    def __missing__(self, word: str) -> int:
        phrases = self._phrases
        endings = ((len(word) - size, word[-size:]) for size in self._sizes if size <= len(word))
        begun = [(start, phrases[ending]) for start, ending in endings if ending in phrases]
        self[word] = number = self._hits.learn(word, self._matcher, begun)
        return number


class _Columns:
    """What is known of each word by its number, in columns that grow."""

    def __init__(self) -> None:
        self.words = self.rows = 0
        self.lengths, self.numbers, self.firsts, self.marks = (np.zeros(1024, dtype=np.int64) for _ in range(4))
        self.begins_phrase = np.zeros(1024, dtype=np.bool_)
        self.hits = np.zeros((1024, 5), dtype=np.int64)  # term, start, word's start and end, whether it is a number
        self.phrases: dict[int, Sequence[tuple[int, tuple[str, ...]]]] = {}  # where they begin, how they are written
        self.add(0, (), 0, ())

    def add(
        self,
        length: int,
        rows: Sequence[tuple[int, ...]],
        marks: int,
        begun: Sequence[tuple[int, tuple[str, ...]]],
    ) -> int:
        """Keep what is known of one more word, and return its number."""
        number = self.words
        if number == len(self.lengths):
            for name in ("lengths", "numbers", "firsts", "marks", "begins_phrase"):
                setattr(self, name, _doubled(getattr(self, name)))
        while self.rows + len(rows) > len(self.hits):
            self.hits = _doubled(self.hits)
        self.lengths[number], self.marks[number], self.begins_phrase[number] = length, marks, bool(begun)
        self.numbers[number], self.firsts[number] = len(rows), self.rows
        if rows:
            self.hits[self.rows : self.rows + len(rows)] = rows
        if begun:
            self.phrases[number] = begun
        self.rows += len(rows)
        self.words += 1
        return number


def _doubled(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate([column, np.zeros_like(column)])


def _by_first_word(texts: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the phrases by their first words; as in a compound, a word may end with it."""
    begun: dict[str, list[str]] = {}
    for text in texts:
        first, space, _ = text.partition(" ")
        if space:
            begun.setdefault(first, []).append(text)
    return {first: tuple(some) for first, some in begun.items()}
