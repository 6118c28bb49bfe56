"""A document as a Word file: real headings, repeated table heads, alternative texts, numbered pages, Swedish."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crawlers.dates import STOCKHOLM
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
    plain,
    runs_of,
)
from pipeline.document_pictures import INCHES, png_of
from pipeline.document_styles import LINE, field, name_picture, repeat_head, set_borders, set_styles, shade
from store.errors import ConfigurationError

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # a ZIP file must have one; this one is the same for every document
WIDTH_CM = 16.0  # of the line: A4 less 2.5 cm on either side


def word_of(document: Document, now: datetime) -> bytes:
    """Return the bytes of the Word file; the same document and moment give the same bytes.

    Raises ConfigurationError when the library that writes Word files is not installed.
    """
    try:
        import docx
        import matplotlib as mpl  # noqa: F401 - for the pictures
    except ImportError as error:
        raise ConfigurationError(
            "Word-dokument kräver python-docx och matplotlib. Installera med: pip install 'utkik[reports]'"
        ) from error
    file = docx.Document()
    set_styles(file)
    _properties(file, document, now)
    _edges(file.sections[0], document)
    file.add_paragraph(plain(document.title), style="Title")
    for block in document.blocks:
        _add(file, block)
    out = io.BytesIO()
    file.save(out)
    return _settled(out.getvalue())


def _properties(file: Any, document: Document, now: datetime) -> None:
    moment = now.astimezone(STOCKHOLM).replace(tzinfo=None, microsecond=0)
    core = file.core_properties
    core.title = plain(document.title)
    core.author = core.last_modified_by = plain(document.sender)
    core.subject, core.language, core.comments, core.revision = document.kind, "sv-SE", "", 1
    core.created = core.modified = moment


def _edges(section: Any, document: Document) -> None:
    """Set A4, margins, who sends what at the head and the page's number at the foot."""
    from docx.shared import Cm

    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.2)
    head = section.header.paragraphs[0]
    head.text = plain(f"{document.sender}\t\t{document.kind}")
    foot = section.footer.paragraphs[0]
    foot.add_run("\t\tSida ")
    field(foot, "PAGE")
    foot.add_run(" av ")
    field(foot, "NUMPAGES")


def _add(file: Any, block: Block) -> None:
    match block:
        case Heading():
            file.add_heading(plain(block.text), level=block.level)
        case Paragraph():
            _runs(file.add_paragraph(style="Note" if block.is_note else "Normal"), block.text)
        case Bullets():
            for number, item in enumerate(block.items, start=1):
                paragraph = file.add_paragraph(style="Counted" if block.is_numbered else "List Bullet")
                _runs(paragraph, f"{number}.\t{item}" if block.is_numbered else item)
        case Facts():
            _facts(file, block)
        case Picture():
            _picture(file, block)
        case Lines():
            for name in block.names:
                file.add_paragraph(name, style="Writing line")
        case NewPage():
            file.add_page_break()
        case Grid():
            _grid(file, block)


def _runs(paragraph: Any, text: str) -> None:
    for run in runs_of(text):
        added = paragraph.add_run(f"[{run.figure}]" if run.figure else run.text)
        added.bold = True if run.is_strong else None
        if run.figure:
            added.style = "Figure number"


def _facts(file: Any, facts: Facts) -> None:
    table = file.add_table(rows=0, cols=2)
    for name, value in facts.pairs:
        cells = table.add_row().cells
        cells[0].paragraphs[0].style = "Cell head"
        cells[0].paragraphs[0].add_run(plain(name))
        cells[1].paragraphs[0].style = "Cell"
        _runs(cells[1].paragraphs[0], value)
    _widths(table, [3, 9])
    file.add_paragraph(style="After table")


def _picture(file: Any, picture: Picture) -> None:
    from docx.shared import Inches

    file.add_paragraph(plain(picture.title), style="Caption")
    paragraph = file.add_paragraph(style="After table")
    shape = paragraph.add_run().add_picture(io.BytesIO(png_of(picture)), width=Inches(INCHES))
    name_picture(shape, picture.name, plain(picture.says))


def _grid(file: Any, grid: Grid) -> None:
    file.add_paragraph(plain(grid.title), style="Caption")
    table = file.add_table(rows=1, cols=len(grid.header))
    for place, text in enumerate(grid.header):
        _cell(table.rows[0].cells[place], text, "Cell head", is_number=place in grid.numbers)
        shade(table.rows[0].cells[place])
    repeat_head(table.rows[0])
    for number, row in enumerate(grid.rows, start=1):
        cells = table.add_row().cells
        style = "Cell sum" if grid.last_is_sum and number == len(grid.rows) else "Cell"
        for place, text in enumerate(row):
            _cell(cells[place], text, style, is_number=place in grid.numbers)
    set_borders(table, LINE)
    _widths(table, grid.widths or [1] * len(grid.header))
    file.add_paragraph(style="After table")


def _cell(cell: Any, text: str, style: str, *, is_number: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = cell.paragraphs[0]
    paragraph.style = style
    if is_number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _runs(paragraph, text)


def _widths(table: Any, shares: Sequence[int]) -> None:
    from docx.shared import Cm

    table.autofit = False
    for column, share in zip(table.columns, shares, strict=True):
        width = Cm(WIDTH_CM * share / sum(shares))
        column.width = width
        for cell in column.cells:
            cell.width = width


def _settled(content: bytes) -> bytes:
    """Return the ZIP file with one time for all its members, so that its bytes depend on what is in it alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(zipfile.ZipInfo(name, _ZIP_TIME), before.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
