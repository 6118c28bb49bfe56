"""Ending the letters to an address, and beginning them again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipeline.answers import reader_of_link
from pipeline.links import Link
from pipeline.municipality import Municipality
from store.audit import note
from store.contacts import contact_state, mark_contact
from store.db import Session, Store
from store.digests import hold, list_digests
from store.types import AuditEntry, ContactState, Digest, DigestState, Reach


def may_leave(municipality: Municipality, email: str) -> bool:
    """Tell whether the address may end its letters: all may but the coordinator's, which is told of everything."""
    return email != municipality.coordinator.email


def has_left(session: Session, municipality: Municipality, email: str) -> bool:
    """Tell whether the address has ended its letters."""
    state = contact_state(session, municipality.key, email)
    return state is not None and state.state is Reach.UNSUBSCRIBED


def end_letters(
    store: Store, municipality: Municipality, link: Link, *, now: datetime, audit: AuditEntry | None = None
) -> bool:
    """End the letters to the link's reader; False when they had ended already or may not. Raises LinkGone.

    The unit keeps its place in the municipality's file: its items go to the deputy or the coordinator, who is told. A
    letter that is written and not sent yet is held, for the coordinator to decide on.
    """
    with store.session() as session:
        digest = reader_of_link(session, link, municipality)
        if has_left(session, municipality, digest.contact) or not may_leave(municipality, digest.contact):
            return False
        _mark(session, municipality, digest.contact, Reach.UNSUBSCRIBED, now)
        _hold_waiting(session, digest, now)
        _note(session, digest, audit)
    return True


def begin_letters(
    store: Store, municipality: Municipality, link: Link, *, now: datetime, audit: AuditEntry | None = None
) -> bool:
    """Begin the letters to the link's reader again, when it had ended them; raises LinkGone."""
    with store.session() as session:
        digest = reader_of_link(session, link, municipality)
        if not has_left(session, municipality, digest.contact):
            return False
        _mark(session, municipality, digest.contact, Reach.ACTIVE, now)
        _note(session, digest, audit)
    return True


def reach_again(store: Store, municipality: Municipality, email: str, *, now: datetime) -> bool:
    """Take a person's word that letters to the address are wanted and arrive; False when nothing said otherwise."""
    with store.session() as session:
        state = contact_state(session, municipality.key, email)
        if state is None or state.state is Reach.ACTIVE:
            return False
        _mark(session, municipality, email.lower(), Reach.ACTIVE, now)
    return True


def _mark(session: Session, municipality: Municipality, email: str, state: Reach, now: datetime) -> None:
    mark_contact(session, ContactState(municipality=municipality.key, email=email, state=state, since=now))


def _hold_waiting(session: Session, digest: Digest, now: datetime) -> None:
    for state in (DigestState.QUEUED, DigestState.RETRY):
        for waiting in list_digests(session, municipality=digest.municipality, state=state):
            if waiting.contact == digest.contact:
                hold(session, waiting.id, now, "mottagaren har avslutat sina brev")


def _note(session: Session, digest: Digest, audit: AuditEntry | None) -> None:
    """Write it into the audit log by the reader's units: an address does not belong there."""
    if audit:
        note(session, replace(audit, subject=", ".join(digest.units)))
