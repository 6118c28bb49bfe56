"""The municipality's file is read again when it has changed, and a broken one leaves what was."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.current import Current
from pipeline.installation import create_installation, open_installation
from pipeline.municipality import municipality_file
from store.errors import ConfigurationError


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
        broken = current.installation()
        assert broken.municipality is changed.municipality
        assert [(fault.key, fault.path, fault.is_kept) for fault in broken.faults] == [("mellerud", path, True)]
        assert current.installation() is broken
        assert caplog.text.count("is not used") == 1
        path.unlink()
        assert current.installation() is broken


def test_municipality_that_is_added_changed_broken_or_removed_counts_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    create_installation(tmp_path, "mellerud")
    folder = tmp_path / "municipalities"
    with open_installation(tmp_path) as installation:
        current = Current(installation)
        folder.mkdir()
        (folder / "varberg.toml").write_text(municipality_file("varberg").text, encoding="utf-8")
        (folder / "bjurholm.toml").write_text(municipality_file("bjurholm").text, encoding="utf-8")
        assert keys(current) == ["mellerud", "bjurholm", "varberg"]
        assert current.installation().of("varberg").place == folder / "varberg.toml"
        changed = municipality_file("bjurholm").text.replace("per_digest = 25", "per_digest = 30")
        (folder / "bjurholm.toml").write_text(changed, encoding="utf-8")
        assert current.installation().of("bjurholm").municipality.thresholds.per_digest == 30
        (folder / "bjurholm.toml").write_text("name = ", encoding="utf-8")
        assert current.installation().of("bjurholm").municipality.thresholds.per_digest == 30
        assert [(fault.key, fault.is_kept) for fault in current.installation().faults] == [("bjurholm", True)]
        assert caplog.text.count("municipality bjurholm: the changed file is not used") == 1
        (folder / "varberg.toml").unlink()
        assert keys(current) == ["mellerud", "bjurholm"]
        (tmp_path / "municipality.toml").unlink()
        assert keys(current) == ["bjurholm"]


def test_two_files_of_one_municipality_are_refused_with_the_second_named(tmp_path: Path) -> None:
    create_installation(tmp_path, "mellerud")
    (tmp_path / "municipalities").mkdir()
    second = tmp_path / "municipalities" / "mellerud.toml"
    second.write_text(municipality_file("mellerud").text, encoding="utf-8")
    with open_installation(tmp_path) as installation:
        assert installation.place == tmp_path / "municipality.toml"
        (fault,) = installation.faults
    assert (fault.path, fault.is_kept) == (second, False)
    assert str(tmp_path / "municipality.toml") in fault.message


def test_broken_file_stops_only_its_own_municipality(tmp_path: Path) -> None:
    create_installation(tmp_path, "mellerud")
    (tmp_path / "municipalities").mkdir()
    (tmp_path / "municipalities" / "varberg.toml").write_text('name = "Varbergs kommun"\n', encoding="utf-8")
    with open_installation(tmp_path) as installation:
        assert [one.key for one in installation.municipalities] == ["mellerud"]
        with pytest.raises(ConfigurationError, match=r"varberg\.toml.*saknas"):
            installation.of("varberg")
        with pytest.raises(ConfigurationError, match=r"ingen kommun här heter 'bro'\. Det finns mellerud\."):
            installation.of("bro")


def keys(current: Current) -> list[str]:
    """Return the keys of the municipalities that are served now."""
    return [one.key for one in current.installation().municipalities]


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
