"""The command group `utkik report`: the yearly follow-up, the meeting pack, and what a meeting decided."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from crawlers.catalogue import facts
from pipeline.annual_annex import FOLDER, files_of
from pipeline.annual_figures import figures_of
from pipeline.annual_items import local_day
from pipeline.annual_report import annual_report
from pipeline.annual_rows import read_year
from pipeline.document import Document
from pipeline.document_html import html_of
from pipeline.document_pdf import CONVERTERS, converter, pdf_of
from pipeline.document_word import word_of
from pipeline.installation import Installation
from pipeline.meeting import decide, read_meeting
from pipeline.meeting_report import meeting_pack
from pipeline.municipality import COORDINATOR
from pipeline.opened import open_one
from pipeline.typed import typed_day, typed_year
from store.errors import ConfigurationError

report_app = typer.Typer(
    help="Årlig uppföljning till kommunstyrelsen, mötesunderlag och mötets beslut.", no_args_is_help=True
)

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
    with open_one(context) as installation:
        folder = out or reports_folder(installation)
        for line in write_annual(installation, wanted, folder, moment):
            context.obj.console.print(escape(line), soft_wrap=True, highlight=False)


@report_app.command()
def meeting(
    context: typer.Context,
    day: Annotated[str, typer.Option("--date", metavar="ÅÅÅÅ-MM-DD", help="Mötets dag. Förval: i dag.")] = "",
    following: Annotated[str, typer.Option("--next", metavar="ÅÅÅÅ-MM-DD", help="Nästa mötes dag.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="MAPP", help="Förval: mappen reports i installationen.")
    ] = None,
    now: Annotated[str, typer.Option("--now", metavar="ISO-TID", help="Skriv som om klockan var detta.")] = "",
) -> None:
    """Skriv underlaget till internationella arbetsgruppens möte."""
    moment = context.obj.moment(now)
    on, after = typed_day(day, option="--date") or local_day(moment), typed_day(following, option="--next")
    if after and after <= on:
        raise ConfigurationError(f"--next {following}: nästa möte ska vara efter mötet {on}")
    with open_one(context) as installation:
        with installation.store.reading() as session:
            read = read_meeting(session, installation.municipality, on, moment, after)
        document = meeting_pack(read, installation.municipality)
        folder = out or reports_folder(installation)
        for line in write_document(document, folder, f"mote-{on}", moment):
            context.obj.console.print(escape(line), soft_wrap=True, highlight=False)


@report_app.command(name="decide")
def keep_decision(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="BESLUT", help="Vad mötet beslutade.")],
    day: Annotated[str, typer.Option("--date", metavar="ÅÅÅÅ-MM-DD", help="Mötets dag. Förval: i dag.")] = "",
    post: Annotated[str, typer.Option("--post", metavar="KÄLLA/NYCKEL", help="Posten som det gäller.")] = "",
    unit: Annotated[str, typer.Option("--unit", metavar="ENHET", help="Vem som gör det.")] = "",
    due: Annotated[str, typer.Option("--due", metavar="ÅÅÅÅ-MM-DD", help="Senast.")] = "",
    now: Annotated[str, typer.Option("--now", metavar="ISO-TID", help="Skriv som om klockan var detta.")] = "",
) -> None:
    """Anteckna ett beslut från mötet; gäller det en post blir det en åtgärd."""
    moment = context.obj.moment(now)
    source, slash, key = post.partition("/")
    if post and not (source and slash and key):
        raise ConfigurationError(f"--post {post}: skriv som KÄLLA/NYCKEL")
    with open_one(context) as installation, installation.store.session() as session:
        decision = decide(
            session,
            installation.municipality,
            meeting=typed_day(day, option="--date") or local_day(moment),
            text=text,
            item=(source, key) if post else None,
            unit=unit or (COORDINATOR if post else ""),
            due=typed_day(due, option="--due"),
            by="internationella arbetsgruppen",
            now=moment,
        )
    said = f"Beslutet är antecknat{' och har blivit en åtgärd' if decision.action_id else ''}: {decision.text}"
    context.obj.console.print(escape(said), soft_wrap=True, highlight=False)


def reports_folder(installation: Installation) -> Path:
    """Return where reports are written unless told otherwise: of one among several in a folder of its own."""
    folder = installation.settings.home / "reports"
    return folder / installation.municipality.key if len(installation.places) > 1 else folder


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
