"""What each setting means, in Swedish: read from the comments of the settings file that a new installation gets."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_TABLE = re.compile(r"^(?:# )?\[([\w.-]+)\]\s*(?:#\s*(.*))?$")
_SETTING = re.compile(r"^(?:# )?(\w+) = (?:\"[^\"]*\"|[^#]*?)\s*(?:#\s*(.*))?$")
_MORE = re.compile(r"^#\s{6,}(\S.*)$")  # a comment that goes on under its setting


@cache
def settings_help() -> dict[str, str]:
    """Return the Swedish explanation of every setting that has one, by its name with its table's."""
    found: dict[str, str] = {}
    table = name = ""
    for line in files("pipeline").joinpath("utkik.toml").read_text(encoding="utf-8").splitlines():
        if match := _TABLE.match(line):
            table = name = match[1]
            found[name] = match[2] or ""
        elif match := _SETTING.match(line):
            name = f"{table}.{match[1]}" if table else match[1]
            found[name] = match[2] or ""
        elif name and (match := _MORE.match(line)):
            found[name] = f"{found[name]} {match[1]}".strip()
    return {name: text for name, text in found.items() if text}
