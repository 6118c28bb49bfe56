"""An installation: its folder, its settings, its store and the municipality it serves, opened together."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

from pipeline.areas import area_names
from pipeline.exposure import exposed_files
from pipeline.identity import mail_of
from pipeline.municipality import (
    Municipality,
    load_municipality,
    municipality_file,
    parse_municipality,
)
from pipeline.municipality_list import ListedMunicipality, default_organisation
from pipeline.served import FOLDER, FileFault, Files, first_path, keep_copies, municipality_paths
from pipeline.settings import FILE_NAME, Settings, load_settings
from pipeline.toml_file import parse_toml
from pipeline.transport import FolderTransport, SmtpTransport, Transport
from store.db import Store, open_store
from store.errors import ConfigurationError, DamagedStore

logger = logging.getLogger(__name__)

EXAMPLE_MUNICIPALITY = "mellerud"
BACKUPS = "utkik-????-??-??T??????Z.zip"  # as the schedule and `utkik backup` name them; names sort by time


@dataclass(frozen=True, slots=True)
class Installation:
    """What every step needs; made by `open_installation`.

    `municipality` is the one in question, the first unless another was asked for by `of`; `municipalities` are all that
    are served, the home's own first and the others by key.
    """

    settings: Settings
    store: Store
    municipality: Municipality
    municipalities: tuple[Municipality, ...] = ()
    places: Mapping[str, Path] = field(default_factory=dict)  # the file of each, by key
    faults: tuple[FileFault, ...] = ()  # files that cannot be used as they stand

    def __post_init__(self) -> None:
        """Keep the one in question among all, so that a changed one need only be given once."""
        if any(one is self.municipality for one in self.municipalities):
            return
        key = self.municipality.key
        among = tuple(self.municipality if one.key == key else one for one in self.municipalities)
        if self.municipality not in among:
            among = (self.municipality, *among[1:])
        object.__setattr__(self, "municipalities", among)

    @property
    def place(self) -> Path:
        """The file of the municipality in question."""
        return self.places.get(self.municipality.key, first_path(self.settings))

    def of(self, key: str) -> Installation:
        """Return the same installation for the municipality with the key; raises ConfigurationError in Swedish."""
        found = next((one for one in self.municipalities if one.key == key), None)
        if found:
            return replace(self, municipality=found)
        fault = next((fault for fault in self.faults if fault.key == key), None)
        raise ConfigurationError(fault.message if fault else f"ingen kommun här heter '{key}'. {self.told_keys()}")

    def each(self) -> tuple[Installation, ...]:
        """Return the installation once for each municipality that is served."""
        return tuple(replace(self, municipality=one) for one in self.municipalities)

    def keep_copies(self) -> None:
        """Keep what the municipalities' files say, of those that can be used as they stand."""
        spoilt = {fault.key for fault in self.faults}
        keep_copies(self.settings, [path for key, path in self.places.items() if key not in spoilt])

    def told_keys(self) -> str:
        """Return which municipalities there are, as a Swedish sentence."""
        return f"Det finns {', '.join(one.key for one in self.municipalities)}."


@contextmanager
def open_unchosen(home: Path | None) -> Iterator[Installation]:
    """Give an installation where no municipality is chosen yet, for the set-up: its folder and store are made.

    Its municipality is the usual organisation under no name, until a file has been written.
    """
    settings = load_settings(home)
    create_home(settings)
    unchosen = ListedMunicipality(code="0000", name="Kommunen", short="ny kommun", county="")
    file = parse_toml(Path(settings.municipality_place), default_organisation(unchosen))
    with open_store(settings.store_url) as store:
        yield Installation(load_settings(home), store, parse_municipality(file, area_names()))


