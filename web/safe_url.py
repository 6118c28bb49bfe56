"""Addresses to go on to: only to this site, whatever was asked for."""

from __future__ import annotations

import re

LONGEST = 2000  # characters
# A browser reads \ as /, skips tabs and line breaks, and takes //name for another host.
_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def own_path(wanted: str) -> str:
    """Return the wanted address when it is a path of this site, else ""."""
    return wanted if len(wanted) <= LONGEST and _PATH.fullmatch(wanted) else ""
