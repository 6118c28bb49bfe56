"""Signed links as the views read them: one that is not accepted, or whose reader is gone, gives the same kind page."""

from __future__ import annotations

from flask import abort

from pipeline.answers import LinkGone, reader_of_link
from pipeline.keys import load_keys
from pipeline.leaving import has_left
from pipeline.links import ACCOUNT_CALENDAR, Link, LinkRefused, read
from store.accounts import get_account
from store.db import Session
from store.digests import get_digest
from store.types import Digest
from web import context


def link_of(purpose: str, token: str) -> Link:
    """Return what the token says; from here on the request is about the municipality that the link belongs to."""
    try:
        link = read(load_keys(context.whole().settings.home), purpose, token, context.now())
    except LinkRefused:
        abort(410)
    key = _owner(link) if context.serves_several() else context.municipality_key()
    if not context.is_served(key):
        abort(410)
    context.take(key)
    return link


def _owner(link: Link) -> str:
    """Return the municipality of the letter or account that the link names, "" when there is none any more.

    An account of the whole installation has a calendar of each: which one stands in the address.
    """
    with context.store().reading() as session:
        if link.purpose != ACCOUNT_CALENDAR:
            digest = get_digest(session, link.digest_id)
            return digest.municipality if digest else ""
        account = get_account(session, link.digest_id)
    if account is None:
        return ""
    return account.municipality or context.asked_key() or context.whole().municipality.key


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
