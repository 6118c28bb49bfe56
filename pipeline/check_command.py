"""The command `utkik check`: what is wrong in the settings and the municipalities' files, and what to know."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from rich.markup import escape

from nlp.model_file import missing_model
from pipeline.encoder import state_of
from pipeline.exposure import exposed_files
from pipeline.identity import check_identity, shared_addresses
from pipeline.installation import Installation, transport_of
from pipeline.municipality import check_municipality
from pipeline.opened import known_keys, open_served
from pipeline.second_reader import second_reader_of
from pipeline.served import key_in_name
from pipeline.week import check_options
from store.digests import municipalities_told
from store.errors import ConfigurationError

NAMED = 20  # municipalities whose matters are all told; of more, each has one line


def check(context: typer.Context) -> None:
    """Kontrollera inställningarna och kommunernas filer."""
    console = context.obj.console
    with open_served(context) as installation:
        check_options(installation.settings)
        second_reader_of(installation.settings)
        for words in things_to_know(installation):
            console.print(f"[yellow]Att veta:[/yellow] {escape(words)}", soft_wrap=True, highlight=False)
        faults = [fault.message for fault in installation.faults]
        for one in installation.each():
            fault = check_one(context, one)
            faults += [fault] if fault else []
        faults += shared_addresses(installation.municipalities)
    for words in faults:
        console.print(f"[red]Fel:[/red] {escape(words)}", soft_wrap=True, highlight=False)
    if faults:
        raise typer.Exit(2)


def things_to_know(installation: Installation) -> Iterator[str]:
    """Give what is worth knowing of the installation as a whole, as Swedish sentences."""
    yield from exposed_files(installation.settings)
    yield from filter(None, (state_of(installation.settings).fault, missing_model()))
    with installation.store.reading() as session:
        gone = set(municipalities_told(session)) - set(known_keys(installation)) - set(installation.places)
    for key in sorted(gone):
        yield f"Databasen har brev för {key}, som ingen fil beskriver: borttagen, eller har short i filen ändrats?"
    for key, place in installation.places.items():
        if place.parent.name == "municipalities" and key_in_name(place) != key:
            yield f"{place} heter som en annan kommun än den beskriver, {key}: byt filens namn till {key}.toml."


def check_one(context: typer.Context, installation: Installation) -> str:
    """Show what is worth knowing of one municipality, and return what is wrong with how its letters leave."""
    municipality, several = installation.municipality, len(installation.municipalities) > 1
    told = [*check_municipality(municipality), *check_identity(installation.settings, municipality)]
    if several and len(installation.municipalities) > NAMED and told:
        more = f" och {len(told) - 1} saker till: utkik --municipality {municipality.key} check"
        told = [told[0] + (more if len(told) > 1 else "")]
    for words in told:
        name = f"{municipality.short}: " if several else ""
        context.obj.console.print(f"[yellow]Att veta:[/yellow] {escape(name + words)}", soft_wrap=several)
    try:
        transport_of(installation.settings, municipality).close()
    except ConfigurationError as error:
        return f"{municipality.short}: {error}"
    context.obj.console.print(f"Inställningarna för {municipality.name} går att använda.")
    return ""
