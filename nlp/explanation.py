"""Why an assessment says what it says: at most four short Swedish phrases, with the words as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp.evidence import Evidence, Sign
from nlp.knowledge import Knowledge
from nlp.relevance import Feature
from store.types import Reason

MOST = 4
MOST_AREAS = 2
MOST_WORDS = 2
LEAST_CUE = 0.25  # log-odds; a smaller step is not worth a reader's time
LONGEST_LABEL = 60  # characters

_SCHEMES = {
    "acts": "gäller rättsakt",
    "eurovoc": "EuroVoc",
    "directory": "EU-lagstiftningens register",
    "government": "Regeringens ämne",
    "programme": "program",
    "committee": "utskott",
}


def reasons_of(
    knowledge: Knowledge,
    areas: Mapping[str, float],
    found: Mapping[str, Evidence],
    features: Sequence[Feature],
    shown: str,
) -> tuple[Reason, ...]:
    """Return the reasons, the heaviest first; an area's share is of all evidence, a cue's of all steps."""
    whole = sum(evidence.total for evidence in found.values()) or 1.0
    reasons: list[Reason] = []
    for area in list(areas)[:MOST_AREAS]:
        reasons.extend(_of_area(area, found[area], whole))
    reasons.sort(key=lambda reason: -reason.weight)
    cues = _of_cues(knowledge, features, shown)
    return (*reasons[: MOST - len(cues)], *cues)


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


def _of_cues(knowledge: Knowledge, features: Sequence[Feature], shown: str) -> list[Reason]:
    """The strongest cue for and the strongest against, when they matter."""
    told = [f for f in features if f.hit is not None and knowledge.phrases.get(f.cue) and abs(f.step) >= LEAST_CUE]
    whole = sum(abs(feature.step) for feature in features) or 1.0
    reasons = []
    for cues in ([f for f in told if f.step > 0], [f for f in told if f.step < 0]):
        if cues:
            chosen = max(cues, key=lambda feature: abs(feature.step))
            if chosen.hit is not None:
                word = _short(shown[chosen.hit.word_start : chosen.hit.word_end])
                phrase = knowledge.phrases[chosen.cue]
                reasons.append(Reason(text=f"{phrase} ({word})", weight=round(chosen.step / whole, 3)))
    return reasons
