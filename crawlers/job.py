"""The job that a crawl process is given on its standard input, as one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crawlers.log_lines import Form
from store.types import Validator


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one crawl of one source needs to know; everything it may use comes from here.

    `marks` are what the source itself asked to have kept per part after its last whole reading, `since` overrides the
    start of its window, `full` asks it to ignore `validators`. `replay_url` sends every request to a loopback server.
    A part in `not_before` is not asked until then, and with `only` no other part is asked than that one. `record_to`
    is a folder that every answer is saved in, for a reviewer. `run` is told by every line of the crawl's log.
    """

    source: str
    now: datetime
    marks: Mapping[str, str] = field(default_factory=dict)
    validators: tuple[Validator, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    since: date | None = None
    full: bool = False
    replay_url: str = ""
    user_agent: str = "Utkik/0.1"
    delay_seconds: float = 1.0
    timeout_seconds: float = 30.0
    max_bytes: int = 16 * 1024 * 1024
    not_before: Mapping[str, datetime] = field(default_factory=dict)
    only: str = ""
    record_to: str = ""
    run: str = ""
    log_format: Form = "text"
    log_level: str = "info"

    def held_until(self, part: str) -> datetime | None:
        """Return the moment before which a part is not asked, None when it may be asked now."""
        moment = self.not_before.get(part)
        return moment if moment and moment > self.now else None

    def to_json(self) -> str:
        """Return the job as one line of JSON."""
        return json.dumps(
            {
                "source": self.source,
                "now": self.now.isoformat(),
                "marks": dict(self.marks),
                "validators": [validator_to_json(v) for v in self.validators],
                "options": dict(self.options),
                "since": self.since.isoformat() if self.since else None,
                "full": self.full,
                "replay_url": self.replay_url,
                "user_agent": self.user_agent,
                "delay_seconds": self.delay_seconds,
                "timeout_seconds": self.timeout_seconds,
                "max_bytes": self.max_bytes,
                "not_before": {part: moment.isoformat() for part, moment in self.not_before.items()},
                "only": self.only,
                "record_to": self.record_to,
                "run": self.run,
                "log_format": self.log_format,
                "log_level": self.log_level,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Return the job of a line written by `to_json`."""
        values = json.loads(text)
        values["now"] = datetime.fromisoformat(values["now"])
        values["since"] = date.fromisoformat(values["since"]) if values["since"] else None
        values["validators"] = tuple(validator_from_json(v) for v in values["validators"])
        values["not_before"] = {part: datetime.fromisoformat(text) for part, text in values["not_before"].items()}
        return cls(**values)


def validator_to_json(validator: Validator) -> dict[str, Any]:
    """Return a validator as JSON-serialisable values."""
    return {
        "url": validator.url,
        "etag": validator.etag,
        "last_modified": validator.last_modified,
        "full_at": validator.full_at.isoformat() if validator.full_at else None,
    }


def validator_from_json(values: Mapping[str, Any]) -> Validator:
    """Return the validator that `validator_to_json` wrote."""
    full_at = values["full_at"]
    return Validator(
        url=values["url"],
        etag=values["etag"],
        last_modified=values["last_modified"],
        full_at=datetime.fromisoformat(full_at) if full_at else None,
    )
