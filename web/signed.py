"""Signed links as the views read them: one that is not accepted, or whose reader is gone, gives the same kind page."""

from __future__ import annotations

from flask import abort

from pipeline.answers import LinkGone, reader_of_link
from pipeline.keys import load_keys
from pipeline.leaving import has_left
from pipeline.links import Link, LinkRefused, read
from store.db import Session
from store.types import Digest
from web import context


def link_of(purpose: str, token: str) -> Link:
    """Return what the token says."""
    try:
        return read(load_keys(context.installation().settings.home), purpose, token, context.now())
    except LinkRefused:
        abort(410)


def letter_of(session: Session, link: Link) -> Digest:
    """Return the letter that the link is from, whether or not its reader gets letters still."""
    try:
        return reader_of_link(session, link, context.municipality())
    except LinkGone:
        abort(410)


def letter_of_reader(session: Session, link: Link) -> Digest:
    """Return the letter that the link is from, as long as its reader gets letters."""
    digest = letter_of(session, link)
    if has_left(session, context.municipality(), digest.contact):
        abort(410)
    return digest
