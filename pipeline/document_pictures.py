"""The bar charts of documents: as SVG for HTML, as PNG for Word, from the same bars and in the same colours."""

from __future__ import annotations

import io
from collections.abc import Sequence
from textwrap import wrap

from markupsafe import Markup

from pipeline.document import Bar, Picture
from pipeline.wording import shortened

ACCENT, INK, MUTED, LINE = "#0b5c8a", "#1b1f24", "#57606a", "#d8dee4"
WIDTH, ROW, LABEL = 640, 26, 290  # units of the SVG: its line, a lying bar, the words before it
LETTER = 7.6  # width of a letter, a little more than it takes
INCHES = 6.3  # width in Word: the line of a page


def svg_of(picture: Picture) -> Markup:
    """Return the chart as SVG with its sentence for those who cannot see it."""
    drawing, height = (_standing if picture.is_standing else _lying)(picture.bars)
    return Markup(
        '<svg role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}" font-size="13" fill="{}">{}</svg>'
    ).format(picture.says, WIDTH, height, WIDTH, height, INK, drawing)


def _lying(bars: Sequence[Bar]) -> tuple[Markup, int]:
    top, room = max((bar.value for bar in bars), default=0) or 1, WIDTH - LABEL - 110
    parts = []
    for place, bar in enumerate(bars):
        wide, middle = round(room * bar.value / top, 1), place * ROW + 17
        parts.append(_words(LABEL - 8, middle, shortened(bar.label, int((LABEL - 8) / LETTER)), "end"))
        parts.append(_rectangle(LABEL, place * ROW + 5, wide, ROW - 10))
        parts.append(_words(LABEL + wide + 6, middle, bar.shown or f"{bar.value:g}", "start"))
    height = max(ROW, ROW * len(bars))
    return Markup().join([*parts, _rule(LABEL, 0, LABEL, height)]), height


def _standing(bars: Sequence[Bar], height: int = 220) -> tuple[Markup, int]:
    top, step, base = max((bar.value for bar in bars), default=0) or 1, WIDTH / max(1, len(bars)), height - 22
    parts = []
    for place, bar in enumerate(bars):
        tall, middle = round((height - 46) * bar.value / top, 1), round(step * (place + 0.5), 1)
        parts.append(_rectangle(step * (place + 0.17), base - tall, step * 0.66, tall))
        parts.append(_words(middle, base - tall - 5, bar.shown or f"{bar.value:g}", "middle"))
        parts.append(_words(middle, height - 5, bar.label, "middle"))
    return Markup().join([*parts, _rule(0, base, WIDTH, base)]), height


def _words(left: float, top: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(left, top, anchor, text)


def _rectangle(left: float, top: float, width: float, height: float) -> Markup:
    return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>').format(
        left, top, width, height, ACCENT
    )


def _rule(left: float, top: float, right: float, bottom: float) -> Markup:
    return Markup('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}"/>').format(
        left, top, right, bottom, LINE
    )


def png_of(picture: Picture) -> bytes:
    """Return the chart as PNG; the same bars give the same bytes with the same version of matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    tall = 2.5 if picture.is_standing else 0.35 + 0.27 * max(1, len(picture.bars))
    figure = Figure(figsize=(INCHES, tall), dpi=200, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    places, values = range(len(picture.bars)), [bar.value for bar in picture.bars]
    told = [bar.shown or f"{bar.value:g}" for bar in picture.bars]
    if picture.is_standing:
        drawn = axes.bar(places, values, color=ACCENT, width=0.66)
        axes.set_xticks(places, [bar.label for bar in picture.bars])
        axes.yaxis.set_visible(False)
    else:
        drawn = axes.barh(places, values, color=ACCENT, height=0.6)
        axes.set_yticks(places, ["\n".join(wrap(shortened(bar.label, 76), 38)) for bar in picture.bars])
        axes.invert_yaxis()
        axes.xaxis.set_visible(False)
    axes.bar_label(drawn, told, padding=3, fontsize=8.5, color=INK)
    axes.margins(x=0.02 if picture.is_standing else 0.14, y=0.15 if picture.is_standing else 0.02)
    axes.tick_params(length=0, labelsize=8.5, labelcolor=INK)
    for side, spine in axes.spines.items():
        spine.set_visible(side == ("bottom" if picture.is_standing else "left"))
        spine.set_color(LINE)
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
