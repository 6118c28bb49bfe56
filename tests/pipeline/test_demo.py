"""The whole week from sources to letters, as `make demo` runs it."""

from __future__ import annotations

import email
import email.policy
import io
import json
import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from pipeline.demo import run_demo
from pipeline.municipality import find_municipality
from pipeline.readers import contacts_of
from pipeline.sample_data import WEEK
from store.db import open_store
from store.digests import list_digests
from store.errors import ConfigurationError
from store.runs import list_runs

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a demonstration for Mellerud, and what it said."""
    home = tmp_path_factory.mktemp("demo") / "home"
    return home, say(home)


def say(home: Path, *, again: bool = False) -> str:
    console = Console(file=io.StringIO(), width=120)
    run_demo(console, home=home, municipality="mellerud", again=again)
    return cast("io.StringIO", console.file).getvalue()


def letters(home: Path) -> list[EmailMessage]:
    paths = sorted((home / "outbox").rglob("*.eml"))
    messages = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
    return cast("list[EmailMessage]", messages)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return cast("str", body.get_content())


def test_each_contact_person_of_mellerud_gets_one_letter(demo: tuple[Path, str]) -> None:
    home, _ = demo
    mellerud = find_municipality("mellerud")
    readers = sorted(unit.contact.email for unit in mellerud.units.values() if unit.contact)
    assert sorted(str(message["To"]).split("<")[1].rstrip(">") for message in letters(home)) == readers
    assert len(list((home / "outbox").rglob("*.html"))) == len(readers)
    assert len(contacts_of(mellerud)) == len(readers) + 1


def test_text_and_html_tell_the_same_items_in_the_same_order(demo: tuple[Path, str]) -> None:
    for message in letters(demo[0]):
        text, html = part(message, "plain"), part(message, "html")
        linked = re.findall(r'<a [^>]*href="(https?://[^"]+)"', html)
        written = [line.strip() for line in text.splitlines() if line.strip().startswith("http")]
        assert [link.replace("&amp;", "&") for link in linked] == written


def test_a_moved_deadline_is_told_with_both_days(demo: tuple[Path, str]) -> None:
    home, said = demo
    assert "Ändrad frist: 3 dec → 17 dec" in said
    assert any("17 dec" in part(message, "plain") for message in letters(home))


def test_the_demo_says_what_happened_and_which_file_to_open(demo: tuple[Path, str]) -> None:
    home, said = demo
    assert "80 poster hämtades från 4 källor" in said
    named = re.findall(r"(/\S+\.html)", said.replace("\n", ""))
    assert named
    assert Path(named[0]).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert Path(named[0]).is_relative_to(home)


def test_the_same_week_again_adds_nothing_and_sends_nothing(demo: tuple[Path, str]) -> None:
    home, _ = demo
    before = {path: path.stat().st_mtime_ns for path in (home / "outbox").rglob("*.*")}
    said = say(home, again=True)
    assert {path: path.stat().st_mtime_ns for path in (home / "outbox").rglob("*.*")} == before
    assert "Inget att skicka." in said
    with open_store(f"sqlite:///{home / 'utkik.db'}") as store, store.reading() as session:
        assert len(list_digests(session, week=WEEK)) == 6
        collected = [run for run in list_runs(session, step="collect") if run.counts.get("new")]
    assert max(run.started_at for run in collected).isoformat() == "2026-11-20T07:00:00+00:00"
    assert len([run for run in collected if run.started_at.day == 20]) == 4


def test_noise_stays_out_and_what_concerns_everyone_gets_in(demo: tuple[Path, str]) -> None:
    expected: dict[str, dict[str, Any]] = json.loads(
        (Path(__file__).parents[2] / "pipeline" / "sample_week" / "expected.json").read_text(encoding="utf-8")
    )
    with open_store(f"sqlite:///{demo[0] / 'utkik.db'}") as store, store.reading() as session:
        told = {(entry.source, entry.key) for digest in list_digests(session, week=WEEK) for entry in digest.entries}
    relevant = {key for items in expected.values() for key, areas in items.items() if areas}
    noise = {key for items in expected.values() for key, areas in items.items() if not areas}
    told_keys = {key for _, key in told}
    assert sum(any(key.endswith(name) for name in noise) for key in told_keys) <= 1
    assert sum(any(key.endswith(name) for name in relevant) for key in told_keys) >= 35


def test_a_folder_with_something_else_in_it_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "dokument.txt").write_text("viktigt", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="mappen är inte tom"):
        say(tmp_path)
    assert (tmp_path / "dokument.txt").read_text(encoding="utf-8") == "viktigt"
