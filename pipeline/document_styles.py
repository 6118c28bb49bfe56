"""How Word files look: styles in the colours of the page, and what python-docx has no words for."""

from __future__ import annotations

from typing import Any

INK, MUTED, LINE, RAISED, ACCENT = "1B1F24", "57606A", "D8DEE4", "F6F8FA", "0B5C8A"
FONT = "Arial"  # on every office machine, and measured alike by Liberation Sans elsewhere


def set_styles(file: Any) -> None:
    """Give the file its styles: everything in one font, headings in ink, small and muted what is beside the text."""
    from docx.enum.style import WD_STYLE_TYPE

    normal = file.styles["Normal"]
    _dress(normal, size=10.5, before=0, after=6, line=1.25)
    _swedish(normal)
    _dress(file.styles["Title"], size=20, bold=True, before=0, after=10, line=1.1)
    _no_border(file.styles["Title"])
    _dress(file.styles["Heading 1"], size=14, bold=True, before=18, after=4, line=1.15)
    _dress(file.styles["Heading 2"], size=11.5, bold=True, before=12, after=3, line=1.15)
    _dress(file.styles["Caption"], size=9, bold=True, before=8, after=3, line=1.15)
    _dress(file.styles["List Bullet"], size=10.5, before=0, after=3, line=1.25)
    for name in ("Header", "Footer"):
        _dress(file.styles[name], size=8.5, color=MUTED, before=0, after=0, line=1.0)
        _tabs(file.styles[name])
    for name, how in {
        "Note": {"size": 9, "color": MUTED, "after": 6},
        "Cell": {"size": 9, "before": 2, "after": 2, "line": 1.1},
        "Cell head": {"size": 9, "bold": True, "color": MUTED, "before": 2, "after": 2, "line": 1.1},
        "Cell sum": {"size": 9, "bold": True, "before": 2, "after": 2, "line": 1.1},
        "Counted": {"size": 10.5, "after": 4, "line": 1.25, "hanging": 0.8},
        "After table": {"size": 9, "after": 6},
        "Writing line": {"size": 9, "color": MUTED, "before": 2, "after": 16},
    }.items():
        style = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        _dress(style, **how)  # type: ignore[arg-type]
    file.styles["Caption"].paragraph_format.keep_with_next = True
    figure = file.styles.add_style("Figure number", WD_STYLE_TYPE.CHARACTER)
    figure.font.superscript = True
    figure.font.color.rgb = _color(ACCENT)
    _rule_under(file.styles["Writing line"])


def _dress(
    style: Any,
    *,
    size: float,
    bold: bool = False,
    color: str = INK,
    before: float = 0,
    after: float = 0,
    line: float = 1.15,
    hanging: float = 0,
) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    style.font.color.rgb = _color(color)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)  # headings name a font of the theme, which would win
    form = style.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), line
    if hanging:
        form.left_indent, form.first_line_indent = Cm(hanging), Cm(-hanging)


def _color(name: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(name)


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _swedish(style: Any) -> None:
    style.element.get_or_add_rPr().append(_element("lang", val="sv-SE"))


def _no_border(style: Any) -> None:
    for border in style.element.pPr.findall("{*}pBdr"):
        style.element.pPr.remove(border)


def _rule_under(style: Any) -> None:
    border = _element("pBdr")
    for side in ("bottom", "between"):  # without the latter, lines under each other would be one
        border.append(_element(side, val="single", sz="4", space="14", color=LINE))
    properties = style.element.get_or_add_pPr()
    spacing = properties.find("{*}spacing")
    spacing.addprevious(border)


def _tabs(style: Any) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    stops = style.paragraph_format.tab_stops
    for stop in list(stops):
        stops._pPr.tabs.remove(stop._tab)
    stops.add_tab_stop(Cm(8), WD_TAB_ALIGNMENT.CENTER)
    stops.add_tab_stop(Cm(16), WD_TAB_ALIGNMENT.RIGHT)


def field(paragraph: Any, name: str) -> None:
    """Add a field, such as the page's number, to a paragraph."""
    simple = _element("fldSimple", instr=name)
    run = _element("r")
    text = _element("t")
    text.text = "1"
    run.append(text)
    simple.append(run)
    paragraph._p.append(simple)


def repeat_head(row: Any) -> None:
    """Let a table's first row stand again on each page that the table goes on to."""
    row._tr.get_or_add_trPr().append(_element("tblHeader", val="true"))


def shade(cell: Any) -> None:
    """Give a cell the ground of what is raised."""
    cell._tc.get_or_add_tcPr().append(_element("shd", val="clear", color="auto", fill=RAISED))


def set_borders(table: Any, color: str) -> None:
    """Draw thin lines between the rows of a table, and none beside it; no row is broken by a page's end."""
    borders = _element("tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_element(side, val="single", sz="4", space="0", color=color))
    properties = table._tbl.tblPr
    layout = properties.find("{*}tblLayout")
    (layout.addprevious if layout is not None else properties.append)(borders)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("cantSplit", val="true"))


def name_picture(shape: Any, name: str, says: str) -> None:
    """Give a picture its name and the sentence for those who cannot see it."""
    shape._inline.docPr.set("name", name)
    shape._inline.docPr.set("descr", says)
