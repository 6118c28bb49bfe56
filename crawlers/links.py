"""Links from feeds and pages: made absolute, stripped of tracking, and only those a reader may follow."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"(utm_\w+|at_(medium|campaign|link\w*|format|custom\d|bbc_team|ptr_name)|mtm_\w+|pk_\w+|piwik_\w+|ns_\w+|"
    r"mc_[ce]id|_hs(enc|mi)|hsctatracking|WT\.(mc|tsrc)\w*|(fb|g|d|y|ms|tt)clid|gclsrc|igshid|xtor|cmpid|s_cid|"
    r"oly_(anon|enc)_id|vero_(conv|id)|sc_(campaign|channel|content|medium|outcome|geo|country))(=|$)",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]")
_NO_ADDRESS = re.compile(r"https?:/*", re.IGNORECASE)  # joining would make the base of it
_ABSOLUTE = re.compile(r"https?://[^/?#]", re.IGNORECASE)
# An address that can only be read in one way and needs no change: host in small letters, a plain path, nothing more.
_SIMPLE = re.compile(r"https?://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(/[A-Za-z0-9._~/%+,=!-]*)")
_LONGEST = 2_000  # characters; what longer links carry is state, not an address


def join_link(base: str, link: str) -> str:
    """Return the link seen from its base; the base itself when the two make no address."""
    if not link:
        return base
    try:
        return urljoin(base, link)
    except ValueError:
        return base


def clean_link(link: str, base: str = "") -> str:
    """Return the link as an absolute http(s) address without tracking parameters, or "" when it is none.

    Links with user information are refused: `https://bank.example@evil.example/` deceives the eye.
    """
    if len(link) <= _LONGEST and _SIMPLE.fullmatch(link):
        return link
    link = _BLANKS.sub("", link)
    if not link or _NO_ADDRESS.fullmatch(link):
        return ""
    try:
        parts = urlsplit(link if _ABSOLUTE.match(link) else urljoin(base, link))
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc or "\\" in parts.netloc:
            return ""
        _ = parts.port  # raises ValueError when it is not a number
    except ValueError:
        return ""
    query = "&".join(part for part in parts.query.split("&") if part and not _TRACKING.match(part))
    fragment = "" if _TRACKING.match(parts.fragment) else parts.fragment
    address = urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", query, fragment))
    return address if len(address) <= _LONGEST else ""


def canonical_link(link: str) -> str:
    """Return the form under which two spellings of the same address are equal; for keys, not for reading.

    Always https, without default port, fragment and final slash.
    """
    if len(link) <= _LONGEST and (simple := _SIMPLE.fullmatch(link)):
        return f"https://{simple[1]}{simple[2].rstrip('/')}"
    parts = urlsplit(clean_link(link))
    if not parts.netloc:
        return ""
    host = re.sub(r":(80|443)$", "", parts.netloc)
    return urlunsplit(("https", host, parts.path.rstrip("/"), parts.query, ""))
