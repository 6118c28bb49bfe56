"""An encoder of the installation's own: taught by command, used when assessing, left out when it cannot be used."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from nlp.assessor import Assessor
from pipeline.assess import assess
from pipeline.encoder import load_assessor, state_of
from pipeline.settings import Settings
from store.assessments import get_assessments
from store.db import Store
from store.items import upsert_items
from store.types import Item
from tests.nlp.tiny_model import make_model
from tests.pipeline.making import NOW
from tests.pipeline.test_cli import utkik, values


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    return make_model(folder)


def labelled(folder: Path) -> tuple[str, ...]:
    """Write items that the tiny model tells apart and the assessment has in the wrong order, if only by a hair."""
    words = ("måne", "aktie")
    items = [{"id": f"{n}", "kind": "news", "title": f"{words[n % 2]} nr {n}"} for n in range(160)]
    labels = [{"id": f"{n}", "relevance": 3 * (n % 2), "areas": [], "flags": []} for n in range(160)]
    for name, rows in (("items", items), ("labels", labels)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return "--items", str(folder / "items.jsonl"), "--labels", str(folder / "labels.jsonl")


def settings(home: Path, encoder: str) -> Settings:
    return Settings.model_validate({"home": home, "encoder": encoder})


@pytest.mark.slow
def test_encoder_is_taught_and_then_used(
    tmp_path: Path, model_folder: Path, sqlite_store: Store, make_item: Callable[..., Item]
) -> None:
    home = tmp_path / "home"
    assert utkik(home, "init", "--municipality", "mellerud").returncode == 0
    file = home / "utkik.toml"
    file.write_text(f'encoder = "{model_folder}"\n{file.read_text(encoding="utf-8")}', encoding="utf-8")
    assert "inte inlärd än" in utkik(home, "encoder").stdout
    done = utkik(home, "encoder", "train", *labelled(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "har lärt av 160 poster" in " ".join(done.stdout.split())
    assert values(utkik(home, "encoder", "status", "--json"))["learnt"]["labels"] == 160
    used = load_assessor(settings(home, str(model_folder)))
    with sqlite_store.session() as session:
        upsert_items(session, [make_item(key="a", title="Aktie", text="")], now=NOW)
    assess(sqlite_store, used, now=NOW)
    with sqlite_store.reading() as session:
        said = get_assessments(session, [("cellar", "a")])["cellar", "a"]
    plain = Assessor.load().assess([make_item(key="a", title="Aktie", text="")])[0]
    assert said.assessor == used.version
    assert said.relevance > plain.relevance
    assert "språkmodellen" in said.reasons[-1].text


def test_encoder_without_teaching_changes_nothing(tmp_path: Path, model_folder: Path) -> None:
    assert load_assessor(settings(tmp_path, str(model_folder))).version == Assessor.load().version


def test_encoder_that_is_gone_is_left_out_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "encoder.json").write_text("{}", encoding="utf-8")
    gone = settings(tmp_path, str(tmp_path / "borta"))
    with caplog.at_level(logging.ERROR):
        assert load_assessor(gone).version == Assessor.load().version
    assert "encoder left out" in caplog.text
    assert (
        state_of(gone).fault
        == f"Språkmodellen används inte. {tmp_path / 'borta'}: mappen med språkmodellen finns inte."
    )


def test_training_needs_a_named_folder_and_both_files(tmp_path: Path) -> None:
    assert utkik(tmp_path, "init", "--municipality", "mellerud").returncode == 0
    done = utkik(tmp_path, "encoder", "train")
    assert (done.returncode, "encoder saknas i inställningarna" in " ".join(done.stderr.split())) == (2, True)
    done = utkik(tmp_path, "encoder", "train", "--items", "x.jsonl")
    assert (done.returncode, "anges tillsammans" in done.stderr) == (2, True)
