"""Whether contact persons are reached, and what they answer: what is saved comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from store.contacts import contact_state, contact_states, mark_contact
from store.db import Store
from store.digests import freeze_digest
from store.feedback import list_feedback, save_feedback
from store.types import Answer, ContactState, Digest, DigestState, Feedback, Reach

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def state(email: str = "skola@example.org", **changes: object) -> ContactState:
    values = {"municipality": "provköping", "email": email, "state": Reach.UNREACHABLE, "since": NOW}
    return ContactState(**values | changes)  # type: ignore[arg-type]


def test_a_contacts_state_is_kept_with_its_reason_and_counts(store: Store) -> None:
    known = state(reason="adressen finns inte", hard=2, soft_weeks=("2026-W46", "2026-W47"))
    with store.session() as session:
        mark_contact(session, known)
    with store.reading() as session:
        assert contact_states(session, "provköping") == {"skola@example.org": known}
        assert contact_states(session, "mellerud") == {}
        assert contact_state(session, "provköping", "Skola@example.org") == known
        assert contact_state(session, "provköping", "social@example.org") is None


def test_a_later_state_takes_the_place_of_the_earlier(store: Store) -> None:
    with store.session() as session:
        mark_contact(session, state())
        mark_contact(session, state("SKOLA@example.org", state=Reach.ACTIVE, since=NOW + timedelta(days=1)))
    with store.reading() as session:
        (found,) = contact_states(session, "provköping").values()
    assert (found.state, found.since) == (Reach.ACTIVE, NOW + timedelta(days=1))


def test_answers_keep_the_unit_whom_it_was_passed_to_and_the_note(store: Store) -> None:
    digest = Digest(
        id="d",
        municipality="provköping",
        contact="skola@example.org",
        week="2026-W48",
        units=("skola",),
        subject="v. 48",
        message_id="<d@example.org>",
        message=b"",
        state=DigestState.SENT,
        created_at=NOW,
    )
    answer = Feedback(
        digest_id="d",
        source="feeds",
        key="a",
        answer=Answer.PASS_ON,
        at=NOW,
        unit="skola",
        passed_to="social",
        note="rör er",
    )
    with store.session() as session:
        freeze_digest(session, digest)
        save_feedback(session, answer)
    with store.reading() as session:
        assert list_feedback(session, municipality="provköping") == [answer]
        assert list_feedback(session, municipality="mellerud") == []
