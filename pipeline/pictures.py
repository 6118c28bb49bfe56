"""Pictures of notebooks: one look, and none without title, unit, source and a sentence that says what it shows.

Direct labels instead of legends, bars from zero, one accent and greys. Nothing here keeps state or opens a window.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, DateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

INK, MUTED, LINE, GROUND = "#1b1f24", "#57606a", "#d8dee4", "#ffffff"
ACCENT, WARN = "#0b5c8a", "#8a5a00"
LESS = "#b8c0c8"  # bars and points that are there for comparison
WIDTH, DPI = 8.0, 110  # inches; 880 points, as wide as a notebook's text
LONGEST = 36  # letters of a label's line; a label has at most two
ROW, ROW_OF_TWO = 0.32, 0.42  # inches for a row


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture, as a notebook shows it; `says` is what a screen reader reads."""

    png: bytes
    says: str

    def _repr_mimebundle_(self, **_wanted: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"image/png": self.png, "text/plain": self.says}, {"image/png": {"alt": self.says}}


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands around a picture: what it shows, in which unit, and where the numbers come from."""

    title: str
    unit: str
    source: str

    def __post_init__(self) -> None:
        """Refuse a picture that does not say what it is."""
        if not (self.title and self.unit and self.source):
            raise ValueError("a picture needs a title, a unit and a source")


def bars(
    names: Sequence[Any],
    values: Sequence[float],
    caption: Caption,
    *,
    low: Sequence[float] | None = None,
    high: Sequence[float] | None = None,
    strong: Sequence[bool] | None = None,
    shown: Sequence[str] | None = None,
) -> Picture:
    """Draw lying bars from zero, the first on top, each with its number; `strong` ones in the accent, others grey."""
    numbers = np.asarray(values, dtype=float)
    axes, figure = _sheet(caption, height=_height(names))
    places = np.arange(len(numbers))[::-1]
    marked = np.ones(len(numbers), dtype=bool) if strong is None else np.asarray(strong, dtype=bool)
    axes.barh(places, numbers, height=0.62, color=np.where(marked, ACCENT, LESS).tolist())
    ends = numbers
    if low is not None and high is not None:
        lows, ends = np.asarray(low, dtype=float), np.maximum(np.asarray(high, dtype=float), numbers)
        axes.hlines(places, lows, ends, color=GROUND, linewidth=4)  # a light edge, so that it shows on the bar
        axes.hlines(places, lows, ends, color=INK, linewidth=1.4)
    texts = list(shown) if shown is not None else [_number(value) for value in numbers]
    widest = max(float(np.max(ends, initial=0)), 1e-9)
    for place, end, text in zip(places, ends, texts, strict=True):
        axes.text(end + widest * 0.012, place, text, va="center", ha="left", color=INK, fontsize=10)
    room = 0.04 + 0.018 * max((len(text) for text in texts), default=1)
    axes.set(xlim=(0, widest * (1 + room)), ylim=(-0.6, len(numbers) - 0.4))
    _label(axes, places, names)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return _done(figure, caption, names, texts)


def intervals(
    names: Sequence[Any],
    values: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    caption: Caption,
    *,
    strong: Sequence[bool],
    words: tuple[str, str] = ("faller", "stiger"),
) -> Picture:
    """Draw ratios as points with intervals on a doubling scale, around the line of no change; `strong` ones filled."""
    centre, lows, highs = (np.asarray(each, dtype=float) for each in (values, low, high))
    axes, figure = _sheet(caption, height=_height(names) + 0.35, above=0.2)
    places = np.arange(len(centre))[::-1]
    marked = np.asarray(strong, dtype=bool)
    edge = _edge(lows, highs)
    axes.set_xscale("log", base=2)
    axes.set_xlim(1 / edge / 1.1, edge * 1.1)
    axes.axvline(1, color=MUTED, linewidth=1, zorder=0)
    for is_marked, colour in ((False, MUTED), (True, ACCENT)):
        chosen = marked == is_marked
        lines_at = np.clip(lows[chosen], 1 / edge / 2, None), np.clip(highs[chosen], None, edge * 2)
        axes.hlines(places[chosen], *lines_at, color=colour, linewidth=2.4 if is_marked else 1.4)
        fill = colour if is_marked else GROUND
        axes.plot(centre[chosen], places[chosen], "o", color=colour, markerfacecolor=fill, markersize=7)
    for beyond, sign, x in ((centre * edge < 1, "<", 1 / edge), (centre > edge, ">", edge)):  # none at all, or far more
        axes.plot(np.full(beyond.sum(), x), places[beyond], sign, color=MUTED, markerfacecolor=GROUND, markersize=7)
    _label(axes, places, names)
    axes.xaxis.set_major_formatter(lambda value, _place: f"× {value:g}" if value >= 1 else f"÷ {1 / value:g}")
    axes.minorticks_off()
    axes.set_title(f"← {words[0]}", loc="left", fontsize=9.5, color=MUTED)
    axes.set_title(f"{words[1]} →", loc="right", fontsize=9.5, color=MUTED)
    return _done(figure, caption, names, [_number(value) for value in centre])


def lines(days: Sequence[Any], series: dict[str, Sequence[float]], caption: Caption) -> Picture:
    """Draw lines over days, each named where it ends, the first in the accent and the others grey."""
    axes, figure = _sheet(caption, height=2.6, left=0.08, right=0.14)
    x = _moments(days)
    ends: list[float] = []
    for place, (name, values) in enumerate(series.items()):
        y = np.asarray(values, dtype=float)
        colour = MUTED if place else ACCENT
        axes.plot(x, y, color=colour, linewidth=1.4 if place else 2, marker="o" if len(x) < 15 else "")
        axes.annotate(
            f" {name} {_number(round(float(y[-1]), 1))}", (x[-1], y[-1]), color=colour, fontsize=10, va="center"
        )
        ends.append(float(y[-1]))
    axes.set_ylim(0, max(1.0, max(float(np.nanmax(values)) for values in series.values()) * 1.12))
    axes.margins(x=0.01)
    axes.yaxis.set_major_formatter(lambda value, _place: _number(value))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    _dated(axes, "%Y-%m-%d")
    axes.tick_params(axis="x", pad=7)  # or the first day runs into the zero of the other axis
    axes.grid(axis="y", color=LINE, linewidth=0.8)
    axes.spines["left"].set_visible(False)
    return _done(figure, caption, list(series), [_number(end) for end in ends])


def points(
    x: Sequence[float], y: Sequence[float], low: Sequence[float], high: Sequence[float], caption: Caption, *, axis: str
) -> Picture:
    """Draw shares from 0 to 1 with intervals against predicted ones, with the line where both agree."""
    axes, figure = _sheet(caption, height=3.6, left=0.08, right=0.03, below=0.25)
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":")
    axes.text(0.03, 0.97, "prickad linje: siffran håller precis", color=MUTED, fontsize=9.5, ha="left", va="top")
    axes.vlines(x, low, high, color=ACCENT, linewidth=2)
    axes.plot(x, y, "o", color=ACCENT, markersize=7)
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    axes.set_xlabel(axis, color=MUTED, fontsize=10)
    axes.xaxis.set_major_formatter(lambda value, _place: _number(value))
    axes.yaxis.set_major_formatter(lambda value, _place: _number(value))
    axes.grid(color=LINE, linewidth=0.6)
    return _done(figure, caption, [_number(each) for each in x], [_number(each) for each in y])


def steps(days: Sequence[Any], names: Sequence[str], caption: Caption, *, today: Any) -> Picture:
    """Draw what happened as a chain of dated steps, the earliest on top; what is still ahead is hollow."""
    axes, figure = _sheet(caption, height=_height(names) + 0.2)
    x, now = _moments(days), _moments([today])[0]
    places = np.arange(len(names))[::-1]
    axes.plot(x, places, color=LINE, linewidth=1.5, zorder=1)
    axes.axvline(now, color=WARN, linewidth=1, linestyle=":", zorder=0)
    first, last = min(*x, now), max(*x, now)
    for day, place in zip(x, places, strict=True):
        fill = GROUND if day > now else ACCENT
        axes.plot([day], [place], "o", markersize=9, color=ACCENT, markerfacecolor=fill)
        side, edge = (9, "left") if day - first <= (last - day) else (-9, "right")  # inwards, where there is room
        where: dict[str, Any] = {"textcoords": "offset points", "va": "center", "ha": edge, "fontsize": 9.5}
        axes.annotate(f"{day:%Y-%m-%d}", (day, place), (side, 0), **where, bbox={"fc": GROUND, "ec": "none", "pad": 1})
    axes.margins(x=0.05, y=0.1)
    _label(axes, places, names)
    _dated(axes, "%Y-%m")
    return _done(figure, caption, names, [f"{day:%Y-%m-%d}" for day in x])


def _moments(days: Sequence[Any]) -> Any:
    return np.asarray(days, dtype="datetime64[s]").astype(object)


def _edge(lows: Any, highs: Any) -> float:
    """Return how many doublings are shown: all of the intervals, from two to sixteen times."""
    widest = max(float(np.max(highs, initial=2)), 1 / max(float(np.min(lows, initial=0.5)), 1e-3))
    return min(max(widest, 2.0), 16.0)


def _dated(axes: Axes, form: str) -> None:
    axes.xaxis.set_major_locator(AutoDateLocator(maxticks=6, minticks=2))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter(form))  # type: ignore[no-untyped-call]


def _height(names: Sequence[Any]) -> float:
    return max(0.6, (ROW_OF_TWO if _is_long(names) else ROW) * len(names) + 0.1)


def _label(axes: Axes, places: Any, names: Sequence[Any]) -> None:
    axes.set_yticks(places, [_wrapped(name) for name in names])
    if _is_long(names):
        axes.tick_params(axis="y", labelsize=9)


def _is_long(names: Sequence[Any]) -> bool:
    return any("\n" in _wrapped(name) for name in names)


def _sheet(
    caption: Caption, *, height: float, left: float = 0.37, right: float = 0.03, above: float = 0, below: float = 0
) -> tuple[Axes, Figure]:
    top, bottom = 0.72 + above, 0.58 + below  # inches for the title and unit above, the source below
    whole = height + top + bottom
    figure = Figure(figsize=(WIDTH, whole), dpi=DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((left, bottom / whole, 1 - left - right, height / whole))
    figure.text(0.012, 1 - 0.24 / whole, caption.title, fontsize=13.5, fontweight="bold", color=INK, va="center")
    figure.text(0.012, 1 - 0.5 / whole, caption.unit, fontsize=10, color=MUTED, va="center")
    figure.text(0.012, 0.14 / whole, f"Källa: {caption.source}", fontsize=8.5, color=MUTED, va="center")
    axes.tick_params(length=0, labelsize=10, colors=INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(LINE)
    return axes, figure


def _done(figure: Figure, caption: Caption, names: Sequence[Any], values: Sequence[str]) -> Picture:
    told = "; ".join(f"{name}: {value}" for name, value in list(zip(names, values, strict=True))[:12])
    target = io.BytesIO()
    figure.savefig(target, format="png", metadata={"Software": None})
    return Picture(target.getvalue(), f"{caption.title} ({caption.unit}). {told}")


def _wrapped(name: Any) -> str:
    """Return a label in at most two lines; of what is longer still, the end goes, but for a short name in brackets."""
    text, bracket, short = str(name).partition(" (")
    lines = textwrap.wrap(f"{text}{bracket}{short}", LONGEST)
    if len(lines) > 2:
        end = f"… ({short}" if bracket and len(short) < LONGEST // 2 else "…"
        lines = [lines[0], f"{lines[1][: LONGEST - len(end)].rstrip()}{end}"]
    return "\n".join(lines).replace("$", r"\$")


def _number(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    text = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:.2g}"
    return text.replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
