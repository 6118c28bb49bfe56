"""The list of municipalities to choose from, where a page that is open to all does not say whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for

from web import context


def choice_page(endpoint: str, values: Mapping[str, Any]) -> str:
    """Return the page with the same address of each municipality."""
    served = sorted(context.whole().municipalities, key=lambda one: one.short.lower())
    links = [(one.short, url_for(endpoint, **{**values, context.ASKED: one.key})) for one in served]
    return render_template("municipalities/choose.html", links=links)
