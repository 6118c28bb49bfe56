"""A mail server on a loopback port that answers as a script says, for the tests of sending."""

# ruff: noqa: ARG002 - aiosmtpd gives every handler all arguments

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Rule = Callable[[str], str]


class MailServer:
    """Accepts mail, or answers as its script says.

    `answers` maps a step (MAIL, RCPT, message) to a function from the address to an answer: "" is yes, "drop" hangs
    up, "silence" says nothing more, anything else is said.
    """

    def __init__(self, answers: Mapping[str, Rule], password: str) -> None:
        self.answers = dict(answers)
        self.password = password
        self.accepted: list[tuple[str, bytes]] = []
        self.senders: list[str] = []
        self.connections: set[Any] = set()
        self.port = 0

    @property
    def recipients(self) -> list[str]:
        """Who has got mail, in order."""
        return [recipient for recipient, _ in self.accepted]

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        """Answer MAIL FROM."""
        self.connections.add(session.peer)
        self.senders.append(address)
        envelope.mail_from = address
        return await self._answer("MAIL", server, address) or "250 ok"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        """Answer RCPT TO."""
        if said := await self._answer("RCPT", server, address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Answer a whole message."""
        (recipient,) = envelope.rcpt_tos
        said = self.answers["message"](recipient) if "message" in self.answers else ""
        if said in ("", "accept and drop"):
            self.accepted.append((recipient, bytes(envelope.original_content or b"")))
        return await self._do(said.removeprefix("accept and "), server) or "250 accepted"

    async def _answer(self, step: str, server: SMTP, address: str) -> str:
        return await self._do(self.answers[step](address) if step in self.answers else "", server)

    async def _do(self, said: str, server: SMTP) -> str:
        if said == "drop":
            server.transport.abort()
        if said in ("drop", "silence"):
            await asyncio.sleep(1.0)
        return said

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """Accept the one password there is."""
        right = isinstance(data, LoginPassword) and data.password == self.password.encode()
        return AuthResult(success=right, handled=False)


@contextlib.contextmanager
def mail_server(answers: Mapping[str, Rule] | None = None, *, password: str = "") -> Iterator[MailServer]:
    """Give a running server, which asks for a login when there is a password."""
    server = MailServer(answers or {}, password)
    loop = asyncio.new_event_loop()
    listener = loop.run_until_complete(loop.create_server(lambda: _conversation(server, loop), "127.0.0.1", 0))
    server.port = listener.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_stop(listener), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _conversation(server: MailServer, loop: asyncio.AbstractEventLoop) -> SMTP:
    return SMTP(
        server,
        hostname="mail.example.org",
        loop=loop,
        authenticator=server.authenticate if server.password else None,
        auth_require_tls=False,
    )


async def _stop(listener: asyncio.Server) -> None:
    listener.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
