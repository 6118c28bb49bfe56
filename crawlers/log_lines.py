"""The lines of the log: one for each event, as text or as JSON, with named fields, in every process of the program.

Lives here because a crawl's process has nothing of `pipeline`; `pipeline` and `web` use it too.
"""

from __future__ import annotations

import contextlib
import json
import logging
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TextIO

from store.errors import ConfigurationError, DeliveryError, ScanningError

Form = Literal["text", "json"]

OURS = ("crawlers", "nlp", "pipeline", "store", "web")
# What a line may carry beside its words. Nothing else gets into it, whatever a library hangs on its records.
FIELDS = (
    *("step", "source", "run", "week", "municipality", "outcome", "digest", "code"),
    *("request", "route", "method", "status", "ms"),
)
PLACES = 5  # of a fault: the innermost callers

_bound: ContextVar[Mapping[str, Any]] = ContextVar("fields of log lines", default=MappingProxyType({}))


@contextlib.contextmanager
def with_fields(**fields: Any) -> Iterator[None]:
    """Put these fields on every line that is written inside, in this thread."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def told(error: BaseException) -> str:
    """Return an error as it may stand in the log: our own words where they name nobody, else its kind and place.

    The words of a library hold addresses and texts; so do those on wrong settings and refused letters.
    """
    if isinstance(error, ConfigurationError) and error.path:
        return f"{type(error).__name__} in {error.path.name}{f', line {error.line}' if error.line else ''}"
    if isinstance(error, ScanningError) and not isinstance(error, ConfigurationError | DeliveryError):
        return str(error)
    return kind_and_place(error)


def kind_and_place(error: BaseException) -> str:
    """Return the kind of error and where it came from, without its words."""
    frames = traceback.extract_tb(error.__traceback__)[-PLACES:]
    places = [f"{Path(frame.filename).parent.name}/{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    return f"{type(error).__name__} at {' > '.join(places)}" if places else type(error).__name__


class Lines(logging.Formatter):
    """Makes a line of a record; a fault is told by its kind and place, and by its whole trace only when asked for."""

    def __init__(self, form: Form, *, traces: bool = False, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.form, self.traces, self.fields = form, traces, fields or {}

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        own = {name: record.__dict__[name] for name in FIELDS if record.__dict__.get(name) not in (None, "")}
        fields = {**self.fields, **_bound.get(), **own}
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if record.exc_info and record.exc_info[1]:
            fields["fault"] = told(record.exc_info[1])
        trace = self.formatException(record.exc_info) if self.traces and record.exc_info else ""
        message = record.getMessage()
        if self.form == "json":
            head = {"time": moment, "level": record.levelname.lower(), "logger": record.name, "message": message}
            last = {"trace": trace} if trace else {}
            return json.dumps({**head, **fields, **last}, ensure_ascii=False, default=str)
        told_fields = "".join(f" {name}={_word(value)}" for name, value in fields.items())
        line = f"{moment} {record.levelname} {record.name}: {_one_line(message)}{told_fields}"
        return f"{line}\n{trace}" if trace else line


def _word(value: Any) -> str:
    text = str(value)
    return text if text and text.isprintable() and " " not in text else json.dumps(text, ensure_ascii=False)


def _one_line(text: str) -> str:
    """Return the text with what would begin another line made visible."""
    return "".join(sign if sign.isprintable() or sign == " " else ascii(sign)[1:-1] for sign in text)


def begin_log(
    form: Form,
    *,
    level: str = "error",
    traces: bool = False,
    fields: Mapping[str, Any] | None = None,
    stream: TextIO | None = None,
) -> None:
    """Write the log to standard error, unless somebody has set one up already; libraries tell errors alone."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines(form, traces=traces, fields=fields))
    logging.basicConfig(level=logging.ERROR, handlers=[handler])
    if level != "error":
        listen(level)


def listen(level: str) -> None:
    """Let our own loggers tell everything from this level up."""
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
