"""Files that people write are changed in place: comments stay, nothing is lost, nothing wrong is written."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest

from pipeline.municipality import bundled_municipalities
from pipeline.toml_change import REMOVED, changed, inline
from pipeline.toml_edit import ChangedMeanwhile, edit_toml, version_of
from pipeline.toml_file import TomlFile, read_toml
from store.errors import ConfigurationError

HERE = Path("fil.toml")
TEXT = """\
# Vår fil.
name = "Ett"  # KONTROLLERA

[schedule]
# digest = "mon 07:00"   # när breven går ut

[units.skola]
name = "Skolan" # så heter den
contact = { role = "kontaktperson", email = "skola@example.org" }
"""


def any_file(_: TomlFile) -> None:
    return None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "fil.toml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_value_is_changed_and_every_comment_stays() -> None:
    made = changed(TEXT, [(("units", "skola", "name"), "Skola och fritid")], HERE)
    assert made == TEXT.replace('"Skolan"', '"Skola och fritid"')


def test_example_line_becomes_the_real_one_where_it_stands() -> None:
    made = changed(TEXT, [(("schedule", "digest"), "tue 08:00")], HERE)
    assert 'digest = "tue 08:00"   # när breven går ut\n' in made
    assert "# digest" not in made


def test_table_is_added_last_and_taken_away_again() -> None:
    added = changed(TEXT, [(("units", "vatten"), {"name": "Vatten AB", "areas": ["water"]})], HERE)
    assert added.startswith(TEXT)
    assert '[units.vatten]\nname = "Vatten AB"\nareas = ["water"]\n' in added
    assert changed(added, [(("units", "vatten"), REMOVED)], HERE).rstrip() == TEXT.rstrip()


def test_list_of_tables_grows_and_is_gone_when_empty() -> None:
    one = changed(TEXT, [(("twin_towns",), [{"name": "Ort"}])], HERE)
    two = changed(one, [(("twin_towns", 1), {"name": "By"})], HERE)
    assert two.count("[[twin_towns]]") == 2
    none = changed(two, [(("twin_towns", 0), REMOVED), (("twin_towns", 0), REMOVED)], HERE)
    assert "twin_towns" not in none


def test_what_stands_on_one_line_goes_on_doing_so() -> None:
    away = [{"from": date(2026, 7, 1), "until": date(2026, 7, 14)}]
    made = changed(TEXT, [(("units", "skola", "contact", "away"), away)], HERE)
    assert 'email = "skola@example.org", away = [{ from = 2026-07-01, until = 2026-07-14' in made
    person = inline({"role": 'säger "hej"', "email": "x@example.org"})
    made = changed(TEXT, [(("units", "skola", "contact"), person)], HERE)
    assert 'contact = { role = "säger \\"hej\\"", email = "x@example.org" }' in made


def test_line_ends_of_windows_are_kept() -> None:
    made = changed(TEXT.replace("\n", "\r\n"), [(("name",), "Två")], HERE)
    assert made == TEXT.replace('"Ett"', '"Två"').replace("\n", "\r\n")


@pytest.mark.parametrize("name", sorted(bundled_municipalities()))
def test_bundled_files_can_be_changed_unit_by_unit_and_back(name: str) -> None:
    text = read_toml(bundled_municipalities()[name]).text
    for unit, values in read_toml(bundled_municipalities()[name]).values["units"].items():
        there = changed(text, [(("units", unit, "name"), "Prov")], HERE)
        assert there.count("#") == text.count("#")
        assert changed(there, [(("units", unit, "name"), values["name"])], HERE) == text


def test_way_of_writing_that_cannot_be_changed_safely_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="för hand"):
        changed('name = "x"\n', [(("name", "under"), 1)], HERE)


def test_tables_that_stand_in_no_order_can_be_changed() -> None:
    text = '[units.a]\nname = "A"\n[thresholds]\narea = 0.4\n[units.b]\nname = "B"\n'
    made = changed(text, [(("units", "b", "name"), "C"), (("units", "a", "name"), "D")], HERE)
    assert made == text.replace('"B"', '"C"').replace('"A"', '"D"')


def test_file_keeps_its_mode_and_the_version_before_lies_beside_it(path: Path) -> None:
    path.chmod(0o640)
    edit = edit_toml(path, [(("name",), "Två")], check=any_file)
    assert (edit.before, edit.after) == (TEXT, path.read_text(encoding="utf-8"))
    assert path.stat().st_mode & 0o777 == 0o640
    kept = path.with_name("fil.toml.bak")
    assert kept.read_text(encoding="utf-8") == TEXT
    assert kept.stat().st_mode & 0o777 == 0o640


def test_new_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    edit_toml(tmp_path / "ny.toml", [(("sources", "cellar", "enabled"), False)], check=any_file)
    assert (tmp_path / "ny.toml").read_text(encoding="utf-8") == "[sources.cellar]\nenabled = false\n"
    assert (tmp_path / "ny.toml").stat().st_mode & 0o777 == 0o600


def test_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "länk.toml"
    link.symlink_to(path)
    edit_toml(link, [(("name",), "Två")], check=any_file)
    assert link.is_symlink()
    assert 'name = "Två"' in path.read_text(encoding="utf-8")


def test_F63_nothing_is_written_when_the_check_refuses(path: Path) -> None:
    def refuse(_: TomlFile) -> None:
        raise ConfigurationError("duger inte")

    with pytest.raises(ConfigurationError, match="duger inte"):
        edit_toml(path, [(("name",), "Två")], check=refuse)
    assert path.read_text(encoding="utf-8") == TEXT
    assert not path.with_name("fil.toml.bak").exists()


def test_F80_second_of_two_who_saw_the_same_version_is_refused(path: Path) -> None:
    seen = version_of(TEXT)
    edit_toml(path, [(("name",), "Första")], check=any_file, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        edit_toml(path, [(("name",), "Andra")], check=any_file, seen=seen)
    assert 'name = "Första"' in path.read_text(encoding="utf-8")


def test_F80_an_editor_in_between_is_not_overwritten(path: Path) -> None:
    seen = version_of(TEXT)
    path.write_text(TEXT + "# tillagt för hand\n", encoding="utf-8")
    with pytest.raises(ChangedMeanwhile):
        edit_toml(path, [(("name",), "Andra")], check=any_file, seen=seen)
    assert "# tillagt för hand" in path.read_text(encoding="utf-8")


def test_F80_twenty_changes_at_once_are_all_there(path: Path) -> None:
    def change(number: int) -> None:
        edit_toml(path, [(("sources", f"s{number}", "enabled"), True)], check=any_file)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(read_toml(path).values["sources"]) == sorted(f"s{number}" for number in range(20))
