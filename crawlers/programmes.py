"""Names of the portal's programme and division codes: from its facets, with a table of our own behind them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from store.errors import ChangedSource

# The codes that matter to municipalities, as they were on 2026-08-22: used when the facets cannot be read.
FROZEN: Mapping[str, Mapping[str, str]] = {
    "frameworkProgramme": {
        "43108390": "Horizon Europe (HORIZON)",
        "43152860": "Digital Europe Programme (DIGITAL)",
        "43251567": "Connecting Europe Facility (CEF)",
        "43251589": "Citizens, Equality, Rights and Values Programme (CERV)",
        "43251814": "Creative Europe Programme (CREA)",
        "43252368": "Internal Security Fund (ISF)",
        "43252405": "Programme for the Environment and Climate Action (LIFE)",
        "43252476": "Single Market Programme (SMP)",
        "43353764": "Erasmus+ (ERASMUS+)",
        "43254019": "European Social Fund+ (ESF+)",
        "43254037": "European Solidarity Corps (ESC)",
        "43637601": "Pilot Projects & Preparation Actions (PPPA)",
        "44416173": "Interregional Innovation Investments Instrument (I3)",
        "44773066": "Just Transition Mechanism (JTM)",
        "46324255": "Technical assistance for ERDF, CF and JTF (ERDF-TA)",
    },
    "programmeDivision": {"43437872": "Town-Twinning"},
}
# The portal decodes its labels twice, which turns a plus sign into a space: "Erasmus  (ERASMUS )".
_LOST_PLUS = re.compile(r"\s\s|\s\)")


def read_names(body: bytes, *, source: str, part: str) -> dict[str, dict[str, str]]:
    """Return facet -> code -> name of a facet answer, filled up from the table.

    Raises ChangedSource on an answer of another shape.
    """
    try:
        facets = _facets(json.loads(body))
        return {
            name: {**frozen, **_labels([(str(v["rawValue"]), str(v["value"])) for v in facets[name]], frozen)}
            for name, frozen in FROZEN.items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise ChangedSource(f"no facets but {body[:80]!r}", source=source, part=part) from error


def frozen_names() -> dict[str, dict[str, str]]:
    """Return facet -> code -> name from the table alone."""
    return {name: dict(frozen) for name, frozen in FROZEN.items()}


def _facets(answer: Any) -> Mapping[str, list[dict[str, Any]]]:
    facets = answer["facets"]
    if isinstance(facets, dict):  # kept so by some who pass the facets on
        return facets
    return {facet["name"]: facet["values"] for facet in facets}


def _labels(pairs: list[tuple[str, str]], frozen: Mapping[str, str]) -> dict[str, str]:
    labels = {}
    for code, raw in pairs:
        label = " ".join(unquote(raw).split())
        if code in frozen and _LOST_PLUS.search(raw):
            label = frozen[code]
        if label and label != code:  # some labels are only the code again
            labels[code] = label
    return labels
