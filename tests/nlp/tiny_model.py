"""A model of four words in two dimensions, in model2vec's format on disk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

WORDS = ("[UNK]", "förskola", "avlopp", "ishockey", "aktie")
VECTORS = [[0.0, 0.0], [1.0, 0.2], [0.9, 0.1], [-1.0, 0.3], [-0.8, 0.2]]


def make_model(folder: Path) -> Path:
    """Write the model into the folder and return it; skips where the extra is not installed."""
    pytest.importorskip("model2vec", reason="the extra 'encoder' is not installed")
    tokenizers = pytest.importorskip("tokenizers")
    save_file = pytest.importorskip("safetensors.numpy").save_file
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = tokenizers.normalizers.Lowercase()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file({"embeddings": np.array(VECTORS, dtype=np.float32)}, str(folder / "model.safetensors"))
    values = {"model_type": "model2vec", "architectures": ["StaticModel"], "normalize": True, "hidden_dim": 2}
    (folder / "config.json").write_text(json.dumps(values), encoding="utf-8")
    return folder
