"""One question to a chat-completions server, and its answer or what went wrong; nothing it sends can make us wait."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import httpx

from crawlers.politeness import UNSAID_WAIT, read_retry_after
from store.types import SourceState

LONGEST_ANSWER = 64_000  # bytes; a whole answer is some 500
SILENCE = "svarade inte inom {seconds:.0f} sekunder"


class NoAnswer(Exception):
    """The server gave no answer: the state it is in, and why in Swedish; never its own words, which may hold our key.

    Ends where the second reader's step does, and is therefore not in the tree of errors.
    """

    def __init__(self, state: SourceState, message: str, wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.state = state
        self.message = message
        self.wait = wait  # that the server asked for


@dataclass(frozen=True, slots=True)
class ChatServer:
    """A server that speaks the chat-completions protocol: address up to and with /v1, model and key."""

    url: str
    model: str
    key: str = field(default="", repr=False)

    @property
    def endpoint(self) -> str:
        """Where questions go."""
        return f"{self.url.rstrip('/')}/chat/completions"

    def ask(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], *, seconds: float, now: datetime
    ) -> str:
        """Return the text of the answer; raises NoAnswer, at the latest after so many seconds.

        The question runs in a thread that is left behind when time is out: a server that sends a byte now and then,
        or a name server that is silent, keeps no time limit of a connection.
        """
        answers: SimpleQueue[str | NoAnswer] = SimpleQueue()
        body = {
            "model": self.model,
            "messages": list(messages),
            "temperature": 0,
            "stream": False,
            "response_format": {"type": "json_schema", "json_schema": schema},
        }
        threading.Thread(
            target=self._into, args=(answers, body, seconds, now), name="second-reader", daemon=True
        ).start()
        try:
            answer = answers.get(timeout=seconds)
        except Empty:
            raise NoAnswer(SourceState.FAILING, SILENCE.format(seconds=seconds)) from None
        if isinstance(answer, NoAnswer):
            raise answer
        return answer

    def _into(
        self, answers: SimpleQueue[str | NoAnswer], body: Mapping[str, Any], seconds: float, now: datetime
    ) -> None:
        try:
            answers.put(self._asked(body, seconds, now))
        except NoAnswer as error:
            answers.put(error)
        except Exception:  # whatever the answer held: it must not end the step, and its text may hold our key
            answers.put(NoAnswer(SourceState.FAILING, "gick inte att fråga"))

    def _asked(self, body: Mapping[str, Any], seconds: float, now: datetime) -> str:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        ends = time.monotonic() + seconds
        # Neither a proxy of the environment nor another address that the server names gets our key.
        with httpx.Client(timeout=seconds, trust_env=False, follow_redirects=False, headers=headers) as client:
            try:
                with client.stream("POST", self.endpoint, json=body) as response:
                    _check_status(response, now)
                    return content_of(_read(response, ends, seconds))
            except httpx.TimeoutException:
                raise NoAnswer(SourceState.FAILING, SILENCE.format(seconds=seconds)) from None
            except httpx.HTTPError:
                raise NoAnswer(SourceState.FAILING, "gick inte att nå") from None


def _check_status(response: httpx.Response, now: datetime) -> None:
    code = response.status_code
    if code == 200:
        return
    if code == 429:
        told = read_retry_after(response.headers.get("Retry-After", ""), now)
        wait = UNSAID_WAIT if told is None else told
        raise NoAnswer(SourceState.FAILING, "har fått för många frågor och ber oss vänta (429)", wait)
    if code in (400, 401, 403, 404, 405, 422):
        raise NoAnswer(SourceState.REFUSED, f"godtar inte frågan ({code}): kontrollera adress, modell och nyckel")
    if 300 <= code < 400:
        raise NoAnswer(SourceState.CHANGED, f"hänvisar till en annan adress ({code}); den frågas inte")
    raise NoAnswer(SourceState.FAILING, f"svarade med ett fel ({code})")


def _read(response: httpx.Response, ends: float, seconds: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise NoAnswer(SourceState.CHANGED, "svarade med mer text än ett svar kan vara")
        if time.monotonic() > ends:
            raise NoAnswer(SourceState.FAILING, SILENCE.format(seconds=seconds))
    return bytes(body)


def content_of(body: bytes) -> str:
    """Return the text of the first choice; raises NoAnswer when the body is no answer of the protocol."""
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise NoAnswer(SourceState.CHANGED, "svarade med något annat än ett svar enligt protokollet") from None
    if not isinstance(content, str):
        raise NoAnswer(SourceState.CHANGED, "svarade utan text")
    return content


def fault_in_url(url: str, *, has_key: bool) -> str:
    """Return what is wrong with the address in Swedish, "" when it can be used.

    It is the municipality's own choice and may be a server on the same machine or network; only there may a key
    travel without encryption.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "är ingen adress"
    if parts.scheme not in ("http", "https") or not host:
        return "ska börja med http:// eller https://"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return "ska vara utan inloggning, frågetecken och nummertecken; nyckeln anges för sig"
    if has_key and parts.scheme == "http" and not _is_near(host):
        return "ska börja med https://, annars kan nyckeln läsas på vägen"
    return ""


def _is_near(host: str) -> bool:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return "." not in host or host.endswith((".internal", ".local", ".localhost"))
    return address.is_loopback or address.is_private
