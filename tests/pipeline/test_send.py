"""Sending through a mail server: every answer it can give, and what becomes of each digest."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from pipeline.send import delay_after, send_due
from pipeline.transport import SmtpTransport
from store.db import Store
from store.digests import deliveries, due_ids, get_digest, hold, release_held, send_again
from store.errors import StoreError
from store.runs import last_runs
from store.types import DigestState, Outcome
from tests.pipeline.mail_server import MailServer, mail_server
from tests.pipeline.outbox import NOW, fill_outbox, in_state, message_to, states

RIGHT, WRONG = "tuvstarr-7", "tuvstarr-8"


def smtp(server: MailServer, *, user: str = "", password: str = "", timeout: float = 5.0) -> SmtpTransport:
    return SmtpTransport("127.0.0.1", server.port, security="none", user=user, password=password, timeout=timeout)


def test_every_digest_is_sent_once_over_one_connection(store: Store) -> None:
    contacts = fill_outbox(store, 10)
    seen: list[tuple[int, int | None]] = []
    with mail_server() as server:
        run = send_due(store, smtp(server), now=NOW, progress=lambda done, total: seen.append((done, total)))
        again = send_due(store, smtp(server), now=NOW + timedelta(days=3))
    assert server.recipients == contacts
    assert server.senders == ["utkik@mellerud.example.org"] * 10
    assert len(server.connections) == 1
    assert (run.outcome, run.counts["sent"], run.message) == (Outcome.COMPLETE, 10, "10 av 10 skickade.")
    assert (again.counts, again.message) == ({"due": 0, "recovered": 0}, "Inget att skicka.")
    assert seen[-1] == (10, 10)
    with store.reading() as session:
        assert last_runs(session, "send")[""].outcome == Outcome.COMPLETE


def test_bytes_arrive_exactly_as_frozen(sqlite_store: Store) -> None:
    (contact,) = fill_outbox(sqlite_store, 1)
    with mail_server() as server:
        send_due(sqlite_store, smtp(server), now=NOW)
    assert server.accepted == [(contact, message_to(contact))]


def test_F45_one_refused_address_does_not_stop_the_other_nine(store: Store) -> None:
    contacts = fill_outbox(store, 10)
    with mail_server({"RCPT": lambda address: "550 5.1.1 No such user" if "03" in address else ""}) as server:
        run = send_due(store, smtp(server), now=NOW)
    assert server.recipients == [contact for contact in contacts if "03" not in contact]
    assert in_state(store, "refused") == ["kontakt03@mellerud.example.org"]
    assert run.outcome == Outcome.PARTIAL
    assert run.message.startswith("9 av 10 skickade. 1 avvisade: adressen finns inte (RCPT TO: 550 5.1.1 No such user)")
    with store.reading() as session:
        (delivery,) = deliveries(session, "kontakt03")
    assert (delivery.code, delivery.state) == (550, DigestState.REFUSED)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "message"])
@pytest.mark.parametrize("answer", ["451 4.7.1 Greylisted", "432 4.3.2 Concurrent connections", "421 4.3.0 Going down"])
def test_F46_passing_refusal_is_tried_again_and_sent_once(sqlite_store: Store, step: str, answer: str) -> None:
    contacts = fill_outbox(sqlite_store, 10)
    calls: list[str] = []

    def no_after_five(address: str) -> str:
        calls.append(address)
        return answer if len(calls) > 5 else ""

    with mail_server({step: no_after_five}) as server:
        run = send_due(sqlite_store, smtp(server), now=NOW)
        assert server.recipients == contacts[:5]
        assert in_state(sqlite_store, "retry") == contacts[5:]
        assert run.message == "5 av 10 skickade, försöker igen 07:01."
        server.answers.clear()
        assert send_due(sqlite_store, smtp(server), now=NOW + timedelta(seconds=59)).counts["due"] == 0
        send_due(sqlite_store, smtp(server), now=NOW + timedelta(minutes=1))
    assert server.recipients == contacts
    assert set(states(sqlite_store).values()) == {"sent"}


@pytest.mark.parametrize("ending", ["drop", "accept and drop", "silence"])
def test_F46_no_answer_after_the_message_is_unclear_and_the_rest_goes_on(sqlite_store: Store, ending: str) -> None:
    contacts = fill_outbox(sqlite_store, 4)
    with mail_server({"message": lambda address: ending if "01" in address else ""}) as server:
        run = send_due(sqlite_store, smtp(server, timeout=0.5), now=NOW)
        send_due(sqlite_store, smtp(server), now=NOW + timedelta(days=1))
    assert in_state(sqlite_store, "unclear") == [contacts[1]]
    assert len(in_state(sqlite_store, "sent")) == 3
    assert server.recipients.count(contacts[1]) == (1 if ending == "accept and drop" else 0)
    assert "Oklart om 1 kom fram" in run.message


def test_F46_connection_dropped_between_two_messages_is_taken_up_again(sqlite_store: Store) -> None:
    contacts = fill_outbox(sqlite_store, 4)
    dropped: list[str] = []

    def drop_once(address: str) -> str:
        dropped.append(address)
        return "drop" if len(dropped) == 3 else ""

    with mail_server({"MAIL": drop_once}) as server:
        send_due(sqlite_store, smtp(server), now=NOW)
    assert server.recipients == contacts
    assert len(server.connections) == 2


def test_F46_dropped_at_the_recipient_is_tried_again(sqlite_store: Store) -> None:
    contacts = fill_outbox(sqlite_store, 3)
    with mail_server({"RCPT": lambda address: "drop" if "01" in address else ""}) as server:
        send_due(sqlite_store, smtp(server), now=NOW)
    assert in_state(sqlite_store, "retry") == [contacts[1]]
    assert server.recipients == [contacts[0], contacts[2]]


def test_F46_no_server_puts_the_whole_batch_off(sqlite_store: Store) -> None:
    fill_outbox(sqlite_store, 5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    run = send_due(sqlite_store, SmtpTransport("127.0.0.1", port, security="none"), now=NOW)
    assert set(states(sqlite_store).values()) == {"retry"}
    assert (run.outcome, run.message) == (Outcome.FAILED, "0 av 5 skickade, försöker igen 07:01.")


def test_F46_after_two_days_of_trying_the_coordinator_decides(sqlite_store: Store) -> None:
    fill_outbox(sqlite_store, 1)
    now, tries = NOW, []
    with mail_server({"RCPT": lambda _: "451 later"}) as server:
        while in_state(sqlite_store, "held") == []:
            send_due(sqlite_store, smtp(server), now=now)
            tries.append(now)
            with sqlite_store.reading() as session:
                digest = get_digest(session, "kontakt00")
            assert digest is not None
            now = digest.next_try or now
    assert [round((moment - NOW).total_seconds() / 60) for moment in tries[:7]] == [0, 1, 6, 21, 81, 321, 561]
    assert timedelta(hours=48) <= tries[-1] - NOW < timedelta(hours=52)


def test_F47_wrong_password_holds_the_batch_until_it_is_released(sqlite_store: Store) -> None:
    contacts = fill_outbox(sqlite_store, 5)
    with mail_server(password=RIGHT) as server:
        run = send_due(sqlite_store, smtp(server, user="utkik", password=WRONG), now=NOW)
        assert set(states(sqlite_store).values()) == {"held"}
        assert run.outcome == Outcome.FAILED
        assert "5 hålls tills någon säger till: inloggningen godtogs inte" in run.message
        assert send_due(sqlite_store, smtp(server, user="utkik", password=RIGHT), now=NOW).counts["due"] == 0
        with sqlite_store.session() as session:
            assert release_held(session, NOW) == 5
        send_due(sqlite_store, smtp(server, user="utkik", password=RIGHT), now=NOW)
    assert server.recipients == contacts


def test_login_with_letters_that_cannot_be_sent_holds_the_batch_and_stays_secret(sqlite_store: Store) -> None:
    fill_outbox(sqlite_store, 2)
    with mail_server(password=RIGHT) as server:
        run = send_due(sqlite_store, smtp(server, user="utkik", password="hemligtåäö"), now=NOW)  # noqa: S106
    assert set(states(sqlite_store).values()) == {"held"}
    assert "characters that cannot be sent" in run.message
    assert "hemligt" not in run.message


def test_F47_refused_sender_and_missing_encryption_hold_the_batch(sqlite_store: Store) -> None:
    fill_outbox(sqlite_store, 3)
    with mail_server({"MAIL": lambda _: "550 5.7.1 Not your address"}) as server:
        send_due(sqlite_store, smtp(server), now=NOW)
        assert set(states(sqlite_store).values()) == {"held"}
        with sqlite_store.session() as session:
            release_held(session, NOW)
        server.answers.clear()
        encrypted = SmtpTransport("127.0.0.1", server.port, security="starttls", timeout=5)
        send_due(sqlite_store, encrypted, now=NOW)
    assert set(states(sqlite_store).values()) == {"held"}
    assert server.accepted == []


def test_F48_second_sender_at_the_same_time_is_turned_away(store: Store) -> None:
    fill_outbox(store, 2)
    with mail_server() as server, store.exclusive("send"), pytest.raises(StoreError, match="redan igång"):
        send_due(store, smtp(server), now=NOW)
    assert server.accepted == []


def test_F58_the_same_bytes_are_sent_on_every_try(sqlite_store: Store) -> None:
    (contact,) = fill_outbox(sqlite_store, 1)
    with mail_server({"message": lambda _: "accept and drop"}) as server:
        send_due(sqlite_store, smtp(server), now=NOW)
        with sqlite_store.session() as session:
            assert send_again(session, "kontakt00", NOW)
        server.answers.clear()
        send_due(sqlite_store, smtp(server), now=NOW + timedelta(days=2))
    assert server.accepted == [(contact, message_to(contact))] * 2


def test_digest_settled_by_another_in_the_meantime_is_not_sent(sqlite_store: Store) -> None:
    fill_outbox(sqlite_store, 2)

    def settle_it(address: str) -> str:
        with sqlite_store.session() as session:
            for name in due_ids(session, NOW):
                hold(session, name, NOW, "hålls")
        return ""

    with mail_server({"RCPT": settle_it}) as server:
        run = send_due(sqlite_store, smtp(server), now=NOW)
    assert server.accepted == []
    assert set(states(sqlite_store).values()) == {"held"}
    assert run.message == "Inget att skicka."


def test_waits_grow_to_four_hours() -> None:
    waits = [delay_after(earlier) // timedelta(minutes=1) for earlier in range(7)]
    assert waits == [1, 5, 15, 60, 240, 240, 240]
