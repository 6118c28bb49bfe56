"""`utkik run` killed at random moments: nothing lost, nothing sent twice, and the next run finishes the work."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawlers.catalogue import source_names
from pipeline.installation import create_installation
from pipeline.sample_data import BEFORE_NOW, WEEK_NOW
from pipeline.sample_feeds import SAMPLE_FEEDS
from pipeline.sample_server import serve_sample_week
from tests.pipeline.loaded import typed
from tests.pipeline.mail_server import mail_server

PROGRAM = (sys.executable, "-m", "pipeline.cli")
SAMPLED = {"cellar", "funding_tenders", "regeringen", "feeds"}  # the sources that the sample week answers for
LONGEST_LIFE = 9.0  # seconds: about what a whole run of the sample week takes on two busy cores


def utkik(home: Path, url: str, *words: str, port: int = 0) -> list[str]:
    settings = ["bundled_feeds = false"]
    for source in set(source_names()) - SAMPLED:
        settings += [f"[sources.{source}]", "enabled = false"]
    for name, feed in SAMPLE_FEEDS.items():
        settings += [f"[feeds.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in feed.items())]
    settings += ["[mail]", f'transport = "{"smtp" if port else "folder"}"']
    settings += ['host = "127.0.0.1"', f"port = {port}", 'security = "none"'] if port else []
    home.mkdir(parents=True, exist_ok=True)
    (home / "utkik.toml").write_text("\n".join([f'replay_url = "{url}"', *settings]), encoding="utf-8")
    return [*PROGRAM, "--home", str(home), *words]


def run(command: list[str]) -> str:
    """Run what nobody kills, and return what it showed."""
    done = typed(command[len(PROGRAM) :], os.environ, seconds=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True, slots=True)
class Begun:
    """An installation that has assessed the week before, and what the week leaves when nobody disturbs it."""

    home: Path
    url: str  # of the week's sources
    status: dict[str, Any]
    letters: list[str]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begun]:
    folder = tmp_path_factory.mktemp("begun")
    home, calm = folder / "home", folder / "calm"
    with serve_sample_week("before") as before, serve_sample_week("week") as url:
        utkik(home, before)  # writes the settings
        create_installation(home, "mellerud")
        run(utkik(home, before, "collect", "--now", BEFORE_NOW.isoformat(), "--json"))
        run(utkik(home, before, "assess", "--now", BEFORE_NOW.isoformat(), "--json"))
        shutil.copytree(home, calm)
        run(utkik(calm, url, "run", "--now", WEEK_NOW.isoformat(), "--json"))
        yield Begun(home, url, status(calm, url, 0), letters(calm))


def kill_after(command: list[str], seconds: float, *, alone: bool) -> bool:
    """Start the command and kill it, alone or with its crawls as a power cut would; tell whether it was running."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill() if alone else os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def status(home: Path, url: str, port: int) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(run(utkik(home, url, "status", "--json", port=port)))
    return {name: values[name] for name in ("kinds", "assessed", "stories", "digests")} | {
        "items": {name: source["items"] for name, source in values["sources"].items()}
    }


@pytest.mark.slow
@pytest.mark.xdist_group("kill_run")
@pytest.mark.parametrize(("mail", "kills"), [("folder", 5), ("smtp", 2)])
def test_F28_F31_a_killed_run_loses_nothing_and_sends_nothing_twice(
    tmp_path: Path, begun: Begun, mail: str, kills: int
) -> None:
    chance = random.Random(47)  # noqa: S311 - repeatable moments, not secrets
    with mail_server() as server:
        port = server.port if mail == "smtp" else 0
        rough = shutil.copytree(begun.home, tmp_path / "rough")
        command = utkik(rough, begun.url, "run", "--now", WEEK_NOW.isoformat(), "--json", port=port)
        lives = [chance.uniform(0.3, LONGEST_LIFE) for _ in range(kills)]
        killed = [kill_after(command, life, alone=number % 2 == 0) for number, life in enumerate(lives)]
        assert sum(killed) >= kills // 2
        run(command)

        end = status(rough, begun.url, port)
        assert_same_end(end, begun.status)
        if mail == "folder":
            assert letters(rough) == begun.letters
            assert len(begun.letters) == 6
        else:
            assert len(server.recipients) == len(set(server.recipients))
            assert len(server.recipients) >= 6 - end["digests"].get("unclear", 0)


def letters(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "outbox").rglob("*.eml"))


def assert_same_end(rough: dict[str, Any], calm: dict[str, Any]) -> None:
    """The same items, assessments and digests; over SMTP a cut may leave digests that only a person can settle."""
    for name in ("kinds", "assessed", "stories", "items"):
        assert rough[name] == calm[name]
    assert sum(rough["digests"].values()) == sum(calm["digests"].values())
    assert set(rough["digests"]) <= {"sent", "unclear"}
