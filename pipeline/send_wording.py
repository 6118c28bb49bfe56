"""What the coordinator reads of a sending, in Swedish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from crawlers.dates import STOCKHOLM
from store.errors import DeliveryError
from store.types import Delivery, DigestState

_NO_SUCH_ADDRESS = (550, 551, 553)
_LOGIN = (530, 534, 535, 538)


def detail(state: DigestState, error: DeliveryError, transport: str) -> str:
    """Return what happened to one digest, with the server's own words in brackets."""
    return f"{_reason(state, error, transport)} ({error})"


def _reason(state: DigestState, error: DeliveryError, transport: str) -> str:
    if state == DigestState.UNCLEAR:
        return "servern svarade inte efter att brevet lämnats över"
    if state == DigestState.REFUSED:
        return "adressen finns inte" if error.code in _NO_SUCH_ADDRESS else "mottagaren tar inte emot brevet"
    if transport == "folder":
        return "mappen går inte att skriva i"
    if error.stops_batch:
        return "inloggningen godtogs inte" if error.code in _LOGIN else "e-postservern går inte att använda"
    return "gav upp efter två dygn" if state == DigestState.HELD else "tillfälligt fel"


def summary(counts: Mapping[str, int], faults: Sequence[Delivery], *, next_try: datetime | None) -> str:
    """Return how the sending went, in a few sentences."""
    total = sum(counts.values())
    if not total:
        return "Inget att skicka."
    sentences = [f"{counts.get('sent', 0)} av {total} skickade{_retry(next_try)}."]
    if refused := counts.get("refused", 0):
        sentences.append(f"{refused} avvisade: {_first(faults, DigestState.REFUSED)}.")
    if unclear := counts.get("unclear", 0):
        sentences.append(f"Oklart om {unclear} kom fram: avgör om de ska skickas igen eller räknas som skickade.")
    if held := counts.get("held", 0):
        sentences.append(f"{held} hålls tills någon säger till: {_first(faults, DigestState.HELD)}.")
    return " ".join(sentences)


def _retry(next_try: datetime | None) -> str:
    return f", försöker igen {next_try.astimezone(STOCKHOLM):%H:%M}" if next_try else ""


def _first(faults: Sequence[Delivery], state: DigestState) -> str:
    return next((fault.detail for fault in faults if fault.state == state), "se utskickets historik")
