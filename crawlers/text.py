"""Source text to plain text: no markup, no control or direction characters, of bounded length."""

from __future__ import annotations

import html
import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser

TEXT_LIMIT = 20_000
TITLE_LIMIT = 500

# More HTML than this is never the text of one item; parsing it would only cost memory.
HTML_LIMIT = 2_000_000

PARAGRAPH, LINE = "\x1d", "\x1e"  # stand-ins that survive the collapsing of white space
NEVER_TEXT = "script, style, noscript, template, iframe, object, svg, math, head, select, textarea"
BLOCKS = "p, div, section, article, header, footer, h1, h2, h3, h4, h5, h6, ul, ol, dl, table, blockquote, pre, hr"
LINES = "br, li, tr, dt, dd"

# Zero-width, soft hyphen, byte order mark and the characters that turn the direction of what follows.
INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
BREAK = re.compile(rf"<(?=/?(?:{f'{BLOCKS}, {LINES}'.replace(', ', '|')})\b)", re.IGNORECASE)
SELDOM = re.compile(rf"<(?:{NEVER_TEXT.replace(', ', '|')}|title|body|html|plaintext|xmp|frameset)\b", re.IGNORECASE)
MARKUP = re.compile(r"<[a-zA-Z/!?]|&[#a-zA-Z]")
# Markup that every reader of HTML takes alike: tags that move no text, and the common entities. In most summaries there
# is no other, and taking it out needs no parser.
_ATTRIBUTES = r"""(?:\s+[a-zA-Z][\w-]*="[^"<>]*")*\s*"""
PLAIN_BREAK = re.compile(rf"</?(?:p|div|br|ul|ol|li|h[1-6]|blockquote){_ATTRIBUTES}/?>", re.IGNORECASE | re.ASCII)
PLAIN_INLINE = re.compile(rf"</?(?:b|i|em|strong|span|a|img|small){_ATTRIBUTES}/?>", re.IGNORECASE | re.ASCII)
PLAIN_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#(?:39|8[0-9]{3}));")


def plain_text(source: str | None, limit: int = TEXT_LIMIT) -> str:
    """Return HTML or text as plain text, paragraphs parted by an empty line."""
    if not source:
        return ""
    text = _without_markup(source) if MARKUP.search(source) else _clean(source)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return _cut(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), limit)


def plain_title(source: str | None, limit: int = TITLE_LIMIT) -> str:
    """Return HTML or text as one line of plain text."""
    if not source:
        return ""
    if not MARKUP.search(source):
        return _cut(" ".join(_clean(source).split()), limit)
    if not SELDOM.search(source):
        return _cut(_one_line(source), limit)
    return _cut(" ".join(plain_text(source, HTML_LIMIT).split()), limit)


def _one_line(source: str) -> str:
    """Return simple HTML as one line, five times faster than where its paragraphs must be kept."""
    if (plain := _without_plain_markup(source)) is not None:
        return plain
    tree = LexborHTMLParser(BREAK.sub(" <", source[:HTML_LIMIT]))
    return " ".join(_clean(tree.body.text(deep=True)).split()) if tree.body else ""


def _without_plain_markup(source: str) -> str | None:
    """Return the text between tags and entities that need no parser; None where there are others."""
    if len(source) > HTML_LIMIT or "\0" in source:
        return None
    # NUL stands for the break until the end: a space would let "<b<p>>" close up to a tag.
    text = PLAIN_INLINE.sub("", PLAIN_BREAK.sub("\0", source))
    if "<" in text:
        return None
    text = text.replace("\0", " ")
    if "&" in text:
        if text.count("&") != len(PLAIN_ENTITY.findall(text)):
            return None
        text = html.unescape(text)
    return " ".join(_clean(text).split())


def _without_markup(source: str) -> str:
    tree = LexborHTMLParser(source[:HTML_LIMIT])
    for node in tree.css(NEVER_TEXT):
        node.decompose()
    for selector, mark in ((BLOCKS, PARAGRAPH), (LINES, LINE)):
        for node in tree.css(selector):
            node.insert_before(mark)
            node.insert_after(mark)
    text = tree.body.text(deep=True) if tree.body else ""
    text = re.sub(r"\s*([\x1d\x1e])[\s\x1d\x1e]*", _strongest, re.sub(r"[^\S\x1d\x1e]+", " ", text))
    return _clean(text.replace(PARAGRAPH, "\n\n").replace(LINE, "\n"))


def _strongest(match: re.Match[str]) -> str:
    return PARAGRAPH if PARAGRAPH in match.group() else LINE


def _clean(text: str) -> str:
    if text.isprintable():  # has neither line ends nor anything that would be taken out
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return unicodedata.normalize("NFC", CONTROL.sub("", INVISIBLE.sub("", text)))


def _cut(text: str, limit: int) -> str:
    """Return at most `limit` characters, cut between words where there is one near."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    space = kept.rfind(" ", max(0, limit - 80))
    return (kept[:space] if space > 0 else kept).rstrip() + "…"
