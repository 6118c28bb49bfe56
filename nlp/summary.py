"""One sentence of the item's own text that says what the item is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from nlp.matching import lower
from store.types import Item, Kind

LONGEST = 240
SHORTEST = 30  # characters; shorter ones are headings
READ = 3000  # characters: what the item is stands early or not at all
TRIED = 25  # sentences
HEAVIEST = 3  # what a sentence can weigh
WEIGHED = 3  # usable sentences among which the best is chosen; what an item is stands first

# Openings that say nothing of the item itself; each seen again and again in the sources' texts.
_BOILERPLATE = re.compile(
    r"^(?:här (?:kan|hittar|finns|får) (?:du|ni|vi)?|på (?:den här|denna) sida|läs mer|läs även|läs också"
    r"|ladda ner|expected (?:outcome|impact)s?:?$"
    r"|project results are expected|projects? (?:results )?(?:are|is) expected to contribute to"
    r"|proposals? (?:results )?(?:are|is) expected to contribute"
    r"|whereas|having regard|having considered|the european (?:commission"
    r"|parliament)(?: and the council[^.]{0,30})?,? *$|acting in accordance|after transmission"
    r"|vi använder (?:cookies|kakor)|den här webbplatsen|denna webbplats|we use cookies|this (?:web)?site uses"
    r"|cookies?\b|acceptera|accept all"
    r"|sista (?:dag|ansökningsdag|svarsdag)|remissvaren ska|övriga yttranden|publicerad|uppdaterad|published"
    r"|updated|foto(?:graf)?:|bild:|photo:|image:"
    r"|presskontakt|kontakt(?:person)?:|diarienummer|tid:|plats:|dela (?:sidan|artikeln)|skriv ut|prenumerera"
    r"|subscribe|click here|klicka här|för mer information"
    r"|for (?:further|more) information|see the call document|indicative (?:duration|budget|number)|please (?:see"
    r"|note|refer)|dokumentbeteckning|with reference to|\(?text with eea relevance"
    r"|(?:the )?(?:specific )?objectives? of|this topic is one of|scope:?$|objectives?:?$|background:?$"
    r"|activities that can be funded|faktapromemoria gällande"
    r"|done at|this (?:regulation|decision|directive) (?:shall|is)|article \d+ *$|regeringens preliminära"
    r"|dokument(?:et|en)? (?:är|finns)|mer information"
    r"|svenska|engelska|lyssna|innehåll)",
    re.IGNORECASE,
)
# Headings that the portals write in front of the first sentence, on its own line or not.
_HEADING = re.compile(
    r"^(?:expected (?:outcomes?|impacts?)|scope|objectives?|general objective|specific objectives?|background"
    r"|context|description|summary|introduction"
    r"|sammanfattning|bakgrund|innehåll|ärendets? (?:och dess )?beredning|syfte|förslagets innehåll"
    r"|policy priorities|specific challenge|call(?: for proposals)?"
    r"|proposal|abstract|type of action|themes?(?: and priorities)?|beskrivning|om uppdraget|om utlysningen"
    r"|ingress)\s*(?::|\n)\s*",
    re.IGNORECASE,
)
_MAYBE_END = re.compile(
    r"[.!?…\n](?:(?<=[.!?…])[\"”’»)]?\s+(?=[\"“”'’«–(•*-]{0,2}\s?[A-ZÅÄÖÆØÉ0-9])|(?<=\n)\s*(?:\n|(?=[*•–-]\s)"
    r"|(?=\(?[0-9]{1,2}[.)])))"
)
# A full stop after these, or after an initial, ends no sentence.
_ABBREVIATED = re.compile(
    r"(?:[ .][A-ZÅÄÖ]|\b(?:kl|t\.ex|bl\.a|s\.k|nr|prop|dir|dnr|bet|jfr|No|Art|e\.g|i\.e|Mr|Dr|vs|ca|resp|inkl|m\.m))$"
)
_BULLET = re.compile(r"^[\s*•·●▪–—#>\-]+|^\(?\d{1,2}[.)]\s+|^\([a-z]\)\s+")
_WORD = re.compile(r"\w+")
# A sentence that leans on one before it, or is a quotation, does not stand on its own.
_LEANING = re.compile(
    r"(?:den|det|de|detta|denna|dessa|därför|därtill|dessutom|tidigare|vidare|samtidigt|därmed|också|även|men|och"
    r"|dock|hon|han|vi|i dag|enligt"
    r" (?:henne|honom)|this|these|those|it|they|he|she|we|such|therefore|moreover|in addition|furthermore|however"
    r"|whereby|also|and|but|particular"
    r"|applications? will|applicants? (?:must|will)|proposals? (?:will|must)|the following|in particular"
    r"|following) ",
    re.IGNORECASE,
)
_SAID = re.compile(r", (?:säger|says|said)\b", re.IGNORECASE)
# The recitals of an act say why, its first article says what.
_ACT_FORM = re.compile(
    r"whereas|has adopted th|have adopted th|med beaktande av|having regard|av följande skäl", re.IGNORECASE
)
_SUBJECT_OF_ACT = re.compile(
    r"(?:this (?:regulation|directive|decision|recommendation) (?:lays down|establishes|sets|concerns|amends"
    r"|provides|aims|applies)"
    r"|(?:i |genom )?(?:denna förordning|detta direktiv|detta beslut) (?:fastställs|fastställer|införs|inrättas"
    r"|innehåller|ändras|syftar))",
    re.IGNORECASE,
)
_ACTS = (Kind.LEGAL_ACT, Kind.PROPOSAL)
_DOUBLE_END = re.compile(r"\.\s*…$")
# What a sentence that tells what the item is has somewhere in it: one of these words, or of these phrases.
_TELLING = re.compile(
    r"(?:föreslå\w*|förslag\w*|innebär|syfta\w*|syftet|ska|får|ger|vill|inför\w*|uppdrag\w*|stöd\w*|kommun\w*"
    r"|utred\w*|beslut\w*"
    r"|aims?|will|supports?|provides?|proposes?|establish\w*|sets?|should|funding|seeks?"
    r"|invites?|amend\w*)",
    re.IGNORECASE,
)
_TELLING_PHRASE = re.compile(r"\b(?:handlar om|lays down|is to|calls? for)\b", re.IGNORECASE)
_MOST_WORDS = 50_000  # remembered; then the memory starts anew


def pick_sentence(item: Item) -> str:
    """Return a sentence of at most 240 characters that says what the item is, or "" when there is only the title."""
    text = item.text[:READ]
    if not text:
        return ""
    title = set(_words(item.title))
    is_act = item.kind in _ACTS and _ACT_FORM.search(text)
    chosen, heaviest, usable = "", -1, 0
    for sentence in islice(_sentences(text), TRIED):
        if is_act:
            subject = _SUBJECT_OF_ACT.search(sentence)
            sentence = sentence[subject.start() :] if subject else ""
        words = _usable_words(sentence, title)
        if words:
            usable += 1
            if (weight := _weight(sentence, words)) > heaviest:  # the first of those with the highest weight
                chosen, heaviest = sentence, weight
            if usable == WEIGHED or heaviest == HEAVIEST:
                break
    return _cut(_DOUBLE_END.sub(".", chosen))


def _weight(sentence: str, words: list[str]) -> int:
    return 2 * (not _leans(sentence)) + _tells(sentence, words)


def _tells(sentence: str, words: list[str]) -> bool:
    if len(_telling) > _MOST_WORDS:
        _telling.clear()
    return any(map(_telling.__getitem__, words)) or _TELLING_PHRASE.search(sentence) is not None


class _Telling(dict[str, bool]):
    """Whether a word tells; one that is not there is looked at."""

    def __missing__(self, word: str) -> bool:
        self[word] = tells = _TELLING.fullmatch(word) is not None
        return tells


_telling = _Telling()


def _leans(sentence: str) -> bool:
    if _LEANING.match(sentence) or "”" in sentence or '"' in sentence:
        return True
    return ", " in sentence and _SAID.search(sentence) is not None


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in chain(_ends(text), [len(text)]):
        sentence = " ".join(_without_heading(text[start:end]).split())
        start = end
        if sentence:
            yield sentence


def _ends(text: str) -> Iterator[int]:
    for match in _MAYBE_END.finditer(text):
        if text[match.start()] != "." or not _ABBREVIATED.search(text, max(0, match.start() - 6), match.start()):
            yield match.end()


def _without_heading(part: str) -> str:
    part = _without(_BULLET, part.strip())
    for _ in range(2):
        part = _without(_BULLET, _without(_HEADING, part))
    return part


def _without(opening: re.Pattern[str], part: str) -> str:
    """Return the part without the opening; `sub` would seek it at every letter."""
    match = opening.match(part)
    return part[match.end() :] if match else part


def _usable_words(sentence: str, title: set[str]) -> list[str]:
    """Return the words of a sentence that may be told, nothing of another."""
    if len(sentence) < SHORTEST or sentence.endswith((":", ",")) or _BOILERPLATE.match(sentence):
        return []
    words = _words(sentence)
    return [] if len(words) < 5 or _repeats(words, title) else words


def _repeats(words: list[str], title: set[str]) -> bool:
    """Say whether a sentence is the title over again: four words of five in common, and nothing much more."""
    return bool(title) and sum(map(title.__contains__, words)) >= 0.8 * len(words)


def _words(text: str) -> list[str]:
    return _WORD.findall(lower(text))


def _cut(sentence: str) -> str:
    if len(sentence) <= LONGEST:
        return sentence
    head = sentence[: LONGEST - 1]
    return head[: head.rindex(" ")].rstrip(" ,;:–-(") + "…" if " " in head else head + "…"