@contextmanager
def open_installation(home: Path | None) -> Iterator[Installation]:
    """Give an installation, its store open; raises ConfigurationError or StoreError in Swedish."""
    settings = load_settings(home)
    if not any(municipality_paths(settings)):
        raise ConfigurationError(f"ingen installation i {settings.home}. Kör först: utkik init --municipality NAMN")
    served = Files().served(settings)
    if exposed_files(settings):
        logger.warning("the settings file holds a secret and may be read by others; see utkik check")
    for fault in served.faults:
        logger.error("municipality %s: the file is not used; see utkik check", fault.key)
    first = served.municipalities[0]
    try:
        with open_store(settings.store_url) as store:
            yield Installation(settings, store, first, served.municipalities, served.places, served.faults)
    except DamagedStore as error:
        raise DamagedStore(f"{error} {way_back(settings)}") from error


def way_back(settings: Settings) -> str:
    """Return which backup to put back when the database is damaged, and how, in Swedish."""
    newest = next(iter(sorted(settings.backup_folder.glob(BACKUPS), reverse=True)), None)
    if newest is None:
        return f"Det finns ingen kopia i {settings.backup_folder}. Har ni en annan: utkik restore FIL --replace"
    return f"Den senaste är {newest}. Lägg tillbaka den med: utkik restore {newest} --replace"


def create_installation(home: Path | None, municipality: str) -> list[str]:
    """Make the folder, the two configuration files and the database; return what was done, in Swedish.

    What exists is left as it is, so running it again never loses an edit.
    """
    settings = load_settings(home)
    done = create_home(settings)
    done += create_municipality_file(settings, municipality)
    with open_store(settings.store_url) as store:
        done.append(f"Databas: {store.path or store.url}")
    return done


def create_home(settings: Settings) -> list[str]:
    """Make the folder and the settings file; return what was done, in Swedish."""
    if not settings.home.is_dir():
        settings.home.mkdir(mode=0o700, parents=True)  # contacts' addresses are in the database and in the letters
    settings_file = settings.home / FILE_NAME
    if settings_file.exists():
        return []
    settings_file.write_text(files("pipeline").joinpath("utkik.toml").read_text(encoding="utf-8"), encoding="utf-8")
    settings_file.chmod(0o600)  # a mail password may be written into it
    return [f"Inställningar: {settings_file}"]


def create_municipality_file(settings: Settings, municipality: str) -> list[str]:
    """Copy the wanted municipality's file into the folder, unless one stands there."""
    target = settings.home / "municipality.toml"
    if target.exists():
        if municipality:
            raise ConfigurationError("filen finns redan; ändra i den, eller flytta undan den först", path=target)
        return [f"Kommun: {load_municipality(target).name} ({target}, orörd)"]
    others = Files().served(settings) if any(municipality_paths(settings)) else None
    if others and not municipality and not settings.municipality:  # no example among those that are served already
        return [f"Kommuner: {len(others.municipalities)} ({settings.home / FOLDER}, orörda)"]
    place = municipality or EXAMPLE_MUNICIPALITY
    file = municipality_file(place)
    wanted = parse_municipality(file, area_names())
    name = wanted.name
    if others and wanted.key in others.places:
        raise ConfigurationError(f"{name} har redan filen {others.places[wanted.key]}")
    target.write_text(file.text, encoding="utf-8")
    example = "" if municipality else " Det är ett exempel: ange er egen med --municipality."
    return [f"Kommun: {name} ({target}).{example}"]


def transport_of(settings: Settings, municipality: Municipality | None = None) -> Transport:
    """Return the way that digests leave: the installation's, or the municipality's own mail server when it has one."""
    mail = mail_of(settings, municipality) if municipality else settings.mail
    if mail.transport == "folder":
        return FolderTransport(settings.outbox)
    if not mail.host:
        raise ConfigurationError("mail.host saknas: ange e-postserverns namn", path=settings.home / FILE_NAME)
    return SmtpTransport(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        user=mail.user,
        password=mail.password.get_secret_value(),
        timeout=mail.timeout,
    )
