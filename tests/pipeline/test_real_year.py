"""A year of recorded answers through the whole product: what the year's reports say of it, counted again."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawlers.catalogue import facts
from pipeline.annual_annex import files_of
from pipeline.annual_figures import figures_of
from pipeline.annual_report import annual_report
from pipeline.annual_rows import read_year
from pipeline.document_html import html_of
from pipeline.document_pdf import converter
from pipeline.document_word import word_of
from pipeline.installation import Installation, open_installation
from pipeline.meeting import read_meeting
from pipeline.meeting_report import meeting_pack
from tests.pipeline.real_year import HAS_RECORDINGS, MISSING, WEEKS, live_year, make_home, read_recordings
from tests.pipeline.recount import Recount

NOW = datetime(2026, 8, 28, 9, tzinfo=UTC)
REPORTS = [("mellerud", 2025), ("mellerud", 2026), ("varberg", 2026)]
# Numbers of the text that are no figure: days, years, what a rule says, which figures a chart shows, shares, goals.
PLAIN = re.compile(
    r"20\d\d|den \d+ \w+|\d+ \w+ 20\d\d|14 dagar|siffra \d+–\d+|\d+ %|policyns \d+ mål|"
    r"siffrorna \d+ nådda, \d+ delvis eller inte nådda, och \d+ okända|Alla \d+ enheter|\d+ av \d+ har det"
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),  # under a minute on quiet cores
    pytest.mark.xdist_group("real_year"),
    pytest.mark.skipif(not HAS_RECORDINGS, reason=MISSING),
]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    pytest.importorskip("pyoxigraph", reason="the replay server evaluates SPARQL with pyoxigraph")
    home = tmp_path_factory.mktemp("year") / "home"
    make_home(home)
    with open_installation(home) as opened:
        live_year(opened, read_recordings(home))
        yield opened


def test_each_week_has_its_letters_in_the_folder(installation: Installation) -> None:
    weeks = sorted(path.name for path in installation.settings.outbox.iterdir())
    assert len(weeks) == WEEKS
    assert (weeks[0], weeks[-1]) == ("2025-W36", "2026-W35")
    assert len(list(installation.settings.outbox.glob("*/*.eml"))) > 6 * WEEKS


@pytest.mark.parametrize(("place", "year"), REPORTS)
def test_every_figure_of_a_real_year_is_that_of_plain_sql(installation: Installation, place: str, year: int) -> None:
    municipality = installation.of(place).municipality
    with installation.store.reading() as session:
        figures = figures_of(read_year(session, municipality, facts(), year, NOW), municipality)
    regions = [(source.name, source.region) for source in facts()]
    groups = {group.key: group.units for group in figures.groups}
    counter = Recount(str(installation.store.path), place, year, NOW, regions, groups)
    assert {figure.key: figure.value for figure in figures.all} == {f.key: counter.value(f.key) for f in figures.all}
    counter.close()
    assert sum(figure.value > 0 for figure in figures.all) > 60


@pytest.mark.parametrize(("place", "year"), REPORTS)
def test_every_number_of_the_report_leads_to_its_rows(installation: Installation, place: str, year: int) -> None:
    municipality = installation.of(place).municipality
    with installation.store.reading() as session:
        rows = read_year(session, municipality, facts(), year, NOW)
        figures = figures_of(rows, municipality)
        files = dict(files_of(session, rows, figures, {source.name: source.region for source in facts()}))
    page = html_of(annual_report(rows, figures, municipality)).decode()
    body = re.sub(r"<(style|svg|head)\b.*?</\1>", "", page.split("Bilaga 1")[0], flags=re.DOTALL)
    marked = r"[\d\s,]+(?:kronor|euro)?\s*<sup><a href=\"#siffra-(\d+)\">"
    assert len(set(re.findall(marked, body))) > 60
    text = re.sub(r"<[^>]+>", " ", re.sub(marked + r".*?</sup>", "", body, flags=re.DOTALL)).replace("\u00a0", " ")
    assert re.findall(r".{0,30}\d.{0,20}", PLAIN.sub("", text)) == []
    assert {f"{figure.table}.csv" for figure in figures.all} <= set(files)


def test_report_and_meeting_pack_become_pdf_without_a_warning(installation: Installation, tmp_path: Path) -> None:
    pytest.importorskip("docx", reason="python-docx is not installed")
    program = converter()
    if program is None:
        pytest.skip("LibreOffice is not installed")
    municipality = installation.municipality
    with installation.store.reading() as session:
        rows = read_year(session, municipality, facts(), 2026, NOW)
        meeting = read_meeting(session, municipality, date(2026, 9, 2), NOW)
    documents = {
        "report": annual_report(rows, figures_of(rows, municipality), municipality),
        "meeting": meeting_pack(meeting, municipality),
    }
    for name, document in documents.items():
        (tmp_path / f"{name}.docx").write_bytes(word_of(document, NOW))
    command = [program, f"-env:UserInstallation={(tmp_path / 'own').as_uri()}", "--headless", "--convert-to", "pdf"]
    files = [str(tmp_path / f"{name}.docx") for name in documents]
    done = subprocess.run(  # noqa: S603 - a program found by its name, with files of ours
        [*command, "--outdir", str(tmp_path), *files], capture_output=True, text=True, check=True, timeout=120
    )
    said = [line for line in done.stderr.splitlines() if "javaldx" not in line]  # of a machine without Java
    assert said == []
    assert all((tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF-") for name in documents)
