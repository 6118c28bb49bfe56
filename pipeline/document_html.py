"""A document as one HTML file that needs nothing beside it, for the screen and for paper."""

from __future__ import annotations

from importlib.resources import files

from markupsafe import Markup, escape

from pipeline.document import (
    Block,
    Bullets,
    Document,
    Facts,
    Grid,
    Heading,
    Lines,
    NewPage,
    Paragraph,
    Picture,
    runs_of,
)
from pipeline.document_pictures import svg_of

_PAGE = """<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – {sender}</title>
<style>{style}</style>
</head>
<body>
<header><p>{sender}</p><p>{kind}</p></header>
<main>
<h1>{title}</h1>
{blocks}
</main>
</body>
</html>
"""


def html_of(document: Document) -> bytes:
    """Return the whole page."""
    style = files("pipeline").joinpath("templates", "report", "report.css").read_text(encoding="utf-8")
    page = Markup(_PAGE).format(  # noqa: S704 - our own text
        title=document.title,
        sender=document.sender,
        kind=document.kind,
        style=Markup(style),  # noqa: S704 - our own file
        blocks=Markup("\n").join(_block(block) for block in document.blocks),
    )
    return page.encode()


def _block(block: Block) -> Markup:
    match block:
        case Heading():
            return Markup("<h{0}>{1}</h{0}>").format(block.level + 1, block.text)
        case Paragraph():
            note = Markup(' class="note"') if block.is_note else Markup()
            return Markup("<p{}>{}</p>").format(note, _runs(block.text))
        case Bullets():
            items = Markup().join(Markup("<li>{}</li>").format(_runs(item)) for item in block.items)
            return Markup("<{0}>{1}</{0}>").format("ol" if block.is_numbered else "ul", items)
        case Facts():
            pairs = (Markup("<dt>{}</dt><dd>{}</dd>").format(name, _runs(value)) for name, value in block.pairs)
            return Markup("<dl>{}</dl>").format(Markup().join(pairs))
        case Picture():
            return Markup("<figure><figcaption>{}</figcaption>{}</figure>").format(block.title, svg_of(block))
        case Lines():
            lines = (Markup('<p class="line">{}</p>').format(name) for name in block.names)
            return Markup().join(lines)
        case NewPage():
            return Markup('<hr class="page">')
        case Grid():
            return _grid(block)


def _runs(text: str) -> Markup:
    pieces = []
    for run in runs_of(text):
        if run.figure:
            pieces.append(Markup('<sup><a href="#siffra-{0}">[{0}]</a></sup>').format(run.figure))
        else:
            pieces.append(Markup("<strong>{}</strong>").format(run.text) if run.is_strong else escape(run.text))
    return Markup().join(pieces)


def _grid(grid: Grid) -> Markup:
    numbers = set(grid.numbers)
    name = [Markup(' class="n"') if place in numbers else Markup() for place in range(len(grid.header))]
    head = Markup().join(
        Markup('<th scope="col"{}>{}</th>').format(name[place], text) for place, text in enumerate(grid.header)
    )
    rows = []
    for number, row in enumerate(grid.rows, start=1):
        cells = Markup().join(Markup("<td{}>{}</td>").format(name[i], _runs(text)) for i, text in enumerate(row))
        anchor = Markup(' id="{}"').format(grid.anchor.format(row[0])) if grid.anchor else Markup()
        total = Markup(' class="sum"') if grid.last_is_sum and number == len(grid.rows) else Markup()
        rows.append(Markup("<tr{}{}>{}</tr>").format(anchor, total, cells))
    return Markup(
        '<div class="table" tabindex="0" role="region" aria-label="{}">'
        "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(grid.title, grid.title, head, Markup("\n").join(rows))
