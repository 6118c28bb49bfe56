"""Putting a backup back: into an empty installation, or in place of one whose remains are laid aside."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crawlers.dates import STOCKHOLM
from pipeline.backup import FIRST, Backup, make_backup, open_backup, read_manifest, rows_in, verify_backup
from pipeline.due import Slot
from pipeline.due_facts import composed_name
from pipeline.installation import Installation, open_installation
from pipeline.municipality import Municipality, find_municipality, load_municipality
from pipeline.run import LETTERS, LOCK
from pipeline.served import FOLDER
from pipeline.settings import Settings, home_folder, load_settings
from pipeline.week import iso_week
from pipeline.wording import counted
from store.claims import recover_sending
from store.copying import is_empty, put_back, standing_still
from store.db import Session, open_store
from store.digests import RESTORED_WEEK, hold, list_digests
from store.errors import ConfigurationError, StoreError
from store.runs import set_meta
from store.types import DigestState

RESTORED_AT = "restored.at"
RESTORED_FROM = "restored.from"
LOCKS = ("serve", LOCK, LETTERS, "send")  # nothing of the installation may be at work meanwhile
DATABASE_FILES = ("", "-wal", "-shm")
MOST_WEEKS = 60
_OURS = re.compile(rf"({FOLDER}/)?[^./\\][^/\\]*")  # a name alone, or one in the folder of municipalities


@dataclass(slots=True)
class Restoring:
    """A restoration under way: where, of what, and what has been said of it so far."""

    home: Path
    backup: Backup
    staged: Path  # the folder with the backup's files, on the same disk as home
    now: datetime
    replace: bool
    said: list[str] = field(default_factory=list)

    @property
    def aside(self) -> Path:
        """The folder that what is replaced is laid in."""
        return self.home / f"undanlagt-{self.now.astimezone(STOCKHOLM):%Y%m%d-%H%M%S}"


def restore(home: Path | None, file: Path, *, now: datetime, replace: bool = False) -> list[str]:
    """Put the backup back and return what was done and what to do now, in Swedish.

    Nothing is touched before the whole file has been read and found right. What stands in the way is an error, or with
    `replace` laid aside. Afterwards nothing is sent by itself: what waited is held, and so is what is written for weeks
    that may have been sent since the backup was made.
    """
    backup = verify_backup(file)
    folder = home_folder(home)
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as staged:
        restoring = Restoring(folder, backup, Path(staged), now, replace)
        _unpack(restoring)
        settings = _settings_to_stand(restoring)
        url = settings.database_url or f"sqlite:///{restoring.home / 'utkik.db'}"
        municipalities = _municipalities_to_stand(restoring, settings)
        with standing_still(url, LOCKS):
            refuse = not replace and (_differing(restoring) or not _is_free(url))
            if refuse:
                raise ConfigurationError(
                    f"{folder} har redan en installation. Med --replace läggs den åt sidan och kopian tar dess plats."
                )
            _lay_files(restoring)
            _lay_database(restoring, url, municipalities[0])
            _fill(restoring, url, settings, municipalities)
    return [*restoring.said, *_advice(restoring)]


def _unpack(restoring: Restoring) -> None:
    with open_backup(restoring.backup.path) as archive:
        for name in restoring.backup.files:
            if not _OURS.fullmatch(name):
                raise StoreError(f"Säkerhetskopian innehåller filen {name!r}, som inte hör dit. Inget är ändrat.")
            target = restoring.staged / name
            target.parent.mkdir(mode=0o700, exist_ok=True)
            target.touch(mode=0o600)
            target.write_bytes(archive.read(f"files/{name}"))


def _settings_to_stand(restoring: Restoring) -> Settings:
    """Return the settings that will hold afterwards: those that stay or the backup's, below the environment's."""
    stands = (restoring.home / "utkik.toml").exists() and not (
        restoring.replace and (restoring.staged / "utkik.toml").exists()
    )
    return load_settings(restoring.home if stands else restoring.staged)


def _municipalities_to_stand(restoring: Restoring, settings: Settings) -> list[Municipality]:
    """Return the municipalities that will be served afterwards, so that a fault is met before anything is touched."""
    named = [find_municipality(settings.municipality)] if settings.municipality else []
    first = [] if named else [Path(FIRST)]
    others = {
        Path(FOLDER) / path.name
        for home in (restoring.home, restoring.staged)
        for path in home.glob(f"{FOLDER}/*.toml")
    }
    found = [path for name in (*first, *sorted(others)) if (path := _to_stand(restoring, name))]
    if not named and not found:
        return [find_municipality(str(restoring.home / FIRST))]  # raises, and says what is missing
    return [*named, *map(load_municipality, found)]


def _to_stand(restoring: Restoring, name: Path) -> Path | None:
    """Return the file that will have the name afterwards: the backup's, unless another stands and is to stay."""
    there, copied = restoring.home / name, restoring.staged / name
    if copied.exists() and (restoring.replace or not there.exists()):
        return copied
    return there if there.exists() and name not in _left_over(restoring) else None


def _left_over(restoring: Restoring) -> list[Path]:
    """Return the municipalities' files that are there and not in the backup whose place the installation gives up."""
    if not restoring.replace or not any(name.startswith((FOLDER, FIRST)) for name in restoring.backup.files):
        return []
    there = (Path(FOLDER) / path.name for path in sorted(restoring.home.glob(f"{FOLDER}/*.toml")))
    return [name for name in there if not (restoring.staged / name).exists()]


def _staged(restoring: Restoring) -> list[Path]:
    """Return the names of the backup's files, with their folder."""
    return sorted(path.relative_to(restoring.staged) for path in restoring.staged.rglob("*") if path.is_file())


