"""Answers of contact persons: what a link is about, and what an answer sets going."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from pipeline.links import Link
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.wording import clean, shortened
from store.actions import list_actions, save_action
from store.contacts import contact_state
from store.db import Session, Store
from store.digests import get_digest
from store.feedback import list_feedback, save_feedback
from store.items import get_item
from store.routes import get_routes
from store.types import Action, Answer, Digest, DigestEntry, Feedback, Reach, StoredItem

NOTE = 500  # characters
OWNER = 100
OPEN, DROPPED = "open", "dropped"
TAKEN_BACK = "Svaret ändrades"
BY = "kontaktperson"  # in the history of an action


class LinkGone(Exception):  # not an error of the tree: a page says kindly that the link is no longer of use
    """The link is ours, but its digest or its reader is not here any more."""


class AnswerRefused(ValueError):
    """The answer lacks something; the message is Swedish, for the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a link to answer with is about."""

    digest: Digest
    entry: DigestEntry
    item: StoredItem | None  # None when it has been removed since
    unit: str  # of the reader's units, the one that the item concerns
    answers: tuple[Feedback, ...]  # given before, the last counts

    @property
    def last(self) -> Feedback | None:
        """The answer that counts."""
        return self.answers[-1] if self.answers else None


def reader_of_link(session: Session, link: Link, municipality: Municipality) -> Digest:
    """Return the digest whose reader the link was sent to; raises LinkGone when that reader gets no letters now."""
    digest = get_digest(session, link.digest_id)
    if digest is None or digest.municipality != municipality.key or digest.contact not in addresses(municipality):
        raise LinkGone("no such reader")
    return digest


def addresses(municipality: Municipality) -> set[str]:
    """Return every address of the municipality's file, those of deputies too."""
    people = [person for unit in municipality.units.values() for person in (unit.contact, unit.deputy) if person]
    coordinator = municipality.coordinator
    deputies = [coordinator.deputy] if coordinator.deputy else []
    return {person.email for person in (*people, coordinator, *deputies)}


def asked_about(session: Session, link: Link, municipality: Municipality) -> Asked:
    """Return what the link is about; raises LinkGone when the reader has ended the letters or is gone."""
    digest = reader_of_link(session, link, municipality)
    state = contact_state(session, municipality.key, digest.contact)
    if state and state.state is Reach.UNSUBSCRIBED and digest.contact != municipality.coordinator.email:
        raise LinkGone("reader has ended the letters")
    entry = next((entry for entry in digest.entries if entry.position == link.position), None)
    if entry is None:
        raise LinkGone("no such entry")
    given = list_feedback(session, digest_id=digest.id)
    return Asked(
        digest=digest,
        entry=entry,
        item=get_item(session, entry.source, entry.key),
        unit=_unit(session, digest, entry),
        answers=tuple(answer for answer in given if (answer.source, answer.key) == (entry.source, entry.key)),
    )


def units_to_pass_to(asked: Asked, municipality: Municipality) -> dict[str, str]:
    """Return the units that an item may be passed on to, by key, in words: all but the reader's own."""
    names = {key: unit.name for key, unit in municipality.units.items()} | {COORDINATOR: "Samordnaren"}
    return {key: name for key, name in names.items() if key not in asked.digest.units}


def apply_answer(
    store: Store,
    municipality: Municipality,
    link: Link,
    answer: Answer,
    *,
    now: datetime,
    passed_to: str = "",
    owner: str = "",
    due: date | None = None,
    note: str = "",
) -> Feedback:
    """Keep the answer and what it sets going, in one transaction, and return it.

    Every answer is kept and the last one counts, whoever presses and however often. "We act on this" opens one action
    per item and unit; another answer afterwards drops it, unless something has come of it. Raises LinkGone, or
    AnswerRefused when it is not said to whom the item is passed on, or by whom and when something is done.
    """
    with store.session() as session:
        asked = asked_about(session, link, municipality)
        feedback = Feedback(
            digest_id=asked.digest.id,
            source=asked.entry.source,
            key=asked.entry.key,
            answer=answer,
            at=now,
            unit=asked.unit,
            passed_to=_receiver(asked, municipality, passed_to) if answer is Answer.PASS_ON else "",
            note=shortened(clean(note), NOTE),
        )
        if answer is Answer.ACT and not (owner.strip() and due):
            raise AnswerRefused("Ange vem som gör något och till vilken dag, så kan det följas upp.")
        save_feedback(session, feedback)
        _keep_action(session, asked, municipality, feedback, shortened(clean(owner), OWNER), due)
    return feedback


def action_of(session: Session, asked: Asked, municipality: Municipality) -> Action | None:
    """Return what the unit does about the item, None when nothing has been begun."""
    name = action_id(municipality.key, asked.unit, asked.entry.source, asked.entry.key)
    return next((action for action in list_actions(session, municipality.key) if action.id == name), None)


def action_id(municipality: str, unit: str, source: str, key: str) -> str:
    """Return the id of what a unit does about an item: the same however often it says so."""
    return hashlib.sha256("\n".join([municipality, unit, source, key]).encode()).hexdigest()[:20]


def _receiver(asked: Asked, municipality: Municipality, passed_to: str) -> str:
    if passed_to not in units_to_pass_to(asked, municipality):
        raise AnswerRefused("Välj vem den ska skickas vidare till.")
    return passed_to


def _keep_action(
    session: Session, asked: Asked, municipality: Municipality, feedback: Feedback, owner: str, due: date | None
) -> None:
    known = action_of(session, asked, municipality)
    if feedback.answer is not Answer.ACT:
        if known and known.state == OPEN and asked.last and asked.last.answer is Answer.ACT:
            done = replace(known, state=DROPPED, outcome=TAKEN_BACK)
            save_action(session, done, by=BY, at=feedback.at)
        return
    taken_back = known is not None and known.state == DROPPED and known.outcome == TAKEN_BACK
    if known is None or taken_back:
        known = Action(
            id=action_id(municipality.key, asked.unit, feedback.source, feedback.key),
            municipality=municipality.key,
            source=feedback.source,
            key=feedback.key,
            unit=asked.unit,
            title=asked.item.item.title if asked.item else asked.entry.key,
            created_at=feedback.at,
        )
    if known.state == OPEN:  # one that is done, or that the coordinator has dropped, is not begun anew by an old link
        save_action(session, replace(known, owner=owner, due=due), by=BY, at=feedback.at)


def _unit(session: Session, digest: Digest, entry: DigestEntry) -> str:
    """Return the unit that the item concerns: the best routed of the digest's, else the first."""
    routes = get_routes(session, digest.municipality, digest.week)
    scores: Mapping[str, float] = {
        route.unit: route.score for route in routes if (route.source, route.key) == (entry.source, entry.key)
    }
    own = [unit for unit in digest.units if unit in scores]
    return max(own, key=lambda unit: scores[unit], default=next(iter(digest.units), ""))
