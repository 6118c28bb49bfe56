"""Bytes of a feed to text: the right letters even when the label is wrong, and no document type declaration."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LABEL = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # no XML 1.0 document may hold these
_SEVEN_BIT = {
    "utf-7",
    "utf7",
    "unicode-1-1-utf-7",
    "hz",
    "iso-2022-jp",
    "iso-2022-kr",
}  # can smuggle markup past a reader


def decode_feed(body: bytes, charset: str = "") -> str:
    """Return the text of a feed without byte order mark, XML declaration and characters that XML forbids.

    The bytes are asked before the labels: text that is not UTF-8 is hardly ever valid UTF-8, while labels (`charset`
    of the HTTP header, `encoding` of the XML declaration) are often wrong.
    """
    text = _decode(body, charset).removeprefix("\ufeff")
    return _UNWRITABLE.sub("", _DECLARATION.sub("", text, count=1)).strip()


def _decode(body: bytes, charset: str) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if body[:60].count(0) >= min(len(body), 60) // 3 > 0:
        return body.decode("utf-16-le" if body[1:2] == b"\0" else "utf-16-be", "replace")
    if (utf8 := _as_utf8(body)) is not None:
        return utf8
    found = _LABEL.match(body)
    for label in (charset, found.group(1).decode("ascii") if found else ""):
        if (codec := _single_byte_name(label)) is not None:
            return body.decode(codec, "replace")
    return body.decode("windows-1252", "replace")


def _as_utf8(body: bytes) -> str | None:
    """Return the text when the bytes are UTF-8, perhaps with a few broken letters; else None."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = sum(1 for letter in text if letter > "\x7f") - broken
    return text if sound >= broken else None


def _single_byte_name(label: str) -> str | None:
    """Return the codec of a label that can hold these bytes, or None for UTF labels and names we do not know."""
    try:
        name = codecs.lookup(label.strip()).name if label else ""
    except (LookupError, ValueError):
        return None
    if not name or name.startswith(("utf", "ascii")) or name in _SEVEN_BIT or not _is_text_codec(name):
        return None
    # ISO 8859-1 in practice means windows-1252, as browsers read it: else dashes and quotes become controls.
    return "windows-1252" if name == "iso8859-1" else name


def _is_text_codec(name: str) -> bool:
    """Tell whether the codec turns bytes into text (base64, zip and rot13 are codecs too)."""
    try:
        return b"<a>".decode(name) == "<a>"
    except (LookupError, ValueError):
        return False


def without_doctype(text: str) -> tuple[str, bool]:
    """Return the text without its document type declaration, and whether it had one.

    With the declaration go its entities, internal and external: nothing is left to expand or to fetch.
    """
    start = _doctype_start(text)
    if start < 0:
        return text, False
    return text[:start] + text[_doctype_end(text, start) :], True


def _doctype_start(text: str) -> int:
    """Return where the declaration begins, or -1; only comments and instructions may stand before it."""
    position = text.find("<")
    while position >= 0:
        if text.startswith("<!--", position):
            end = text.find("-->", position + 4)
        elif text.startswith("<?", position):
            end = text.find("?>", position + 2)
        else:
            return position if text[position : position + 9].upper() == "<!DOCTYPE" else -1
        position = text.find("<", end) if end >= 0 else -1
    return -1


def _doctype_end(text: str, position: int) -> int:
    """Return where the declaration ends: at the first `>` outside quotes, comments and the internal subset."""
    depth = 0
    # What is opened and never closed takes the rest of the text with it, so that the search stays linear.
    for part in re.compile(r"""<!--(?:.*?-->|.*)|"[^"]*"?|'[^']*'?|[\[\]>]""", re.DOTALL).finditer(text, position):
        match part.group():
            case "[":
                depth += 1
            case "]":
                depth -= 1
            case ">" if depth <= 0:
                return part.end()
    return len(text)
