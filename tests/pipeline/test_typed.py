"""What is typed after a command, and what goes wrong around it: one clear sentence, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import from_environment
from pipeline.typed import typed_day, typed_moment, typed_week
from store.errors import ConfigurationError
from tests.pipeline.test_cli import utkik


def test_a_time_without_zone_is_swedish_in_summer_and_winter() -> None:
    assert typed_moment("2026-10-25T01:30") == datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    assert typed_moment("2026-10-25T04:30") == datetime(2026, 10, 25, 3, 30, tzinfo=UTC)
    assert typed_moment("2026-10-25T04:30+00:00") == datetime(2026, 10, 25, 4, 30, tzinfo=UTC)


def test_a_week_has_one_name_however_it_was_typed() -> None:
    assert [typed_week(text) for text in ("", "2026-W5", "2026-w05", "2026-W53")] == [
        "",
        "2026-W05",
        "2026-W05",
        "2026-W53",
    ]


@pytest.mark.parametrize("text", ["2025-W53", "2026-W00", "2026-W54", "2026W34", "34", "0001-W01", "2026-W-1"])
def test_a_week_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="--week"):
        typed_week(text)


@pytest.mark.parametrize("read", [typed_moment, typed_day])
@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_a_day_outside_the_calendar_of_scanning_is_refused(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ConfigurationError, match="året ska vara mellan 1990 och 2199"):
        read(text)
    assert typed_day("1990-01-01") == date(1990, 1, 1)


def test_two_variables_that_contradict_each_other_are_named() -> None:
    with pytest.raises(ConfigurationError, match="UTKIK_MAIL__PORT"):
        from_environment({"UTKIK_MAIL__PORT": "25", "UTKIK_MAIL": "smtp"})


def test_an_error_keeps_its_square_brackets(tmp_path: Path) -> None:
    utkik(tmp_path, "init")
    (tmp_path / "municipality.toml").write_text('name = "Prov"\nunits = 4\n', encoding="utf-8")
    assert "som [units.socialforvaltningen]" in utkik(tmp_path, "check").stderr


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    taken = tmp_path / "fil"
    taken.touch()
    done = utkik(taken, "init")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Fel: {taken}: File exists. Kontrollera mappen, utrymmet och rättigheterna.\n"


def test_check_asks_for_the_mail_server_that_sending_would_need(tmp_path: Path) -> None:
    utkik(tmp_path, "init")
    (tmp_path / "utkik.toml").write_text('[mail]\ntransport = "smtp"\n', encoding="utf-8")
    done = utkik(tmp_path, "check")
    assert (done.returncode, done.stdout) == (2, "")
    assert "mail.host saknas: ange e-postserverns namn" in done.stderr
