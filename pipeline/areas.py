"""The policy areas' Swedish names, for sentences that a person reads."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def area_names() -> dict[str, str]:
    """Return the Swedish name of each policy area, by key, in the order of `nlp/areas.toml`."""
    text = files("nlp").joinpath("areas.toml").read_text(encoding="utf-8")
    return {key: area["sv"] for key, area in tomllib.loads(text)["areas"].items()}
