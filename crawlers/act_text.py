"""The text of an EU act or proposal as a reader wants it, from the markups that CELLAR has used over the years."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser

from crawlers.feed_decoding import decode_feed
from crawlers.text import HTML_LIMIT, TEXT_LIMIT, plain_text

SHORTEST = 80  # characters; less than this is a page that says there is no text
_SUBJECT_LIMIT = 3_000  # a first article that is longer amends other acts instead of saying what this one is for
_LAST_LIMIT = 4_000  # characters kept of the articles that say until when and from when

# XHTML closes what HTML leaves open: `<title/>` would swallow the page, `<a/>` turn the rest into one link.
_SELF_CLOSED = re.compile(
    r"<(a|p|div|span|td|th|tr|table|li|ul|ol|title|script|style|i|b|em|h[1-6])(\s[^<>]*)?/>", re.IGNORECASE
)
# Page heads, footnotes and their marks, and the act's own title, which the item has: of the Official Journal since
# 2004 (oj-…, before 2023 without oj-) and of the Commission's own documents (Word styles in French).
_NOT_TEXT = (
    ".oj-hd-date, .oj-hd-lg, .oj-hd-ti, .oj-hd-oj, .hd-date, .hd-lg, .hd-ti, .hd-oj, .oj-note, .note, .oj-note-tag,"
    " .note-tag, .oj-super, .super, .oj-signatory, .signatory, .separator, #banner, .FootnoteText, .footnotetext,"
    " .FootnoteReference, .footnotereference, .Typedudocument_cp, .Titreobjet_cp, .Emission, .Rfrenceinterne,"
    " .Languesfaisantfoi, .Nomdelinstitution, .Fichefinanciretitre"
)
_TITLE = ".oj-doc-ti, .doc-ti, .Titreobjet, .Typedudocument, .Rfrenceinterinstitutionnelle"

_MARK_ALONE = re.compile(r"^(\(?(?:\d{1,3}|[a-z]{1,3})[.)]|[—–•-]|\d{1,3}\.)$")
_FORMAL = re.compile(
    r"^(?:having regard|acting in accordance|after transmission|after consulting|whereas:?$|ha(?:s|ve) adopted this"
    r"|the european (?:parliament|commission)\b.{0,60},?$|the council of the european union,?$"
    r"|med beaktande av|i enlighet med det ordinarie|efter översändande|efter att ha hört|av följande skäl"
    r"|och av följande skäl|härigenom föreskrivs|europaparlamentet och (?:europeiska unionens )?råde?t?\b.{0,60}$"
    r"|europeiska (?:kommissionen|unionens råd)\b.{0,60}$|har antagit (?:denna|detta)"
    r"|this (?:regulation|directive|decision) (?:shall be binding|is addressed to)|done at |utfärda[dt] i "
    r"|denna förordning är till alla delar|detta direktiv riktar sig till"
    r"|på (?:europaparlamentets|rådets|kommissionens) vägnar|for the (?:european parliament|council|commission)"
    r"|(?:the president|ordförande|member of the commission)$|[A-ZÅÄÖ]\.(?:[ -]?[A-ZÅÄÖ]\.)* ?[A-ZÅÄÖÉÜ' -]{2,30}$)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:article|artikel) (\d+[a-z]?)\.?$", re.IGNORECASE)
_OTHER_DIVISION = re.compile(r"^(?:chapter|kapitel|section|avsnitt|title|avdelning|annex|bilaga)\b", re.IGNORECASE)
_SUBJECT = re.compile(
    r"subject|scope|objective|purpose|lays down|establish|syfte|tillämpningsområde|innehåll|mål\b|fastställ|inrätta",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"transposition|entry into force|application$|införliva|ikraftträd|genomförande i|tillämpning$", re.IGNORECASE
)


def act_text(body: bytes, charset: str = "") -> str:
    """Return the plain text of an act, at most 20,000 characters, "" when the page holds none.

    First comes what the act is for, when its first article says so, and last come the articles on transposition and
    entry into force, even of a text that is otherwise cut. Formulas that every act has are left out.
    """
    paragraphs = _joined_marks(_paragraphs(decode_feed(body, charset)))
    kept = [paragraph for paragraph in paragraphs if not _FORMAL.match(paragraph)]
    text = "\n\n".join(_subject_first(kept))
    if len(text) < SHORTEST:
        return ""
    if len(text) <= TEXT_LIMIT:
        return text
    last = "\n\n".join(_last_articles(kept))[:_LAST_LIMIT]
    head = plain_text(text, TEXT_LIMIT - len(last) - 2)
    return f"{head}\n\n{last}" if last else head


def _paragraphs(source: str) -> list[str]:
    tree = LexborHTMLParser(_SELF_CLOSED.sub(r"<\1\2></\1>", source[:HTML_LIMIT]))
    for node in tree.css(_NOT_TEXT):
        node.decompose()
    for node in tree.css(_TITLE):
        if _OTHER_DIVISION.match(node.text(strip=True)):  # from here on annexes, which have titles of the same class
            break
        node.decompose()
    html = tree.body.html if tree.body else ""
    return [paragraph.strip() for paragraph in plain_text(html, HTML_LIMIT).split("\n") if paragraph.strip()]


def _joined_marks(paragraphs: Sequence[str]) -> list[str]:
    """Return the paragraphs with numbers and dashes, which stand in table cells of their own, before their text."""
    joined: list[str] = []
    mark = ""
    for paragraph in paragraphs:
        if _MARK_ALONE.match(paragraph):
            mark = f"{mark} {paragraph}".strip()
        else:
            joined.append(f"{mark} {paragraph}".strip())
            mark = ""
    return joined


def _articles(paragraphs: Sequence[str]) -> list[tuple[int, int]]:
    """Return where each article begins and ends."""
    starts = [n for n, paragraph in enumerate(paragraphs) if _ARTICLE.match(paragraph)]
    breaks = [n for n, paragraph in enumerate(paragraphs) if _OTHER_DIVISION.match(paragraph)]
    ends = sorted({*starts, *breaks, len(paragraphs)})
    return [(start, next(end for end in ends if end > start)) for start in starts]


def _subject_first(paragraphs: Sequence[str]) -> list[str]:
    articles = _articles(paragraphs)
    if not articles:
        return list(paragraphs)
    start, end = articles[0]
    first = list(paragraphs[start:end])
    length = sum(map(len, first))
    if _ARTICLE.sub(r"\1", first[0]) != "1" or length > _SUBJECT_LIMIT or not _SUBJECT.search(" ".join(first[1:4])):
        return list(paragraphs)
    return [*first[1:], *paragraphs[:start], *paragraphs[end:]]


def _last_articles(paragraphs: Sequence[str]) -> list[str]:
    found: list[str] = []
    for start, end in _articles(paragraphs):
        if end > start + 1 and _LAST.search(paragraphs[start + 1][:100]):
            found += paragraphs[start:end]
    return found
