"""The installation that a command works on: for one municipality, or for all that are served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import typer

from pipeline.installation import Installation, open_installation
from pipeline.served import Files, Served, municipality_paths
from pipeline.settings import Settings
from store.errors import ConfigurationError

MOST_TOLD = 20  # keys in a message; all are shown by `utkik municipality list`


@contextmanager
def open_one(context: typer.Context) -> Iterator[Installation]:
    """Give the installation for the municipality that `--municipality` names, or for the only one there is.

    Raises ConfigurationError when there are several, one of them perhaps with a file that cannot be used, and none is
    named: whoever has two must not read or change the wrong one.
    """
    with open_installation(context.obj.home) as installation:
        yield one_of(installation, context.obj.municipality)


@contextmanager
def open_served(context: typer.Context) -> Iterator[Installation]:
    """Give the installation for all municipalities, or for the one that `--municipality` names alone."""
    with open_installation(context.obj.home) as installation:
        yield only(installation, context.obj.municipality)


def one_of(installation: Installation, named: str) -> Installation:
    """Return the installation for the named municipality, or for the only one."""
    if named:
        return installation.of(key_of(installation, named))
    refuse(known_keys(installation))
    return installation


def refuse_several(settings: Settings) -> None:
    """Raise ConfigurationError when there are several municipalities, for what is asked of one without its name."""
    if len(list(municipality_paths(settings))) > 1:
        refuse(known_keys(Files().served(settings)))


def refuse(keys: list[str]) -> None:
    """Raise ConfigurationError when there is more than one key."""
    if len(keys) > 1:
        raise ConfigurationError(f"här finns flera kommuner: välj en med utkik --municipality KOMMUN. {told(keys)}")


def only(installation: Installation, named: str) -> Installation:
    """Return the installation as if it served the named municipality alone, or as it is when none is named."""
    if not named:
        return installation
    one = installation.of(key_of(installation, named))
    faults = tuple(fault for fault in installation.faults if fault.key == one.municipality.key)
    return replace(one, municipalities=(one.municipality,), faults=faults)


def known_keys(known: Installation | Served) -> list[str]:
    """Return the keys of all municipalities that have a file, also of those whose file cannot be used."""
    return list(dict.fromkeys([one.key for one in known.municipalities] + [fault.key for fault in known.faults]))


def key_of(installation: Installation, named: str) -> str:
    """Return the key of a municipality that is written as its key, name, everyday name or code."""
    typed = named.strip().lower()
    for one in installation.municipalities:
        if typed in (one.key, one.short.lower(), one.name.lower(), one.code):
            return one.key
    return typed


def told(keys: list[str]) -> str:
    """Return which municipalities there are, as a Swedish sentence."""
    more = f" och {len(keys) - MOST_TOLD} till: utkik municipality list" if len(keys) > MOST_TOLD else ""
    return f"Det finns {', '.join(keys[:MOST_TOLD])}{more}."
