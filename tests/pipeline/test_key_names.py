"""Keys of frames are shown as names; what is not known keeps its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import key_names
from pipeline.installation import create_installation


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    create_installation(tmp_path / "utkik", "mellerud")
    monkeypatch.setenv("UTKIK_HOME", str(tmp_path / "utkik"))
    forget()
    return tmp_path / "utkik"


def forget() -> None:
    key_names._served.cache_clear()


@pytest.mark.usefixtures("home")
def test_units_of_a_letter_are_named_by_their_municipality() -> None:
    found = key_names.units(
        ["mellerud", "mellerud", "annan"], ["bostader socialforvaltningen", "_coordinator", "skola"]
    )
    assert found == ["Melleruds Bostäder AB, Socialförvaltningen", "Samordnaren", "skola"]
    assert key_names.places(["mellerud", "annan"]) == ["Mellerud", "annan"]


def test_states_answers_sources_and_languages_are_words() -> None:
    assert key_names.letters(["sent", "bounced"]) == ["skickat", "kom tillbaka"]
    assert key_names.actions(["done"]) == ["klar"]
    assert key_names.states(["working"]) == ["fungerar"]
    assert key_names.answers(["not_for_us", float("nan"), None]) == ["inte för oss", "inget svar", "inget svar"]
    assert key_names.languages(["sv", "fr", "xx"]) == ["svenska", "franska", "xx"]
    assert key_names.sources(["cellar", "okänd"]) == ["EU-rätt (EUR-Lex)", "okänd"]


def test_a_database_without_its_installation_shows_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTKIK_HOME", str(tmp_path))
    forget()
    assert key_names.units(["mellerud"], ["bostader"]) == ["bostader"]
    forget()
