"""Answers: the last one counts and all are kept; what they set going, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.answers import AnswerRefused, LinkGone, apply_answer
from pipeline.compose import compose
from pipeline.leaving import begin_letters, end_letters, reach_again
from pipeline.links import ANSWER, UNSUBSCRIBE, Link
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.settings import Settings
from store.actions import list_actions, save_action
from store.contacts import contact_states
from store.db import Store
from store.digests import list_digests
from store.feedback import list_feedback
from store.types import Answer, Deadline, Digest, DigestState, Kind, Reach, Ruling
from store.verdicts import save_verdict
from tests.pipeline.making import NOW, candidate, municipality, unit, verdict
from tests.pipeline.test_compose import digests, freeze, keep, keys, text_of

SOON = NOW + timedelta(hours=3)
NEXT_WEEK = NOW + timedelta(days=7)
DUE = date(2026, 12, 18)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def told(store: Store, settings: Settings) -> Digest:
    """Give the school's digest of two items."""
    keep(store, candidate("a", "Skolskjuts"), candidate("b", "Skolmat", relevance=0.7))
    freeze(store, settings)
    return digests(store)["skola@example.org"]


def link(digest: Digest, position: int = 1) -> Link:
    return Link(purpose=ANSWER, digest_id=digest.id, position=position)


def answer(store: Store, digest: Digest, said: Answer, *, at: Municipality | None = None, **more: Any) -> None:
    apply_answer(store, at or municipality(), link(digest), said, **({"now": SOON} | more))


def given(store: Store) -> list[tuple[str, str]]:
    with store.reading() as session:
        return [(found.key, found.answer.value) for found in list_feedback(session)]


def test_an_answer_is_kept_with_item_and_unit_for_the_model_to_learn_from(store: Store, told: Digest) -> None:
    answer(store, told, Answer.RELEVANT, note="Ja\r\n tack")
    with store.reading() as session:
        (found,) = list_feedback(session)
    assert (found.key, found.unit, found.answer, found.note) == ("a", "skola", Answer.RELEVANT, "Ja tack")


def test_F61_the_last_answer_counts_and_all_are_kept(store: Store, told: Digest) -> None:
    for said in (Answer.RELEVANT, Answer.NOT_FOR_US, Answer.RELEVANT):
        answer(store, told, said)
    assert given(store) == [("a", "relevant"), ("a", "not_for_us"), ("a", "relevant")]


