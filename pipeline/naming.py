"""How twin towns and networks are found by name in a text: said once, for routing and for the partner lens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache


def naming(names: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for any of the names: whole words in their own capitals ("Nice" is a town, "nice" not).

    A Swedish genitive ends in s; any other letter after the name makes it another word.
    """
    return _naming(tuple(names))


@lru_cache(maxsize=1024)
def _naming(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(name) for name in names)})s?(?!\w)")
