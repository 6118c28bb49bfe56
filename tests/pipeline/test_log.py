"""The log: one line for each event, as text or JSON, and never a person's address, name or words."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.catalogue import source_names
from crawlers.log_lines import Form, Lines, told, with_fields
from pipeline.due_facts import note_kept
from pipeline.installation import create_installation, open_installation
from pipeline.municipality import load_municipality
from pipeline.sample_data import WEEK_NOW
from pipeline.sample_feeds import SAMPLE_FEEDS
from pipeline.sample_server import serve_sample_week
from pipeline.settings import log_settings
from store.errors import ConfigurationError, DeliveryError, StoreError
from tests.pipeline.mail_server import mail_server

MARK = "kanarie"


def record(message: str, *arguments: object, error: Exception | None = None, **fields: Any) -> logging.LogRecord:
    caught = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("pipeline.send", logging.WARNING, __file__, 1, message, arguments, caught)
    made.created = 1_795_413_600.25
    vars(made).update(fields)
    return made


def raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


def test_text_line_has_time_level_logger_message_and_fields() -> None:
    line = Lines("text").format(record("run %s", "ends", step="send", ms=12.5, digest=""))
    assert line == "2026-11-23T06:00:00.250Z WARNING pipeline.send: run ends step=send ms=12.5"


def test_json_line_is_one_object_with_the_same() -> None:
    line = Lines("json").format(record("två\nrader å", step="send", code=550))
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-11-23T06:00:00.250Z",
        "level": "warning",
        "logger": "pipeline.send",
        "message": "två\nrader å",
        "step": "send",
        "code": 550,
    }


def test_text_line_is_one_line_whatever_it_tells() -> None:
    line = Lines("text").format(record("ett\r\nERROR falsk\u2028rad", route="x y\n"))
    assert line.splitlines() == [line]
    assert line.endswith(r'ett\r\nERROR falsk\u2028rad route="x y\n"')


def test_what_a_library_hangs_on_its_records_is_left_out() -> None:
    for form in ("text", "json"):
        assert MARK not in Lines(form).format(record("hej", recipient=f"{MARK}@example.org", spider=MARK))


@pytest.mark.parametrize("form", ["text", "json"])
def test_fault_is_told_by_kind_and_place_and_its_words_only_when_asked_for(form: Form) -> None:
    fault = record("fault", error=raised(ValueError(f"{MARK}@example.org")))
    line = Lines(form).format(fault)
    assert "ValueError at pipeline/test_log.py:" in line
    assert MARK not in line
    assert MARK in Lines(form, traces=True).format(fault)
    if form == "json":
        assert "Traceback" in json.loads(Lines(form, traces=True).format(fault))["trace"]


def test_fields_are_put_on_every_line_inside_and_none_after() -> None:
    lines = Lines("text", fields={"source": "cellar"})
    with with_fields(step="collect", run="1"):
        assert lines.format(record("a")).endswith("a source=cellar step=collect run=1")
        with with_fields(step="assess"):
            assert lines.format(record("b", run="2")).endswith("b source=cellar step=assess run=2")
    assert lines.format(record("c")).endswith("c source=cellar")


def test_errors_are_told_in_our_words_only_where_they_name_nobody() -> None:
    assert told(StoreError("Disken är full.")) == "Disken är full."
    wrong = ConfigurationError(f"'{MARK}@' är ingen giltig e-postadress", path=Path("/x/municipality.toml"), line=12)
    assert told(wrong) == "ConfigurationError in municipality.toml, line 12"
    refused = raised(DeliveryError(f"550 <{MARK}@example.org> unknown", permanent=True))
    assert told(refused).startswith("DeliveryError at pipeline/test_log.py:")


def test_wrong_settings_leave_the_log_as_it_is_from_the_start(tmp_path: Path) -> None:
    (tmp_path / "utkik.toml").write_text('[log]\nformat = "xml"\n', encoding="utf-8")
    assert log_settings(tmp_path).format == "text"
    (tmp_path / "utkik.toml").write_text('[log]\nformat = "json"\nlevel = "debug"\n', encoding="utf-8")
    assert (log_settings(tmp_path).format, log_settings(tmp_path).level) == ("json", "debug")


def marked_installation(home: Path, url: str, port: int) -> None:
    """Make an installation that reads the sample week's feeds, mails by SMTP, and in which every person is marked."""
    create_installation(home, "mellerud")
    place = home / "municipality.toml"
    text = place.read_text(encoding="utf-8").replace('email = "mellerud.', f'email = "{MARK}.')
    place.write_text(text.replace('role = "', f'role = "{MARK}-'), encoding="utf-8")
    assert MARK in load_municipality(place).coordinator.email
    others = home / "municipalities"
    others.mkdir(exist_ok=True)
    broken = place.read_text(encoding="utf-8").replace(f"{MARK}.samordning@example.org", f"{MARK}@")
    (others / "trasig.toml").write_text(broken, encoding="utf-8")
    lines = [f'replay_url = "{url}"', "bundled_feeds = false", "[log]", 'format = "json"', 'level = "debug"']
    lines += ["[mail]", 'transport = "smtp"', 'host = "127.0.0.1"', f"port = {port}", 'security = "none"']
    for source in set(source_names()) - {"feeds"}:
        lines += [f"[sources.{source}]", "enabled = false"]
    for name, feed in [
        *SAMPLE_FEEDS.items(),
        ("borta", {**SAMPLE_FEEDS["kommunnytt"], "url": "https://borta.example.org/x"}),
    ]:
        lines += [f"[feeds.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in feed.items())]
    (home / "utkik.toml").write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.slow
def test_F82_a_week_with_marked_persons_leaves_no_mark_in_any_log(tmp_path: Path) -> None:
    """Letters are written, refused in words that repeat the address, put off and sent; a changed file is wrong."""
    home = tmp_path / "home"
    refused: list[str] = []

    def answer(address: str) -> str:
        refused.append(address)
        return {1: f"550 5.1.1 <{address}> unknown", 2: f"451 4.7.1 <{address}> wait"}.get(len(refused), "")

    with serve_sample_week("week") as url, mail_server({"RCPT": answer}) as server:
        marked_installation(home, url, server.port)
        with open_installation(home) as installation:
            note_kept(installation, WEEK_NOW - timedelta(days=9))
        command = [sys.executable, "-m", "pipeline.cli", "--home", str(home), "serve", "--once", "--now"]
        done = subprocess.run(  # noqa: S603 - our own command
            [*command, WEEK_NOW.isoformat()], capture_output=True, text=True, check=False, timeout=200
        )
    assert server.accepted
    assert MARK in refused[0]
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    steps = [line["step"] for line in lines if line["message"].startswith("run ends")]
    assert {"collect", "assess", "compose", "send"} <= set(steps)
    assert [line["code"] for line in lines if line["message"].startswith("not delivered")] == [550, 451]
    assert any("the file is not used" in line["message"] for line in lines)
    crawl = (home / "logs" / "feeds.log").read_text(encoding="utf-8")
    assert any(json.loads(line)["source"] == "feeds" and json.loads(line)["run"] for line in crawl.splitlines())
    assert MARK not in done.stderr + crawl
