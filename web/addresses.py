"""Addresses for feeds, calendars and programs; and whose an address is, where it must say so."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, has_request_context, request, url_for

from web import context


def install(app: Flask) -> None:
    """Let every address of a page for residents name its municipality, unless its host does or there is but one."""
    app.url_defaults(_say_whose)


def _say_whose(endpoint: str, values: dict[str, Any]) -> None:
    if not endpoint.startswith(context.FOR_RESIDENTS) or not has_request_context() or not context.serves_several():
        return
    key = context.municipality_key()
    if key and context.ASKED not in values and key != context.host_key():
        values[context.ASKED] = key


def address(endpoint: str, **values: Any) -> str:
    """Return the whole address of a page: by the address that readers write, else as it was asked for."""
    path = url_for(endpoint, **values)
    base = base_address()
    return f"{base}{path.removeprefix(request.script_root)}" if base else f"{request.host_url.rstrip('/')}{path}"


def base_address() -> str:
    """Return the address of the municipality's own page, else of the installation's; "" when none is set."""
    key = context.municipality_key()
    own = context.municipality().page.address if key else ""
    return (own or context.whole().settings.web.address).rstrip("/")


def host_of(base: str) -> str:
    """Return protocol and host of an address, without its path."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
