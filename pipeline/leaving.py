"""Ending the letters to an address, and beginning them again."""

from __future__ import annotations

from datetime import datetime

from pipeline.answers import reader_of_link
from pipeline.links import Link
from pipeline.municipality import Municipality
from store.contacts import contact_state, mark_contact
from store.db import Session, Store
from store.types import ContactState, Reach


def may_leave(municipality: Municipality, email: str) -> bool:
    """Tell whether the address may end its letters: all may but the coordinator's, which is told of everything."""
    return email != municipality.coordinator.email


def has_left(session: Session, municipality: Municipality, email: str) -> bool:
    """Tell whether the address has ended its letters."""
    state = contact_state(session, municipality.key, email)
    return state is not None and state.state is Reach.UNSUBSCRIBED


def end_letters(store: Store, municipality: Municipality, link: Link, *, now: datetime) -> bool:
    """End the letters to the link's reader; False when they had ended already or may not. Raises LinkGone.

    The unit keeps its place in the municipality's file: its items go to the deputy or the coordinator, who is told.
    """
    with store.session() as session:
        email = reader_of_link(session, link, municipality).contact
        if has_left(session, municipality, email) or not may_leave(municipality, email):
            return False
        _mark(session, municipality, email, Reach.UNSUBSCRIBED, now)
    return True


def begin_letters(store: Store, municipality: Municipality, link: Link, *, now: datetime) -> bool:
    """Begin the letters to the link's reader again, when it had ended them; raises LinkGone."""
    with store.session() as session:
        email = reader_of_link(session, link, municipality).contact
        if not has_left(session, municipality, email):
            return False
        _mark(session, municipality, email, Reach.ACTIVE, now)
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
