"""Replay: every request goes to a loopback server instead.

Only the wire knows: redirects, robots.txt, delays per host, validators and `response.url` all keep the real URL.
"""

from __future__ import annotations

from urllib.parse import urlsplit


def replay_address(real: str, replay_url: str) -> str:
    """Return where the replay server keeps a real URL: `https://HOST/PATH?Q` is `REPLAY/HOST/PATH?Q`."""
    parts = urlsplit(real)
    query = f"?{parts.query}" if parts.query else ""
    return f"{replay_url.rstrip('/')}/{parts.netloc}{parts.path or '/'}{query}"
