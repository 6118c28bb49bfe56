"""The outbox: one digest per contact and week, claimed once, settled once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

from store.claims import claim, recover_sending, settle
from store.db import Store
from store.digests import (
    count_as_sent,
    count_by_state,
    deliveries,
    due_digests,
    due_ids,
    freeze_digest,
    get_digest,
    hold,
    list_digests,
    release_held,
    send_again,
    sent_entries,
)
from store.feedback import list_feedback, save_feedback
from store.types import Answer, Delivery, Digest, DigestEntry, DigestState, Feedback

NOW = datetime(2026, 8, 24, 5, 0, tzinfo=UTC)


def make_digest(name: str = "d1", **fields: Any) -> Digest:
    values: dict[str, Any] = {
        "id": name,
        "municipality": "mellerud",
        "contact": f"{name}@example.org",
        "week": "2026-W34",
        "units": ("samhallsbyggnad",),
        "subject": "Omvärldsbrev vecka 34",
        "message_id": f"<{name}@example.org>",
        "message": b"From: utkik@example.org\r\n\r\nHej\r\n",
        "state": DigestState.QUEUED,
        "created_at": NOW,
        "entries": (entry("a", 0), entry("b", 1)),
    }
    return Digest(**values | fields)


def entry(key: str, position: int, content_hash: str = "h1") -> DigestEntry:
    return DigestEntry(
        source="cellar", key=key, section="Vatten", position=position, because="ordet avlopp", content_hash=content_hash
    )


def freeze(store: Store, *digests: Digest) -> list[bool]:
    with store.session() as session:
        return [freeze_digest(session, digest) for digest in digests]


def attempt(name: str, state: DigestState, **fields: Any) -> Delivery:
    return Delivery(digest_id=name, at=NOW, transport="smtp", state=state, **fields)


def test_digest_comes_back_as_it_was_frozen(store: Store) -> None:
    digest = make_digest(message=bytes(range(256)))
    assert freeze(store, digest) == [True]
    with store.reading() as session:
        assert get_digest(session, "d1") == digest
        assert due_digests(session, NOW) == [digest]
        assert get_digest(session, "d2") is None


def test_F48_second_digest_for_a_contact_and_week_is_not_frozen(store: Store) -> None:
    first, second = make_digest(), make_digest("d2", contact="d1@example.org", message=b"annat")
    assert freeze(store, first, second) == [True, False]
    assert freeze(store, make_digest(week="2026-W35")) == [False]  # the same id again
    with store.reading() as session:
        assert list_digests(session) == [first]


def test_F48_digest_is_claimed_by_one_of_many(store: Store) -> None:
    freeze(store, make_digest())
    won: list[bool] = []

    def try_to_claim() -> None:
        with store.session() as session:
            won.append(claim(session, "d1", NOW))

    threads = [threading.Thread(target=try_to_claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_settled_digest_is_neither_due_nor_settled_again(store: Store) -> None:
    freeze(store, make_digest())
    with store.session() as session:
        assert claim(session, "d1", NOW)
        assert settle(session, attempt("d1", DigestState.SENT))
        assert not settle(session, attempt("d1", DigestState.RETRY))
        assert not claim(session, "d1", NOW)
        assert due_ids(session, NOW + timedelta(days=9)) == []
        digest = get_digest(session, "d1")
        assert count_by_state(session) == {"sent": 1}
    assert digest is not None
    assert (digest.state, digest.attempts, digest.settled_at) == (DigestState.SENT, 1, NOW)


def test_retry_is_due_at_its_time_and_not_before(store: Store) -> None:
    freeze(store, make_digest(), make_digest("d2", municipality="varberg"))
    with store.session() as session:
        settle(session, attempt("d1", DigestState.RETRY, code=451), next_try=NOW + timedelta(minutes=5))
        assert due_ids(session, NOW) == ["d2"]
        assert due_ids(session, NOW, among=["mellerud"]) == []
        assert due_ids(session, NOW + timedelta(minutes=5)) == ["d1", "d2"]


def test_F31_left_behind_by_smtp_is_unclear_and_by_the_folder_queued_again(store: Store) -> None:
    freeze(store, make_digest("d1"), make_digest("d2"), make_digest("d3"))
    with store.session() as session:
        claim(session, "d1", NOW, transport="smtp")
        claim(session, "d2", NOW, transport="folder")
    with store.session() as session:
        assert recover_sending(session, NOW, resend=True, transport="folder") == (["d2"], ["d1"])
    with store.session() as session:
        assert recover_sending(session, NOW, resend=True, transport="folder") == ([], [])
        assert due_ids(session, NOW) == ["d2", "d3"]
        assert [made.state for made in deliveries(session, "d1")] == [DigestState.UNCLEAR]


def test_F31_person_settles_an_unclear_digest(store: Store) -> None:
    freeze(store, make_digest("d1"), make_digest("d2"))
    with store.session() as session:
        for name in ("d1", "d2"):
            claim(session, name, NOW)
        recover_sending(session, NOW, resend=False)
        assert send_again(session, "d1", NOW)
        assert count_as_sent(session, "d2", NOW)
        assert not send_again(session, "d1", NOW)
        assert not send_again(session, "d2", NOW)
        assert due_ids(session, NOW) == ["d1"]
        assert deliveries(session, "d2")[-1].transport == "person"
        digest = get_digest(session, "d1")
    assert digest is not None
    assert digest.attempts == 0


def test_held_digests_wait_until_they_are_released(store: Store) -> None:
    freeze(store, make_digest("d1"), make_digest("d2"))
    with store.session() as session:
        assert hold(session, "d1", NOW, "återställd från säkerhetskopia")
        assert due_ids(session, NOW) == ["d2"]
        assert release_held(session, NOW, municipality="varberg") == 0
        assert release_held(session, NOW) == 1
        assert due_ids(session, NOW) == ["d1", "d2"]


def test_told_entries_are_of_every_digest_and_the_newest_content_counts(store: Store) -> None:
    later = make_digest(
        "d2",
        contact="d1@example.org",
        week="2026-W35",
        created_at=NOW + timedelta(days=7),
        entries=(entry("a", 0, "h2"),),
    )
    freeze(store, later, make_digest("d1"), make_digest("d3", entries=(entry("c", 0),)))
    with store.reading() as session:
        told = sent_entries(session, "mellerud", "d1@example.org")
        assert told == {("cellar", "a"): "h2", ("cellar", "b"): "h1"}
        assert sent_entries(session, "varberg", "d1@example.org") == {}


def test_answers_are_kept_in_order(store: Store) -> None:
    freeze(store, make_digest())
    first = Feedback(digest_id="d1", source="cellar", key="a", answer=Answer.NOT_FOR_US, at=NOW)
    second = Feedback(digest_id="d1", source="cellar", key="a", answer=Answer.ACT, at=NOW)
    with store.session() as session:
        save_feedback(session, first)
        save_feedback(session, second)
        assert list_feedback(session, digest_id="d1") == [first, second]
        assert list_feedback(session, since=NOW + timedelta(seconds=1)) == []
