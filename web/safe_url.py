"""Addresses to go on to: only to this site, whatever was asked for."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# A browser reads \ as /, skips tabs and line breaks, and takes //name for another host.
_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def own_path(wanted: str) -> str:
    """Return the wanted address when it is a path of this site, else ""."""
    if len(wanted) > 2000 or not _PATH.fullmatch(wanted):
        return ""
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else wanted
