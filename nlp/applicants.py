"""Who may apply, and who may not, as a text says it: by the words around "can apply", "open to", "får söka"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.phrases import Phrases
from nlp.text import Cue, Sentence, sentences

BOOK = "facts.toml"
KINDS = ("municipality", "region", "state", "company", "association", "school", "university", "individual", "any")
_PUBLIC = ("municipality", "region", "state")
BEFORE, AFTER = 220, 420  # characters read around the words that ask: lists of who may apply are long
NEAR = 70  # characters from those words to the first who may, and from one to the next
MOST_PASSAGES = 6

# Without one of these a text says nothing of who may apply, and need not be searched.
_MARKS = Phrases(
    (
        *(
            "söka",
            "ökande",
            "söks av",
            "riktar sig",
            "rikta",
            "vänder sig",
            "öppen för",
            "öppet för",
            "behöriga",
            "berättiga",
            "stödmottagare",
        ),
        *(
            "kan få",
            "kan delta",
            "lämnas",
            " apply",
            "ligible",
            "open to",
            "open for",
            "pplicant",
            "submitted by",
            "reserved for",
        ),
        *(
            "excluded",
            "aimed at",
            "addressed to",
            "accessible to",
            "eneficiaries ",
            "articipants ",
            "lead partner",
            "can submit",
        ),
        *("may submit", "can participate", "may participate", "entitled to", "only accept", "coordinator "),
    )
)
_ASKING = re.compile(
    r"(?:kan|får|rätt att)(?: (?:inte|ej|även|också|nu))? (?:an)?söka|(?:kan|får) sökas|söks av"
    r"|riktar sig till|riktas till"
    r"|riktad till|vänder sig till|öppe[nt] för|sökanden? (?:ska|måste|kan|får) vara|behöriga"
    r"|stödberättigade (?:sökande|org|akt)"
    r"|(?:vem|vilka) kan (?:få|delta)|huvudsökande|stödmottagare|(?:kan|får) (?:lämnas|ges) till|välkomna att söka"
    r"|inte (?:söka|stödberättigade)|lämnas in av"
    r"|(?:can|may|cannot|not) (?:also )?apply|eligible (?:to|applicant|beneficiar|entit|organi[sz]|participant)"
    r"|(?:is|are|be) (?:not )?eligible|open (?:to|for) |invited to apply|applicants? (?:must|should|shall|can"
    r"|may|are)"
    r"|(?:applications|proposals) (?:may|can|must) be submitted by|only accept applications|reserved for|submitted by"
    r"|(?:beneficiaries|participants|lead partner|coordinator) (?:must|should|can|may)|are excluded|aimed at"
    r"|addressed to"
    r"|(?:can|may) (?:submit|participate)|entitled to apply|accessible to",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(?:vem|vilka) (?:kan|får) (?:söka|ansöka|få|delta)[^.\n?]{0,40}\?|who (?:can|may) apply\??"
    r"|eligible (?:applicants|entities"
    r"|participants|beneficiaries|organi[sz]ations)\s*[:\n]|behöriga sökande\s*[:\n]",
    re.IGNORECASE,
)
_BREAK = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Applicants:
    """Kinds of those who may and may not apply, with the words that say so."""

    may: tuple[str, ...] = ()
    may_not: tuple[str, ...] = ()
    words: str = ""


def find_applicants(text: str, language: str) -> Applicants:
    """Return who may apply according to a text; nothing where it does not say."""
    may, may_not, words = dict[str, None](), dict[str, None](), ""
    if not _MARKS.stand_in(text):
        return Applicants()
    for passage in _passages(text):
        for sentence in sentences(passage, language, BOOK):
            if _heads(passage, sentence):
                continue
            kinds, barred = _of_sentence(sentence)
            (may_not if barred else may).update(dict.fromkeys(kinds))
            if kinds and not words:
                words = passage[sentence.start : sentence.end]
        if (heading := _HEADING.search(passage)) and (listed := _below(passage[heading.end() :], language)):
            may.update(dict.fromkeys(listed))
            words = words or passage[heading.start() :]
    for kind in may_not:
        may.pop(kind, None)
    return Applicants(tuple(_told(may)), tuple(k for k in may_not if k != "any"), _short(words))


def _told(may: dict[str, None]) -> Iterator[str]:
    """Anyone is anyone: the others are not told beside it, but for individuals, who are no legal entities."""
    yield from (kind for kind in KINDS if kind in may and ("any" not in may or kind in ("any", "individual")))


def _passages(text: str) -> Iterator[str]:
    end, count = 0, 0
    for match in _ASKING.finditer(text):
        if match.start() < end:
            continue
        start = max(end, match.start() - BEFORE)
        breaks = list(_BREAK.finditer(text, start, match.start()))
        start = breaks[-1].end() if breaks else start
        end = min(len(text), match.end() + AFTER)
        count += 1
        yield text[start:end]
        if count == MOST_PASSAGES:
            return


def _heads(passage: str, sentence: Sentence) -> bool:
    """Say whether a sentence is a heading, whose answer stands below it."""
    return bool(_HEADING.search(passage, sentence.start, sentence.end)) and passage[: sentence.end].rstrip().endswith(
        "?"
    )


def _below(text: str, language: str) -> list[str]:
    """Return those named in the paragraph under a heading."""
    paragraph = _BREAK.split(text.lstrip(), maxsplit=1)[0]
    found = dict[str, None]()
    for sentence in sentences(paragraph, language, BOOK)[:2]:
        if any(cue.label == "bars" for cue in sentence.cues):
            continue
        stop = next((cue.start for cue in sentence.cues if cue.label == "stop"), sentence.end)
        found.update(dict.fromkeys(_kinds([cue for cue in sentence.cues if cue.start < stop])))
    return list(found)


def _of_sentence(sentence: Sentence) -> tuple[list[str], bool]:
    """Return those a sentence names, and whether it shuts them out."""
    cues = sentence.cues
    bars = [cue for cue in cues if cue.label == "bars"]
    if bars:
        return _kinds(_before(cues, bars[0]) or _after(cues, bars[0])), True
    found: list[Cue] = []
    for asks in (cue for cue in cues if cue.label == "asks"):
        found += _before(cues, asks)
    for names in (cue for cue in cues if cue.label == "names"):
        found += _after(cues, names)
    return _kinds(found), False


def _before(cues: tuple[Cue, ...], word: Cue) -> list[Cue]:
    chosen: list[Cue] = []
    edge = word.start
    for cue in reversed([c for c in cues if c.end <= word.start]):
        if edge - cue.end > NEAR or cue.label in ("stop", "names", "asks"):
            break
        chosen.append(cue)
        edge = cue.start
    return chosen


def _after(cues: tuple[Cue, ...], word: Cue) -> list[Cue]:
    chosen: list[Cue] = []
    edge = word.end
    for cue in (c for c in cues if c.start >= word.end):
        if cue.start - edge > NEAR or cue.label in ("stop", "asks"):
            break
        chosen.append(cue)
        edge = max(edge, cue.end)
    return chosen


def _kinds(cues: list[Cue]) -> list[str]:
    """Return the kinds of cues; "non-profit companies" is told by the longest cue that begins at a place."""
    longest: dict[int, Cue] = {}
    for cue in cues:
        is_who = cue.label in KINDS or cue.label == "public"
        if is_who and (cue.start not in longest or cue.end > longest[cue.start].end):
            longest[cue.start] = cue
    outer = [c for c in longest.values() if not any(o.start < c.start and c.end <= o.end for o in longest.values())]
    named = dict[str, None]()
    for cue in outer:
        named.update(dict.fromkeys(_PUBLIC if cue.label == "public" else (cue.label,)))
    return list(named)


def _short(words: str) -> str:
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= 160 else one_line[:159].rstrip() + "…"
