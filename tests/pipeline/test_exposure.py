"""A settings file with a secret that others may read is warned of, and the secret is told nowhere."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.exposure import exposed_files
from pipeline.installation import create_installation, open_installation
from pipeline.settings import Settings, load_settings
from tests.pipeline.test_serve import sources_off

SECRET = "canary-9c1e"  # noqa: S105 - looked for where it must not be

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")


def installed(home: Path, settings: str, mode: int) -> Settings:
    """Make an installation whose settings file has these rights, and return its settings."""
    create_installation(home, "mellerud")
    (home / "utkik.toml").write_text(settings + sources_off(set()), encoding="utf-8")
    (home / "utkik.toml").chmod(mode)
    return load_settings(home, {})


@pytest.mark.parametrize(
    "settings",
    [
        f'[mail]\npassword = "{SECRET}"\n',
        f'[web.oidc]\nclient_secret = "{SECRET}"\n',
        f'[sources.interreg.options]\nkey = "{SECRET}"\n',
        f'database_url = "postgresql://utkik:{SECRET}@localhost/utkik"\n',
    ],
)
def test_F66_secret_in_a_file_that_others_may_read_is_warned_of_without_telling_it(
    tmp_path: Path, settings: str
) -> None:
    home = tmp_path / "home"
    create_installation(home, "mellerud")
    (home / "utkik.toml").write_text(settings, encoding="utf-8")
    for mode, warned in ((0o644, True), (0o640, True), (0o600, False)):
        (home / "utkik.toml").chmod(mode)
        said = exposed_files(load_settings(home, {}))
        assert bool(said) is warned
        assert SECRET not in " ".join(said)


def test_F66_file_without_a_secret_may_be_read_by_all(tmp_path: Path) -> None:
    assert exposed_files(installed(tmp_path / "home", "", 0o644)) == []


def test_F66_warning_stands_in_the_check_and_in_the_log_at_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "home"
    installed(home, f'[mail]\npassword = "{SECRET}"\n', 0o644)
    with caplog.at_level(logging.WARNING), open_installation(home):
        pass
    checked = CliRunner().invoke(app, ["--home", str(home), "check"], catch_exceptions=False).output
    assert "chmod 600" in " ".join(checked.split())
    assert "may be read by others" in caplog.text
    assert SECRET not in checked + caplog.text
