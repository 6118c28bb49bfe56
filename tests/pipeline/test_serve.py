"""`utkik serve` as a process: one at a time, ended politely or not, it always goes on where it was."""

from __future__ import annotations

import json
import platform
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crawlers.catalogue import source_names
from pipeline.installation import create_installation
from pipeline.sample_data import BEFORE_NOW, WEEK_NOW
from pipeline.sample_server import serve_sample_week
from store.db import open_store
from tests.pipeline.test_kill_run import PROGRAM, assert_same_end, kill_after, letters, run, status, utkik


def quiet_installation(home: Path) -> list[str]:
    """Make an installation without sources, and return the command that keeps its schedule."""
    home.mkdir()
    (home / "utkik.toml").write_text(sources_off(set()), encoding="utf-8")
    command = [*PROGRAM, "--home", str(home)]
    create_installation(home, "")
    return [*command, "serve", "--no-page"]


def sources_off(but: set[str]) -> str:
    return "".join(f"[sources.{name}]\nenabled = false\n" for name in source_names() if name not in but)


@contextmanager
def serving(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Give the schedule's process once it has begun."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    try:
        assert process.stderr is not None
        assert any("serve: begins" in line for line in process.stderr)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_F32_F38_F39_a_second_schedule_is_refused_and_the_first_ends_within_ten_seconds(tmp_path: Path) -> None:
    command = quiet_installation(tmp_path / "home")
    with serving(command) as first:
        second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
        assert second.returncode == 1
        assert "redan igång" in second.stderr
        assert "Traceback" not in second.stderr
        first.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, said = first.communicate(timeout=15)
        assert time.monotonic() - began < 10
        assert first.returncode == 0
        assert "serve: ends" in said
    with serving(command) as third:
        third.kill()
        third.wait()
    run([*command, "--once"])  # the operating system has let go of the lock


def test_F32_told_to_end_in_the_middle_of_a_crawl_it_does_within_ten_seconds(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the question and never answers
        command = quiet_installation(tmp_path / "home")
        settings = (
            f'replay_url = "http://127.0.0.1:{silent.getsockname()[1]}"\n[sources.funding_tenders]\nenabled = true\n'
        )
        (tmp_path / "home" / "utkik.toml").write_text(settings + sources_off({"funding_tenders"}), encoding="utf-8")
        with serving(command) as process:
            assert process.stderr is not None
            assert any("collect: begins" in line for line in process.stderr)
            with silent.accept()[0]:
                process.send_signal(signal.SIGTERM)
                began = time.monotonic()
                process.communicate(timeout=15)
                assert time.monotonic() - began < 10
            assert process.returncode == 0


def test_on_postgresql_another_machine_may_keep_the_schedule_too(tmp_path: Path, postgresql_url: str) -> None:
    command = quiet_installation(tmp_path / "home")
    with (tmp_path / "home" / "utkik.toml").open("r+", encoding="utf-8") as file:
        written = file.read()
        file.seek(0)
        file.write(f'database_url = "{postgresql_url}"\n[backup]\nkeep = 0\n{written}')
    with open_store(postgresql_url) as store, store.beside_others("serve", "another machine's"):
        run([*command, "--once"])
        with store.beside_others("serve", f"{platform.node()} {tmp_path / 'home'}"):
            again = subprocess.run([*command, "--once"], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    assert again.returncode == 1
    assert "redan igång" in again.stderr


def test_now_without_once_is_one_sentence(tmp_path: Path) -> None:
    command = quiet_installation(tmp_path / "home")
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, "--now", "2026-11-20T08:00"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "--once" in done.stderr


@pytest.mark.slow
def test_F28_F42_killed_and_begun_again_it_sends_the_week_late_and_once(tmp_path: Path) -> None:
    """Before the slot it only reads; on Friday, killed once, it writes Monday's digests and says so."""
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    with serve_sample_week("before") as before, serve_sample_week("week") as url:
        utkik(rough, before)  # writes the settings
        create_installation(rough, "mellerud")
        run(utkik(rough, before, "serve", "--once", "--now", BEFORE_NOW.isoformat()))
        assert letters(rough) == []
        assert json.loads(run(utkik(rough, before, "status", "--json")))["assessed"] > 0
        shutil.copytree(rough, calm)
        run(utkik(calm, url, "run", "--now", WEEK_NOW.isoformat(), "--json"))
        command = utkik(rough, url, "serve", "--once", "--now", WEEK_NOW.isoformat())
        kill_after(command, 4.0, alone=False)
        run(command)
        run(command)
        assert letters(rough) == letters(calm)
        assert_same_end(status(rough, url, 0), status(calm, url, 0))
    page = next((rough / "outbox").rglob("*.html")).read_text(encoding="utf-8")
    assert "Försenat: skulle ha kommit måndag 07.00." in page
