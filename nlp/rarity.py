"""How rare each hashed n-gram is, counted once over 7,411 real items and shipped as 124 kB of numbers.

`python -m nlp.rarity POOL.jsonl` counts anew. It is the same on every installation: were it counted on what is
stored, a new item would move all others.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.adapter import item_of
from nlp.encoder import LONGEST, SHORTEST, SIZE, Encoder, rarity
from store.errors import ModelMismatch, ModelMissing
from store.types import Item

STEP = 0.04  # of a weight; they are kept as whole steps in a byte
LONGEST_TITLE, LONGEST_TEXT = 300, 600  # characters: what the labels were set on
NAME = "rarity.npz"


def read_text(item: Item) -> str:
    """Return what learning reads of an item: the title twice, as it counts for more, and the beginning of the text."""
    title = item.title[:LONGEST_TITLE]
    return f"{title} {title} {item.text[:LONGEST_TEXT]}".lower()


@cache
def load_rarity() -> npt.NDArray[np.float32]:
    """Return the weight per id of the encoder; raises ModelMissing, or ModelMismatch for another encoder's."""
    path = files("nlp").joinpath(NAME)
    if not path.is_file():
        raise ModelMissing(f"{NAME} saknas: installera om programmet")
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
        if "steps" not in arrays or tuple(arrays["encoder"]) != (SIZE, SHORTEST, LONGEST):
            raise ModelMismatch(f"{NAME} hör till en annan version av programmet: installera om det")
        weights: npt.NDArray[np.float32] = arrays["steps"].astype(np.float32) * np.float32(STEP)
    weights.flags.writeable = False
    return weights


def write_rarity(items: Sequence[Item], path: Path) -> None:
    """Count over the items and write the file; the same items in any order give the same bytes."""
    weights = rarity(Encoder().encode([read_text(item) for item in items]))
    steps = np.clip(np.round(weights / STEP), 1, 255).astype(np.uint8)
    np.savez_compressed(path, steps=steps, encoder=np.array([SIZE, SHORTEST, LONGEST]))


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        write_rarity([item_of(json.loads(line)) for line in lines], Path(__file__).with_name(NAME))
