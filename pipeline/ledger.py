"""The ledger read for a person: per digest what was sent to which role with what result, and who was told of what."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from crawlers.dates import STOCKHOLM
from nlp.matters import numbers_in
from pipeline.installation import Installation
from pipeline.municipality import COORDINATOR, Municipality
from pipeline.outbox import STATE_WORDS
from store.db import Session
from store.errors import ConfigurationError
from store.item_rows import Key
from store.ledger import (
    Sending,
    TellingEntry,
    digests_telling,
    messages,
    removed_tellings,
    sendings,
    told_entries,
)
from store.told_finding import told_about
from store.types import Answer

ANSWER_WORDS: Mapping[Answer, str] = {
    Answer.RELEVANT: "relevant",
    Answer.NOT_FOR_US: "inte för oss",
    Answer.PASS_ON: "skickat vidare",
    Answer.ACT: "vi gör något av det",
}
REMOVED = "(posten är borttagen; brevet har texten)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Which digests are looked at: of one unit, or made between two Swedish days, both included."""

    unit: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def begins(self) -> datetime | None:
        """The first moment of the period."""
        return datetime.combine(self.since, time.min, STOCKHOLM) if self.since else None

    @property
    def ends(self) -> datetime | None:
        """The first moment after the period."""
        return datetime.combine(self.until + timedelta(days=1), time.min, STOCKHOLM) if self.until else None


def read_sendings(
    session: Session, municipality: Municipality, period: Period, *, ids: Collection[str] | None = None
) -> list[Sending]:
    """Return the digests of the period, the oldest first; raises ConfigurationError on a unit that nothing knows."""
    found = sendings(
        session, municipality.key, unit=period.unit or None, since=period.begins, until=period.ends, ids=ids
    )
    if period.unit and not found and period.unit not in municipality.units:
        raise ConfigurationError(f"--unit {period.unit}: okänd enhet; det finns {', '.join(municipality.units)}")
    return found


def sending_values(municipality: Municipality, sending: Sending) -> dict[str, Any]:
    """Return a digest of the ledger as JSON-serialisable values, with names and roles for a reader."""
    return {
        "id": sending.id,
        "week": sending.week,
        "units": [unit_values(municipality, unit) for unit in sending.units],
        "role": role_of(sending.headers),
        "contact": sending.contact,
        "subject": sending.subject,
        "message_id": sending.message_id,
        "written": sending.created_at.isoformat(),
        "state": sending.state.value,
        "settled": sending.settled_at.isoformat() if sending.settled_at else None,
        "attempts": sending.attempts,
        "transport": sending.transport,
        "detail": sending.detail,
        "items": sending.entries,
        "answers": sending.answers,
    }


def unit_values(municipality: Municipality, unit: str) -> dict[str, str]:
    """Return a unit's key, name and committee; one that has left the municipality's file keeps its key as its name."""
    known = municipality.units.get(unit)
    if known is None:
        return {"key": unit, "name": "Samordnaren" if unit == COORDINATOR else unit, "committee": ""}
    return {"key": unit, "name": known.name, "committee": known.committee}


@lru_cache(maxsize=500)  # a letter is told of once for each of its items
def role_of(headers: bytes) -> str:
    """Return the role that the frozen message was addressed to, whatever the municipality's file says today."""
    header = email.message_from_bytes(headers, policy=email.policy.default)["to"]
    return str(header.addresses[0].display_name) if header and header.addresses else ""


def ledger_values(installation: Installation, period: Period) -> list[dict[str, Any]]:
    """Return every digest of the period, the newest first."""
    municipality = installation.municipality
    with installation.store.reading() as session:
        found = read_sendings(session, municipality, period)
    return [sending_values(municipality, sending) for sending in reversed(found)]


def told_values(installation: Installation, words: str, period: Period) -> list[dict[str, Any]]:
    """Return who was told of what the words name, when and with what result, the newest first.

    The words are a number (CELEX, COM, SFS, dnr …), a source's key, an address, a thread, or words of the item. Of an
    item that has been removed only the letters tell, so those are read too.
    """
    municipality = installation.municipality
    with installation.store.reading() as session:
        keys = told_about(session, words, numbers_in(words))
        telling = digests_telling(session, municipality.key, keys)
        removed = removed_tellings(session, municipality.key)
        sent = read_sendings(session, municipality, period, ids=telling | set(removed))
        return told_rows(session, municipality, sent, keys, words, removed)


def told_rows(
    session: Session,
    municipality: Municipality,
    sent: Sequence[Sending],
    keys: Collection[Key],
    words: str,
    removed: Mapping[str, set[Key]],
) -> list[dict[str, Any]]:
    """Return the tellings of these items, and of removed ones whose letter has the words, the newest first."""
    told = [*told_entries(session, sent, keys), *_told_in_letters(session, removed, sent, words)]
    by_id = {sending.id: sending for sending in sent}
    rows = [telling_values(municipality, by_id[entry.digest_id], entry) for entry in told]
    return sorted(rows, key=lambda row: (row["written"], row["contact"], -row["position"]), reverse=True)


def telling_values(municipality: Municipality, sending: Sending, entry: TellingEntry) -> dict[str, Any]:
    """Return one telling of one item as JSON-serialisable values."""
    return {
        "digest": sending.id,
        "week": sending.week,
        "written": sending.created_at.isoformat(),
        "settled": sending.settled_at.isoformat() if sending.settled_at else None,
        "state": sending.state.value,
        "contact": sending.contact,
        "role": role_of(sending.headers),
        "units": [unit_values(municipality, unit) for unit in entry.units],
        "source": entry.source,
        "key": entry.key,
        "title": entry.title or REMOVED,
        "url": entry.url,
        "section": entry.section,
        "position": entry.position,
        "because": entry.because,
        "content_hash": entry.content_hash,
        "answer": entry.answer.value if entry.answer else None,
    }


def _told_in_letters(
    session: Session, removed: Mapping[str, set[Key]], sent: Sequence[Sending], words: str
) -> list[TellingEntry]:
    """Return the removed items of the letters in whose text all the words stand."""
    by_id = {sending.id: sending for sending in sent if sending.id in removed}
    wanted = words.lower().split()
    found = [name for name, message in messages(session, list(by_id)) if _stands_in(text_of(message).lower(), wanted)]
    keys = {key for name in found for key in removed[name]}
    return [
        entry
        for entry in told_entries(session, [by_id[name] for name in found], keys)
        if (entry.source, entry.key) in removed[entry.digest_id]
    ]


def _stands_in(text: str, words: Sequence[str]) -> bool:
    return bool(words) and all(word in text for word in words)


def text_of(message: bytes) -> str:
    """Return the text part of a frozen message, which is complete in itself."""
    part = email.message_from_bytes(message, policy=email.policy.default).get_body(("plain",))
    return str(part.get_content()) if part else ""


def result_in_words(row: Mapping[str, Any]) -> str:
    """Return "skickat 24 aug 07:00": the state of a row of the ledger, and when it was reached."""
    words = {state.value: said for state, said in STATE_WORDS.items()}[row["state"]]
    settled = datetime.fromisoformat(row["settled"]).astimezone(STOCKHOLM) if row["settled"] else None
    return f"{words} {settled:%Y-%m-%d %H:%M}" if settled else words
