"""A sentence encoder of the installation's own, read from a folder: model2vec, or sentence-transformers if installed.

Nothing is ever fetched: a name that is no folder is refused, since the libraries would ask the network for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from store.errors import ModelMismatch, ModelMissing
from store.types import Item

LENGTH = 600  # characters of the text beside the title: what the labels were set on
CONFIGURATIONS = ("config.json", "modules.json")
WEIGHTS = ("*.safetensors", "*/*.safetensors")

Vectors = npt.NDArray[np.float64]


class SentenceEncoder:
    """Turns texts into vectors of length one; `fingerprint` changes with every byte of the model."""

    def __init__(self, model: Any, fingerprint: str) -> None:
        self._model = model
        self.fingerprint = fingerprint

    @classmethod
    def load(cls, folder: Path) -> SentenceEncoder:
        """Return the encoder of a folder; raises ModelMissing or ModelMismatch, in Swedish, with the folder named."""
        if not folder.is_dir():
            raise ModelMissing(f"{folder}: mappen med språkmodellen finns inte")
        kind = _kind(folder)
        fingerprint = _fingerprint(folder)
        try:
            model = _model2vec(folder) if kind == "model2vec" else _sentence_transformer(folder)
        except ImportError as error:
            name = "model2vec (pip install utkik[encoder])" if kind == "model2vec" else "sentence-transformers"
            raise ModelMissing(f"{folder}: modellen kräver {name}, som inte är installerat") from error
        except Exception as error:  # whatever the library makes of a broken file
            raise ModelMismatch(f"{folder}: modellen går inte att läsa; hämta den på nytt") from error
        encoder = cls(model, fingerprint)
        if not np.isfinite(encoder.encode(["förskola"])).all():
            raise ModelMismatch(f"{folder}: modellen ger svar som inte är tal")
        return encoder

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row per text, of length one, or zeros for a text of which nothing is known."""
        whole = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        rows = np.asarray(self._model.encode(whole, show_progress_bar=False), dtype=np.float64)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0))


def text_of(item: Item) -> str:
    """Return what is encoded of an item."""
    return f"{item.title}. {item.text[:LENGTH]}"


def _kind(folder: Path) -> str:
    present = [name for name in CONFIGURATIONS if (folder / name).is_file()]
    if not present:
        raise ModelMissing(f"{folder}: här finns ingen modell (config.json saknas)")
    if not _weights(folder):
        raise ModelMissing(f"{folder}: modellens vikter saknas; bara filer i formatet safetensors läses")
    try:
        values = json.loads((folder / present[0]).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelMismatch(f"{folder / present[0]}: filen går inte att läsa") from error
    is_static = isinstance(values, dict) and (
        values.get("model_type") == "model2vec" or "StaticModel" in (values.get("architectures") or ())
    )
    return "model2vec" if is_static else "sentence-transformers"


def _weights(folder: Path) -> list[Path]:
    return sorted(path for pattern in WEIGHTS for path in folder.glob(pattern) if path.is_file())


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in [*_weights(folder), *sorted(folder.glob("*.json"))]:
        digest.update(path.name.encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()[:12]


def _model2vec(folder: Path) -> Any:
    from model2vec import StaticModel

    return StaticModel.from_pretrained(str(folder), force_download=False)


def _sentence_transformer(folder: Path) -> Any:
    # Too large to be among our own packages; whoever names such a folder has installed it.
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found, unused-ignore]

    return SentenceTransformer(str(folder), local_files_only=True, trust_remote_code=False)
