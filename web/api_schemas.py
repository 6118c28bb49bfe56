"""The shapes that the HTTP API gives and takes, as JSON Schema (2020-12); nothing else may stand in an answer."""

from __future__ import annotations

from typing import Any

from pipeline.triage import LONGEST_NOTE
from store.types import DigestState, Kind, Ruling, SourceState, Stage

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ACTION_STATES = ["open", "ongoing", "done", "dropped"]


def words(values: type[Any]) -> Schema:
    """Return the schema of an enumeration."""
    return {"type": "string", "enum": [value.value for value in values]}


def maybe(schema: Schema) -> Schema:
    """Return the schema of a value that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def shares() -> Schema:
    """Return the schema of an object whose values are from 0 to 1."""
    return {"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1}}


def record(says: str = "", **fields: Schema) -> Schema:
    """Return the schema of an object that has all of the fields and no other."""
    schema: Schema = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    return schema | ({"description": says} if says else {})


def named(name: str) -> Schema:
    """Return a reference to one of the schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def page_of(name: str) -> Schema:
    """Return the schema of a page of rows."""
    return record(items=many(named(name)), next=maybe(TEXT))


_DEADLINES = many(record(on=DAY, role=TEXT, note=TEXT))
_MONEY = many(record(value=NUMBER, currency=TEXT, role=TEXT))
_ITEM: dict[str, Schema] = {
    "source": TEXT,
    "key": TEXT,
    "kind": words(Kind),
    "title": TEXT,
    "url": TEXT,
    "language": TEXT,
    "published": maybe(DAY),
    "status": TEXT,
    "opens": maybe(DAY),
    "publisher": TEXT,
    "deadlines": _DEADLINES,
    "money": _MONEY,
    "concepts": many(record(scheme=TEXT, code=TEXT, label=TEXT)),
    "references": many(record(scheme=TEXT, value=TEXT, relation=TEXT)),
    "first_seen": MOMENT,
    "changed_at": MOMENT,
}

SCHEMAS: dict[str, Schema] = {
    "Item": record("What a source told; source and key name it for ever.", **_ITEM),
    "WholeItem": record(
        "An item with all that is thought of it.",
        **_ITEM,
        text=TEXT,
        assessment=maybe(named("Assessment")),
        verdicts=many(named("Verdict")),
        thread=maybe(TEXT),
    ),
    "Assessment": record(
        "What the assessor says of an item, the same for every municipality; relevance is 0 to 1.",
        source=TEXT,
        key=TEXT,
        assessor=TEXT,
        language=TEXT,
        relevance={"type": "number", "minimum": 0, "maximum": 1},
        areas=shares(),
        flags=shares(),
        deadlines=_DEADLINES,
        money=_MONEY,
        reasons=many(record(text=TEXT, area=TEXT, weight=NUMBER)),
        summary=TEXT,
        facts={"type": "object"},
    ),
    "Verdict": record(
        "A coordinator's ruling; the newest on an item counts. origin tells how the item came to be shown.",
        id=WHOLE,
        source=TEXT,
        key=TEXT,
        ruling=words(Ruling),
        at=MOMENT,
        by=TEXT,
        note=TEXT,
        areas=maybe(many(TEXT)),
        units=maybe(many(TEXT)),
        origin=TEXT,
    ),
    "NewVerdict": {
        "type": "object",
        "description": "seen is the id of the newest verdict on the item that you know, 0 when there is none.",
        "required": ["source", "key", "ruling", "seen"],
        "additionalProperties": False,
        "properties": {
            "source": {"type": "string", "minLength": 1, "maxLength": 100},
            "key": {"type": "string", "minLength": 1, "maxLength": 1000},
            "ruling": {"type": "string", "enum": ["send", "drop", "later"]},
            "seen": {"type": "integer", "minimum": 0},
            "note": {"type": "string", "maxLength": LONGEST_NOTE},
            "areas": maybe(many(TEXT)),
            "units": maybe(many(TEXT)),
        },
    },
    "Digest": record(
        "A letter that was written for a week or a day; neither its address nor its bytes are given.",
        id=TEXT,
        period=TEXT,
        units=many(TEXT),
        subject=TEXT,
        state=words(DigestState),
        created_at=MOMENT,
        settled_at=maybe(MOMENT),
        entries=many(record(source=TEXT, key=TEXT, section=TEXT, position=WHOLE, because=TEXT)),
    ),
    "Action": record(
        "What the municipality does about an item.",
        id=TEXT,
        source=TEXT,
        key=TEXT,
        unit=TEXT,
        title=TEXT,
        state={"type": "string", "enum": ACTION_STATES},
        outcome=TEXT,
        owner=TEXT,
        due=maybe(DAY),
        applied=maybe(NUMBER),
        granted=maybe(NUMBER),
        currency=TEXT,
        created_at=MOMENT,
        changed_at=maybe(MOMENT),
        version=WHOLE,
    ),
    "Thread": record(
        "A matter on its way from proposal to duty, its documents in order of time.",
        id=TEXT,
        members=many(record(source=TEXT, key=TEXT, stage=maybe(words(Stage)), on=DAY)),
    ),
    "Source": record(
        "A source and the one state it is in.",
        name=TEXT,
        title=TEXT,
        items=WHOLE,
        state=words(SourceState),
        message=TEXT,
        last_run=maybe(MOMENT),
        since=maybe(MOMENT),
        next_try=maybe(MOMENT),
    ),
    "Problem": {
        "type": "object",
        "description": "What went wrong (RFC 9457). instance has the number under which the log has it.",
        "required": ["type", "title", "status", "instance"],
        "additionalProperties": False,
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": WHOLE,
            "detail": TEXT,
            "instance": TEXT,
            "errors": many(record(field=TEXT, fault=TEXT)),
            "standing": maybe(named("Verdict")),
        },
    },
}
