"""A document as blocks, without layout: what the Word, HTML and PDF forms of a report are made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Marks in running text: control characters, which no text of a source or a person keeps, so that none can be forged.
_FIGURE, _STRONG = "\x1e", "\x1f"
_MARKS = re.compile(f"{_FIGURE}(?P<figure>[0-9]+){_FIGURE}|{_STRONG}(?P<strong>[^{_STRONG}]+){_STRONG}")
_FORBIDDEN = {code: None for code in range(32) if chr(code) not in "\t\n"}  # in XML, and thus in Word files


def cite(figure: int) -> str:
    """Return the mark that points at a figure of the annex."""
    return f"{_FIGURE}{figure}{_FIGURE}"


def strong(text: str) -> str:
    """Return the text marked as strong."""
    return f"{_STRONG}{text}{_STRONG}"


def plain(text: str) -> str:
    """Return the text without marks and other characters that no document may hold."""
    return text.translate(_FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 or 2; the numbers before it are part of the text."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `is_note` sets it small and muted."""

    text: str
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, numbered or not."""

    items: Sequence[str]
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a title; `numbers` are the columns that are right-aligned, `widths` shares of the line."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()
    widths: Sequence[int] = ()
    anchor: str = ""  # with {} for the first cell: rows that others point at
    last_is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of name and value, as stand at the head of an official letter."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a picture, with the text that stands at it."""

    label: str
    value: float
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A bar chart: its title, a sentence that says what it shows, and its bars, standing or lying."""

    name: str  # of its file
    title: str
    says: str
    bars: Sequence[Bar]
    is_standing: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Empty lines for writing by hand, under their names."""

    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a page of its own."""


Block = Heading | Paragraph | Bullets | Grid | Facts | Picture | Lines | NewPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole document; `kind` and `sender` stand at the head of each page."""

    title: str
    kind: str  # such as "Tjänsteskrivelse"
    sender: str  # the municipality
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of running text in one dress."""

    text: str
    is_strong: bool = False
    figure: str = ""  # the number of the figure that it points at; then it has no text


def runs_of(text: str) -> Iterator[Run]:
    """Yield the pieces of a text, its marks taken out."""
    start = 0
    for mark in _MARKS.finditer(text):
        if mark.start() > start:
            yield Run(plain(text[start : mark.start()]))
        yield Run(plain(mark["strong"] or ""), is_strong=bool(mark["strong"]), figure=mark["figure"] or "")
        start = mark.end()
    if start < len(text):
        yield Run(plain(text[start:]))
