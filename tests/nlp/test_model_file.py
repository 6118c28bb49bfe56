"""A trained model is taken only whole and fitting; a missing one is told, and the knowledge goes on alone."""

from __future__ import annotations

import json
import logging
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp.assessor import Assessor
from nlp.building import build, main
from nlp.cases import Case, Label
from nlp.learnt import Learnt
from nlp.model_file import ARRAYS, FOLDER, RECORD, missing_model, write_model
from store.errors import ModelError, ModelMismatch
from store.types import Item, Kind

SUBJECTS = ["laddplats", "fartygsmotor", "torgyta", "valutakurs"]


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the model that comes with the program."""
    return Path(shutil.copytree(FOLDER, tmp_path / "model"))


def case(number: int, *, area: str = "", relevance: int | None = None) -> Case:
    title = f"Om {SUBJECTS[number % 4]} nummer {SUBJECTS[number // 4 % 4]} {'abcdefghij'[number % 10]}"
    item = Item(source="t", key=str(number), kind=Kind.NEWS, title=title, url="", language="sv")
    grade = 3 * (number % 2) if relevance is None else relevance
    flags = ("children_youth",) if number % 3 == 0 else ()
    area = area or ("", "transport", "", "business")[number % 4]
    return Case(item, Label(grade, (area,) if area else (), flags), is_tuned=False)


def lesson() -> list[Case]:
    return [case(number) for number in range(60)]


def change_record(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    record = json.loads((folder / RECORD).read_text("utf-8"))
    change(record)
    (folder / RECORD).write_text(json.dumps(record), "utf-8")


def rewrite(folder: Path, **arrays: Any) -> None:
    """Put other arrays in the model, with a record that vouches for them."""
    with np.load(folder / ARRAYS, allow_pickle=False) as held:
        content = {name: held[name] for name in held.files} | arrays
    np.savez_compressed(folder / ARRAYS, **content)
    vouch(folder)


def vouch(folder: Path) -> None:
    import hashlib

    digest = hashlib.sha256((folder / ARRAYS).read_bytes()).hexdigest()
    change_record(folder, lambda record: record.update(sha256=digest))


def test_model_that_comes_with_the_program_is_whole_and_small() -> None:
    assessor = Assessor.load()
    assert assessor.learnt is not None
    assert assessor.learnt.version in assessor.version
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 5_000_000


def test_weights_can_be_left_out() -> None:
    assessor = Assessor.load(weights=False)
    assert assessor.learnt is None
    assert assessor.version.startswith("day-one")


@pytest.mark.parametrize("name", [ARRAYS, RECORD])
def test_F67_missing_model_is_told_and_the_knowledge_goes_on_alone(
    shipped: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    (shipped / name).unlink()
    with caplog.at_level(logging.WARNING):
        assessor = Assessor.load(folder=shipped)
    item = Item(source="t", key="1", kind=Kind.NEWS, title="Kommunen bygger ny förskola", url="", language="sv")
    assert assessor.assess([item])[0].areas["school"] > 0.5
    assert assessor.version.startswith("day-one")
    assert "the trained model is missing" in caplog.text
    assert missing_model(shipped).startswith("Den tränade modellen saknas")
    assert missing_model() == ""


@pytest.mark.parametrize("place", [0, 100, 1_000_000, -1])
def test_F68_one_changed_byte_is_refused(shipped: Path, place: int) -> None:
    content = bytearray((shipped / ARRAYS).read_bytes())
    content[place] ^= 1
    (shipped / ARRAYS).write_bytes(content)
    with pytest.raises(ModelMismatch, match="modellfilen är ändrad"):
        Assessor.load(folder=shipped)


class Canary:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.path,)


def test_F68_canary_in_a_pickle_is_never_run(shipped: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    (shipped / ARRAYS).write_bytes(pickle.dumps(Canary(canary)))
    vouch(shipped)
    with pytest.raises(ModelMismatch):
        Assessor.load(folder=shipped)
    rewritten = np.array([Canary(canary)], dtype=object)
    with zipfile.ZipFile(shipped / ARRAYS, "w") as packed:
        for name in ("bias", "names", "signs", "words"):
            with packed.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, rewritten, allow_pickle=True)
    vouch(shipped)
    with pytest.raises(ModelMismatch):
        Assessor.load(folder=shipped)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("name", "value"), [("format", 2), ("knowledge", "0123456789"), ("features", "0123456789"), ("targets", ["school"])]
)
def test_F69_model_of_another_version_is_refused_in_clear_words(shipped: Path, name: str, value: Any) -> None:
    change_record(shipped, lambda record: record.update({name: value}))
    with pytest.raises(ModelMismatch, match=r"annan version|andra verksamhetsområden") as raised:
        Assessor.load(folder=shipped)
    assert "make model" in str(raised.value)


@pytest.mark.parametrize("content", ["", "[]", "{", "\x00"])
def test_F69_record_that_says_nothing_is_refused(shipped: Path, content: str) -> None:
    (shipped / RECORD).write_text(content, "utf-8")
    with pytest.raises(ModelMismatch):
        Assessor.load(folder=shipped)


@pytest.mark.parametrize("arrays", [{"bias": np.full(22, np.nan)}, {"bias": np.zeros(3)}, {"words": np.array([["a"]])}])
def test_F70_values_that_are_no_numbers_are_refused(shipped: Path, arrays: dict[str, Any]) -> None:
    rewrite(shipped, **arrays)
    with pytest.raises(ModelMismatch, match=r"inte är tal|fel form"):
        Assessor.load(folder=shipped)


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        ([case(number, relevance=3) for number in range(60)], "samma svar"),
        ([case(number, area="rymdfart") for number in range(60)], "okända verksamhetsområden: rymdfart"),
    ],
)
def test_F70_odd_lessons_are_refused_and_the_old_model_kept(shipped: Path, cases: list[Case], words: str) -> None:
    before = (shipped / ARRAYS).read_bytes()
    with pytest.raises(ModelError, match=words):
        build(cases, shipped)
    assert (shipped / ARRAYS).read_bytes() == before
    assert Assessor.load(folder=shipped).learnt is not None


def test_F70_model_that_puts_everything_in_one_area_is_refused(shipped: Path) -> None:
    everywhere = [case(number, area="waste") for number in range(60)]
    with pytest.raises(ModelError, match="alla poster hör till waste"):
        build(everywhere, shipped)
    with pytest.raises(ModelError, match=r"beter sig ovanligt \((100|98|97)% i waste\)"):
        build([*everywhere[:59], case(0)], shipped)


def test_same_lesson_gives_the_same_bytes(tmp_path: Path) -> None:
    build(lesson(), tmp_path / "a")
    build(lesson(), tmp_path / "b")
    for name in (ARRAYS, RECORD):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert Assessor.load(folder=tmp_path / "a").learnt is not None


def test_model_that_is_read_says_what_the_written_one_said(tmp_path: Path, assessor: Assessor) -> None:
    learnt = build(lesson(), tmp_path)
    item = case(5).item
    fresh, read = Assessor(assessor.knowledge, learnt), Assessor.load(folder=tmp_path)
    assert fresh.assess([item])[0].relevance == pytest.approx(read.assess([item])[0].relevance, abs=1e-3)
    assert isinstance(read.learnt, Learnt)
    write_model(tmp_path, read.learnt, {})
    with pytest.raises(ModelMismatch, match="annan version"):
        Assessor.load(folder=tmp_path)


def test_missing_labels_are_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--items", "finns-inte.jsonl", "--labels", "finns-inte.jsonl"])
    assert "finns-inte.jsonl is not there; give the folder with labelled items" in capsys.readouterr().err
