"""The messages that a crawl process writes on its standard output, one line of JSON each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from crawlers.job import validator_from_json, validator_to_json
from store.codec import detail_from_json, detail_to_json, item_from_json, item_to_json
from store.types import Detail, Item, SourceState, Validator


@dataclass(frozen=True, slots=True)
class ItemFound:
    """An item, and the part of the source it came from."""

    part: str
    item: Item


@dataclass(frozen=True, slots=True)
class DetailFound:
    """What was fetched of a single item that another source had told of."""

    part: str
    detail: Detail


@dataclass(frozen=True, slots=True)
class RecordSkipped:
    """One record could not be used; the rest of the part goes on."""

    part: str
    key: str
    message: str


@dataclass(frozen=True, slots=True)
class PartEnded:
    """One part of the source was read, whole or not; `mark` replaces its mark when it was whole.

    `unchanged` is true when the server answered 304: then no items is no fault. `next_try` is the moment before which
    the source asked not to be asked again. A part that was `held` was not asked at all, and is as it was before.
    """

    part: str
    state: SourceState
    items: int = 0
    message: str = ""
    mark: str | None = None
    unchanged: bool = False
    next_try: datetime | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class ValidatorSeen:
    """A conditional-request validator, valid once this part's items are stored."""

    part: str
    validator: Validator


@dataclass(frozen=True, slots=True)
class CrawlEnded:
    """The crawl is over; without this message it was cut off."""

    requests: int
    bytes: int
    window: tuple[str, str] | None = None


Message: TypeAlias = ItemFound | DetailFound | RecordSkipped | PartEnded | ValidatorSeen | CrawlEnded


def message_to_json(message: Message) -> str:
    """Return the message as one line of JSON."""
    values: dict[str, Any]
    match message:
        case ItemFound(part, item):
            values = {"type": "item", "part": part, "item": item_to_json(item)}
        case DetailFound(part, detail):
            values = {"type": "detail", "part": part, "detail": detail_to_json(detail)}
        case RecordSkipped(part, key, text):
            values = {"type": "skipped", "part": part, "key": key, "message": text}
        case PartEnded():
            values = {
                "type": "part",
                "part": message.part,
                "state": message.state.value,
                "items": message.items,
                "message": message.message,
                "mark": message.mark,
                "unchanged": message.unchanged,
                "next_try": message.next_try.isoformat() if message.next_try else None,
                "held": message.held,
            }
        case ValidatorSeen(part, validator):
            values = {"type": "validator", "part": part, "validator": validator_to_json(validator)}
        case CrawlEnded(requests, size, window):
            values = {"type": "end", "requests": requests, "bytes": size, "window": window}
    return json.dumps(values, ensure_ascii=False)


def message_from_json(line: str) -> Message:
    """Return the message of a line written by `message_to_json`; raises ValueError on any other line."""
    values = json.loads(line)
    match values.pop("type"):
        case "item":
            return ItemFound(values["part"], item_from_json(values["item"]))
        case "detail":
            return DetailFound(values["part"], detail_from_json(values["detail"]))
        case "skipped":
            return RecordSkipped(**values)
        case "part":
            next_try = values.get("next_try")
            values["next_try"] = datetime.fromisoformat(next_try) if next_try else None
            return PartEnded(**{**values, "state": SourceState(values["state"])})
        case "validator":
            return ValidatorSeen(values["part"], validator_from_json(values["validator"]))
        case "end":
            window = values["window"]
            return CrawlEnded(values["requests"], values["bytes"], (window[0], window[1]) if window else None)
        case other:
            raise ValueError(f"unknown message type {other!r}")
