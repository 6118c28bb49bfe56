"""Whether a text can be read at all: a PDF or a picture taken for text cannot."""

from __future__ import annotations

import re

READ = 3_000  # characters looked at
SHORTEST = 40  # characters; less than that may well be a number or a sign
MOST_ODD = 0.02  # share of control and replacement characters that a poor conversion may leave
FEWEST_LETTERS = 0.4  # share of letters and spaces; tables of figures reach 0.5
USUAL_SPACES = 0.08  # share of spaces in what is written in words
LONGEST_WORD = 400  # characters without a space: base64, not a language we read

_ODD = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffd]")
_FILE = re.compile(r"\s*(?:%PDF-|PK\x03\x04|\x89PNG|GIF8|\{\\rtf|%!PS)")
_INSIDE_PDF = re.compile(r"\bendobj\b|\bendstream\b|/FlateDecode")
_UNBROKEN = re.compile(rf"\S{{{LONGEST_WORD}}}")


def is_readable(text: str) -> bool:
    """Say whether a text is one for a reader; an empty or short one is."""
    head = text[:READ]
    if len(head) < SHORTEST:
        return not _FILE.match(head)
    if _FILE.match(head) or ("endobj" in head and _INSIDE_PDF.search(head)):
        return False
    if _ODD.search(head) and len(_ODD.findall(head)) > MOST_ODD * len(head):
        return False
    if head.count(" ") >= USUAL_SPACES * len(head):
        return True
    if _UNBROKEN.search(head):
        return False
    letters = sum(map(str.isalpha, head[:400])) + head[:400].count(" ")
    return letters >= FEWEST_LETTERS * len(head[:400])
