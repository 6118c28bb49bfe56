"""Why an assessment says what it says: at most four short Swedish phrases, with the words as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp.evidence import Evidence, Sign
from nlp.knowledge import Knowledge
from nlp.learnt import RELEVANCE
from nlp.reading import Read
from nlp.relevance import Feature
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


def reasons_of(knowledge: Knowledge, read: Read, said: Said) -> tuple[Reason, ...]:
    """Return the reasons, the heaviest first of areas and then of relevance.

    An area's share is of all evidence; a cue's or learnt word's is of all that moves the relevance.
    """
    found = read.known.found
    whole = sum([evidence.total for evidence in found.values()]) or 1.0
    reasons: list[Reason] = []
    for area in list(said.areas)[:MOST_AREAS]:
        reasons.extend(_of_area(area, found[area], whole) if area in found else ())
        if not any(reason.area == area for reason in reasons):
            reasons.extend(_of_words(area, said, read))
    if len(reasons) > 1:
        reasons.sort(key=lambda reason: -reason.weight)
    moving = _moving(knowledge, read, said)
    return (*reasons[: MOST - len(moving)], *moving)


def _of_words(area: str, said: Said, read: Read) -> list[Reason]:
    """The learnt words of an area for which the knowledge has none."""
    told = [(word, share) for word, share in said.words.get(area, ()) if share > 0]
    if not told:
        return []
    weight = round(min(1.0, sum([share for _, share in told]) / WHOLE), 3)
    words = " och ".join([_as_written(word, read) for word, _ in told])
    return [Reason(text=f"ord som {words}", area=area, weight=weight)]


def _of_area(area: str, evidence: Evidence, whole: float) -> list[Reason]:
    signs = evidence.signs
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


def _moving(knowledge: Knowledge, read: Read, said: Said) -> list[Reason]:
    """What speaks most for the relevance and what most against, when they matter: cues and learnt words.

    A cue says why, a learnt word only that; so a word is told instead only when it weighs twice as much.
    """
    features, told = read.known.features, said.words.get(RELEVANCE, ())
    whole = said.scale * sum([abs(feature.step) for feature in features])
    whole = (whole + sum([abs(share) for _, share in told])) or 1.0
    phrases = knowledge.phrases
    cues = [f for f in features if f.hit and (f.step >= LEAST_CUE or f.step <= -LEAST_CUE) and phrases.get(f.cue)]
    reasons = []
    for sign, phrase in ((1, "ord som brukar höra hit"), (-1, "ord som sällan hör hit")):
        step, text = _heaviest_cue(cues, phrases, read, said.scale, sign) if cues else (0.0, "")
        words = [(word, share) for word, share in told if share * sign > 0]
        moved = sum([abs(share) for _, share in words])
        if moved >= LEAST_CUE and moved > 2 * step:
            step, text = moved, f"{phrase} ({', '.join([_as_written(word, read) for word, _ in words])})"
        if text:
            reasons.append(Reason(text=text, weight=round(sign * step / whole, 3)))
    return reasons


def _heaviest_cue(
    cues: Sequence[Feature], phrases: Mapping[str, str], read: Read, scale: float, sign: int
) -> tuple[float, str]:
    """The step and the words of the cue that moves most; of several the last in the alphabet."""
    moving = [(sign * cue.step * scale, cue) for cue in cues if sign * cue.step > 0]
    if not moving:
        return 0.0, ""
    most = max([step for step, _ in moving])
    return most, max([_told(cue, phrases, read) for step, cue in moving if step == most])


def _told(cue: Feature, phrases: Mapping[str, str], read: Read) -> str:
    word = read.shown[cue.hit.word_start : cue.hit.word_end] if cue.hit else ""
    return f"{phrases[cue.cue]} ({_short(word)})"


def _as_written(word: str, read: Read) -> str:
    """The word with the capitals that it stands with first in the item."""
    place = read.low.find(word)
    return _short(read.shown[place : place + len(word)] if place >= 0 else word)
