"""`utkik contacts`: who reads for each unit, and beginning ended letters again."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.contact_commands import contact_values
from pipeline.installation import create_installation, open_installation
from store.contacts import mark_contact
from store.errors import ConfigurationError
from store.types import ContactState, Reach

TODAY = date(2026, 11, 24)
LOST = "mellerud.social@example.org"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give an installation of Mellerud, one of whose contact persons has ended the letters."""
    create_installation(tmp_path / "utkik", "mellerud")
    with open_installation(tmp_path / "utkik") as installation, installation.store.session() as session:
        since = datetime(2026, 11, 20, tzinfo=UTC)
        state = ContactState(municipality="mellerud", email=LOST, state=Reach.UNSUBSCRIBED, since=since)
        mark_contact(session, state)
    return tmp_path / "utkik"


def run(home: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["--home", str(home), "contacts", *arguments], catch_exceptions=False)
    return done.exit_code, done.output


def test_every_unit_has_a_reader_and_the_reason_when_it_is_another(home: Path) -> None:
    with open_installation(home) as installation:
        rows = {row["contact"].split(" ")[0]: row for row in contact_values(installation, TODAY)}
    lost = rows[LOST]
    assert lost["contact"] == f"{LOST} (har avslutat sina brev)"
    assert lost["reader"] == next(reversed(rows.values()))["reader"]
    assert lost["because"].endswith("har avslutat sina brev")
    assert all(row["reader"] for row in rows.values())


def test_the_whole_group_can_be_written_to(home: Path) -> None:
    code, said = run(home, "--addresses")
    lines = said.split()
    assert code == 0
    assert len(lines) == len(set(lines)) > 3
    assert LOST not in lines


def test_ended_letters_are_begun_again_once(home: Path) -> None:
    assert run(home, "--active", LOST.upper())[0] == 0
    code, said = run(home, "--json")
    assert code == 0
    assert all("avslutat" not in row["contact"] for row in json.loads(said))
    with pytest.raises(ConfigurationError, match="varken avslutade eller på återväg"):
        run(home, "--active", LOST)
