"""The commands of an installation with several municipalities, as they are typed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.backup import make_backup, verify_backup
from pipeline.person import forget_person, person_values
from pipeline.restore import restore
from pipeline.schedule import Worker
from store.digests import freeze_digest
from store.errors import ConfigurationError
from store.types import Digest, DigestState
from tests.pipeline.making import candidate
from tests.pipeline.several import bring, file_text, letters, make_home, opened
from tests.pipeline.test_cli import utkik, values

DIGEST = Digest(
    id="gammalt",
    municipality="bro",
    contact="skola@example.org",
    week="2026-W40",
    units=("skola",),
    subject="Veckan",
    message_id="<gammalt@example.org>",
    message=b"",
    state=DigestState.QUEUED,
    created_at=datetime(2026, 10, 1, tzinfo=UTC),
)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
LATER = "2026-11-24T13:00"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give the home of Bro and Ås."""
    url = f"sqlite:///{tmp_path / 'home' / 'utkik.db'}"
    return make_home(tmp_path / "home", url, {"": file_text("Bro", "0001"), "ås": file_text("Ås", "0002")})


def run(home: Path, *words: str) -> Any:
    return values(utkik(home, *words, "--json"))


def test_commands_about_one_ask_which_and_the_week_is_run_for_all(home: Path) -> None:
    for words in (["model"], ["ledger"], ["outbox"], ["contacts"], ["items", "--unit", "skola"], ["report", "annual"]):
        done = utkik(home, *words)
        assert done.returncode == 2, words
        assert "här finns flera kommuner: välj en med utkik --municipality KOMMUN. Det finns bro, ås." in " ".join(
            done.stderr.split()
        )
    assert utkik(home, "--municipality", "0002", "model").returncode == 0
    assert "ingen kommun här heter 'lund'" in utkik(home, "--municipality", "lund", "model").stderr
    with opened(home) as installation:
        bring(installation.store, candidate("a"), at=MONDAY)
    found = run(home, "run", "--now", LATER)
    assert [step["step"] for step in found] == ["assess", "learn", "learn", "compose", "compose", "send"]
    assert found[-1]["counts"]["sent"] == 2
    assert run(home, "--municipality", "ås", "status")["municipality"] == "Åss kommun"
    assert [one["key"] for one in run(home, "status")["municipalities"]] == ["bro", "ås"]


def test_one_alone_can_be_written_and_sent(home: Path) -> None:
    with opened(home) as installation:
        bring(installation.store, candidate("a"), at=MONDAY)
        assert run(home, "--municipality", "ås", "digest", "--now", LATER)["counts"]["digests"] == 1
        assert letters(installation.store, "bro") == {}
        assert run(home, "--municipality", "bro", "send", "--now", LATER)["counts"]["due"] == 0
        assert run(home, "--municipality", "ås", "send", "--now", LATER)["counts"]["sent"] == 1


def test_export_of_what_is_a_municipalitys_own_asks_which(home: Path, tmp_path: Path) -> None:
    with opened(home):
        pass
    assert "välj en med utkik --municipality" in utkik(home, "export", "digests", str(tmp_path / "a.csv")).stderr
    assert utkik(home, "--municipality", "ås", "export", "digests", str(tmp_path / "a.csv")).returncode == 0
    assert utkik(home, "export", "items", str(tmp_path / "b.csv")).returncode == 0


def test_check_names_the_municipality_of_each_fault(home: Path) -> None:
    (home / "municipalities" / "ö.toml").write_text('name = "Ö kommun"\n', encoding="utf-8")
    done = utkik(home, "check")
    assert done.returncode == 2
    said = " ".join(done.stdout.split())
    assert "Inställningarna för Bros kommun går att använda." in said
    assert "Ås: Ingen svarar för" in said
    assert "municipalities/ö.toml, rad 1: fältet" in said
    with opened(home) as installation, installation.store.session() as session:
        freeze_digest(session, replace(DIGEST, municipality="as"))
    assert "brev för as, som ingen fil beskriver" in " ".join(utkik(home, "check").stdout.split())


