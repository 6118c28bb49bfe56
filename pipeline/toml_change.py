"""Changes in the text of a TOML file: a place gets a new value, and comments and layout stay as a person wrote them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Final, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable

from pipeline.toml_file import Place, parse_toml
from store.errors import ConfigurationError

REMOVED: Final = object()
BY_HAND = "filen är skriven på ett sätt som bara går att ändra för hand"

Change = tuple[Place, Any]  # where, and the new value or REMOVED
Make = Callable[[Any, Any], Any]


def inline(values: Mapping[str, Any]) -> Any:
    """Return a table that is written on one line, as { role = "…", email = "…" }."""
    return tomlkit.parse(f"x = {_written(values)}")["x"]


def changed(text: str, changes: Sequence[Change], path: Path) -> str:
    """Return the text with the changes made; raises ConfigurationError when it cannot be changed without harm.

    A place may lead into a list by number, and one past its end adds to it. The result is read again and must say
    what the text said before, the changes apart, so that an unusual way of writing is never spoilt.
    """
    wanted = deepcopy(parse_toml(path, text).values)
    windows = "\r\n" in text
    made = text.replace("\r\n", "\n")
    for place, value in changes:
        try:
            _put(wanted, place, value, lambda _, new: _plain(new))
            made = _changed_once(made, place, value)
        except (TOMLKitError, LookupError, TypeError, AttributeError) as error:
            raise ConfigurationError(BY_HAND, path=path) from error
    if parse_toml(path, made).values != wanted:
        raise ConfigurationError(BY_HAND, path=path)
    return made.replace("\n", "\r\n") if windows else made


def _changed_once(text: str, place: Place, value: Any) -> str:
    document = tomlkit.parse(text if value is REMOVED else _with_example(text, place))
    _put(document, place, value, _item)
    return tomlkit.dumps(document)


def _put(root: Any, place: Place, value: Any, make: Make) -> None:
    """Set or remove the value at the place, the tables on the way to it made when they are missing."""
    way, last = place[:-1], cast(Any, place[-1])
    target: Any = root
    around: Any = root
    for part in way:
        if isinstance(target, dict) and part not in target:
            if value is REMOVED:
                return
            target[part] = make(target, {})
        around, target = target, target[part]
    if value is not REMOVED and isinstance(target, list) and last == len(target):
        target.append(make(target, value))
    elif value is not REMOVED:
        target[last] = make(target, value)
    elif isinstance(target, list):
        del target[last]
        if not target:
            del around[way[-1]]  # an empty list is written as none
    elif last in target:
        del target[last]


def _item(target: Any, value: Any) -> Any:
    """Return the value as it is written under the target: tables on lines of their own, but within { } where it is."""
    if isinstance(value, InlineTable) or not isinstance(value, dict | list):
        return value
    if isinstance(target, InlineTable):
        return tomlkit.parse(f"x = {_written(value)}")["x"]
    if isinstance(value, dict):
        return _table(value)
    if not value or not all(isinstance(one, dict) for one in value):
        return value
    tables = tomlkit.aot()
    for one in value:
        tables.append(_table(one))
    return tables


def _table(values: Mapping[str, Any]) -> Any:
    if not values:
        return tomlkit.table(is_super_table=True)
    table = tomlkit.table()
    for name, value in values.items():
        table.append(name, value)
    table.add(tomlkit.nl())
    return table


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name} = {_written(one)}' for name, one in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    return str(tomlkit.item(value).as_string())


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _with_example(text: str, place: Place) -> str:
    """Return the text with the example line of the place, such as `# digest = "mon 07:00"  # …`, made a real one."""
    *table, key = place
    lines, here, found = text.split("\n"), not table, None
    header = re.compile(r"^\s*\[\s*" + re.escape(".".join(map(str, table))) + r"\s*\]")
    written = re.compile(rf"^\s*{re.escape(str(key))}\s*=")
    example = re.compile(rf"^# ?(?={re.escape(str(key))}\s*=)")
    for number, line in enumerate(lines):
        if line.lstrip().startswith("["):
            here = bool(table and header.match(line))
        elif here and written.match(line):
            return text
        elif here and found is None and example.match(line):
            found = number
    if found is None:
        return text
    lines[found] = example.sub("", lines[found])
    with contextlib.suppress(TOMLKitError):
        made = "\n".join(lines)
        tomlkit.parse(made)
        return made
    return text
