"""The ledger as an export for the archive: letters, tables, checksums and a description of the fields."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from pipeline.folder import file_stem
from pipeline.installation import Installation
from pipeline.ledger import Period, read_sendings, sending_values, telling_values
from store.cells import safe_cell
from store.db import Session
from store.digests import deliveries
from store.errors import ConfigurationError
from store.feedback import list_feedback
from store.ledger import Sending, messages, told_entries

CHECKSUMS = "SHA256SUMS"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # a ZIP file must have one; this one is the same at every export

LETTERS = (
    *("id", "vecka", "enheter", "namnder", "roll", "adress", "amne", "message_id", "skrivet", "lage", "avgjort"),
    *("forsok", "satt", "senaste_handelse", "poster", "svar", "fil"),
)
ITEMS = (
    *("brev", "vecka", "enheter", "adress", "kalla", "nyckel", "rubrik", "lank", "avsnitt", "plats", "skal"),
    *("innehall_sha256_32", "svar"),
)
EVENTS = ("brev", "tid", "satt", "lage", "kod", "text")
ANSWERS = ("brev", "kalla", "nyckel", "svar", "tid")


class Target(Protocol):
    """Where the files of an export go."""

    def write(self, name: str, content: bytes) -> None:
        """Write one file, its name with slashes."""


class Folder:
    """A new folder, readable to its owner alone."""

    def __init__(self, path: Path) -> None:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ConfigurationError(f"{path} finns redan och är inte tom; välj en annan mapp eller fil för exporten")
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path

    def write(self, name: str, content: bytes) -> None:
        """Write one file below the folder."""
        target = self.path.joinpath(*PurePosixPath(name).parts)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_bytes(content)


class Zip:
    """A ZIP file whose bytes depend on what is in it alone."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive

    def write(self, name: str, content: bytes) -> None:
        """Write one member."""
        member = zipfile.ZipInfo(name, _ZIP_TIME)
        member.external_attr = 0o600 << 16
        self.archive.writestr(member, content, zipfile.ZIP_DEFLATED)


def export_ledger(installation: Installation, place: Path, period: Period) -> int:
    """Write the ledger of the period into a new folder, or file when its name ends in .zip; return how many letters.

    The same ledger gives the same bytes, so that two exports can be compared.
    """
    if place.suffix.lower() != ".zip":
        return _export(installation, Folder(place), period)
    if place.exists():
        raise ConfigurationError(f"{place} finns redan; välj ett annat namn för exporten")
    part = place.with_name(f".{place.name}.part")
    part.touch(mode=0o600)
    with zipfile.ZipFile(part, "w") as archive:
        number = _export(installation, Zip(archive), period)
    part.replace(place)
    return number


def _export(installation: Installation, target: Target, period: Period) -> int:
    sums: dict[str, str] = {}

    def write(name: str, content: bytes) -> None:
        sums[name] = hashlib.sha256(content).hexdigest()
        target.write(name, content)

    with installation.store.reading() as session:
        sent = read_sendings(session, installation.municipality, period)
        places = {sending.id: _place(sending) for sending in sent}
        for digest_id, message in messages(session, [sending.id for sending in sent]):
            write(places[digest_id], message)
        for name, header, rows in _tables(session, installation, sent, places):
            write(name, table(header, rows))
    readme = files("pipeline").joinpath("templates/archive/LASMIG.txt").read_text(encoding="utf-8")
    write("LASMIG.txt", readme.replace("\n", "\r\n").encode())
    target.write(CHECKSUMS, "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode())
    return len(sent)


def _place(sending: Sending) -> str:
    return f"brev/{sending.week}/{file_stem(sending.municipality, sending.contact)}.eml"


def _tables(
    session: Session, installation: Installation, sent: Sequence[Sending], places: Mapping[str, str]
) -> Iterator[tuple[str, Sequence[str], Iterator[Sequence[Any]]]]:
    yield "brev.csv", LETTERS, (_letter_row(installation, sending, places[sending.id]) for sending in sent)
    yield "poster.csv", ITEMS, _item_rows(session, installation, sent)
    yield "handelser.csv", EVENTS, _event_rows(session, sent)
    yield "svar.csv", ANSWERS, _answer_rows(session, sent)


def _letter_row(installation: Installation, sending: Sending, place: str) -> Sequence[Any]:
    row = sending_values(installation.municipality, sending)
    names = [unit["name"] for unit in row["units"]]
    committees = list(dict.fromkeys(unit["committee"] for unit in row["units"] if unit["committee"]))
    return [
        *(row["id"], row["week"], "; ".join(names), "; ".join(committees), row["role"], row["contact"]),
        *(row["subject"], row["message_id"], row["written"], row["state"], row["settled"], row["attempts"]),
        *(row["transport"], row["detail"], row["items"], row["answers"], place),
    ]


def _item_rows(session: Session, installation: Installation, sent: Sequence[Sending]) -> Iterator[Sequence[Any]]:
    by_id = {sending.id: sending for sending in sent}
    for entry in told_entries(session, sent):
        row = telling_values(installation.municipality, by_id[entry.digest_id], entry)
        units = "; ".join(unit["name"] for unit in row["units"])
        yield [
            *(row["digest"], row["week"], units, row["contact"], row["source"], row["key"], row["title"], row["url"]),
            *(row["section"], row["position"], row["because"], row["content_hash"], row["answer"]),
        ]


def _event_rows(session: Session, sent: Sequence[Sending]) -> Iterator[Sequence[Any]]:
    for sending in sent:
        for made in deliveries(session, sending.id):
            yield [sending.id, made.at.isoformat(), made.transport, made.state.value, made.code, made.detail]


def _answer_rows(session: Session, sent: Sequence[Sending]) -> Iterator[Sequence[Any]]:
    for sending in sent:
        for given in list_feedback(session, digest_id=sending.id):
            yield [sending.id, given.source, given.key, given.answer.value, given.at.isoformat()]


def table(header: Sequence[str], rows: Iterator[Sequence[Any]]) -> bytes:
    """Return a CSV file that a Swedish spreadsheet opens right, and in which no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig")