def test_F61_two_who_press_at_once_are_both_kept_and_open_one_action(store: Store, told: Digest) -> None:
    faults: list[Exception] = []

    def press(owner: str) -> None:
        try:
            answer(store, told, Answer.ACT, owner=owner, due=DUE)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=press, args=(f"enhet {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert given(store) == [("a", "act")] * 6
    with store.reading() as session:
        assert len(list_actions(session, "provköping")) == 1


def test_acting_opens_an_action_with_owner_and_date_and_another_answer_drops_it(store: Store, told: Digest) -> None:
    answer(store, told, Answer.ACT, owner="rektorsgruppen", due=DUE)
    with store.reading() as session:
        (action,) = list_actions(session, "provköping")
    assert (action.title, action.unit, action.owner, action.due, action.state) == (
        "Skolskjuts",
        "skola",
        "rektorsgruppen",
        DUE,
        "open",
    )
    answer(store, told, Answer.NOT_FOR_US)
    with store.reading() as session:
        (dropped,) = list_actions(session, "provköping")
    assert (dropped.state, dropped.outcome) == ("dropped", "Svaret ändrades")
    answer(store, told, Answer.ACT, owner="skolchefen", due=DUE)
    with store.reading() as session:
        (again,) = list_actions(session, "provköping")
    assert (again.state, again.owner, again.outcome) == ("open", "skolchefen", "")


def test_an_action_that_is_done_is_not_touched_by_a_late_answer(store: Store, told: Digest) -> None:
    answer(store, told, Answer.ACT, owner="rektorsgruppen", due=DUE)
    with store.session() as session:
        (action,) = list_actions(session, "provköping")
        save_action(session, replace(action, state="done", outcome="Sökt och fått"))
    answer(store, told, Answer.RELEVANT)
    answer(store, told, Answer.ACT, owner="någon annan", due=DUE)
    with store.reading() as session:
        (kept,) = list_actions(session, "provköping")
    assert (kept.state, kept.owner, kept.outcome) == ("done", "rektorsgruppen", "Sökt och fått")


@pytest.mark.parametrize(
    ("said", "more"),
    [
        (Answer.ACT, {"owner": "", "due": DUE}),
        (Answer.ACT, {"owner": "skolchefen"}),
        (Answer.PASS_ON, {}),
        (Answer.PASS_ON, {"passed_to": "skola"}),
        (Answer.PASS_ON, {"passed_to": "okänd"}),
    ],
)
def test_an_answer_that_lacks_something_is_not_kept(
    store: Store, told: Digest, said: Answer, more: dict[str, Any]
) -> None:
    with pytest.raises(AnswerRefused):
        answer(store, told, said, **more)
    assert given(store) == []


def test_what_is_passed_on_stands_in_the_other_units_next_digest_and_says_who_sent_it(
    store: Store, settings: Settings, told: Digest
) -> None:
    answer(store, told, Answer.PASS_ON, passed_to="social", note="gäller barn i familjehem")
    freeze(store, settings, now=NEXT_WEEK)
    digest = digests(store, "2026-W49")["social@example.org"]
    assert keys(digest) == ["a"]
    said = " ".join(text_of(digest).split())
    assert "Skolförvaltningen har skickat den vidare till er: ”gäller barn i familjehem”." in said


def test_what_is_passed_on_comes_though_it_is_old_and_only_once(store: Store, settings: Settings, told: Digest) -> None:
    answer(store, told, Answer.PASS_ON, passed_to=COORDINATOR)
    late = NOW + timedelta(days=28)
    for week, now in (("2026-W52", late), ("2026-W53", late + timedelta(days=7))):
        compose(store, municipality(), settings, week=week, now=now)
    with store.reading() as session:
        letters = [keys(d) for d in list_digests(session) if d.contact == "samordnare@example.org" and d.entries]
    assert letters == [["a"]]


def test_the_last_answer_decides_whether_it_is_passed_on(store: Store, settings: Settings, told: Digest) -> None:
    answer(store, told, Answer.PASS_ON, passed_to="social")
    answer(store, told, Answer.RELEVANT)
    freeze(store, settings, now=NEXT_WEEK)
    assert keys(digests(store, "2026-W49")["social@example.org"]) == []


def test_the_coordinators_later_no_stops_what_was_passed_on(store: Store, settings: Settings, told: Digest) -> None:
    answer(store, told, Answer.PASS_ON, passed_to="social")
    with store.session() as session:
        save_verdict(session, replace(verdict(candidate("a"), Ruling.DROP), at=SOON + timedelta(hours=1)))
    freeze(store, settings, now=NEXT_WEEK)
    assert keys(digests(store, "2026-W49")["social@example.org"]) == []


def test_what_is_not_for_a_unit_is_not_told_again_when_it_changes(
    store: Store, settings: Settings, told: Digest
) -> None:
    before = candidate("c", kind=Kind.CALL, deadlines=(Deadline(date(2027, 3, 1)),))
    keep(store, before)
    freeze(store, settings, now=NEXT_WEEK)
    digest = digests(store, "2026-W49")["skola@example.org"]
    assert keys(digest) == ["c"]
    answer(store, digest, Answer.NOT_FOR_US, now=NEXT_WEEK + timedelta(hours=1))
    moved = candidate("c", kind=Kind.CALL, deadlines=(Deadline(date(2027, 4, 1)),))
    keep(store, moved, now=NEXT_WEEK + timedelta(days=2))
    compose(store, municipality(), settings, week="2026-W50", now=NEXT_WEEK + timedelta(days=7))
    assert keys(digests(store, "2026-W50")["skola@example.org"]) == []


def test_F60_a_contact_that_has_left_the_file_answers_nothing(store: Store, told: Digest) -> None:
    without = municipality(units={"social": unit("Socialförvaltningen", ["social"], "social")})
    with pytest.raises(LinkGone):
        answer(store, told, Answer.RELEVANT, at=without)
    with pytest.raises(LinkGone):
        answer(store, told, Answer.RELEVANT, at=municipality(short="Grannköping"))
    with pytest.raises(LinkGone):
        apply_answer(store, municipality(), link(told, 9), Answer.RELEVANT, now=SOON)
    assert given(store) == []


def test_F62_ending_the_letters_is_told_to_the_coordinator_and_the_unit_keeps_its_place(
    store: Store, settings: Settings, told: Digest
) -> None:
    leave = Link(purpose=UNSUBSCRIBE, digest_id=told.id)
    assert end_letters(store, municipality(), leave, now=SOON)
    assert not end_letters(store, municipality(), leave, now=SOON + timedelta(days=1))
    with store.reading() as session:
        state = contact_states(session, "provköping")["skola@example.org"]
    assert (state.state, state.since) == (Reach.UNSUBSCRIBED, SOON)
    with pytest.raises(LinkGone):
        answer(store, told, Answer.RELEVANT)
    keep(store, candidate("ny", "Skolval", published=date(2026, 11, 28)), now=NEXT_WEEK - timedelta(days=1))
    freeze(store, settings, now=NEXT_WEEK)
    found = digests(store, "2026-W49")
    assert "skola@example.org" not in found
    coordinators = found["samordnare@example.org"]
    assert "ny" in keys(coordinators)
    said = " ".join(text_of(coordinators).split())
    assert (
        "Kontaktpersonen för Skolförvaltningen har avslutat sina brev (23 nov): det som rör den kommer till dig."
        in said
    )


def test_a_letter_that_waits_when_the_letters_are_ended_is_held_for_the_coordinator(store: Store, told: Digest) -> None:
    assert end_letters(store, municipality(), Link(purpose=UNSUBSCRIBE, digest_id=told.id), now=SOON)
    states = {contact: digest.state for contact, digest in digests(store).items()}
    assert states.pop("skola@example.org") is DigestState.HELD
    assert set(states.values()) == {DigestState.QUEUED}


def test_letters_that_were_ended_can_be_begun_again_by_the_reader_or_the_coordinator(
    store: Store, told: Digest
) -> None:
    leave = Link(purpose=UNSUBSCRIBE, digest_id=told.id)
    assert not begin_letters(store, municipality(), leave, now=SOON)
    assert end_letters(store, municipality(), leave, now=SOON)
    assert begin_letters(store, municipality(), leave, now=SOON)
    assert end_letters(store, municipality(), leave, now=SOON)
    assert reach_again(store, municipality(), "skola@example.org", now=SOON)
    with store.reading() as session:
        assert contact_states(session, "provköping")["skola@example.org"].state is Reach.ACTIVE


def test_the_coordinator_cannot_end_the_letters_that_tell_what_nobody_reads(store: Store, settings: Settings) -> None:
    keep(store, candidate("a", areas={"waste": 0.9}))
    freeze(store, settings)
    digest = digests(store)["samordnare@example.org"]
    leave = Link(purpose=UNSUBSCRIBE, digest_id=digest.id)
    assert not end_letters(store, municipality(), leave, now=SOON)
