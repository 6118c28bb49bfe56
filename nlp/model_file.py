"""The trained model as files: arrays without pickle, and a record that says what they belong to."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.learnt import CHILDREN, RELEVANCE, Learnt
from nlp.rarity import load_rarity
from nlp.word_sums import Table
from store.errors import ModelMismatch, ModelMissing

FORMAT = 1
FOLDER = Path(__file__).parent / "model"
ARRAYS, RECORD = "weights.npz", "record.json"
LARGEST = 15_000_000  # bytes
_NAMES = ("bias", "names", "signs", "words")
_AGAIN = "installera om programmet eller bygg modellen på nytt med make model"


def targets_of(areas: Sequence[str]) -> tuple[str, ...]:
    """Return what a model with these areas tells, in the order of its columns."""
    return (RELEVANCE, *areas, CHILDREN)


def read_model(folder: Path, *, knowledge: str, features: str, areas: Sequence[str]) -> Learnt:
    """Return the model of a folder; no code of the files is run.

    Raises ModelMissing when a file is not there, and ModelMismatch when one is changed, foreign, or belongs to other
    knowledge, features or areas.
    """
    record = _record(folder / RECORD)
    path = folder / ARRAYS
    content = _bytes(path)
    if hashlib.sha256(content).hexdigest() != record.get("sha256"):
        raise ModelMismatch(f"{path}: modellfilen är ändrad sedan den byggdes; {_AGAIN}")
    for name, ours in (("format", FORMAT), ("knowledge", knowledge), ("features", features)):
        if record.get(name) != ours:
            raise ModelMismatch(
                f"{folder / RECORD}: modellen hör till en annan version av programmet "
                f"({name}: {record.get(name)!r}, här {ours!r}); {_AGAIN}"
            )
    if record.get("targets") != list(targets_of(areas)):
        raise ModelMismatch(f"{folder / RECORD}: modellen känner andra verksamhetsområden än programmet; {_AGAIN}")
    return _learnt(path, _arrays(path, content), str(record["sha256"])[:10], targets_of(areas))


def missing_model(folder: Path = FOLDER) -> str:
    """Return a Swedish sentence for who runs the program when the trained model is not there, else nothing."""
    if all((folder / name).is_file() for name in (ARRAYS, RECORD)):
        return ""
    return "Den tränade modellen saknas: poster bedöms bara med ordlistor och regler. Installera om programmet."


def write_model(folder: Path, learnt: Learnt, record: Mapping[str, Any]) -> None:
    """Write the arrays and their record, each whole or not at all; the same model gives the same bytes."""
    names = sorted(learnt.names, key=learnt.names.__getitem__)
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        bias=learnt.bias,
        names=np.array(names),
        signs=learnt.signs.astype(np.float32),
        words=learnt.words.weights.astype(np.float16),
    )
    content = packed.getvalue()
    told = {**record, "format": FORMAT, "targets": list(learnt.targets)}
    told["sha256"] = hashlib.sha256(content).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / ARRAYS, content)
    _replace(folder / RECORD, (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())


def _replace(path: Path, content: bytes) -> None:
    waiting = path.with_suffix(".new")
    waiting.write_bytes(content)
    waiting.replace(path)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise ModelMismatch(f"{path}: modellfilen är större än en modell kan vara; {_AGAIN}")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelMissing(f"{path}: den tränade modellen saknas; {_AGAIN}") from error
    except OSError as error:
        raise ModelMismatch(f"{path}: modellfilen går inte att läsa ({error.strerror}); {_AGAIN}") from error


def _record(path: Path) -> Mapping[str, Any]:
    try:
        record = json.loads(_bytes(path))
    except ValueError as error:
        raise ModelMismatch(f"{path}: modellens uppgifter är ändrade; {_AGAIN}") from error
    if not isinstance(record, dict):
        raise ModelMismatch(f"{path}: modellens uppgifter är ändrade; {_AGAIN}")
    return record


def _arrays(path: Path, content: bytes) -> Mapping[str, Any]:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in _NAMES}
    except (ValueError, KeyError, OSError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise ModelMismatch(f"{path}: filen är ingen modell; {_AGAIN}") from error


def _learnt(path: Path, arrays: Mapping[str, Any], version: str, targets: tuple[str, ...]) -> Learnt:
    names = [str(name) for name in arrays["names"]]
    words = arrays["words"]
    expected = {"bias": (len(targets),), "signs": (len(names), len(targets)), "words": (len(words), len(targets))}
    for name, shape in expected.items():
        if arrays[name].shape != shape or arrays[name].dtype.kind != "f":
            raise ModelMismatch(f"{path}: {name} har fel form; {_AGAIN}")
        if not np.isfinite(arrays[name]).all():
            raise ModelMismatch(f"{path}: {name} har värden som inte är tal; {_AGAIN}")
    return Learnt(
        version=version,
        targets=targets,
        names={name: number for number, name in enumerate(names)},
        signs=arrays["signs"].astype(np.float64),
        words=Table(load_rarity(), words),
        bias=arrays["bias"].astype(np.float64),
    )
