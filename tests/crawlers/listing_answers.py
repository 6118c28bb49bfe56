"""Listing pages as recorded: each a page, the table that reads it, and what a source made of them says."""

from __future__ import annotations

import tomllib
from typing import Any

from crawlers.spiders.listings import Listings
from tests.crawlers.conversation import RECORDINGS, Answer, Conversation, converse, job, recording

FOLDER = RECORDINGS / "listings"


def listing_table(number: str) -> dict[str, Any]:
    """Return the table that a recorded page is read by."""
    return tomllib.loads((FOLDER / f"{number}.toml").read_text(encoding="utf-8"))


def listings_source(tables: dict[str, dict[str, Any]]) -> Listings:
    """Return the source with these pages alone."""
    return Listings(job("listings", options={"listings": tables}))


def read_listing_page(number: str, answer: Answer | None = None, **changes: Any) -> Conversation:
    """Read a recorded page, or another answer, by the recorded page's table with changes."""
    source = listings_source({"prov": {**listing_table(number), **changes}})
    return converse(source, lambda _: recording(f"listings/{number}.html") if answer is None else answer)
