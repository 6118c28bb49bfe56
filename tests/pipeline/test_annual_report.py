"""The yearly follow-up: every figure counted again with plain SQL, and documents that open."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.catalogue import facts
from pipeline.annual_annex import COLUMNS, files_of
from pipeline.annual_figures import Figures, counted_from, figures_of
from pipeline.annual_report import annual_report
from pipeline.annual_rows import Year, read_year, weeks_of
from pipeline.document import Document, Heading, Paragraph
from pipeline.document_html import html_of
from pipeline.document_pdf import converter, pdf_of
from pipeline.document_word import word_of
from pipeline.goals import NO, PARTLY, UNKNOWN, YES, goals_of, judge
from pipeline.installation import Installation
from pipeline.municipality import Municipality
from pipeline.report_commands import write_annual
from pipeline.settings import Settings
from store.db import Store, open_store
from store.errors import ConfigurationError
from tests.pipeline.making import municipality
from tests.pipeline.recount import Recount
from tests.pipeline.years import NOW, fill_year, outside_the_year


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a database with a year in it, and a little of the year before."""
    path = tmp_path_factory.mktemp("year") / "utkik.db"
    with open_store(f"sqlite:///{path}") as store:
        fill_year(store, municipality())
        outside_the_year(store, municipality())
    return path


