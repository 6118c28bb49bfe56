"""Backup and restore: the same rows on either database, nothing overwritten, and nothing old sent by itself."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.backup import backups_in, make_backup, scheduled_backup, verify_backup
from pipeline.cli import app
from pipeline.installation import Installation, create_installation, open_installation
from pipeline.keys import load_keys
from pipeline.restore import restore
from pipeline.schedule import Worker
from pipeline.send import send_due
from pipeline.settings import BackupSettings
from pipeline.transport import FolderTransport
from store.copying import read_rows, table_names
from store.db import Store, open_store
from store.digests import freeze_digest
from store.errors import ConfigurationError, StoreError
from store.items import upsert_items
from store.runs import begin_run
from store.types import Item
from tests.pipeline.ledgers import NOW, fill_ledger, make_installation, sent_digest
from tests.pipeline.outbox import fill_outbox, states
from tests.pipeline.test_serve import sources_off

SECRET = "canary-7f3a"  # noqa: S105 - looked for where it must not be
LATER = NOW + timedelta(hours=3)


def rows(store: Store) -> dict[str, list[dict[str, Any]]]:
    with store.reading() as session:
        return {name: list(read_rows(session, name)) for name in table_names()}


def without_facts(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {name: rows for name, rows in found.items() if name != "meta"}


@contextmanager
def made(home: Path, database_url: str = "") -> Iterator[Installation]:
    """Give an installation without sources, with a secret in its settings."""
    home.mkdir(parents=True, exist_ok=True)
    address = f'database_url = "{database_url}"\n' if database_url else ""
    mail = f'[mail]\npassword = "{SECRET}"\n'
    (home / "utkik.toml").write_text(address + mail + sources_off(set()), encoding="utf-8")
    create_installation(home, "mellerud")
    load_keys(home)
    with open_installation(home) as installation:
        yield installation


def test_F37_rows_are_the_same_after_a_round_trip_through_either_database(
    store: Store, bare_postgresql_url: str, tmp_path: Path, make_item: Callable[..., Item]
) -> None:
    fill_ledger(store, make_item)
    backup = make_backup(make_installation(store, tmp_path), tmp_path / "kopia.zip", now=NOW)
    before = rows(store)
    for place, url in (("lite", f"sqlite:///{tmp_path}/ny.db"), ("postgres", bare_postgresql_url)):
        home = tmp_path / place
        home.mkdir()
        create_files(home, url)
        restore(home, backup.path, now=LATER)
        with open_store(url) as restored:
            assert without_facts(rows(restored)) == without_facts(before)
            with restored.session() as session:  # numbering goes on after what was put back
                upsert_items(session, [make_item(key="ny")], now=LATER)
                begin_run(session, "collect", now=LATER)
            sent_digest(restored, "d9", week="2026-W40", created_at=LATER)


def create_files(home: Path, url: str) -> None:
    (home / "utkik.toml").write_text(f'municipality = "mellerud"\ndatabase_url = "{url}"\n', encoding="utf-8")


def test_F37_backup_on_an_empty_machine_gives_the_installation_back(tmp_path: Path) -> None:
    with made(tmp_path / "old") as installation:
        fill_outbox(installation.store, 3)
        backup = make_backup(installation, tmp_path / "kopia.zip", now=NOW)
        before = rows(installation.store)
    assert backup.files == ("municipality.toml", "utkik.key", "utkik.toml")
    said = restore(tmp_path / "new", backup.path, now=LATER)
    assert "3 brev som väntade hålls kvar." in " ".join(said).replace("\N{NO-BREAK SPACE}", " ")
    for name in backup.files:
        assert (tmp_path / "new" / name).read_bytes() == (tmp_path / "old" / name).read_bytes()
        assert (tmp_path / "new" / name).stat().st_mode & 0o077 == 0
    with open_installation(tmp_path / "new") as installation:
        assert rows(installation.store)["digest_entries"] == before["digest_entries"]
        assert set(states(installation.store).values()) == {"held"}
        assert installation.store.problems() == []


def test_F37_after_a_restore_the_schedule_sends_nothing_that_may_have_been_sent(tmp_path: Path) -> None:
    with made(tmp_path / "old") as installation:
        fill_outbox(installation.store, 2)
        backup = make_backup(installation, tmp_path / "kopia.zip", now=NOW - timedelta(days=3))
    restore(tmp_path / "new", backup.path, now=LATER)  # Monday, three hours after the slot: the letters have gone
    with open_installation(tmp_path / "new") as installation:
        Worker(installation, clock=lambda: LATER).work()
        assert list((tmp_path / "new" / "outbox").rglob("*.eml")) == []
        late = fill_outbox(installation.store, 3)  # what is written of the week by hand is held too
        assert len(late) == 3
        send_due(installation.store, FolderTransport(tmp_path / "sent"), now=LATER)
        assert set(states(installation.store).values()) == {"held"}
    done = utkik(tmp_path / "new", "outbox", "--release", "--now", "2026-08-24T11:00")
    assert "3 brev släppta" in done
    with open_installation(tmp_path / "new") as installation:
        send_due(installation.store, FolderTransport(tmp_path / "sent"), now=LATER)
        assert set(states(installation.store).values()) == {"sent"}


def test_F37_week_whose_slot_is_still_to_come_is_written_as_usual(tmp_path: Path) -> None:
    saturday = datetime(2026, 8, 22, 10, tzinfo=UTC)
    with made(tmp_path / "old") as installation:
        backup = make_backup(installation, tmp_path / "kopia.zip", now=saturday)
    restore(tmp_path / "new", backup.path, now=saturday + timedelta(hours=1))
    with open_installation(tmp_path / "new") as installation:
        digest = replace(sent_digest(installation.store, "d1", week="2026-W35"), id="d2", contact="annan@example.org")
        with installation.store.session() as session:
            assert freeze_digest(session, digest)
        assert states(installation.store) == {"skola@example.org": "sent", "annan@example.org": "queued"}


def test_F37_installation_that_is_there_is_refused_and_with_replace_laid_aside(tmp_path: Path) -> None:
    with made(tmp_path / "old") as installation:
        backup = make_backup(installation, tmp_path / "kopia.zip", now=NOW)
    with made(tmp_path / "new") as installation:
        fill_outbox(installation.store, 1)
    (tmp_path / "new" / "utkik.toml").write_text("# vår egen\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="--replace"):
        restore(tmp_path / "new", backup.path, now=LATER)
    assert (tmp_path / "new" / "utkik.toml").read_text(encoding="utf-8") == "# vår egen\n"
    restore(tmp_path / "new", backup.path, now=LATER, replace=True)
    (aside,) = (tmp_path / "new").glob("undanlagt-*")
    assert (aside / "utkik.toml").read_text(encoding="utf-8") == "# vår egen\n"
    with open_store(f"sqlite:///{aside / 'utkik.db'}") as kept:
        assert len(states(kept)) == 1
    with open_installation(tmp_path / "new") as installation:
        assert states(installation.store) == {}


def test_F37_what_is_in_postgresql_is_laid_aside_as_a_backup(tmp_path: Path, postgresql_url: str) -> None:
    with made(tmp_path / "old") as installation:
        backup = make_backup(installation, tmp_path / "kopia.zip", now=NOW)
    home = tmp_path / "new"
    home.mkdir()
    create_files(home, postgresql_url)
    with open_store(postgresql_url) as store:
        fill_outbox(store, 2)
    backup_file = without_settings(backup.path, tmp_path)
    with pytest.raises(ConfigurationError, match="--replace"):
        restore(home, backup_file, now=LATER)
    restore(home, backup_file, now=LATER, replace=True)
    (kept,) = home.glob("undanlagt-*/databasen.zip")
    assert verify_backup(kept).rows["digests"] == 2
    with open_store(postgresql_url) as store:
        assert states(store) == {}


def without_settings(path: Path, folder: Path) -> Path:
    """Return a copy of the backup without settings: the address of the database stays that of the folder."""
    target = folder / "utan.zip"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as made_of:
        manifest = json.loads(source.read("manifest.json"))
        manifest["parts"] = {name: said for name, said in manifest["parts"].items() if not name.startswith("files/")}
        for name in manifest["parts"]:
            made_of.writestr(name, source.read(name))
        made_of.writestr("manifest.json", json.dumps(manifest))
    return target


def test_F37_backup_taken_while_others_write_is_of_one_moment(
    store: Store, tmp_path: Path, make_item: Callable[..., Item]
) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            with store.session() as session:
                upsert_items(session, [make_item(key=f"k{number}-{part}") for part in range(10)], now=NOW)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = [make_backup(make_installation(store, tmp_path), tmp_path / f"{n}.zip", now=NOW) for n in range(3)]
    finally:
        stop.set()
        writer.join()
    for backup in found:
        assert backup.rows["items"] % 10 == 0
        assert backup.rows["items"] == backup.rows["sightings"]


@pytest.mark.parametrize("harm", ["cut", "flip", "other"])
def test_F36_damaged_backup_is_refused_before_anything_is_touched(
    sqlite_store: Store, tmp_path: Path, make_item: Callable[..., Item], harm: str
) -> None:
    fill_ledger(sqlite_store, make_item)
    backup = make_backup(make_installation(sqlite_store, tmp_path), tmp_path / "kopia.zip", now=NOW)
    content = bytearray(backup.path.read_bytes())
    if harm == "cut":
        del content[len(content) // 2 :]
    elif harm == "flip":
        with zipfile.ZipFile(backup.path) as archive:
            content[archive.getinfo("tables/digests.jsonl").header_offset + 200] ^= 0xFF
    else:
        content = bytearray(b"ett brev")
    backup.path.write_bytes(content)
    with pytest.raises(StoreError, match="skadad"):
        restore(tmp_path / "new", backup.path, now=LATER)
    assert not (tmp_path / "new").exists()


def test_F66_no_secret_is_shown_in_a_listing_and_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    with made(tmp_path / "home"):
        pass
    key = (tmp_path / "home" / "utkik.key").read_text(encoding="utf-8").split()[1]
    shown = utkik(tmp_path / "home", "backup")
    (path,) = backups_in(tmp_path / "home" / "backups")
    shown += utkik(tmp_path / "home", "backup", "--list") + utkik(tmp_path / "home", "backup", "--list", "--json")
    shown += utkik(tmp_path / "home", "backup", "--check", str(path))
    shown += utkik(tmp_path / "new", "restore", str(path))
    shown += zipfile.ZipFile(path).read("manifest.json").decode()
    assert "utkik.toml" in shown
    assert SECRET not in shown
    assert key not in shown
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_oldest_backup_goes_only_when_a_newer_one_has_been_read_back(
    sqlite_store: Store, tmp_path: Path, make_item: Callable[..., Item]
) -> None:
    fill_ledger(sqlite_store, make_item)
    installation = make_installation(sqlite_store, tmp_path)
    settings = installation.settings.model_copy(update={"backup": BackupSettings(keep=2)})
    installation = replace(installation, settings=settings)
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "utkik-viktig.zip").write_text("min egen", encoding="utf-8")
    done = [scheduled_backup(installation, now=NOW + timedelta(days=day)) for day in range(4)]
    assert [one["removed"] for one in done] == [0, 0, 1, 1]
    names = [path.name for path in backups_in(tmp_path / "backups")]
    assert names == ["utkik-2026-08-27T050000Z.zip", "utkik-2026-08-26T050000Z.zip"]
    assert (tmp_path / "backups" / "utkik-viktig.zip").exists()


def test_F36_damaged_database_is_not_copied_over_the_good_backups(tmp_path: Path) -> None:
    with made(tmp_path / "home") as installation:
        fill_outbox(installation.store, 40)
        scheduled_backup(installation, now=NOW)
    path = tmp_path / "home" / "utkik.db"
    content = bytearray(path.read_bytes())
    for page in range(len(content) // 4096 // 2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises(StoreError, match="skadad"), open_installation(tmp_path / "home") as installation:
        scheduled_backup(installation, now=LATER)
    (kept,) = backups_in(tmp_path / "home" / "backups")
    assert verify_backup(kept).rows["digests"] == 40


@pytest.mark.parametrize("harm", ["cut", "overwritten"])
def test_F36_damaged_database_refuses_to_start_and_names_the_backup_and_the_command(tmp_path: Path, harm: str) -> None:
    home = tmp_path / "home"
    with made(home) as installation:
        fill_outbox(installation.store, 20)
        scheduled_backup(installation, now=NOW)
    path = home / "utkik.db"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] if harm == "cut" else b"brev" * 5000)
    harmed = path.read_bytes()
    (copy,) = backups_in(home / "backups")
    with pytest.raises(StoreError, match=rf"utkik restore {copy} --replace"), open_installation(home):
        pass
    assert path.read_bytes() == harmed
    restore(home, copy, now=LATER, replace=True)
    with open_installation(home) as installation:
        assert set(states(installation.store).values()) == {"held"}
    (aside,) = home.glob("undanlagt-*")
    assert (aside / "utkik.db").read_bytes() == harmed


def utkik(home: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["--home", str(home), *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output
