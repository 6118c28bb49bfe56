"""The settings that a coordinator changes are written into the file, comments kept, and count at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pipeline.settings import load_settings
from pipeline.toml_edit import version_of
from store.audit import list_audit

USUAL = {
    "day": "mon",
    "time": "07:00",
    "tells_urgent": "yes",
    "urgent": "06:30",
    "decision": "",
    "url": "",
    "model": "",
}
ON = {"second_reader": "yes", "url": "http://127.0.0.1:11434/v1", "model": "modellen"}


@pytest.fixture
def file(home: Path) -> Path:
    return home / "utkik.toml"


def send(client: FlaskClient, file: Path, **fields: str) -> Any:
    seen = version_of(file.read_text(encoding="utf-8"))
    return client.post("/installningar/andra", data={"seen": seen, **USUAL, **fields})


def test_time_of_the_letter_counts_at_once_and_the_comment_stays(
    coordinator: FlaskClient, file: Path, app: Flask
) -> None:
    file.write_text('[schedule]\n# digest = "mon 07:00"   # när breven går ut\n', encoding="utf-8")
    assert send(coordinator, file, day="tue", time="08:30").status_code == 303
    assert 'digest = "tue 08:30"   # när breven går ut' in file.read_text(encoding="utf-8")
    assert app.extensions["utkik"].current.installation().settings.schedule.digest == "tue 08:30"
    assert "tue 08:30" in coordinator.get("/installningar").get_data(as_text=True)


def test_what_is_as_it_was_is_not_written(coordinator: FlaskClient, file: Path) -> None:
    before = file.read_text(encoding="utf-8")
    assert send(coordinator, file).status_code == 303
    assert file.read_text(encoding="utf-8") == before


def test_short_letters_are_switched_off_and_on(coordinator: FlaskClient, file: Path, home: Path) -> None:
    send(coordinator, file, tells_urgent="")
    assert load_settings(home).schedule.urgent == ""
    send(coordinator, file, urgent="09:00")
    assert load_settings(home).schedule.urgent == "09:00"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"day": "mon", "time": "02:30"}, "Ska vara veckodag och klockslag"),
        ({"day": "måndag"}, "Ska vara veckodag och klockslag"),
        ({"urgent": "snart"}, "Ska vara ett klockslag"),
        (ON | {"url": ""}, "Fyll i det här."),
        (ON, "Kryssa i att du har läst"),
        (ON | {"knows": "yes", "url": "ftp://example.org/v1"}, "Adressen duger inte"),
    ],
)
def test_what_will_not_do_is_told_at_its_field_and_not_written(
    coordinator: FlaskClient, file: Path, fields: dict[str, str], told: str
) -> None:
    before = file.read_text(encoding="utf-8")
    answer = send(coordinator, file, **fields)
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)
    assert file.read_text(encoding="utf-8") == before


def test_second_reader_goes_on_with_the_warning_read_and_off_again(
    coordinator: FlaskClient, file: Path, home: Path
) -> None:
    assert send(coordinator, file, **ON, knows="yes").status_code == 303
    assert load_settings(home).second_reader.is_on
    assert send(coordinator, file, model="modellen").status_code == 303
    assert not load_settings(home).second_reader.is_on


def test_F80_settings_that_changed_meanwhile_are_not_overwritten(coordinator: FlaskClient, file: Path) -> None:
    answer = coordinator.post("/installningar/andra", data=USUAL | {"seen": "annan", "decision": "KS 2026/1"})
    assert answer.status_code == 422
    assert "Någon annan har ändrat" in answer.get_data(as_text=True)
    assert "KS 2026/1" not in file.read_text(encoding="utf-8")


def test_log_names_the_setting_and_not_its_value(coordinator: FlaskClient, file: Path, app: Flask) -> None:
    send(coordinator, file, decision="KS 2026/17")
    with app.extensions["utkik"].current.installation().store.reading() as session:
        entry = list_audit(session)[0]
    assert (entry.action, entry.subject, entry.detail) == ("settings.change", "retention.decision", "")


def test_what_the_environment_decides_is_said_and_left_alone(
    coordinator: FlaskClient, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UTKIK_SCHEDULE__DIGEST", "fri 09:00")
    assert "schedule.digest" in coordinator.get("/installningar/andra").get_data(as_text=True)
    send(coordinator, file, day="tue")
    assert "tue" not in file.read_text(encoding="utf-8")