@pytest.fixture(scope="module")
def store(place: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{place}") as opened:
        yield opened


def read(store: Store, served: Municipality | None = None, year: int = 2026) -> tuple[Year, Figures]:
    with store.reading() as session:
        rows = read_year(session, served or municipality(), facts(), year, NOW)
    return rows, figures_of(rows, served or municipality())


def test_every_figure_agrees_with_plain_sql_to_the_last_digit(store: Store, place: Path) -> None:
    _, figures = read(store)
    said = {figure.key: figure.value for figure in figures.all}
    groups = {group.key: group.units for group in figures.groups}
    regions = [(source.name, source.region) for source in facts()]
    counter = Recount(str(place), municipality().key, 2026, NOW, regions, groups)
    assert said == {key: counter.value(key) for key in said}
    counter.close()
    assert len(said) > 90
    assert {
        key
        for key in ("sent", "answered", "acted", "calls.beviljad", "calls.ej_sokt", "kept.sent", "due.late", "analyses")
        if not said[key]
    } == set()


def test_every_figure_can_be_counted_again_from_the_files_beside_the_report(store: Store) -> None:
    rows, figures = read(store)
    with store.reading() as session:
        files = dict(files_of(session, rows, figures, {source.name: source.region for source in facts()}))
    for figure in figures.all:
        told = csv.DictReader(io.StringIO(files[f"{figure.table}.csv"].decode("utf-8-sig")), delimiter=";")
        again = [{**row, figure.sums: float(row[figure.sums]) if row[figure.sums] else None} if figure.sums else row
                 for row in told]  # fmt: skip
        assert counted_from(again, figure.where, figure.distinct, figure.sums) == (figure.value, figure.rows)
    collected = list(csv.reader(io.StringIO(files["insamlat-rader.csv"].decode("utf-8-sig")), delimiter=";"))
    assert len(collected) - 1 == figures.value("collected")
    assert set(COLUMNS) == set(rows.tables)


def test_what_lies_outside_the_year_is_in_no_figure(store: Store) -> None:
    rows, _ = read(store)
    assert not [row for table in rows.tables.values() for row in table if row.get("nyckel") == "i-fjol"]
    assert read(store, year=2025)[1].value("sent") == 1


def test_weeks_of_a_year_are_those_whose_monday_lies_in_it() -> None:
    assert weeks_of(2026)[0] == "2026-W02"
    assert weeks_of(2026)[-1] == "2026-W53"
    assert len(weeks_of(2026)) == 52


def test_committees_with_several_units_are_one_row() -> None:
    served = municipality()
    unit = served.units["skola"].model_copy(update={"committee": "Nämnden"})
    other = served.units["social"].model_copy(update={"committee": "Nämnden"})
    both = served.model_copy(update={"units": {**served.units, "skola": unit, "social": other}})
    rows = Year(year=2026, now=NOW, tables=dict.fromkeys(COLUMNS, ()))
    groups = figures_of(rows, both).groups
    assert [(group.name, group.units) for group in groups][:2] == [
        ("Nämnden", ("skola", "social")),
        ("Kommunledningskontoret", ("ledning",)),
    ]


def test_an_empty_year_says_that_there_is_nothing_to_go_by(sqlite_store: Store) -> None:
    rows, figures = read(sqlite_store)
    page = html_of(annual_report(rows, figures, municipality())).decode()
    assert "Inget brev med poster skickades" in page
    assert "Underlaget räcker inte" in page
    assert "<svg" not in page


def test_goals_are_judged_by_what_the_figures_show_and_unknown_is_said(store: Store) -> None:
    _, figures = read(store)
    served = municipality()
    states = {goal.measure: judge(goal, figures, served).state for goal in goals_of(served)}
    assert states["eu_decisions"] == YES
    assert states["cofinancing"] == PARTLY
    assert states["working_group"] == YES
    assert states["actions"] == YES
    without = Figures(tuple(replace(f, value=0) for f in figures.all), figures.groups)
    assert judge(goals_of(served)[2], without, served).state == UNKNOWN
    assert judge(goals_of(served)[3], without, served).state == UNKNOWN
    assert judge(goals_of(served)[6], without, served).state == NO


def test_a_goal_without_measure_is_told_as_unknown(store: Store) -> None:
    served = municipality(goals=[{"text": "Alla ska trivas."}])
    rows, figures = read(store, served)
    page = html_of(annual_report(rows, figures, served)).decode()
    assert "<td>Alla ska trivas.</td><td>Vi vet inte</td>" in page
    assert "Omvärldsbevakningen är global" not in page


def test_every_number_in_the_text_leads_to_its_line_in_the_annex(store: Store) -> None:
    rows, figures = read(store)
    page = html_of(annual_report(rows, figures, municipality())).decode()
    pointed = set(re.findall(r'href="#(siffra-\d+)"', page))
    there = set(re.findall(r'<tr id="(siffra-\d+)"', page))
    assert pointed <= there
    assert len(there) == len(figures.all)
    assert len(pointed) > 60


def test_word_file_opens_and_holds_what_the_page_holds(store: Store, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    rows, figures = read(store)
    content = word_of(annual_report(rows, figures, municipality()), NOW)
    file = docx.Document(io.BytesIO(content))
    headings = [p.text for p in file.paragraphs if p.style.name == "Heading 1"]
    assert headings[:6] == ["Ärendet", "Sammanfattning", "Bakgrund", "Redovisning", "Bedömning", "Förslag till beslut"]
    table = next(t for t in file.tables if t.rows[0].cells[0].text == "Nämnd eller bolag")
    row = next(r for r in table.rows if r.cells[0].text == "Skolförvaltningen")
    out = figures["out.skola"]
    assert row.cells[2].text == f"{out.value}[{out.number}]"
    assert file.core_properties.title == "Uppföljning av omvärldsbevakning och internationellt arbete 2026"
    pictures = re.findall(r'<wp:docPr [^>]*descr="([^"]+)"', zipfile.ZipFile(io.BytesIO(content)).read(
        "word/document.xml").decode())  # fmt: skip
    assert len(pictures) == 2
    assert all(len(says) > 40 for says in pictures)


def test_the_same_year_and_moment_give_the_same_bytes(store: Store) -> None:
    pytest.importorskip("docx", reason="python-docx is not installed")
    documents = [annual_report(*read(store), municipality()) for _ in range(2)]
    assert word_of(documents[0], NOW) == word_of(documents[1], NOW)
    assert html_of(documents[0]) == html_of(documents[1])


def test_libreoffice_converts_the_word_file_without_a_warning(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("docx", reason="python-docx is not installed")
    program = converter()
    if program is None:
        pytest.skip("LibreOffice is not installed")
    word = tmp_path / "rapport.docx"
    word.write_bytes(word_of(annual_report(*read(store), municipality()), NOW))
    assert pdf_of(word, program).startswith(b"%PDF-")


@pytest.mark.slow
def test_the_command_writes_documents_and_rows(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("docx", reason="python-docx is not installed")
    installation = Installation(Settings(home=tmp_path), store, municipality())
    said = write_annual(installation, 2026, tmp_path / "ut", NOW)
    assert {path.name for path in (tmp_path / "ut").iterdir()} >= {
        "uppfoljning-2026.docx",
        "uppfoljning-2026.html",
        "underlag-2026",
    }
    assert any("PDF" in line for line in said)
    assert (tmp_path / "ut" / "underlag-2026" / "siffror.csv").read_bytes().startswith(b"\xef\xbb\xbfnr;siffra")


def test_a_year_that_has_not_begun_is_refused(store: Store, tmp_path: Path) -> None:
    installation = Installation(Settings(home=tmp_path), store, municipality())
    with pytest.raises(ConfigurationError, match="har inte börjat"):
        write_annual(installation, 2027, tmp_path, NOW)


def test_pictures_in_the_page_tell_what_they_show(store: Store) -> None:
    page = html_of(annual_report(*read(store), municipality())).decode()
    for drawing in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        svg = ET.fromstring(drawing)  # noqa: S314 - our own
        assert svg.get("role") == "img"
        assert len(svg.get("aria-label", "")) > 40


def test_markup_in_titles_stays_text(sqlite_store: Store) -> None:
    served = municipality(name="<b>Prov</b>köping")
    page = html_of(annual_report(*read(sqlite_store, served), served)).decode()
    assert "<b>Prov" not in page
    assert "&lt;b&gt;Prov" in page


def test_the_end_of_the_year_is_swedish(sqlite_store: Store) -> None:
    rows, _ = read(sqlite_store)
    assert not rows.is_over
    assert replace(rows, now=datetime(2026, 12, 31, 23, 0, tzinfo=UTC)).is_over


def test_a_title_can_neither_forge_a_mark_nor_break_the_word_file() -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    hostile = "[[1]] **fet** \x00\x1b\x1e <b>"
    document = Document(title=hostile, kind="x", sender=hostile, blocks=[Heading(hostile), Paragraph(hostile)])
    file = docx.Document(io.BytesIO(word_of(document, NOW)))
    assert [paragraph.text for paragraph in file.paragraphs] == ["[[1]] **fet**  <b>"] * 3
    assert "<sup>" not in html_of(document).decode()
    assert "<b>" not in html_of(document).decode()
