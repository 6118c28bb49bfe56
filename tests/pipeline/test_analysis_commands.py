"""Analyses from the command line: written, signed and shown, as on the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.installation import create_installation, open_installation
from store.audit import list_audit
from store.errors import ConfigurationError
from store.items import upsert_items
from tests.pipeline.making import NOW, candidate

ITEM = ["feeds", "skolmat"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    create_installation(tmp_path / "utkik", "mellerud")
    with open_installation(tmp_path / "utkik") as installation, installation.store.session() as session:
        upsert_items(session, [candidate("skolmat", "Ny förordning om skolmat").item], now=NOW)
    return tmp_path / "utkik"


def run(home: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["--home", str(home), "analysis", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_an_analysis_is_written_signed_and_shown(home: Path) -> None:
    wrote = run(home, "write", *ITEM, "--meaning", "Köken måste byggas om.", "--unit", "kultur-utbildning",
                "--due", "2027-08-01", "--proposal", "Nämnden tar upp det.")  # fmt: skip
    assert "Version 1 är sparad som utkast" in wrote
    assert "undertecknad av samordnare" in run(home, "sign", *ITEM)
    shown = run(home, "show", *ITEM)
    assert "Version 1 · undertecknad av samordnare" in shown
    assert "Vilka enheter det berör: Kultur- och utbildningsförvaltningen" in shown
    assert "Vad det kostar: vi vet inte" in shown
    [values] = json.loads(run(home, "show", *ITEM, "--json"))
    assert (values["version"], values["due"], values["signed_by"]) == (1, "2027-08-01", "samordnare")
    with open_installation(home) as installation, installation.store.reading() as session:
        entries = [(entry.action, entry.subject, entry.detail, entry.municipality) for entry in list_audit(session)]
    assert entries == [("analysis.sign", "feeds/skolmat", "1", "mellerud"),
                       ("analysis.write", "feeds/skolmat", "1", "mellerud")]  # fmt: skip


def test_the_same_words_again_are_no_new_version(home: Path) -> None:
    for said in ("är sparad", "är oförändrad"):
        assert f"Version 1 {said}" in run(home, "write", *ITEM, "--meaning", "Samma.")
    assert "Version 2 är sparad" in run(home, "write", *ITEM, "--meaning", "Annat.")


def test_what_cannot_be_is_refused(home: Path) -> None:
    for arguments, told in (
        (["write", "feeds", "finns-inte", "--meaning", "x"], "ingen post feeds finns-inte"),
        (["write", *ITEM, "--meaning", " "], "Skriv vad det betyder för oss"),
        (["write", *ITEM, "--meaning", "x", "--unit", "hamnen"], "Enheten hamnen finns inte"),
        (["write", *ITEM, "--meaning", "x", "--due", "snart"], "Skriv dagen som"),
        (["sign", *ITEM], "ingen analys är skriven"),
    ):
        with pytest.raises(ConfigurationError, match=told):
            run(home, *arguments)
    assert "Ingen analys är skriven" in run(home, "show", *ITEM)
    run(home, "write", *ITEM, "--meaning", "x")
    run(home, "sign", *ITEM)
    with pytest.raises(ConfigurationError, match="redan undertecknad"):
        run(home, "sign", *ITEM)
