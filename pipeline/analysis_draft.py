"""A draft of an analysis by the second reader, where the municipality has switched it on; nobody stands for it yet."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.actions_view import clean_lines as lines_of
from pipeline.analyses import LENGTHS, SECOND_READER
from pipeline.candidate import ItemId
from pipeline.municipality import Municipality
from pipeline.second_reader import SecondReader
from pipeline.week import iso_week
from pipeline.wording import shortened
from store.codec import content_hash
from store.db import Store
from store.details import get_details, with_detail
from store.items import get_items
from store.opinions import count_asked, known_opinions, save_opinion
from store.types import Analysis, Item, Opinion

LONGEST_TEXT = 6_000  # characters of the item: a duty often stands some pages in


class NoDraft(Exception):
    """There is no draft: the message says why, in Swedish, and holds nothing of what the server sent."""


class Drafted(BaseModel):
    """What a second reader answers; anything else is no draft."""

    model_config = ConfigDict(extra="forbid", strict=True)

    meaning: str = Field(min_length=1)
    units: list[str]
    duty: str
    cost: str
    due: str
    proposal: str


def schema(municipality: Municipality) -> dict[str, Any]:
    """Return the JSON schema that is asked for, in the form that strict servers take."""
    units = {"type": "array", "items": {"type": "string", "enum": list(municipality.units)}}
    properties = {name: units if name == "units" else {"type": "string"} for name in Drafted.model_fields}
    shape = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {"name": "analysis", "strict": True, "schema": shape}


@cache
def instructions() -> str:
    """Return the fixed question."""
    return files("pipeline").joinpath("analysis_prompt.txt").read_text(encoding="utf-8")


@cache
def prompt_version() -> str:
    """Return a name that changes with every word of the question."""
    return f"analysis-{hashlib.sha256(instructions().encode()).hexdigest()[:12]}"


def question(item: Item, municipality: Municipality) -> list[dict[str, str]]:
    """Return the messages: what to do is ours alone, and the item stands apart, as data."""
    told = {
        "kind": item.kind.value,
        "title": item.title[:600],
        "text": item.text[:LONGEST_TEXT],
        "deadlines": [[deadline.on.isoformat(), deadline.role] for deadline in item.deadlines[:5]],
        "units": {key: unit.name for key, unit in municipality.units.items()},
    }
    data = json.dumps(told, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
    return [{"role": "system", "content": instructions()}, {"role": "user", "content": data}]


def draft(store: Store, reader: SecondReader, municipality: Municipality, key: ItemId, now: datetime) -> Analysis:
    """Return what the second reader would write of the item; raises NoDraft, or pipeline.chat.NoAnswer.

    The question counts on the week's budget before it is put, so that none is free.
    """
    with store.session(durable=True) as session:
        stored = get_items(session, [key]).get(key)
        if stored is None:
            raise NoDraft("Posten finns inte.")
        if count_asked(session, iso_week(now)) >= reader.settings.weekly_budget:
            raise NoDraft("Andra läsarens frågor för veckan är slut.")
        item = with_detail(stored.item, get_details(session, [key]).get(key))
        name, model = content_hash(item), reader.server.model
        before = known_opinions(session, [name], model, prompt_version()).get(name)
        attempts = before.attempts + 1 if before and before.week == iso_week(now) else 1
        asked = Opinion(content_hash=name, model=model, prompt=prompt_version(), source=key[0], key=key[1],
                        asked_at=now, week=iso_week(now), attempts=attempts)  # fmt: skip
        save_opinion(session, asked)
    seconds = reader.settings.timeout
    content = reader.server.ask(question(item, municipality), schema(municipality), seconds=seconds, now=now)
    return read_draft(content, municipality, key, author=model, now=now, secret=reader.server.key)


def read_draft(
    content: str, municipality: Municipality, key: ItemId, *, author: str, now: datetime, secret: str = ""
) -> Analysis:
    """Return the draft that was answered; raises NoDraft on anything else than the form that was asked for."""
    try:
        said = Drafted.model_validate_json(content)
        due = date.fromisoformat(said.due) if said.due.strip() else None
    except (ValidationError, ValueError):
        raise NoDraft("Andra läsarens svar gick inte att använda.") from None
    texts = {name: shortened(lines_of(getattr(said, name)), longest) for name, longest in LENGTHS.items()}
    if not texts["meaning"] or (secret and secret in content):
        raise NoDraft("Andra läsarens svar gick inte att använda.")
    return Analysis(
        municipality=municipality.key,
        source=key[0],
        key=key[1],
        meaning=texts["meaning"],
        duty=texts["duty"],
        cost=texts["cost"],
        proposal=texts["proposal"],
        units=tuple(unit for unit in municipality.units if unit in said.units),
        due=due,
        author=author,
        written_at=now,
        origin=SECOND_READER,
    )
