"""The municipality's file is read again when it has changed, and a broken one leaves what was."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.current import Current
from pipeline.installation import create_installation, open_installation


def test_changed_file_is_read_again_and_a_broken_one_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    create_installation(tmp_path, "mellerud")
    path = tmp_path / "municipality.toml"
    with open_installation(tmp_path) as installation:
        current = Current(installation)
        assert current.installation() is installation
        path.write_text(
            path.read_text(encoding="utf-8").replace("per_digest = 25", "per_digest = 30"), encoding="utf-8"
        )
        changed = current.installation()
        assert changed.municipality.thresholds.per_digest == 30
        assert changed.store is installation.store
        path.write_text("name = ", encoding="utf-8")
        assert current.installation() is changed
        assert current.installation() is changed
        assert caplog.text.count("is not used") == 1
        path.unlink()
        assert current.installation() is changed


def test_bundled_municipality_needs_no_file(tmp_path: Path) -> None:
    create_installation(tmp_path, "")
    (tmp_path / "utkik.toml").write_text('municipality = "varberg"\n', encoding="utf-8")
    with open_installation(tmp_path) as installation:
        assert Current(installation).installation() is installation


def test_switched_source_counts_at_once_and_a_broken_settings_file_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    create_installation(tmp_path, "mellerud")
    path = tmp_path / "utkik.toml"
    with open_installation(tmp_path) as installation:
        current = Current(installation)
        path.write_text("[sources.gdelt]\nenabled = true\n\n[mail]\nport = 25\n[web]\nthreads = 9\n", encoding="utf-8")
        changed = current.installation()
        assert changed.settings.sources["gdelt"].enabled is True
        assert changed.settings.mail.port == 25
        assert changed.settings.web.threads == 4  # counts from the next start
        path.write_text("[sources.gdelt]\nenabled = kanske\n", encoding="utf-8")
        assert current.installation() is changed
        assert "is not used" in caplog.text
