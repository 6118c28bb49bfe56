"""The terms of a text by its words, each remembered: what stands in a word is the same wherever the word stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from nlp.knowledge import Term
from nlp.marks import Marks
from nlp.matching import Hit, Matcher
from nlp.strongest import Strongest, kept_of

MOST_WORDS = 100_000  # remembered of a language, 30 MB; then the memory starts anew


class _Known(NamedTuple):
    """What is known of a word, or of the words of a phrase: the hits that count in it, and the phrases it may begin.

    Hits are told from the word's first letter; of phrases where they begin in it and how they are written.
    """

    kept: tuple[tuple[str, str, tuple[Hit, ...]], ...]
    phrases: tuple[tuple[int, tuple[str, ...]], ...]
    marks: int


_new = tuple.__new__  # a NamedTuple's own constructor is written in Python and takes twice as long


class WordHits:
    """Finds the hits that count of one language's terms, the same as `strongest` of what `Matcher` finds.

    A text is cut at its spaces. No hit of a term without a space reaches over one, and hits lie over each other or
    are taken away only within a word; so each word is gone through once, and then looked up. Where a phrase stands
    its words are looked up together.
    """

    def __init__(self, terms: Sequence[Term], language: str) -> None:
        self._matcher = Matcher(terms, language)
        self._marks = Marks()
        self._phrases = _by_first_word(self._matcher.texts())
        self._sizes = sorted(set(map(len, self._phrases)))
        self._known = _Memory(self)

    def find(self, text: str) -> Strongest:
        """Return the hits of a lower-cased text, and the marks in it."""
        if len(self._known) > MOST_WORDS:
            self._known.clear()
        words = text.replace("\n", " ").split(" ")
        known = list(map(self._known.__getitem__, words))
        ends = list(accumulate(map(len, words)))  # without the spaces between them
        found = Strongest()
        of_group = {"area": found.areas, "cue": found.cues, "flag": found.flags}
        last = -1
        for number, of_word in enumerate(known):
            if of_word is None:
                continue
            if number <= last:
                found.marks |= of_word.marks
                continue
            kept, phrases, marks = of_word
            found.marks |= marks
            begin = ends[number] - len(words[number]) + number
            for start, written in phrases:
                if text.startswith(written, begin + start):
                    last = _last_of_phrase(text, words, ends, known, number)
                    of_phrase = self._known[text[begin : ends[last] + last]]
                    kept = of_phrase.kept if of_phrase else ()
                    break
            for group, key, hits in kept:
                same = of_group[group].get(key)
                if same is None:
                    of_group[group][key] = same = []
                    if group != "area":
                        found.others[key] = same
                for term, start, end, word_start, word_end in hits:
                    same.append(_new(Hit, (term, begin + start, begin + end, begin + word_start, begin + word_end)))
        return found

    def learn(self, word: str) -> _Known | None:
        """Return what is to be known of a word, or of the words of a phrase."""
        hits = kept_of(self._matcher.find(word))
        kept = tuple((group, key, tuple(some)) for (group, key), some in hits.items())
        endings = ((len(word) - size, word[-size:]) for size in self._sizes if size <= len(word))
        begun = tuple((start, self._phrases[ending]) for start, ending in endings if ending in self._phrases)
        marks = self._marks.of(word)
        return _Known(kept, begun, marks) if kept or begun or marks else None


def _by_first_word(texts: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the phrases by their first words; as in a compound, a word may end with it."""
    begun: dict[str, list[str]] = {}
    for text in texts:
        first, space, _ = text.partition(" ")
        if space:
            begun.setdefault(first, []).append(text)
    return {first: tuple(some) for first, some in begun.items()}


def _last_of_phrase(
    text: str, words: Sequence[str], ends: Sequence[int], known: Sequence[_Known | None], first: int
) -> int:
    """Return the number of the last word of the phrases that begin in a word, or in those that they reach over."""
    last = number = first
    while number <= last:
        of_word = known[number]
        for start, phrases in of_word.phrases if of_word else ():
            place = ends[number] - len(words[number]) + number + start
            if text.startswith(phrases, place):
                end = place + max(len(phrase) for phrase in phrases if text.startswith(phrase, place))
                while ends[last] + last < end:
                    last += 1
        number += 1
    return last


class _Memory(dict[str, _Known | None]):
    """What is known of each word; a word that is not there is learnt."""

    def __init__(self, hits: WordHits) -> None:
        self._hits = hits

    def __missing__(self, word: str) -> _Known | None:
        self[word] = known = self._hits.learn(word)
        return known
