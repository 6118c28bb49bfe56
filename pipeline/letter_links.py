"""The links of one letter that lead to the installation's page, and what is said when there is no page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.links import ANSWER, UNIT, UNSUBSCRIBE, Link, Links
from store.types import Answer

# What a reader may answer, in the order shown; the second word marks the choice in the page's address.
ANSWERS = {
    Answer.RELEVANT: ("Relevant", "relevant"),
    Answer.NOT_FOR_US: ("Inte för oss", "inte"),
    Answer.PASS_ON: ("Skicka vidare", "vidare"),
    Answer.ACT: ("Vi gör något", "gor"),
}
BY_REPLY = (
    "Svara gärna på brevet: skriv vad som är relevant, vad som inte är för er, vad som ska skickas vidare och till "
    "vem, och vad ni gör något åt. Svaret går till samordnaren."
)


@dataclass(frozen=True, slots=True)
class LetterLinks:
    """Makes the links of one letter; one token per item, the choice is made on the page."""

    links: Links
    digest_id: str
    now: datetime

    def answer(self, position: int) -> str:
        """Return the page on which an entry is answered."""
        return self._url(ANSWER, position)

    @property
    def leave(self) -> str:
        """The page that ends the letters."""
        return self._url(UNSUBSCRIBE)

    @property
    def own(self) -> str:
        """The reader's own page."""
        return self._url(UNIT)

    def _url(self, purpose: str, position: int = 0) -> str:
        return self.links.url(Link(purpose=purpose, digest_id=self.digest_id, position=position), self.now)
