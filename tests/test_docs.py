"""The README says what the program can do, and no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from pipeline.cli import app
from pipeline.settings import Settings
from pipeline.source_settings import FeedSettings

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def settings_of(model: type[BaseModel], prefix: str = "") -> list[str]:
    names = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            names += settings_of(inner, f"{prefix}{name}.")
        elif name not in ("home", "sources", "feeds", "listings"):
            names.append(prefix + name)
    return names


@pytest.mark.parametrize("name", settings_of(Settings))
def test_every_setting_has_its_row(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", FeedSettings.model_fields)
def test_every_field_of_a_feed_is_named(name: str) -> None:
    row = next(line for line in README.splitlines() if line.startswith("| `feeds.NAME`"))
    assert f"`{name}`" in row


def test_every_command_has_its_row_and_no_other_is_promised() -> None:
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    groups = {group.name for group in app.registered_groups if group.name}
    promised = set(re.findall(r"`utkik (\w[\w-]*)", README))
    assert promised == commands | groups


def test_every_folder_that_the_readme_names_is_there() -> None:
    root = Path(__file__).resolve().parents[1]
    named = set(re.findall(r"`((?:crawlers|nlp|store|pipeline|web|notebooks|tests)/[\w/]*)`", README))
    assert {name for name in named if not (root / name).exists()} == set()