def _differing(restoring: Restoring) -> list[Path]:
    """Return the files that stand in the way: those there with another content."""
    return [
        name
        for name in _staged(restoring)
        if (there := restoring.home / name).exists() and there.read_bytes() != (restoring.staged / name).read_bytes()
    ]


def _is_free(url: str) -> bool:
    """Tell whether the database is not there or empty; one that cannot be read is neither."""
    if (path := _sqlite_file(url)) and not path.exists():
        return True
    with open_store(url) as store, store.reading() as session:
        return is_empty(session)


def _sqlite_file(url: str) -> Path | None:
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:") else None


def _lay_files(restoring: Restoring) -> None:
    """Put the backup's files in the folder, those that differ from them aside."""
    for name in (*_differing(restoring), *_left_over(restoring)):
        _lay_aside(restoring, restoring.home / name)
    for name in _staged(restoring):
        (restoring.home / name).parent.mkdir(mode=0o700, exist_ok=True)
        (restoring.staged / name).replace(restoring.home / name)
        restoring.said.append(f"{name} är återställd.")


def _lay_aside(restoring: Restoring, path: Path) -> None:
    target = restoring.aside / path.relative_to(restoring.home) if path.is_relative_to(restoring.home) else None
    target = target or restoring.aside / path.name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.move(path, target)
    restoring.said.append(f"{path.name} som fanns ligger nu i {restoring.aside}.")


def _lay_database(restoring: Restoring, url: str, municipality: Municipality) -> None:
    """Lay a SQLite file aside as it is, damaged or not; of PostgreSQL's content a backup is laid there."""
    path = _sqlite_file(url)
    if path:
        if path.exists() and not _looks_free(url):
            for end in DATABASE_FILES:
                if (part := path.with_name(path.name + end)).exists():
                    _lay_aside(restoring, part)
        return
    if not _is_free(url):
        restoring.aside.mkdir(mode=0o700, exist_ok=True)
        target = restoring.aside / "databasen.zip"
        with open_store(url) as store:
            kept = Installation(load_settings(restoring.home), store, municipality)
            make_backup(kept, target, now=restoring.now)
        restoring.said.append(f"Det som fanns i databasen ligger nu i {target}.")


def _looks_free(url: str) -> bool:
    try:
        return _is_free(url)
    except StoreError:  # damaged: laid aside as it is
        return False


def _fill(restoring: Restoring, url: str, settings: Settings, municipalities: Sequence[Municipality]) -> None:
    """Put the rows back in one transaction, together with all that keeps old letters from being sent."""
    with open_store(url) as store, store.session(durable=True) as session, ExitStack() as opened:
        archive = opened.enter_context(open_backup(restoring.backup.path))
        read_manifest(archive, restoring.backup.path)
        put_back(session, _reader(archive))
        held = _hold_everything(session, restoring)
        _note_weeks(session, restoring, settings, municipalities)
    rows = counted(restoring.backup.total, "rad", "rader")
    when = restoring.backup.created_at.astimezone(STOCKHOLM)
    restoring.said.append(f"Databasen är återställd: {rows}, som de var {when:%Y-%m-%d %H:%M}.")
    restoring.said.append(f"{counted(held, 'brev', 'brev')} som väntade hålls kvar.")


def _reader(archive: zipfile.ZipFile) -> Any:
    def rows_of(table: str) -> Iterator[Mapping[str, Any]]:
        return rows_in(archive, table)

    return rows_of


def _hold_everything(session: Session, restoring: Restoring) -> int:
    """Let no letter of the backup go by itself: it may have been sent since."""
    made = restoring.backup.created_at.astimezone(STOCKHOLM)
    detail = f"återställt från säkerhetskopia av {made:%Y-%m-%d %H:%M}; kan ha skickats sedan dess"
    _, unclear = recover_sending(session, restoring.now, resend=False)
    waiting = [
        digest.id for state in (DigestState.QUEUED, DigestState.RETRY) for digest in list_digests(session, state=state)
    ]
    return len(unclear) + sum(hold(session, digest_id, restoring.now, detail) for digest_id in waiting)


def _note_weeks(
    session: Session, restoring: Restoring, settings: Settings, municipalities: Sequence[Municipality]
) -> None:
    """Note every week whose letters may have gone since the backup as written, and hold what is written for them yet.

    This week's letters cannot have gone when its slot is still to come.
    """
    now = restoring.now
    slot = Slot.parse(settings.schedule.digest)
    last = now if slot.in_week(iso_week(now)) <= now else now - timedelta(days=7)
    moment = last
    weeks: list[str] = []
    while moment >= restoring.backup.created_at - timedelta(days=7) and len(weeks) < MOST_WEEKS:
        weeks.append(iso_week(moment))
        moment -= timedelta(days=7)
    for week in weeks:
        if slot.in_week(week) >= restoring.backup.created_at or week == iso_week(last):
            for one in municipalities:
                set_meta(session, composed_name(one.key, week), now.isoformat())
    set_meta(session, RESTORED_WEEK, iso_week(last))
    set_meta(session, RESTORED_AT, now.isoformat())
    set_meta(session, RESTORED_FROM, restoring.backup.created_at.isoformat())


def _advice(restoring: Restoring) -> list[str]:
    advice = [
        "Inget gammalt skickas av sig självt. Se efter med utkik outbox vad som hålls kvar, och släpp det som inte kom "
        "fram med utkik outbox --release (allt) eller --again ID (ett).",
        "Det som skickats sedan kopian togs finns inte i liggaren, och kan berättas en gång till i nästa brev.",
    ]
    with open_installation(restoring.home) as installation:
        elsewhere = installation.settings.municipality
    if elsewhere and (restoring.home / "municipality.toml").exists():
        advice.append(f"Inställningen municipality pekar på {elsewhere}; kopians fil ligger i municipality.toml.")
    return advice
