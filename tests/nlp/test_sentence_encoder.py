"""A tiny model2vec model made here, read by the real library; its stacking adds what it has earned and no more."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.assessor import Assessor
from nlp.sentence_encoder import SentenceEncoder
from nlp.stacking import MOST, Stack, StackedAssessor, fit_stack, load_stack, save_stack, stack
from store.errors import ModelError, ModelMismatch, ModelMissing
from store.types import Assessment, Item, Kind
from tests.nlp.tiny_model import WORDS, make_model


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def copied(model_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_folder, tmp_path / "model"))


def item(title: str, key: str = "1") -> Item:
    return Item(source="t", key=key, kind=Kind.NEWS, title=title, url="")


def said(relevance: float) -> Assessment:
    return Assessment(
        source="t", key="1", content_hash="", assessor="x", language="sv", relevance=relevance, areas={}, flags={}
    )


def test_folder_is_read_and_its_vectors_have_length_one(model_folder: Path) -> None:
    rows = SentenceEncoder.load(model_folder).encode(["Förskola", "ishockey aktie", "okänt", "", "förskola \ud800"])
    assert rows.shape == (5, 2)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 0, 0, 1], abs=1e-6)
    assert rows[0] == pytest.approx(np.array([1.0, 0.2]) / np.hypot(1.0, 0.2), abs=1e-6)


def test_a_name_that_is_no_folder_is_never_asked_of_the_network(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="finns inte"):
        SentenceEncoder.load(Path("example-org/modell"))
    with pytest.raises(ModelMissing, match=r"config\.json saknas"):
        SentenceEncoder.load(tmp_path)


def test_weights_in_another_format_than_safetensors_are_not_read(copied: Path) -> None:
    (copied / "model.safetensors").rename(copied / "pytorch_model.bin")
    with pytest.raises(ModelMissing, match="bara filer i formatet safetensors"):
        SentenceEncoder.load(copied)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_broken_file_is_refused_in_words(copied: Path, name: str) -> None:
    (copied / name).write_bytes(b"\xff\x00trasig")
    with pytest.raises(ModelMismatch, match="går inte att läsa"):
        SentenceEncoder.load(copied)


def test_model_of_sentence_transformers_names_the_package_that_is_missing(copied: Path) -> None:
    (copied / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    try:
        import sentence_transformers  # type: ignore[import-not-found, unused-ignore]  # noqa: F401
    except ImportError:
        with pytest.raises(ModelMissing, match="kräver sentence-transformers"):
            SentenceEncoder.load(copied)


def test_changed_file_is_another_model(model_folder: Path, copied: Path) -> None:
    first = SentenceEncoder.load(model_folder).fingerprint
    assert SentenceEncoder.load(copied).fingerprint == first
    (copied / "config.json").write_text((copied / "config.json").read_text() + " ", encoding="utf-8")
    assert SentenceEncoder.load(copied).fingerprint != first


def taught(encoder: SentenceEncoder, count: int = 200) -> Stack:
    """Return what is learnt where the linear score is a guess and the words tell all."""
    chance = np.random.default_rng(1)
    words = [WORDS[1 + number % 4] for number in range(count)]
    right = np.array([word in ("förskola", "avlopp") for word in words])
    known = chance.normal(0.0, 1.0, count)
    return fit_stack(known, encoder.encode(words), right, [str(n) for n in range(count)], encoder.fingerprint)


def test_what_it_adds_is_learnt_from_labels_and_named(model_folder: Path) -> None:
    encoder = SentenceEncoder.load(model_folder)
    learnt = taught(encoder)
    assert learnt.gain > 0.2
    up, down, unknown = stack([said(0.5)] * 3, encoder.encode(["förskola", "ishockey", "okänt"]), learnt)
    assert up.relevance > 0.7
    assert down.relevance < 0.3
    assert unknown == said(0.5)
    assert up.reasons[-1].text == "språkmodellen: innehållet liknar det som brukar skickas"
    assert up.reasons[-1].weight == round(float(learnt.steps(encoder.encode(["förskola"]))[0]), 2)


def test_it_never_replaces_the_linear_score(model_folder: Path) -> None:
    encoder = SentenceEncoder.load(model_folder)
    learnt = replace(taught(encoder), share=2.0, weights=(50.0, 0.0))
    vectors = encoder.encode(["ishockey", "ishockey"])
    high, low = stack([said(0.99), said(0.5)], vectors, learnt)
    assert high.relevance > 0.85  # moved by MOST and no further
    assert high.relevance > low.relevance
    assert np.abs(learnt.steps(vectors)).max() == MOST


def test_encoder_that_adds_nothing_is_refused(model_folder: Path) -> None:
    encoder = SentenceEncoder.load(model_folder)
    chance = np.random.default_rng(2)
    right = chance.random(200) < 0.5
    known = np.where(right, 4.0, -4.0) + chance.normal(0.0, 0.1, 200)
    vectors = encoder.encode([WORDS[1 + number % 4] for number in range(200)])
    with pytest.raises(ModelError, match="tillför inget"):
        fit_stack(known, vectors, right, [str(n) for n in range(200)], "x")


def test_siblings_do_not_tell_each_others_answer(model_folder: Path) -> None:
    """Vectors that name the item itself would be a perfect memory; kept apart by kin they are worth nothing."""
    chance = np.random.default_rng(3)
    right = np.repeat(chance.random(100) < 0.5, 2)
    vectors = np.repeat(np.eye(100), 2, axis=0)
    with pytest.raises(ModelError, match="tillför inget"):
        fit_stack(chance.normal(0.0, 1.0, 200), vectors, right, [str(n // 2) for n in range(200)], "x")


def test_too_few_labels_are_refused(model_folder: Path) -> None:
    with pytest.raises(ModelError, match="minst 100 bedömda poster"):
        taught(SentenceEncoder.load(model_folder), 80)


def test_kept_file_comes_back_and_a_foreign_one_is_refused(model_folder: Path, tmp_path: Path) -> None:
    learnt = taught(SentenceEncoder.load(model_folder))
    path = tmp_path / "encoder.json"
    save_stack(learnt, path)
    assert load_stack(path) == learnt
    for text in ("[]", "{}", path.read_text().replace('"rules": 1', '"rules": 9'), path.read_text()[:40]):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ModelMismatch, match="utkik encoder train"):
            load_stack(path)
    save_stack(replace(learnt, share=float("nan")), path)
    with pytest.raises(ModelMismatch, match="inte är tal"):
        load_stack(path)


def test_stacked_assessor_says_so_in_its_version(model_folder: Path, assessor: Assessor) -> None:
    encoder = SentenceEncoder.load(model_folder)
    stacked = StackedAssessor(assessor, encoder, taught(encoder))
    items = [item("Ny förskola byggs"), item("Ishockey i kväll", "2")]
    plain, moved = assessor.assess(items), stacked.assess(items)
    assert {one.assessor for one in moved} == {stacked.version}
    assert stacked.version.startswith(f"{assessor.version}+")
    assert moved[0].relevance > plain[0].relevance
    assert moved[1].relevance < plain[1].relevance
    assert [one.areas for one in moved] == [one.areas for one in plain]
    with pytest.raises(ModelMismatch, match="en annan än den som lärdes in"):
        StackedAssessor(assessor, encoder, replace(taught(encoder), encoder="annan"))
