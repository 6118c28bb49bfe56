"""One sentence of the item's own text that says what the item is."""

from __future__ import annotations

import re

from store.types import Item

LONGEST = 240
SHORTEST = 30  # characters; shorter ones are headings
READ = 3000  # characters: what the item is stands early or not at all
TRIED = 25  # sentences

# Openings that say nothing of the item itself; each seen again and again in the sources' texts.
_BOILERPLATE = re.compile(
    r"^(?:här (?:kan|hittar|finns|får) (?:du|ni|vi)?|på (?:den här|denna) sida|läs mer|läs även|läs också|ladda ner|expected (?:outcome|impact)s?:?$"
    r"|project results are expected|projects? (?:results )?(?:are|is) expected to contribute to|proposals? (?:results )?(?:are|is) expected to contribute"
    r"|whereas|having regard|having considered|the european (?:commission|parliament)(?: and the council[^.]{0,30})?,? *$|acting in accordance|after transmission"
    r"|vi använder (?:cookies|kakor)|den här webbplatsen|denna webbplats|we use cookies|this (?:web)?site uses|cookies?\b|acceptera|accept all"
    r"|sista (?:dag|ansökningsdag|svarsdag)|remissvaren ska|övriga yttranden|publicerad|uppdaterad|published|updated|foto(?:graf)?:|bild:|photo:|image:"
    r"|presskontakt|kontakt(?:person)?:|diarienummer|tid:|plats:|dela (?:sidan|artikeln)|skriv ut|prenumerera|subscribe|click here|klicka här|för mer information"
    r"|for (?:further|more) information|see the call document|please (?:see|note|refer)|dokumentbeteckning|with reference to|\(?text with eea relevance"
    r"|(?:the )?(?:specific )?objectives? of|this topic is one of|scope:?$|objectives?:?$|background:?$|activities that can be funded|faktapromemoria gällande"
    r"|done at|this (?:regulation|decision|directive) (?:shall|is)|article \d|regeringens preliminära|dokument(?:et|en)? (?:är|finns)|mer information"
    r"|svenska|engelska|lyssna|innehåll)",
    re.IGNORECASE,
)
# Headings that the portals write in front of the first sentence, on its own line or not.
_HEADING = re.compile(
    r"^(?:expected (?:outcomes?|impacts?)|scope|objectives?|general objective|specific objectives?|background|context|description|summary|introduction"
    r"|sammanfattning|bakgrund|innehåll|ärendets? (?:och dess )?beredning|syfte|förslagets innehåll|policy priorities|specific challenge|call(?: for proposals)?"
    r"|proposal|abstract|type of action|themes?(?: and priorities)?|beskrivning|om uppdraget|om utlysningen|ingress)\s*(?::|\n)\s*",
    re.IGNORECASE,
)
# A full stop ends a sentence only before a capital, and not after an initial or a usual abbreviation.
_END = re.compile(
    r"(?<![ .][A-ZÅÄÖ])(?<!\bkl)(?<!\bt\.ex)(?<!\bbl\.a)(?<!\bs\.k)(?<!\bnr)(?<!\bprop)(?<!\bdir)(?<!\bdnr)(?<!\bbet)(?<!\bjfr)(?<!\bNo)(?<!\bArt)(?<!\be\.g)(?<!\bi\.e)(?<!\bMr)(?<!\bDr)(?<!\bvs)"
    r"[.!?…][\"”’»)]?\s+(?=[\"“”'’«–(•*-]{0,2}\s?[A-ZÅÄÖÆØÉ0-9])|\n\s*\n|\n\s*(?=[*•–-]\s)|\n(?=\s*\(?\d+[.)])"
)
_BULLET = re.compile(r"^[\s*•·●▪–—#>\-]+|^\(?\d{1,2}[.)]\s+|^\([a-z]\)\s+")
_WORD = re.compile(r"\w+")
# What a sentence that tells what the item is has somewhere in it.
_TELLING = re.compile(
    r"\b(?:föreslå\w*|förslag\w*|innebär|syfta\w*|syftet|ska|får|ger|vill|inför\w*|uppdrag\w*|stöd\w*|kommun\w*|utred\w*|handlar om|beslut\w*"
    r"|aims?|will|supports?|provides?|proposes?|establish\w*|lays down|sets?|is to|should|funding|seeks?|calls? for|invites?|amend\w*)\b",
    re.IGNORECASE,
)


def pick_sentence(item: Item) -> str:
    """Return a sentence of at most 240 characters that says what the item is, or "" when there is only the title."""
    title = _words(item.title)
    first = ""
    for sentence in _sentences(item.text[:READ])[:TRIED]:
        if not _is_usable(sentence, title):
            continue
        if _TELLING.search(sentence):
            return _cut(sentence)
        first = first or sentence
    return _cut(first)


def _sentences(text: str) -> list[str]:
    found = []
    for part in _END.split(text):
        whole = " ".join(_without_heading(part).split())
        if whole:
            found.append(_with_stop(whole, text))
    return found


def _without_heading(part: str) -> str:
    part = _BULLET.sub("", part.strip())
    for _ in range(2):
        part = _BULLET.sub("", _HEADING.sub("", part))
    return part


def _with_stop(sentence: str, text: str) -> str:
    """Give back the mark that the sentence ended with, which the split took away."""
    if sentence[-1] in ".!?…:;,":
        return sentence
    at = text.find(sentence[-20:])
    following = text[at + len(sentence[-20:]) :][:2] if at >= 0 else ""
    mark = following[:1]
    return sentence + mark if mark and mark in ".!?…" else sentence


def _is_usable(sentence: str, title: list[str]) -> bool:
    words = _words(sentence)
    if len(sentence) < SHORTEST or len(words) < 5 or sentence.endswith((":", ",")) or _BOILERPLATE.match(sentence):
        return False
    return not _repeats(words, title)


def _repeats(words: list[str], title: list[str]) -> bool:
    """Say whether a sentence is the title over again: four words of five in common, and nothing much more."""
    if not title:
        return False
    known = set(title)
    return sum(word in known for word in words) >= 0.8 * len(words)


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _cut(sentence: str) -> str:
    if len(sentence) <= LONGEST:
        return sentence
    head = sentence[: LONGEST - 1]
    return head[: head.rindex(" ")].rstrip(" ,;:–-(") + "…" if " " in head else head + "…"
