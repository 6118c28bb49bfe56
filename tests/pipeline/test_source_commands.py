"""Asking one source now: what it would give, a recording of it, and what a recording has that it lacks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.installation import create_installation
from pipeline.sample_server import serve_sample_week
from store.db import open_store
from store.items import count_by_source

pytestmark = pytest.mark.xdist_group("source-commands")
NOW = ("--now", "2026-11-20T08:00")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation that reads the sample week, with a secret in its configuration."""
    folder = tmp_path_factory.mktemp("sources")
    create_installation(folder, "mellerud")
    with serve_sample_week("week") as url:
        settings = f'replay_url = "{url}"\n[sources.funding_tenders.options]\napi_key = "SEDIA"\n'
        (folder / "utkik.toml").write_text(settings, encoding="utf-8")
        yield folder


def utkik(home: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["--home", str(home), *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


@pytest.fixture(scope="module")
def recording(home: Path) -> Path:
    """A recording of the portal of calls."""
    utkik(home, "sources", "record", "funding_tenders", "--to", str(home / "inspelat"), *NOW)
    return home / "inspelat"


def test_check_shows_what_would_be_collected_and_stores_nothing(home: Path) -> None:
    values = json.loads(utkik(home, "sources", "check", "funding_tenders", "--json", *NOW))
    assert (values["state"], values["items"]) == ("working", 16)
    assert len(values["titles"]) == 5
    shown = utkik(home, "sources", "check", "funding_tenders", "--part", "calls", *NOW)
    assert "16 poster" in shown
    assert "Inget är sparat." in shown
    with open_store(f"sqlite:///{home / 'utkik.db'}") as store, store.reading() as session:
        assert count_by_source(session) == {}


def test_the_list_of_sources_still_has_every_source_and_its_region(home: Path) -> None:
    listed = json.loads(utkik(home, "sources", "--json"))
    assert {row["name"]: row["region"] for row in listed}["regeringen"] == "Sverige"
    assert {row["state"] for row in listed} <= {"waiting", "off"}
    assert "Källor" in utkik(home, "sources")


def test_a_recording_has_question_answer_and_items_and_no_secret(recording: Path) -> None:
    asked = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(recording.glob("*.request.json"))]
    assert {values["part"] for values in asked} == {"names", "calls"}
    assert all(values["method"] == "POST" and values["status"] == 200 for values in asked)
    assert "apiKey=***" in asked[0]["url"]
    assert "multipart/form-data" in asked[0]["headers"]["Content-Type"]
    given = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(recording.glob("*.expected.json"))]
    assert sum(len(items) for items in given) == 16
    assert "SEDIA" not in "".join(path.read_text(encoding="utf-8") for path in recording.iterdir())


def test_a_source_like_its_recording_is_said_to_be_so(home: Path, recording: Path) -> None:
    told = utkik(home, "sources", "compare", "funding_tenders", str(recording), *NOW)
    assert told == "Svaren har samma form som i inspelningen."


def test_F22_a_field_that_the_live_answer_lacks_is_named(home: Path, recording: Path, tmp_path: Path) -> None:
    for path in recording.iterdir():
        text = path.read_text(encoding="utf-8")
        if not path.name.endswith((".request.json", ".expected.json")):
            text = text.replace('"deadlineDate"', '"deadlineDates"')
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    told = utkik(home, "sources", "compare", "funding_tenders", str(tmp_path), *NOW, code=1)
    assert "fältet results[].metadata.deadlineDates saknas" in told


def test_an_unknown_part_is_one_sentence(home: Path) -> None:
    with pytest.raises(Exception, match="har ingen del som heter 'nej'"):
        utkik(home, "sources", "check", "funding_tenders", "--part", "nej", *NOW)