def test_municipalities_are_added_listed_shown_and_taken_away(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert "Varbergs kommun är tillagd" in utkik(home, "municipality", "add", "varberg").stdout
    assert "Varbergs kommun finns redan" in utkik(home, "municipality", "add", "1383").stderr
    assert "menade du 'varberg'" in utkik(home, "municipality", "add", "varbrg").stderr
    utkik(home, "municipality", "add", "bjurholm", "--coordinator", "omvarld@bjurholm.example.org")
    assert [(one["key"], one["units"]) for one in run(home, "municipality", "list")] == [
        ("bjurholm", 6),
        ("varberg", 15),
    ]
    assert run(home, "municipality", "show", "Bjurholm")["coordinator"] == "omvarld@bjurholm.example.org"
    assert "Filen ligger nu i" in utkik(home, "municipality", "remove", "bjurholm").stdout
    assert "det är den enda kommunen" in utkik(home, "municipality", "remove", "varberg").stderr
    (aside,) = (home / "municipalities").glob("bjurholm.*.borttagen")
    assert utkik(home, "municipality", "add", "--file", str(aside)).returncode == 0
    assert len(run(home, "municipality", "list")) == 2


def test_whole_country_is_added_from_a_folder_and_the_list(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "egna"
    folder.mkdir()
    (folder / "a.toml").write_text(file_text("Bro", "0001"), encoding="utf-8")
    (folder / "b.toml").write_text(file_text("Åmål", "1492"), encoding="utf-8")
    added = run(home, "municipality", "add", "--file", str(folder), "--all")
    assert len(added) == 291  # with Bro, and Åmål once, as its own file says
    assert run(home, "municipality", "show", "åmål")["units"] == 1
    assert run(home, "municipality", "add", "--all") == []
    done = utkik(home, "model")
    assert "och 271 till: utkik municipality list" in " ".join(done.stderr.split())


def test_one_file_that_will_not_do_adds_none(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(file_text("Bro", "0001"), encoding="utf-8")
    (tmp_path / "b.toml").write_text(file_text("../../Ås", "0002"), encoding="utf-8")
    assert (
        "short ska bestå av bokstäver"
        in utkik(tmp_path / "home", "municipality", "add", "--file", str(tmp_path)).stderr
    )
    (tmp_path / "b.toml").write_text("name = 1\n", encoding="utf-8")
    done = utkik(tmp_path / "home", "municipality", "add", "--file", str(tmp_path))
    assert done.returncode == 2
    assert "b.toml" in done.stderr
    assert list((tmp_path / "home" / "municipalities").glob("*.toml")) == []


def test_F37_backup_has_every_municipality_and_restoring_lays_others_aside(home: Path, tmp_path: Path) -> None:
    with opened(home) as installation:
        bring(installation.store, candidate("a"), at=MONDAY)
        Worker(installation, clock=lambda: MONDAY - timedelta(days=5)).work()
        backup = make_backup(installation, tmp_path / "kopia.zip", now=MONDAY - timedelta(days=2))
        Worker(installation, clock=lambda: MONDAY).work()  # what is sent now is not in the backup
        assert letters(installation.store, "ås") != {} != letters(installation.store, "bro")
    assert verify_backup(tmp_path / "kopia.zip").files == backup.files
    assert set(backup.files) >= {"municipality.toml", "municipalities/ås.toml", "utkik.toml"}
    (home / "municipalities" / "ö.toml").write_text(file_text("Ö", "0003"), encoding="utf-8")
    (home / "municipalities" / "ås.toml").write_text(file_text("Ås", "0002", summary="true"), encoding="utf-8")
    said = " ".join(restore(home, tmp_path / "kopia.zip", now=NOW, replace=True))
    assert "municipalities/ås.toml är återställd." in said
    assert (home / "municipalities" / "ås.toml").read_text(encoding="utf-8") == file_text("Ås", "0002")
    (aside,) = home.glob("undanlagt-*/municipalities/ö.toml")
    assert aside.read_text(encoding="utf-8") == file_text("Ö", "0003")
    with opened(home) as installation:
        assert [one.key for one in installation.municipalities] == ["bro", "ås"]
        Worker(installation, clock=lambda: NOW).work()  # the week may have gone to both: nothing is written anew
        assert letters(installation.store, "ås") == letters(installation.store, "bro") == {}


def test_person_is_shown_and_forgotten_in_every_municipality(home: Path) -> None:
    with opened(home) as installation:
        bring(installation.store, candidate("a"), at=MONDAY)
        Worker(installation, clock=lambda: MONDAY - (NOW - MONDAY)).work()
        Worker(installation, clock=lambda: MONDAY).work()
        shown = person_values(installation, "skola@example.org")
        assert shown["roles"] == [
            "Bros kommun: Skolförvaltningen, kontaktperson",
            "Åss kommun: Skolförvaltningen, kontaktperson",
        ]
        assert {row["municipality"] for row in shown["tables"]["digests"]} == {"bro", "ås"}
        with pytest.raises(ConfigurationError, match=r"Bros kommun.*Åss kommun"):
            forget_person(installation, "skola@example.org", now=NOW)
    for path in (home / "municipality.toml", home / "municipalities" / "ås.toml"):
        path.write_text(path.read_text(encoding="utf-8").replace("skola@", "nyskola@"), encoding="utf-8")
    with opened(home) as installation:
        forget_person(installation, "skola@example.org", now=NOW)
        assert person_values(installation, "skola@example.org")["files"] == []
    kept = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".db"]
    assert not [path for path in kept if b"skola@example.org" in path.read_bytes().replace(b"nyskola@", b"")]


def test_schedule_is_kept_for_all_and_not_for_one(home: Path) -> None:
    done = utkik(home, "--municipality", "ås", "serve", "--once")
    assert done.returncode == 2
    assert "schemat hålls för alla kommuner" in done.stderr
    assert json.loads(utkik(home, "status", "--json").stdout)["municipality"] == "2 kommuner"
