"""A correction as bytes: numpy arrays and JSON in one archive, never pickle, so that reading one runs no code."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.encoder import SIZE
from nlp.learning import Correction, Decision
from store.errors import ModelMismatch

FORMAT = 1


def to_bytes(correction: Correction) -> bytes:
    """Return the correction as bytes; the same correction gives the same bytes."""
    heads = sorted(correction.weights)
    about = {
        "format": FORMAT,
        "assessor": correction.assessor,
        "names": correction.names,
        "heads": heads,
        "decisions": [
            [one.source, one.key, one.wanted, one.at.isoformat(), one.by, one.pull] for one in correction.decisions
        ],
    }
    arrays: dict[str, npt.NDArray[Any]] = {"about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)}
    for number, head in enumerate(heads):
        columns = np.flatnonzero(correction.weights[head]).astype(np.int32)
        arrays[f"columns{number}"] = columns
        arrays[f"weights{number}"] = correction.weights[head][columns]
    opened = io.BytesIO()
    np.savez_compressed(opened, allow_pickle=False, **arrays)
    return opened.getvalue()


def from_bytes(payload: bytes) -> Correction:
    """Return the correction; raises ModelMismatch, in Swedish, for bytes that are none or of another version."""
    try:
        with np.load(io.BytesIO(payload), allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            if about["format"] != FORMAT:
                raise ModelMismatch("rättelsen är gjord av en annan version av programmet: kör utkik model refit")
            width = SIZE + len(about["names"])
            weights = {
                head: _weights(arrays[f"columns{number}"], arrays[f"weights{number}"], width)
                for number, head in enumerate(about["heads"])
            }
        decisions = tuple(
            Decision(source, key, wanted, datetime.fromisoformat(at), by, pull)
            for source, key, wanted, at, by, pull in about["decisions"]
        )
        return Correction(about["assessor"], tuple(about["names"]), weights, decisions)
    except (OSError, EOFError, KeyError, TypeError, ValueError, IndexError, zipfile.BadZipFile) as error:
        raise ModelMismatch("rättelsen går inte att läsa: kör utkik model refit") from error


def _weights(columns: npt.NDArray[np.int32], values: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    if not np.isfinite(values).all():
        raise ValueError("weights that are no numbers")
    weights = np.zeros(width)
    weights[columns] = values
    return weights
