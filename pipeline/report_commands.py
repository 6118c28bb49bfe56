"""The command group `utkik report`: the yearly follow-up, as documents and the rows that they rest on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from crawlers.catalogue import facts
from pipeline.annual_annex import FOLDER, files_of
from pipeline.annual_figures import figures_of
from pipeline.annual_report import annual_report
from pipeline.annual_rows import local_day, read_year
from pipeline.document import Document
from pipeline.document_html import html_of
from pipeline.document_pdf import CONVERTERS, converter, pdf_of
from pipeline.document_word import word_of
from pipeline.installation import Installation, open_installation
from pipeline.typed import typed_year
from store.errors import ConfigurationError

report_app = typer.Typer(help="Skriv den årliga uppföljningen till kommunstyrelsen.", no_args_is_help=True)

NO_PDF = (
    f"Ingen PDF: LibreOffice ({' eller '.join(CONVERTERS)}) finns inte på datorn. Spara som PDF från Word i stället."
)


@report_app.command()
def annual(
    context: typer.Context,
    year: Annotated[str, typer.Option("--year", metavar="ÅÅÅÅ", help="Året som följs upp. Förval: året nu.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="MAPP", help="Förval: mappen reports i installationen.")
    ] = None,
    now: Annotated[str, typer.Option("--now", metavar="ISO-TID", help="Skriv som om klockan var detta.")] = "",
) -> None:
    """Skriv årets uppföljning som Word, HTML och PDF, med underlaget som filer."""
    moment = context.obj.moment(now)
    wanted = typed_year(year) or local_day(moment).year
    with open_installation(context.obj.home) as installation:
        folder = out or installation.settings.home / "reports"
        for line in write_annual(installation, wanted, folder, moment):
            context.obj.console.print(escape(line), soft_wrap=True, highlight=False)


def write_annual(installation: Installation, year: int, folder: Path, now: datetime) -> list[str]:
    """Write the year's follow-up and the rows that it rests on; return what was done, in Swedish."""
    if year > local_day(now).year:
        raise ConfigurationError(f"--year {year}: året har inte börjat, så det finns inget att följa upp")
    municipality, sources = installation.municipality, facts()
    with installation.store.reading() as session:
        rows = read_year(session, municipality, sources, year, now)
        figures = figures_of(rows, municipality)
        document = annual_report(rows, figures, municipality)
        word_of(document, now)  # refused before anything is written, when it cannot be made
        rows_folder = _made(folder / f"{FOLDER}-{year}")
        for name, content in files_of(session, rows, figures, {source.name: source.region for source in sources}):
            (rows_folder / name).write_bytes(content)
    return [*write_document(document, folder, f"uppfoljning-{year}", now), f"Underlag: {rows_folder}"]


def write_document(document: Document, folder: Path, stem: str, now: datetime) -> list[str]:
    """Write a document as Word, HTML and, where LibreOffice is found, PDF; return what was done, in Swedish."""
    word = _made(folder) / f"{stem}.docx"
    word.write_bytes(word_of(document, now))
    page = folder / f"{stem}.html"
    page.write_bytes(html_of(document))
    said = [f"Word: {word}", f"HTML: {page}"]
    program = converter()
    if program is None:
        return [*said, NO_PDF]
    try:
        (folder / f"{stem}.pdf").write_bytes(pdf_of(word, program))
    except OSError as error:
        return [*said, f"Ingen PDF: {error}"]
    return [*said, f"PDF: {folder / f'{stem}.pdf'}"]


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
