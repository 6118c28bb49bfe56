"""Handing a digest over: what every transport promises, and delivery by SMTP."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable
from typing import Literal, Protocol

from pipeline.folder import FolderTransport
from store.errors import DeliveryError
from store.types import Digest

__all__ = ["FolderTransport", "Security", "SmtpTransport", "Transport"]

Security = Literal["starttls", "tls", "none"]

_BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_LEADING_DOT = re.compile(rb"(?m)^\.")
_SHUTTING_DOWN = 421
_GO_AHEAD = 354
_LOGIN = frozenset(
    {530, 534, 535, 538}
)  # a login or encryption is wanted first: true of every letter, whenever it is said


class Transport(Protocol):
    """A way for digests to leave.

    `idempotent` says that a digest delivered twice is still there once. `before_data` is called when the receiver has
    said yes to the recipient and before the first byte of the message; what it raises goes through.
    """

    name: str
    idempotent: bool

    def deliver(self, digest: Digest, *, sender: str, before_data: Callable[[], None]) -> None:
        """Hand the frozen bytes over; raises DeliveryError when the receiver did not take them."""

    def close(self) -> None:
        """Let go of what was opened for the batch."""


class SmtpTransport:
    """Sends over one connection for the batch, in one transaction per digest."""

    name = "smtp"
    idempotent = False

    def __init__(
        self,
        host: str,
        port: int = 587,
        *,
        security: Security = "starttls",
        user: str = "",
        password: str = "",
        timeout: float = 30.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.security = security
        self.user = user
        self.timeout = timeout
        self._password = password
        self._context = context
        self._smtp: smtplib.SMTP | None = None

    def deliver(self, digest: Digest, *, sender: str, before_data: Callable[[], None]) -> None:
        """Send the message exactly as it was frozen."""
        for address in (sender, digest.contact):
            if not address.isascii() or not address.isprintable() or " " in address:
                raise DeliveryError(f"address {address!r} cannot be used in SMTP", permanent=True)
        if _BARE_LINE_END.search(digest.message):
            raise DeliveryError(f"digest {digest.id}: line ends other than CRLF", permanent=True)
        smtp = self._begin(sender, is_ascii=digest.message.isascii())
        self._command(smtp, "RCPT TO", lambda: smtp.rcpt(digest.contact))
        try:
            before_data()
        except BaseException:
            self._abandon()
            raise
        self._command(smtp, "DATA", lambda: smtp.docmd("DATA"), expected=_GO_AHEAD)
        self._hand_over(smtp, digest.message)

    def close(self) -> None:
        """Say goodbye, if there is anybody to say it to."""
        smtp, self._smtp = self._smtp, None
        if smtp:
            with contextlib.suppress(OSError):
                smtp.quit()
            smtp.close()

    def _begin(self, sender: str, *, is_ascii: bool) -> smtplib.SMTP:
        """Return a connection on which the server has accepted the sender.

        A server may have hung up since the last message; that says nothing of this one, so it is met by connecting
        once more. Its refusal of the sender concerns the whole batch.
        """
        smtp, was_open = self._smtp, self._smtp is not None
        if smtp is None:
            smtp = self._connect()
        options = () if is_ascii or not smtp.has_extn("8bitmime") else ("BODY=8BITMIME",)
        try:
            self._command(smtp, "MAIL FROM", lambda: smtp.mail(sender, options), stops_batch=True)
        except DeliveryError as error:
            if was_open and self._smtp is None and (error.code is None or error.code == _SHUTTING_DOWN):
                return self._begin(sender, is_ascii=is_ascii)
            raise
        return smtp

    def _connect(self) -> smtplib.SMTP:
        context = self._context or ssl.create_default_context()
        smtp: smtplib.SMTP | None = None
        try:
            if self.security == "tls":
                smtp = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
            else:
                smtp = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
            smtp.ehlo_or_helo_if_needed()
            if self.security == "starttls":
                smtp.starttls(context=context)
            if self.user:
                smtp.login(self.user, self._password)
        except OSError as error:  # smtplib's own errors are OSErrors too
            if smtp:
                smtp.close()
            raise self._no_connection(error) from error
        except UnicodeError:  # chained, it would show the password in a traceback
            if smtp:
                smtp.close()
            told = f"{self.host}:{self.port}: server name or login has characters that cannot be sent"
            raise DeliveryError(told, permanent=True, stops_batch=True) from None
        self._smtp = smtp
        return smtp

    def _no_connection(self, error: OSError) -> DeliveryError:
        """Return what a failed connection or login means: it concerns the whole batch, and often helps to wait."""
        code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
        lasting = code is not None and code >= 500
        lasting = lasting or isinstance(error, ssl.SSLCertVerificationError | smtplib.SMTPNotSupportedError)
        place = f"{self.host}:{self.port}"
        return DeliveryError(f"{place}: {_words(error)}", permanent=lasting, code=code, stops_batch=True)

    def _command(
        self,
        smtp: smtplib.SMTP,
        name: str,
        ask: Callable[[], tuple[int, bytes]],
        *,
        expected: int = 250,
        stops_batch: bool = False,
    ) -> None:
        """Ask, and raise unless the answer is the expected hundred; nothing of the message has gone over yet."""
        try:
            code, reply = ask()
        except OSError as error:
            self._drop(smtp)
            raise DeliveryError(f"{name}: {_words(error)}", permanent=False) from error
        if code // 100 == expected // 100:
            return
        self._after_refusal(smtp, code)
        lasting = code >= 500
        told = f"{name}: {code} {reply.decode('utf-8', 'replace')}"
        whole_batch = (stops_batch and lasting) or code in _LOGIN
        raise DeliveryError(told, permanent=lasting, code=code, stops_batch=whole_batch)

    def _hand_over(self, smtp: smtplib.SMTP, message: bytes) -> None:
        """Send the message and wait for the answer; without one, nobody knows."""
        end = b"" if message.endswith(b"\r\n") else b"\r\n"
        try:
            smtp.send(_LEADING_DOT.sub(b"..", message) + end + b".\r\n")
            code, reply = smtp.getreply()
        except OSError as error:
            self._drop(smtp)
            raise DeliveryError(f"after DATA: {_words(error)}", permanent=False, unclear=True) from error
        if 200 <= code < 300:
            return
        self._after_refusal(smtp, code)
        told = f"after DATA: {code} {reply.decode('utf-8', 'replace')}"
        unclear = not 400 <= code < 600
        raise DeliveryError(told, permanent=code >= 500, code=code, unclear=unclear, stops_batch=code in _LOGIN)

    def _after_refusal(self, smtp: smtplib.SMTP, code: int) -> None:
        """Make the connection ready for the next message, or drop it when the server is leaving."""
        if code == _SHUTTING_DOWN:
            self._drop(smtp)
        else:
            self._abandon()

    def _abandon(self) -> None:
        """Take back the transaction under way; a connection on which that fails is dropped."""
        smtp = self._smtp
        if smtp is None:
            return
        try:
            code, _ = smtp.rset()
        except OSError:
            code = 0
        if code != 250:
            self._drop(smtp)

    def _drop(self, smtp: smtplib.SMTP) -> None:
        self._smtp = None
        smtp.close()


def _words(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__
