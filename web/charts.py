"""Small pictures as SVG, drawn on the server: direct labels, bars from zero, one accent, a sentence that tells.

Each picture is 360 units wide, so that its words stay readable on a narrow phone; several stand side by side where
there is room. Colours are classes of the style sheet, so that dark mode holds. A table with the numbers stands by each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

WIDTH = 360
ROW = 26  # height of a lying bar with its words
LABEL = 156  # width of the words before a lying bar
NUMBER = 48  # room for the number after it
LETTER = 7  # width of a letter, a little more than it takes


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its words, its number, and whether it is grey; `shown` stands for the number when it is another text."""

    label: str
    value: float
    shown: str = ""
    is_less: bool = False

    @property
    def number(self) -> str:
        """What stands at the bar."""
        return self.shown or f"{self.value:g}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line through numbers from 0 to 1, named where it ends."""

    label: str
    values: Sequence[float]
    is_less: bool = False


def standing_bars(bars: Sequence[Bar], *, says: str, height: int = 150) -> Markup:
    """Return bars side by side, each with its number above and its words under; words that would touch are left out."""
    step = WIDTH / max(1, len(bars))
    longest = max((len(bar.label) for bar in bars), default=1)
    every = max(1, -(-longest * LETTER // max(1, int(step))))
    top = max((bar.value for bar in bars), default=0) or 1
    room, base = height - 40, height - 20
    parts = []
    for place, bar in enumerate(bars):
        tall = round(room * bar.value / top, 1)
        middle = round(step * (place + 0.5), 1)
        parts.append(_rectangle(step * place + step * 0.15, base - tall, step * 0.7, tall, is_less=bar.is_less))
        if len(bar.number) * LETTER <= step:
            parts.append(_words(middle, base - tall - 4, bar.number))
        if (len(bars) - 1 - place) % every == 0:
            parts.append(_words(middle, height - 4, bar.label))
    parts.append(_rule(0, base, WIDTH, base))
    return _picture(parts, WIDTH, height, says)


def lying_bars(bars: Sequence[Bar], *, says: str) -> Markup:
    """Return bars under each other, the words before each and the number after it."""
    top = max((bar.value for bar in bars), default=0) or 1
    room = WIDTH - LABEL - NUMBER
    parts = []
    for place, bar in enumerate(bars):
        wide = round(room * bar.value / top, 1)
        middle = place * ROW + 17
        parts.append(_words(0, middle, _cut(bar.label, LABEL), anchor="start"))
        parts.append(_rectangle(LABEL, place * ROW + 5, wide, ROW - 10, is_less=bar.is_less))
        parts.append(_words(LABEL + wide + 6, middle, bar.number, anchor="start"))
    parts.append(_rule(LABEL, 0, LABEL, max(ROW, ROW * len(bars))))
    return _picture(parts, WIDTH, max(ROW, ROW * len(bars)), says)


def spark(values: Sequence[float], *, says: str, width: int = 96, height: int = 24) -> Markup:
    """Return bars without words, the last in the accent's colour: for a row of a table that has the numbers."""
    step, top = width / max(1, len(values)), max(values, default=0) or 1
    parts = [
        _rectangle(
            place * step + 1,
            height - 1 - (height - 2) * value / top,
            step - 2,
            (height - 2) * value / top,
            is_less=place < len(values) - 1,
        )
        for place, value in enumerate(values)
    ]
    return _picture([*parts, _rule(0, height - 0.5, width, height - 0.5)], width, height, says)


def lines(lines: Sequence[Line], steps: Sequence[str], *, says: str, height: int = 200) -> Markup:
    """Return lines over the same steps, from 0 to 100 %, each named and told in per cent at its end."""
    left, right, base, room = 44, WIDTH - 100, height - 24, height - 40
    width = (right - left) / max(1, len(steps) - 1)
    parts = []
    for share in (0.0, 0.5, 1.0):
        level = base - room * share
        parts += [_rule(left, level, right, level), _words(left - 6, level + 4, f"{share:.0%}", anchor="end")]
    every = max(1, -(-max((len(step) for step in steps), default=1) * LETTER // max(1, int(width))))
    parts += [_words(left + place * width, height - 6, step) for place, step in enumerate(steps) if place % every == 0]
    ends = _apart([base - room * line.values[-1] for line in lines])
    for line, end in zip(lines, ends, strict=True):
        points = " ".join(f"{left + i * width:.1f},{base - room * v:.1f}" for i, v in enumerate(line.values))
        name = "trend-less" if line.is_less else "trend"
        parts.append(Markup('<polyline class="{}" points="{}"/>').format(name, points))
        parts.append(_words(right + 6, end + 4, f"{line.label} {round(100 * line.values[-1])} %", anchor="start"))
    return _picture(parts, WIDTH, height, says)


def _apart(levels: Sequence[float], least: float = 15) -> list[float]:
    """Return the levels so far apart that words at them do not touch, the highest kept where it is."""
    order = sorted(range(len(levels)), key=lambda number: levels[number])
    placed = list(levels)
    for above, below in pairwise(order):
        placed[below] = max(placed[below], placed[above] + least)
    return placed


def _cut(text: str, width: int) -> str:
    most = width // LETTER
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _rectangle(left: float, top: float, width: float, height: float, *, is_less: bool) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        "bar-less" if is_less else "bar", left, top, max(0.0, width), max(0.0, height)
    )


def _rule(left: float, top: float, right: float, bottom: float) -> Markup:
    return Markup('<line class="axis" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        left, top, right, bottom
    )


def _words(left: float, top: float, text: str, *, anchor: str = "middle") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(left, top, anchor, text)


def _picture(parts: Sequence[Markup], width: int, height: int, says: str) -> Markup:
    drawing = Markup().join(parts)
    return Markup('<svg role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">{}</svg>').format(
        escape(says), width, height, width, height, drawing
    )
