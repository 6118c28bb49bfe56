"""A TOML file written by a person: its values, and on which line each of them stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.errors import ConfigurationError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TABLE = re.compile(r"^\s*\[{1,2}[^\[\]]+\]{1,2}\s*(#.*)?$")
_KEY = re.compile(r"^\s*(?P<key>[\w\-.\"' ]+?)\s*=")
_PLACE = re.compile(r"\(at (?:line (?P<line>\d+), column \d+|end of document)\)$")

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class TomlFile:
    """What a file said, and the line of every table and key in it."""

    path: Path
    values: dict[str, Any]
    places: dict[Place, int]
    text: str

    def line_of(self, place: Sequence[str | int]) -> int | None:
        """Return the line of a key, or of the nearest table around it."""
        for length in range(len(place), 0, -1):
            if line := self.places.get(tuple(place[:length])):
                return line
        return None


def read_toml(path: Path) -> TomlFile:
    """Return the file's values; raises ConfigurationError with the line when it cannot be read."""
    return parse_toml(path, _decode(path))


def parse_toml(path: Path, text: str) -> TomlFile:
    """Return the values of a text that stands, or is to stand, at the path; raises ConfigurationError with the line."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, error) from error
    return TomlFile(path, values, _find_places(text), text)


def _decode(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"filen går inte att läsa ({error.strerror or error})", path=path) from error
    # Windows editors write the mark; it says nothing and must not make the first key unknown.
    raw = raw.removeprefix(BYTE_ORDER_MARK)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = "filen är inte sparad som UTF-8; spara om den med teckenkodningen UTF-8"
        raise ConfigurationError(message, path=path, line=line) from error


def _syntax_error(path: Path, text: str, error: tomllib.TOMLDecodeError) -> ConfigurationError:
    detail = str(error)
    found = _PLACE.search(detail)
    line = int(found["line"]) if found and found["line"] else text.count("\n") + 1
    detail = _PLACE.sub("", detail).strip()
    if "overwrite a value" in detail or "declare" in detail:
        return ConfigurationError("samma fält eller avdelning står två gånger; ta bort den ena", path=path, line=line)
    message = (
        f"raden är inte giltig TOML ({detail}); vanliga orsaker är ett citattecken eller en hakparentes som saknas"
    )
    return ConfigurationError(message, path=path, line=line)


def _find_places(text: str) -> dict[Place, int]:
    """Return the line of each table and key; a guess inside text blocks, and only ever used in messages."""
    places: dict[Place, int] = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if _TABLE.match(line):
            table = _key_path(line.split("#")[0])
            if line.lstrip().startswith("[["):
                counts[table] = counts.get(table, -1) + 1
                places.setdefault(table, number)
                table = (*table, counts[table])
            places.setdefault(table, number)
        elif found := _KEY.match(line):
            places.setdefault((*table, *_key_path(f"{found['key']} = 0")), number)
    return places


def _key_path(line: str) -> Place:
    """Return the parts of a header or dotted key, by letting the TOML parser read that line alone."""
    try:
        value: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    path: list[str | int] = []
    while True:
        if isinstance(value, list):
            value = value[0]
        if not isinstance(value, dict) or not value:
            return tuple(path)
        key, value = next(iter(value.items()))
        path.append(key)
