"""Why an assessment says what it says: at most four short Swedish phrases, with the words as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from nlp.columns import summed
from nlp.evidence import PLACES
from nlp.knowledge import Knowledge
from nlp.learnt import RELEVANCE
from nlp.reading import Reading
from nlp.said import Said
from store.types import Reason

MOST = 4
MOST_AREAS = 2
MOST_WORDS = 2
LEAST_CUE = 0.25  # log-odds; a smaller step is not worth a reader's time
LONGEST_LABEL = 60  # characters
_PLACES = {"title": "titeln", "text": "texten"}
_IN_WORDS = _PLACES.keys()
WHOLE = 4.0  # log-odds that make a whole of what learnt words say of an area

_SCHEMES = {
    "acts": "gäller rättsakt",
    "eurovoc": "EuroVoc",
    "directory": "EU-lagstiftningens register",
    "government": "Regeringens ämne",
    "programme": "program",
    "committee": "utskott",
}


class Sign(NamedTuple):
    """A word of the item or a code that speaks for an area, as it is written."""

    word: str
    place: str  # title, text, eurovoc, government, …
    weight: float


class _Cue(NamedTuple):
    """A cue of an item, what it moves, and its first word."""

    step: float
    key: str
    start: int
    end: int


class Reasons:
    """Tells the reasons of what is said of items that were read together."""

    def __init__(self, knowledge: Knowledge, reading: Reading) -> None:
        found, steps = reading.evidence, reading.steps
        self._phrases = knowledge.phrases
        self._reading = reading
        self._numbers = {area: number for number, area in enumerate(reading.table.areas)}
        self._rows, self._firsts = found.rows.tolist(), found.firsts.tolist()
        signs = found.signs
        self._signs = list(
            zip(*(c.tolist() for c in (signs.places, signs.weights, signs.starts, signs.ends)), strict=True)
        )
        self._wholes = summed(found.owners, found.total, len(reading.items)).tolist()
        self._moves = steps.size.tolist()
        self._cues: dict[int, list[_Cue]] = {}
        self._gather_cues()

    def _gather_cues(self) -> None:
        mentions, steps, others = self._reading.mentions, self._reading.steps.cues, self._reading.table.others
        heavy = np.flatnonzero(np.abs(steps) >= LEAST_CUE)
        columns = (mentions.owners, steps, mentions.keys, mentions.starts, mentions.ends)
        for owner, step, key, start, end in zip(*(column[heavy].tolist() for column in columns), strict=True):
            if self._phrases.get(others[key]):
                self._cues.setdefault(owner, []).append(_Cue(step, others[key], start, end))

    def of(self, number: int, said: Said) -> tuple[Reason, ...]:
        """Return the reasons of one item, the heaviest first of areas and then of relevance.

        An area's share is of all evidence; a cue's or learnt word's is of all that moves the relevance.
        """
        whole = self._wholes[number] or 1.0
        reasons: list[Reason] = []
        for area in islice(said.areas, MOST_AREAS):
            row = self._rows[number][self._numbers[area]]
            of_area = self._of_area(number, area, row, whole) if row >= 0 else ()
            reasons.extend(of_area or self._of_words(number, area, said))
        if len(reasons) > 1:
            reasons.sort(key=lambda reason: -reason.weight)
        moving = self._moving(number, said)
        return (*reasons[: MOST - len(moving)], *moving)

    def _of_words(self, number: int, area: str, said: Said) -> list[Reason]:
        """The learnt words of an area for which the knowledge has none."""
        told = [(word, share) for word, share in said.words.get(area, ()) if share > 0]
        if not told:
            return []
        weight = round(min(1.0, sum([share for _, share in told]) / WHOLE), 3)
        words = " och ".join([self._as_written(number, word) for word, _ in told])
        return [Reason(text=f"ord som {words}", area=area, weight=weight)]

    def _of_area(self, number: int, area: str, row: int, whole: float) -> list[Reason]:
        signs = [self._sign(number, *told) for told in self._signs[self._firsts[row] : self._firsts[row + 1]]]
        if len(signs) == 1 and signs[0].place in _IN_WORDS:  # as most often
            return [_reason(area, signs, f"{_listed(signs)} i {_PLACES[signs[0].place]}", whole)]
        reasons = []
        places: dict[str, list[Sign]] = {}
        for sign in sorted(signs, key=_lightness):
            places.setdefault(sign.place, []).append(sign)
        for name, phrase in _PLACES.items():
            if chosen := places.get(name):
                reasons.append(_reason(area, chosen[:MOST_WORDS], f"{_listed(chosen)} i {phrase}", whole))
                break
        if places.keys() - _IN_WORDS:
            for scheme, name in _SCHEMES.items():
                if codes := places.get(scheme):
                    reasons.append(_reason(area, codes, f"{name}: {_listed(codes, ', ')}", whole))
        return reasons

    def _sign(self, number: int, place: int, weight: float, start: int, end: int) -> Sign:
        name = PLACES[place]
        is_written = name in _IN_WORDS
        return Sign(
            self._reading.shown[number][start:end] if is_written else self._reading.evidence.labels[start], name, weight
        )

    def _moving(self, number: int, said: Said) -> list[Reason]:
        """What speaks most for the relevance and what most against, when they matter: cues and learnt words.

        A cue says why, a learnt word only that; so a word is told instead only when it weighs twice as much.
        """
        told, cues = said.words.get(RELEVANCE, ()), self._cues.get(number, ())
        whole = (said.scale * self._moves[number] + sum([abs(share) for _, share in told])) or 1.0
        reasons = []
        for sign, phrase in ((1, "ord som brukar höra hit"), (-1, "ord som sällan hör hit")):
            step, text = self._heaviest_cue(number, cues, said.scale, sign) if cues else (0.0, "")
            words = [(word, share) for word, share in told if share * sign > 0]
            moved = sum([abs(share) for _, share in words])
            if moved >= LEAST_CUE and moved > 2 * step:
                step, text = moved, f"{phrase} ({', '.join([self._as_written(number, word) for word, _ in words])})"
            if text:
                reasons.append(Reason(text=text, weight=round(sign * step / whole, 3)))
        return reasons

    def _heaviest_cue(self, number: int, cues: Sequence[_Cue], scale: float, sign: int) -> tuple[float, str]:
        """The step and the words of the cue that moves most; of several the last in the alphabet."""
        moving = [(sign * cue.step * scale, cue) for cue in cues if sign * cue.step > 0]
        if not moving:
            return 0.0, ""
        most = max([step for step, _ in moving])
        return most, max([self._told(number, cue) for step, cue in moving if step == most])

    def _told(self, number: int, cue: _Cue) -> str:
        return f"{self._phrases[cue.key]} ({_short(self._reading.shown[number][cue.start : cue.end])})"

    def _as_written(self, number: int, word: str) -> str:
        """The word with the capitals that it stands with first in the item."""
        shown, place = self._reading.shown[number], self._reading.low[number].find(word)
        return _short(shown[place : place + len(word)] if place >= 0 else word)


def _lightness(sign: Sign) -> float:
    return -sign.weight


def _reason(area: str, signs: Sequence[Sign], text: str, whole: float) -> Reason:
    return Reason(text=text, area=area, weight=round(sum([sign.weight for sign in signs]) / whole, 3))


def _listed(signs: Sequence[Sign], between: str = " och ") -> str:
    if len(signs) == 1:
        return _short(signs[0].word)
    words: dict[str, str] = {}
    for sign in signs:
        word = _short(sign.word)
        words.setdefault(word.lower(), word)
        if len(words) == MOST_WORDS:
            break
    return between.join(words.values())


def _short(label: str) -> str:
    one_line = label if label.isalnum() else " ".join(label.split())
    return one_line if len(one_line) <= LONGEST_LABEL else one_line[: LONGEST_LABEL - 1].rstrip() + "…"
