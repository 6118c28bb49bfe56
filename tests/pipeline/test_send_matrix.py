"""A mail server that goes wrong at every point of the conversation, in every way: what becomes of each letter."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from pipeline.send import send_due
from pipeline.transport import SmtpTransport
from store.db import Store
from store.digests import list_digests, release_held
from tests.crawlers.certificates import Authority
from tests.pipeline.outbox import NOW, fill_outbox, message_to, states
from tests.pipeline.scripted_smtp import CODES, POINTS, ScriptedServer, scripted_smtp

PATIENCE = {"silence": 0.5}  # seconds that our side waits for an answer, else 10
PASSING = (421, 432, 450, 451, 452, 454)
LASTING = (530, 535, 550, 552, 554)
LOGIN = (530, 535)  # a login is wanted, or was not accepted: true of every letter, whenever it is said
OTHERS = ("slow", "drop", "silence", "die")

# Of three letters, the second is struck: what becomes of each. q: still sent once the server is well; h: held until a
# person releases it; r: refused; u: unclear; s: sent.
ALL_LATER, ALL_HELD, SENT = "qqq", "hhh", "sss"
CONNECTING = dict.fromkeys((*PASSING, "drop", "silence", "die"), ALL_LATER) | dict.fromkeys(LASTING, ALL_HELD)
ENDS: Mapping[str, Mapping[int | str, str]] = {
    "banner": CONNECTING,
    "EHLO": CONNECTING,
    "STARTTLS": CONNECTING,
    "AUTH": CONNECTING,
    # Of the sender nobody is struck alone: the third meets the same.
    "MAIL": dict.fromkeys((*PASSING, "drop", "silence", "die"), "sqq") | dict.fromkeys(LASTING, "shh"),
    "RCPT": dict.fromkeys((*PASSING, "drop", "silence"), "sqs")
    | dict.fromkeys(LASTING, "srs")
    | dict.fromkeys(LOGIN, "shh")
    | {"die": "sqq"},
    "DATA": dict.fromkeys((*PASSING, "drop", "silence"), "sqs")
    | dict.fromkeys(LASTING, "srs")
    | dict.fromkeys(LOGIN, "shh")
    | {"die": "sqq"},
    # A clear no is a no also in the middle of the message; without one nobody knows.
    "body": dict.fromkeys(PASSING, "sqs")
    | dict.fromkeys(LASTING, "srs")
    | dict.fromkeys(LOGIN, "shh")
    | {"drop": "sus", "silence": "sus", "die": "suq"},
    "dot": dict.fromkeys(PASSING, "sqs")
    | dict.fromkeys(LASTING, "srs")
    | dict.fromkeys(LOGIN, "shh")
    | {"drop": "sus", "silence": "sus", "die": "suq"},
    # What has been accepted is sent, whatever comes after.
    "after": dict.fromkeys((*CODES, "drop", "silence"), SENT) | {"die": "ssq"},
    "QUIT": dict.fromkeys((*CODES, "drop", "silence", "die"), SENT),
}
LETTERS = {"sent": "s", "retry": "q", "queued": "q", "held": "h", "refused": "r", "unclear": "u"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusting(authority: Authority) -> Iterator[tuple[ssl.SSLContext, ssl.SSLContext]]:
    """Give the server's and the client's side of encryption."""
    yield authority.server_context("localhost"), ssl.create_default_context(cafile=str(authority.root))


def test_the_matrix_is_whole() -> None:
    assert set(ENDS) == set(POINTS)
    assert all(set(row) == {*CODES, "drop", "silence", "die"} for row in ENDS.values())


def smtp(server: ScriptedServer, context: ssl.SSLContext) -> SmtpTransport:
    return SmtpTransport(
        "localhost",
        server.port,
        security="starttls" if server.certificate else "none",
        user="utkik",
        password="tuvstarr-7",  # noqa: S106 - of a server that lives for a second
        timeout=PATIENCE.get(str(server.goes), 10.0),
        context=context,
    )


def ends(store: Store, contacts: list[str]) -> str:
    found = states(store)
    return "".join(LETTERS[found[contact]] for contact in contacts)


@pytest.mark.parametrize("point", POINTS)
def test_F45_F46_F47_F58_server_that_goes_wrong_at_any_point_loses_and_repeats_nothing(
    store: Store, point: str, trusting: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    encrypted, trusts = trusting
    found = {}
    for number, goes in enumerate((*CODES, *OTHERS)):
        contacts = [f"{goes}-{n}@mellerud.example.org" for n in range(3)]
        fill_outbox(store, 3, contacts=contacts)
        certificate = encrypted if point == "STARTTLS" else None
        now = NOW + timedelta(days=7 * number)
        with scripted_smtp(point=point, goes=goes, victim=contacts[1], certificate=certificate) as server:
            send_due(store, smtp(server, trusts), now=now)
            found[goes] = ends(store, contacts)
            server.repair()
            send_due(store, smtp(server, trusts), now=now + timedelta(minutes=2))
            assert "q" not in ends(store, contacts)
            with store.session() as session:
                release_held(session, now)
            send_due(store, smtp(server, trusts), now=now + timedelta(minutes=3))
        arrived = [contact for contact, _ in server.accepted]
        sent = [contact for contact, state in zip(contacts, ends(store, contacts), strict=True) if state == "s"]
        assert sorted(arrived) == sorted(sent), (point, goes)  # so nothing came twice, and what is sent has come
        assert dict(server.accepted) == {contact: message_to(contact) for contact in arrived}
        settle_the_rest(store, contacts, found[goes])
    assert found == {**ENDS[point], "slow": SENT}


def settle_the_rest(store: Store, contacts: list[str], before: str) -> None:
    """Only what was refused or unclear is left to a person: the rest is sent."""
    after = ends(store, contacts)
    assert after == "".join(state if state in "ru" else "s" for state in before)
    with store.reading() as session:
        waiting = [d for d in list_digests(session) if d.contact in contacts and d.state.value in ("queued", "retry")]
    assert waiting == []
