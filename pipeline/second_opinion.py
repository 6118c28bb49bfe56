"""What the second reader is asked of one item, what counts as an answer, and how an opinion is told. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.areas import area_names
from pipeline.wording import listed, lower_first
from store.types import Item, Opinion

LONGEST_TEXT = 1_500  # characters of the item: twice what the labels were set on, and some cents per thousand items
LONGEST_REASON = 300
MOST_AREAS = 3
LANGUAGES = {"sv": "svenska", "en": "engelska"}
RELEVANT = 2
GRADES = ("rör inte kommunen", "rör kommunen på avstånd", "bör skickas", "kräver något av kommunen")


class Said(BaseModel):
    """What a second reader answers; anything else is no opinion."""

    model_config = ConfigDict(extra="forbid", strict=True)

    relevance: int = Field(ge=0, le=3)
    areas: list[str] = Field(max_length=MOST_AREAS)
    because: str = Field(min_length=1)


def schema() -> dict[str, Any]:
    """Return the JSON schema that is asked for, in the form that strict servers take."""
    return {
        "name": "second_reading",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {
                "relevance": {"type": "integer", "enum": [0, 1, 2, 3]},
                "areas": {
                    "type": "array",
                    "items": {"type": "string", "enum": list(area_names())},
                    "maxItems": MOST_AREAS,
                },
                "because": {"type": "string"},
            },
            "required": ["relevance", "areas", "because"],
            "additionalProperties": False,
        },
    }


@cache
def instructions(language: str) -> str:
    """Return the fixed question, with the policy areas and the language of the reason."""
    text = files("pipeline").joinpath("second_reader_prompt.txt").read_text(encoding="utf-8")
    areas = "\n".join(f"{key}: {name}" for key, name in area_names().items())
    return text.format(language=LANGUAGES[language], areas=areas)


def question(item: Item, language: str) -> list[dict[str, str]]:
    """Return the messages of one question: what to do is ours alone, and the item stands apart, as data."""
    told = {
        "kind": item.kind.value,
        "publisher": item.publisher,
        "published": item.published.isoformat() if item.published else None,
        "title": item.title[:LONGEST_REASON],
        "text": item.text[:LONGEST_TEXT],
        "deadlines": [deadline.on.isoformat() for deadline in item.deadlines[:3]],
    }
    return [
        {"role": "system", "content": instructions(language)},
        # A lone half of a character, which an item may carry, cannot be sent.
        {"role": "user", "content": json.dumps(told, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")},
    ]


@cache
def prompt_version(language: str) -> str:
    """Return a name that changes with every word of the question, so that answers to another are not mixed in."""
    whole = f"{instructions(language)}{json.dumps(schema(), sort_keys=True)}{LONGEST_TEXT}"
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def read_answer(content: str, *, secret: str = "") -> Said | None:
    """Return what was answered, None when it is no opinion: no JSON, another shape, or areas that do not exist."""
    try:
        said = Said.model_validate_json(content)
    except ValidationError:
        return None
    because = " ".join("".join(c if c.isprintable() else " " for c in said.because).split())[:LONGEST_REASON]
    known = area_names()
    if not because or any(area not in known for area in said.areas) or (secret and secret in content):
        return None
    return said.model_copy(update={"because": because, "areas": list(dict.fromkeys(said.areas))})


def told_opinion(opinion: Opinion) -> str:
    """Return one Swedish sentence that says whose opinion it is; "" when there is none."""
    if opinion.relevance is None:
        return ""
    names = area_names()
    areas = [lower_first(names[area]) for area in opinion.areas if area in names]
    about = f" ({listed(areas)})" if areas else ""
    return f"Andra läsaren ({opinion.model}): {GRADES[opinion.relevance]}{about}. {opinion.because}"


def opinion_values(opinion: Opinion) -> Mapping[str, Any]:
    """Return an opinion as JSON-serialisable values."""
    return {
        "source": opinion.source,
        "key": opinion.key,
        "model": opinion.model,
        "relevance": opinion.relevance,
        "areas": list(opinion.areas),
        "because": opinion.because,
        "asked_at": opinion.asked_at.isoformat(),
    }
