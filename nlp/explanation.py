"""Why an assessment says what it says: at most four short Swedish phrases, with the words as they stand."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.evidence import Evidence, Sign
from nlp.knowledge import Knowledge
from nlp.learnt import RELEVANCE
from nlp.matching import lower
from nlp.reading import Read
from nlp.relevance import Feature
from nlp.said import Said
from store.types import Reason

MOST = 4
MOST_AREAS = 2
MOST_WORDS = 2
LEAST_CUE = 0.25  # log-odds; a smaller step is not worth a reader's time
LONGEST_LABEL = 60  # characters
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
    whole = sum(evidence.total for evidence in found.values()) or 1.0
    reasons: list[Reason] = []
    for area in list(said.areas)[:MOST_AREAS]:
        reasons.extend(_of_area(area, found[area], whole) if area in found else ())
        if not any(reason.area == area for reason in reasons):
            reasons.extend(_of_words(area, said, read))
    reasons.sort(key=lambda reason: -reason.weight)
    moving = _moving(knowledge, read, said)
    return (*reasons[: MOST - len(moving)], *moving)


def _of_words(area: str, said: Said, read: Read) -> list[Reason]:
    """The learnt words of an area for which the knowledge has none."""
    words = [_as_written(word, read) for word, share in said.words.get(area, ()) if share > 0]
    weight = round(min(1.0, sum(share for _, share in said.words.get(area, ()) if share > 0) / WHOLE), 3)
    return [Reason(text=f"ord som {' och '.join(words)}", area=area, weight=weight)] if words else []


def _of_area(area: str, evidence: Evidence, whole: float) -> list[Reason]:
    reasons = []
    words = sorted((s for s in evidence.signs if s.place in ("title", "text")), key=lambda s: -s.weight)
    in_title = [sign for sign in words if sign.place == "title"]
    chosen, place = (in_title, "titeln") if in_title else (words, "texten")
    if chosen:
        reasons.append(_reason(area, chosen[:MOST_WORDS], f"{_listed(chosen)} i {place}", whole))
    for scheme, name in _SCHEMES.items():
        codes = sorted((s for s in evidence.signs if s.place == scheme), key=lambda s: -s.weight)
        if codes:
            reasons.append(_reason(area, codes, f"{name}: {_listed(codes, ', ')}", whole))
    return reasons


def _reason(area: str, signs: Sequence[Sign], text: str, whole: float) -> Reason:
    return Reason(text=text, area=area, weight=round(sum(sign.weight for sign in signs) / whole, 3))


def _listed(signs: Sequence[Sign], between: str = " och ") -> str:
    words: list[str] = []
    for sign in signs:
        word = _short(sign.word)
        if word.lower() not in (known.lower() for known in words):
            words.append(word)
    return between.join(words[:MOST_WORDS])


def _short(label: str) -> str:
    one_line = " ".join(label.split())
    return one_line if len(one_line) <= LONGEST_LABEL else one_line[: LONGEST_LABEL - 1].rstrip() + "…"


def _moving(knowledge: Knowledge, read: Read, said: Said) -> list[Reason]:
    """What speaks most for the relevance and what most against, when they matter: cues and learnt words.

    A cue says why, a learnt word only that; so a word is told instead only when it weighs twice as much.
    """
    features = read.known.features
    whole = said.scale * sum(abs(feature.step) for feature in features)
    whole = (whole + sum(abs(share) for _, share in said.words.get(RELEVANCE, ()))) or 1.0
    reasons = []
    for sign, phrase in ((1, "ord som brukar höra hit"), (-1, "ord som sällan hör hit")):
        cues = [(sign * f.step * said.scale, text) for f in features if (text := _cue(knowledge, f, read, sign))]
        step, text = max(cues, default=(0.0, ""))
        words = [(word, share) for word, share in said.words.get(RELEVANCE, ()) if share * sign > 0]
        moved = sum(abs(share) for _, share in words)
        if moved >= LEAST_CUE and moved > 2 * step:
            step, text = moved, f"{phrase} ({', '.join(_as_written(word, read) for word, _ in words)})"
        if text:
            reasons.append(Reason(text=text, weight=round(sign * step / whole, 3)))
    return reasons


def _cue(knowledge: Knowledge, feature: Feature, read: Read, sign: int) -> str:
    phrase = knowledge.phrases.get(feature.cue)
    if feature.hit is None or not phrase or sign * feature.step < LEAST_CUE:
        return ""
    return f"{phrase} ({_short(read.shown[feature.hit.word_start : feature.hit.word_end])})"


def _as_written(word: str, read: Read) -> str:
    """The word with the capitals that it stands with first in the item."""
    place = lower(read.shown).find(word)
    return _short(read.shown[place : place + len(word)] if place >= 0 else word)
