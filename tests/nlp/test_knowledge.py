"""The authored knowledge is complete, and a faulty file is refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nlp.knowledge import HERE, load_knowledge
from store.errors import ModelMismatch, ModelMissing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(HERE / "areas.toml", tmp_path)
    shutil.copytree(HERE / "lexicon", tmp_path / "lexicon")
    return tmp_path


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_there_are_twenty_areas_with_terms_in_both_languages() -> None:
    knowledge = load_knowledge()
    assert len(knowledge.areas) == 20
    for terms in knowledge.terms.values():
        assert {term.key for term in terms if term.group == "area"} == set(knowledge.areas)


def test_area_without_lexicon_is_refused(folder: Path) -> None:
    (folder / "lexicon" / "water.toml").unlink()
    with pytest.raises(ModelMissing, match=r"water\.toml"):
        load_knowledge(folder)


def test_lexicon_of_unknown_area_is_refused(folder: Path) -> None:
    (folder / "lexicon" / "space.toml").write_text("[core]\nsv = []\n", encoding="utf-8")
    with pytest.raises(ModelMismatch, match=r"space\.toml"):
        load_knowledge(folder)


def test_missing_areas_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"areas\.toml"):
        load_knowledge(tmp_path)


def test_term_that_stands_twice_is_refused(folder: Path) -> None:
    change(folder / "lexicon" / "water.toml", '"dricksvatten*"', '"dricksvatten*", "dricksvatten*"')
    with pytest.raises(ModelMismatch, match=r"water\.toml.*dricksvatten.*två gånger"):
        load_knowledge(folder)


def test_term_with_capitals_is_refused(folder: Path) -> None:
    change(folder / "lexicon" / "water.toml", '"dricksvatten*"', '"Dricksvatten*"')
    with pytest.raises(ModelMismatch, match="små bokstäver"):
        load_knowledge(folder)


def test_number_that_is_no_act_is_refused(folder: Path) -> None:
    change(folder / "lexicon" / "water.toml", '"32000L0060"', '"2000/60"')
    with pytest.raises(ModelMismatch, match="CELEX"):
        load_knowledge(folder)


def test_unknown_code_system_is_refused(folder: Path) -> None:
    change(folder / "lexicon" / "water.toml", "directory = [", "directories = [")
    with pytest.raises(ModelMismatch, match="directories"):
        load_knowledge(folder)


def test_file_that_is_no_toml_is_refused(folder: Path) -> None:
    (folder / "lexicon" / "water.toml").write_text("[core\n", encoding="utf-8")
    with pytest.raises(ModelMismatch, match=r"water\.toml"):
        load_knowledge(folder)


def test_digest_changes_with_a_term(folder: Path) -> None:
    before = load_knowledge(folder).digest
    change(folder / "lexicon" / "water.toml", '"dricksvatten*"', '"dricksvattnet"')
    assert load_knowledge(folder).digest != before
