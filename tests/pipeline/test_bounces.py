"""What comes back from mail servers: hard, soft, judged as spam, away, forged and read twice."""

from __future__ import annotations

import mailbox
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.bounce_reading import BounceKind, read_bounce
from pipeline.bounces import messages_in, take_in
from pipeline.installation import Installation
from store.contacts import contact_state
from store.db import Store
from store.digests import deliveries
from store.types import Reach
from tests.pipeline.ledgers import KEY, NOW, make_installation, sent_digest
from tests.pipeline.outbox import states

OURS = "<d1@provkoping.example.org>"


def dsn(
    status: str = "5.1.1", *, action: str = "failed", letter: str = OURS, diagnostic: str = "550 No such user"
) -> bytes:
    """Return a delivery status notification as Postfix writes them."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.org\r\nTo: samordnare@example.org\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
        f"Final-Recipient: rfc822; skola@example.org\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {diagnostic}\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"From: samordnare@example.org\r\nMessage-ID: {letter}\r\nSubject: Veckan\r\n\r\n--b--\r\n"
    ).encode()


def reply(*headers: str, subject: str = "Re: Veckan") -> bytes:
    """Return an answer to a letter of ours."""
    lines = ["From: skola@example.org", f"Subject: {subject}", f"In-Reply-To: {OURS}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\nJag är ledig till måndag. Adressen kollega@example.org finns.\r\n").encode()


QMAIL = (
    "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: samordnare@example.org\nSubject: failure notice\n\n"
    "Hi. This is the qmail-send program at mx.example.org.\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    "<skola@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
    "--- Below this line is a copy of the message.\n\n"
    f"Message-ID: {OURS}\nSubject: Veckan\n"
).encode()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (dsn("5.1.1"), BounceKind.HARD),
        (dsn("5.0.0", diagnostic="550 5.1.10 Recipient not found"), BounceKind.HARD),
        (dsn("5.2.2", diagnostic="552 Mailbox full"), BounceKind.SOFT),
        (dsn("4.4.7", diagnostic="gave up after two days"), BounceKind.SOFT),
        (dsn("5.4.4", diagnostic="no route"), BounceKind.SOFT),
        (dsn("5.7.1", diagnostic="554 rejected as spam"), BounceKind.SOFT),
        (dsn("5.0.0", diagnostic="550 blocked by policy"), BounceKind.SOFT),
        (dsn("4.2.0", action="delayed"), BounceKind.DELAYED),
        (dsn("2.0.0", action="delivered"), BounceKind.DELIVERED),
        (QMAIL, BounceKind.HARD),
        (reply("Auto-Submitted: auto-replied"), BounceKind.REPLY),
        (reply("X-Autoreply: yes"), BounceKind.REPLY),
        (reply(subject="Automatiskt svar: Veckan"), BounceKind.REPLY),
        (reply(), BounceKind.REPLY),
        (b"", BounceKind.UNKNOWN),
        (bytes(range(256)) * 20, BounceKind.UNKNOWN),
    ],
)
def test_F49_F50_each_sort_of_message_is_known_for_what_it_is(content: bytes, kind: BounceKind) -> None:
    assert read_bounce(content).kind is kind


def test_letter_is_named_by_the_headers_sent_back_or_quoted() -> None:
    assert read_bounce(dsn()).letters == (OURS,)
    assert read_bounce(QMAIL).letters == (OURS,)


@pytest.fixture
def installation(store: Store, tmp_path: Path) -> Installation:
    """Provköping with one letter sent, on either database."""
    sent_digest(store, "d1")
    return make_installation(store, tmp_path)


def state_of(installation: Installation, email: str = "skola@example.org") -> tuple[Reach, int, tuple[str, ...]] | None:
    with installation.store.reading() as session:
        found = contact_state(session, KEY, email)
    return (found.state, found.hard, found.soft_weeks) if found else None


def test_F49_hard_bounce_marks_the_letter_and_the_second_the_contact(installation: Installation) -> None:
    assert take_in(installation, [dsn()], now=NOW) == {"hard": 1}
    assert states(installation.store) == {"skola@example.org": "bounced"}
    assert state_of(installation) == (Reach.ACTIVE, 1, ())
    with installation.store.reading() as session:
        last = deliveries(session, "d1")[-1]
    assert (last.transport, last.detail) == ("bounce", "adressen finns inte eller tar inte emot (5.1.1)")
    sent_digest(installation.store, "d2", week="2026-W36", created_at=NOW + timedelta(days=7))
    second = dsn(letter="<d2@provkoping.example.org>")
    assert take_in(installation, [second], now=NOW + timedelta(days=7)) == {"hard": 1}
    assert state_of(installation) == (Reach.UNREACHABLE, 2, ())


def test_F49_four_weeks_of_soft_bounces_mark_the_contact(installation: Installation) -> None:
    for number in range(2, 6):
        at = NOW + timedelta(days=7 * number)
        sent_digest(installation.store, f"d{number}", week=f"2026-W{35 + number}", created_at=at)
        full = dsn("5.2.2", letter=f"<d{number}@provkoping.example.org>")
        assert state_of(installation) is None or state_of(installation)[0] is Reach.ACTIVE  # type: ignore[index]
        take_in(installation, [full], now=at)
    assert state_of(installation) == (Reach.UNREACHABLE, 0, ("2026-W37", "2026-W38", "2026-W39", "2026-W40"))


def test_same_notice_read_again_or_sent_twice_counts_once(installation: Installation) -> None:
    other = dsn(diagnostic="550 the same from a second server")
    assert take_in(installation, [dsn(), dsn(), other], now=NOW) == {"hard": 1, "known": 2}
    assert state_of(installation) == (Reach.ACTIVE, 1, ())


def test_F49_forged_notice_about_no_letter_of_ours_changes_nothing(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    forged = [dsn(letter="<gissning@provkoping.example.org>"), dsn(letter="")]
    assert take_in(installation, forged, now=NOW) == {"foreign": 2}
    assert states(installation.store) == {"skola@example.org": "sent"}
    assert state_of(installation) is None
    assert "names no letter of ours" in caplog.text
    assert "skola@example.org" not in caplog.text


def test_F50_answers_delays_and_receipts_change_nothing(installation: Installation) -> None:
    contents = [reply("Auto-Submitted: auto-replied"), dsn("4.2.0", action="delayed"), dsn("2.0.0", action="delivered")]
    assert take_in(installation, contents, now=NOW) == {"reply": 1, "delayed": 1, "delivered": 1}
    assert states(installation.store) == {"skola@example.org": "sent"}
    assert state_of(installation) is None


def test_messages_are_read_from_a_file_an_mbox_a_maildir_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.eml").write_bytes(dsn())
    box = mailbox.mbox(tmp_path / "box")
    maildir = mailbox.Maildir(tmp_path / "maildir")
    for target in (box, maildir):
        target.add(dsn())
        target.add(QMAIL)
        target.close()
    found = {
        name: [read_bounce(content).kind for content in messages_in(tmp_path / name)]
        for name in ("folder", "folder/a.eml", "box", "maildir")
    }
    hard = BounceKind.HARD
    assert found == {"folder": [hard], "folder/a.eml": [hard], "box": [hard, hard], "maildir": [hard, hard]}
