"""A mail server on a loopback port that goes wrong at one point of the conversation, written to the byte by hand."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

POINTS = ("banner", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "body", "dot", "after", "QUIT")
CODES = (421, 432, 450, 451, 452, 454, 530, 535, 550, 552, 554)
SLOW = 0.05  # seconds: slow, but within the client's patience
_RESET = struct.pack("ii", 1, 0)  # hang up at once, and throw away what is on its way


class HungUp(Exception):
    """The conversation is over."""


@dataclass(slots=True)
class ScriptedServer:
    """Goes wrong at `point`, until it is repaired.

    `goes` is a code to answer, "slow", "drop" (hangs up), "silence" (says nothing more) or "die" (hangs up and is not
    there any more). What concerns one message strikes the `victim` alone, and MAIL when one message has come.
    """

    point: str = ""
    goes: int | str = ""
    victim: str = ""
    certificate: ssl.SSLContext | None = None
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    listener: socket.socket | None = None

    def repair(self) -> None:
        """Go right from now on, with a listener again when it had died."""
        self.point = self.goes = ""
        self.listen()

    def listen(self) -> None:
        """Listen on the port, in a thread."""
        if self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def close(self) -> None:
        """Be there no more."""
        listener, self.listener = self.listener, None
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections += 1
                threading.Thread(target=_Conversation(self, connection).hold, daemon=True).start()


class _Conversation:
    """One connection."""

    def __init__(self, server: ScriptedServer, connection: socket.socket) -> None:
        self.server = server
        self.connection = connection
        self.recipient = ""
        self.rest = b""

    def hold(self) -> None:
        with contextlib.suppress(OSError, HungUp):
            self.at("banner", "220 mail.example.org")
            while True:
                self.answer(self.line())
        self.connection.close()

    def answer(self, line: str) -> None:
        verb = line.split()[0].upper()
        match verb:
            case "EHLO" | "HELO":
                extensions = ["AUTH PLAIN", "8BITMIME"] + ["STARTTLS"] * (self.server.certificate is not None)
                self.at("EHLO", "\r\n".join(["250-mail.example.org", *(f"250-{e}" for e in extensions), "250 HELP"]))
            case "STARTTLS":
                if self.at("STARTTLS", "220 go on") and self.server.certificate:
                    self.connection = self.server.certificate.wrap_socket(self.connection, server_side=True)
            case "AUTH":
                self.at("AUTH", "235 welcome")
            case "MAIL":
                self.at("MAIL", "250 ok", struck=len(self.server.accepted) >= 1)
            case "RCPT":
                self.recipient = line.partition("<")[2].partition(">")[0]
                self.at("RCPT", "250 ok", struck=self.is_victim)
            case "DATA":
                if self.at("DATA", "354 go on", struck=self.is_victim):
                    self.take()
            case "QUIT":
                self.at("QUIT", "221 bye")
                raise HungUp
            case _:
                self.say("250 ok")

    @property
    def is_victim(self) -> bool:
        return self.recipient == self.server.victim

    def take(self) -> None:
        """Take a message: refuse it half-way, or at its end, or forget to say that it has come."""
        half = self.read(100)
        struck = self.is_victim and self.server.point == "body"
        if struck and self.server.goes != "slow":
            self.go_wrong()
        message = half + self.until_dot(half)
        if struck and self.server.goes != "slow":  # the refusal has been said
            return
        if self.is_victim and self.server.point == "dot" and self.server.goes != "slow":
            self.go_wrong()
            return
        self.server.accepted.append((self.recipient, message.replace(b"\r\n..", b"\r\n.")))
        if self.is_victim and self.server.point in ("dot", "body"):
            time.sleep(SLOW)
        self.say("250 accepted")
        if self.is_victim and self.server.point == "after":
            self.go_wrong()

    def at(self, point: str, right: str, *, struck: bool = True) -> bool:
        """Answer as it should be, or go wrong here; tell whether it went right."""
        if self.server.point != point or not struck or self.server.goes == "slow":
            if self.server.point == point and struck:
                time.sleep(SLOW)
            self.say(right)
            return True
        self.go_wrong()
        return False

    def go_wrong(self) -> None:
        goes = self.server.goes
        if isinstance(goes, int):
            if self.server.point != "after":  # nobody has asked anything there
                self.say(f"{goes} 4.0.0 no" if goes < 500 else f"{goes} 5.0.0 no")
            if goes == 421 or self.server.point == "after":
                raise HungUp
            return
        if goes == "die":
            self.server.close()
        if goes == "silence":
            while self.connection.recv(4096):
                pass
        else:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        raise HungUp

    def say(self, text: str) -> None:
        self.connection.sendall(f"{text}\r\n".encode())

    def line(self) -> str:
        while b"\r\n" not in self.rest:
            self.rest += self._receive()
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line.decode()

    def read(self, count: int) -> bytes:
        while len(self.rest) < count:
            self.rest += self._receive()
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def until_dot(self, before: bytes) -> bytes:
        while b"\r\n.\r\n" not in before + self.rest:
            self.rest += self._receive()
        end = (before + self.rest).index(b"\r\n.\r\n") + 2 - len(before)
        taken, self.rest = self.rest[:end], self.rest[end + 3 :]
        return taken

    def _receive(self) -> bytes:
        received = self.connection.recv(65_536)
        if not received:
            raise HungUp
        return received


@contextlib.contextmanager
def scripted_smtp(**script: object) -> Iterator[ScriptedServer]:
    """Give a running server that goes wrong as the script says."""
    server = ScriptedServer(**script)  # type: ignore[arg-type]
    server.listen()
    try:
        yield server
    finally:
        server.close()
