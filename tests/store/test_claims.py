"""Several that send on one PostgreSQL: each what it has taken, and what the dead had taken is anybody's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from store.claims import claim, let_go, recover_sending, settle, take_due
from store.db import Store, open_store
from store.digests import due_ids, get_digest, send_again
from store.errors import StepBusy
from store.runs import begin_run, interrupt_running, list_runs
from store.types import DigestState, Outcome
from tests.store.test_outbox import NOW, attempt, freeze, make_digest


@pytest.fixture
def two(postgresql_url: str) -> Iterator[tuple[Store, Store]]:
    """The store as two machines see it, with four digests that are due."""
    with open_store(postgresql_url) as one, open_store(postgresql_url) as other:
        freeze(one, *(make_digest(f"d{number}") for number in range(4)))
        yield one, other


def state(store: Store, name: str) -> DigestState:
    with store.reading() as session:
        digest = get_digest(session, name)
        assert digest is not None
        return digest.state


def test_two_that_take_at_the_same_moment_take_different_ones_and_neither_waits(two: tuple[Store, Store]) -> None:
    with two[0].session() as mine, two[1].session() as theirs:
        assert take_due(mine, "a", NOW, most=3) == ["d0", "d1", "d2"]
        assert take_due(theirs, "b", NOW, most=3) == ["d3"]
    with two[0].session() as session:
        assert take_due(session, "c", NOW, most=3) == []
        let_go(session, "a")
        assert take_due(session, "c", NOW, most=2) == ["d0", "d1"]


def test_only_the_one_who_took_it_claims_it(store: Store) -> None:
    freeze(store, make_digest())
    with store.session() as session:
        assert take_due(session, "a", NOW, most=9) == ["d1"]
        assert not claim(session, "d1", NOW, holder="b")
        assert claim(session, "d1", NOW, holder="a")
        assert not settle(session, attempt("d1", DigestState.SENT), holder="b")
        assert settle(session, attempt("d1", DigestState.RETRY), next_try=NOW, holder="a")
        assert take_due(session, "b", NOW, most=9) == ["d1"]  # put off, it is anybody's again


def test_what_the_living_have_taken_is_left_and_what_the_dead_had_is_anybodys(two: tuple[Store, Store]) -> None:
    with two[0].beside_others("send", "lives"), two[1].beside_others("send", "me"):
        with two[0].session() as session:
            for holder in ("lives", "dead"):
                sending, _ = take_due(session, holder, NOW, most=2)
                assert claim(session, sending, NOW, holder=holder)
        with two[1].session() as session:
            assert recover_sending(session, NOW, resend=False) == ([], ["d2"])
            assert take_due(session, "me", NOW, most=9) == ["d3"]
    assert [state(two[0], name) for name in ("d0", "d1", "d2")] == ["sending", "queued", "unclear"]


def test_one_whose_lock_was_cut_sends_nothing_more_and_tells_what_it_knows(two: tuple[Store, Store]) -> None:
    with two[0].beside_others("send", "cut"):
        with two[0].session() as session:
            assert take_due(session, "cut", NOW, most=9) == ["d0", "d1", "d2", "d3"]
            assert claim(session, "d0", NOW, holder="cut")
        with two[1].session() as session:
            cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            session.execute(text(cut))
        with two[1].beside_others("send", "next"), two[1].session() as session:
            assert recover_sending(session, NOW, resend=False) == ([], ["d0"])
            assert take_due(session, "next", NOW, most=2) == ["d1", "d2"]
        with two[0].session() as session:
            assert not claim(session, "d1", NOW, holder="cut")
            assert not claim(session, "d3", NOW, holder="cut")  # nobody has it, and it must take it anew
            assert settle(session, attempt("d0", DigestState.SENT), holder="cut")
    assert state(two[0], "d0") is DigestState.SENT


def test_what_a_person_has_decided_is_not_undone_by_one_who_comes_late(two: tuple[Store, Store]) -> None:
    with two[0].session() as session:
        take_due(session, "gone", NOW, most=1)
        assert claim(session, "d0", NOW, holder="gone")
    with two[1].session() as session:
        assert recover_sending(session, NOW, resend=False) == ([], ["d0"])
        assert send_again(session, "d0", NOW)
    with two[0].session() as session:
        assert not settle(session, attempt("d0", DigestState.SENT), holder="gone")
        assert "d0" in due_ids(session, NOW)


def test_runs_that_send_beside_us_are_not_noted_as_interrupted(two: tuple[Store, Store]) -> None:
    with two[0].session() as session:
        living, dead = (begin_run(session, "send", now=NOW) for _ in range(2))
    with two[0].beside_others("send", living.id), two[1].session() as session:
        assert interrupt_running(session, NOW) == 1
    with two[0].reading() as session:
        outcomes = {run.id: run.outcome for run in list_runs(session)}
    assert outcomes == {living.id: Outcome.RUNNING, dead.id: Outcome.INTERRUPTED}


def test_who_must_have_the_outbox_alone_waits_for_no_one_and_lets_no_one_in(two: tuple[Store, Store]) -> None:
    with contextlib.ExitStack() as held:
        held.enter_context(two[0].beside_others("send", "a"))
        held.enter_context(two[1].beside_others("send", "b"))
        with pytest.raises(StepBusy), two[0].exclusive("send"):
            pass
    with two[0].exclusive("send"), pytest.raises(StepBusy), two[1].beside_others("send", "b"):
        pass


def test_on_sqlite_one_process_sends_at_a_time(sqlite_store: Store) -> None:
    with (
        open_store(sqlite_store.url) as other,
        sqlite_store.beside_others("send", "a"),
        pytest.raises(StepBusy),
        other.beside_others("send", "b"),
    ):
        pass
