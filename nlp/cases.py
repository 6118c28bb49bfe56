"""A labelled item: what is measured against, and what a baseline learns from."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from store.types import Item

RELEVANT = 2  # least label of what a coordinator would send on
_NOT_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader said of an item."""

    relevance: int
    areas: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def is_relevant(self) -> bool:
        """Tell whether the reader would have sent it on."""
        return self.relevance >= RELEVANT


@dataclass(frozen=True, slots=True)
class Case:
    """An item, its label, and which half it is in: constants were set on the tuned half alone."""

    item: Item
    label: Label
    is_tuned: bool
    origin: str = ""  # the collection that the item was taken from, when the file tells

    @property
    def kin(self) -> str:
        """What keeps it with its like: sibling calls and the same headline on two days tell each other's answer."""
        call = self.item.meta.get("call")
        return f"{call}" if call else _NOT_WORD.sub(" ", self.item.title.lower()).strip()[:60]

    @property
    def is_read(self) -> bool:
        """Tell whether it has been read for the lexicon: the tuned half, and half of the rest by the hash of its kin.

        What is not read tells honestly how the knowledge does on what it has not met.
        """
        return self.is_tuned or hashlib.sha256(self.kin.encode()).digest()[0] % 2 == 0


def is_tuned(identifier: str) -> bool:
    """Tell whether an item is in the half that constants were set on (its hash is odd)."""
    return hashlib.sha256(identifier.encode()).digest()[-1] % 2 == 1
