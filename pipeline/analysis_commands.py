"""The commands `utkik analysis …`: reading, writing and signing what an item means for the municipality."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from pipeline.analyses import AnalysisRefused, analysis_of, answers_in_words, sign, status_in_words, write
from pipeline.municipality import Municipality
from pipeline.opened import open_one
from pipeline.options import AsJson, Now
from pipeline.terminal import write_json
from store.analyses import analyses_on
from store.audit import note
from store.db import Session
from store.errors import ConfigurationError
from store.items import get_items
from store.types import Analysis, AuditEntry

analysis_app = typer.Typer(help="Visa, skriv och underteckna vad en post betyder för kommunen.", no_args_is_help=True)

Source = Annotated[str, typer.Argument(metavar="KÄLLA")]
Key = Annotated[str, typer.Argument(metavar="NYCKEL")]


@analysis_app.command()
def show(context: typer.Context, source: Source, key: Key, as_json: AsJson = False) -> None:
    """Visa varje version av postens analys, den nyaste först."""
    with open_one(context) as installation, installation.store.reading() as session:
        versions = analyses_on(session, installation.municipality.key, (source, key))
    if as_json:
        write_json([_values(one) for one in versions])
    elif not versions:
        context.obj.console.print("Ingen analys är skriven. Skriv en med: utkik analysis write", highlight=False)
    for one in versions if not as_json else ():
        _tell(context.obj.console, one, installation.municipality)


@analysis_app.command(name="write")
def write_one(
    context: typer.Context,
    source: Source,
    key: Key,
    meaning: Annotated[str, typer.Option("--meaning", metavar="TEXT", help="Vad det betyder för oss.")],
    units: Annotated[
        list[str] | None, typer.Option("--unit", metavar="ENHET", help="Vilka det berör; flera går.")
    ] = None,
    duty: Annotated[str, typer.Option("--duty", metavar="TEXT", help="Vad vi måste göra.")] = "",
    cost: Annotated[str, typer.Option("--cost", metavar="TEXT", help="Vad det kostar.")] = "",
    due: Annotated[str, typer.Option("--due", metavar="ÅÅÅÅ-MM-DD", help="Till när.")] = "",
    proposal: Annotated[str, typer.Option("--proposal", metavar="TEXT", help="Vad vi föreslår.")] = "",
    author: Annotated[str, typer.Option("--author", metavar="ROLL", help="Roll, inget namn.")] = "analytiker",
    now: Now = "",
) -> None:
    """Skriv en ny version av postens analys; den är ett utkast tills någon undertecknat den."""
    moment: datetime = context.obj.moment(now)
    form = {"meaning": meaning, "duty": duty, "cost": cost, "due": due, "proposal": proposal}
    with open_one(context) as installation, installation.store.session() as session:
        place, item = installation.municipality, _known(session, source, key)
        try:
            analysis = analysis_of(place, item, form, units or [], author=author, now=moment)
        except AnalysisRefused as refused:
            raise ConfigurationError(str(refused).rstrip(".")) from refused
        seen = next((one.version for one in analyses_on(session, place.key, item)), 0)
        written = write(session, analysis, seen)
        if written.version != seen:
            note(session, _entry("analysis.write", item, written.version, author, place, moment))
    same = "är oförändrad" if written.version == seen else "är sparad som utkast"
    said = f"Version {written.version} {same}. Underteckna med: utkik analysis sign {source} {key}"
    context.obj.console.print(escape(said), soft_wrap=True, highlight=False)


@analysis_app.command(name="sign")
def sign_one(
    context: typer.Context,
    source: Source,
    key: Key,
    version: Annotated[int, typer.Option("--version", metavar="NUMMER", help="Den du läst. Förval: den nyaste.")] = 0,
    by: Annotated[str, typer.Option("--by", metavar="ROLL", help="Roll, inget namn.")] = "samordnare",
    now: Now = "",
) -> None:
    """Underteckna den nyaste versionen: från nu berättar brev och rapporter den."""
    moment: datetime = context.obj.moment(now)
    with open_one(context) as installation, installation.store.session() as session:
        place, item = installation.municipality, _known(session, source, key)
        newest = next((one.version for one in analyses_on(session, place.key, item)), 0)
        if not newest:
            raise ConfigurationError("ingen analys är skriven; skriv en med: utkik analysis write")
        wanted = version or newest
        if not sign(session, place, item, wanted, by=by, now=moment):
            raise ConfigurationError(f"version {wanted} är redan undertecknad eller inte den nyaste, som är {newest}")
        note(session, _entry("analysis.sign", item, wanted, by, place, moment))
    context.obj.console.print(f"Version {wanted} är undertecknad av {escape(by)}.", highlight=False)


def _known(session: Session, source: str, key: str) -> tuple[str, str]:
    if not get_items(session, [(source, key)]):
        raise ConfigurationError(f"ingen post {source} {key}; sök med: utkik items ORD")
    return source, key


def _entry(
    action: str, item: tuple[str, str], version: int, by: str, municipality: Municipality, now: datetime
) -> AuditEntry:
    return AuditEntry(at=now, account_id="", role=by, action=action, subject="/".join(item), detail=str(version),
                      municipality=municipality.key)  # fmt: skip


def _tell(console: Console, analysis: Analysis, municipality: Municipality) -> None:
    console.print(f"[bold]Version {analysis.version}[/bold] · {escape(status_in_words(analysis))}", highlight=False)
    for question, answer in answers_in_words(analysis, municipality):
        console.print(f"  {question}: {escape(answer)}", soft_wrap=True, highlight=False)


def _values(analysis: Analysis) -> dict[str, Any]:
    return {
        "version": analysis.version,
        "meaning": analysis.meaning,
        "units": list(analysis.units),
        "duty": analysis.duty,
        "cost": analysis.cost,
        "due": analysis.due.isoformat() if analysis.due else None,
        "proposal": analysis.proposal,
        "author": analysis.author,
        "origin": analysis.origin,
        "written_at": analysis.written_at.isoformat(),
        "signed_by": analysis.signed_by,
        "signed_at": analysis.signed_at.isoformat() if analysis.signed_at else None,
    }
