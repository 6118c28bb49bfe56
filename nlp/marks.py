"""What a word may be a mark of, so that a text without the mark need not be searched."""

from __future__ import annotations

import ahocorasick

from nlp.days import may_be_of_day
from nlp.places import telling_words

A_NUMBER, MONEY, APPLYING, A_DAY, A_PLACE = 1, 2, 4, 8, 16
EVERY = A_NUMBER | MONEY | APPLYING | A_DAY | A_PLACE  # where nothing is known

# In small letters; each is a part of one word of every phrase that is sought, so that it stands wherever they do.
_WRITTEN = (
    (A_NUMBER, tuple("0123456789")),
    (MONEY, ("kr", "uro", "eur", "cent", "sek", "€", "%", "$", "£", "usd", "gbp", "nok", "dkk", "dollar", "pund")),
    (APPLYING, ("söka", "tlysning", "apply", "proposals", "pplications", "ligible")),
)


class Marks:
    """The marks in a word."""

    def __init__(self) -> None:
        self._automaton = ahocorasick.Automaton()
        for mark, written in _WRITTEN:
            for one in written:
                self._automaton.add_word(one, mark)
        self._automaton.make_automaton()
        self._places = ahocorasick.Automaton(ahocorasick.STORE_LENGTH)
        for name in sorted(telling_words()):
            self._places.add_word(name.lower())
        self._places.make_automaton()

    def of(self, word: str) -> int:
        """Return the marks in a lower-cased word, added up."""
        found = A_DAY if may_be_of_day(word) else 0
        for _, mark in self._automaton.iter(word):
            found |= mark
        for last, length in self._places.iter(word):
            start = last + 1 - length
            if not start or not (word[start - 1].isalnum() or word[start - 1] == "_"):
                found |= A_PLACE
        return found
