"""What stopped a request or a part, as a state and a Swedish sentence for the coordinator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from service_identity import VerificationError

from store.errors import ConfigurationError, SourceError
from store.types import SourceState

SLOW = "Källan tog för lång tid på sig att svara."
CERTIFICATE = "Certifikatfel: källans identitet kan inte styrkas, så inget hämtades."
TOO_BIG = "För stort svar: källan skickade mer än vad som får läsas."
ADDRESS = "Adressen är inte tillåten."
STRANGE = "Ovanligt svar: innehållet har en annan form än väntat."

MEANINGS = {
    400: "frågan godtogs inte",
    401: "inloggning krävs",
    403: "hämtning nekas",
    404: "sidan finns inte",
    405: "frågan godtogs inte",
    408: "källan väntade för länge",
    410: "borttagen",
    429: "för många frågor",
    451: "spärrad av rättsliga skäl",
    500: "fel hos källan",
    502: "fel hos källan",
    503: "tillfälligt stängd",
    504: "fel hos källan",
}


class FetchFailed(IgnoreRequest):
    """A guard stops a request or its answer; `message` is Swedish, `next_try` is when it may be asked again."""

    def __init__(self, state: SourceState, message: str, *, next_try: datetime | None = None) -> None:
        super().__init__(message)
        self.state = state
        self.message = message
        self.next_try = next_try


class Unchanged(IgnoreRequest):
    """The server says that nothing has changed since the answer we have."""


def explain(error: BaseException | None) -> tuple[SourceState, str]:
    """Return the state that an error leaves a part in, and what to tell the coordinator."""
    match error:
        case FetchFailed():
            return error.state, error.message
        case HttpError():
            return explain_status(error.response.status)
        case ConfigurationError():
            return SourceState.FAILING, str(error)
        case SourceError():
            return SourceState(error.state), explain_source_error(error)
        case CannotResolveHostError():
            return SourceState.FAILING, "Källan svarar inte: adressen finns inte i namntjänsten (DNS)."
        case DownloadConnectionRefusedError():
            return SourceState.FAILING, "Källan svarar inte: anslutningen nekades."
        case DownloadTimeoutError():
            return SourceState.FAILING, SLOW
        case DownloadCancelledError():
            return SourceState.FAILING, TOO_BIG
        case ResponseDataLossError():
            return SourceState.FAILING, "Källans svar bröts av innan det var slut."
        case IgnoreRequest():
            return SourceState.FAILING, explain_ignored(str(error))
    if is_certificate_error(error):
        return SourceState.FAILING, CERTIFICATE
    if type(error).__module__.startswith(("scrapy.", "twisted.", "OpenSSL.")) or isinstance(error, OSError):
        return SourceState.FAILING, "Källan svarar inte: anslutningen bröts."
    return SourceState.CHANGED, STRANGE


def next_try_of(error: BaseException | None) -> datetime | None:
    """Return the moment before which the source asked not to be asked again, None when it did not."""
    return error.next_try if isinstance(error, FetchFailed) else None


def explain_status(status: int) -> tuple[SourceState, str]:
    """Return the state and the sentence of an HTTP status that is no answer."""
    meaning = MEANINGS.get(status) or ("fel hos källan" if status >= 500 else "okänd kod")
    if status in (401, 403, 451):
        return SourceState.REFUSED, f"Källan tillåter inte hämtning (fel {status}, {meaning})."
    if status == 410:
        return SourceState.CHANGED, "Sidan är borttagen hos källan (fel 410)."
    if status == 404:
        return SourceState.CHANGED, "Sidan finns inte hos källan (fel 404): borttagen eller flyttad."
    if status == 429 or status >= 500 or status == 408:
        return SourceState.FAILING, f"Källan svarar inte (fel {status}, {meaning})."
    return SourceState.CHANGED, f"Källan svarar på ett annat sätt än väntat (fel {status}, {meaning})."


def explain_source_error(error: SourceError) -> str:
    """Return the Swedish sentence of an error that a spider raised; its own message is for the log."""
    match error.state:
        case "quiet":
            return "Källan gav inga poster, trots att den svarade."
        case "refused":
            return "Källan tillåter inte hämtning."
        case "changed":
            return STRANGE
        case _:
            return "Källan gick inte att läsa."


def explain_ignored(reason: str) -> str:
    """Return the Swedish sentence of Scrapy's own reasons for giving a request up."""
    if "max redirections" in reason:
        return "För många omdirigeringar: källan skickar frågan vidare i en slinga."
    if "DOWNLOAD_MAXSIZE" in reason:
        return TOO_BIG
    return "Frågan till källan avbröts."


def is_certificate_error(error: BaseException | None) -> bool:
    """Say whether the connection failed because the other side could not prove who it is."""
    return any(
        isinstance(cause, VerificationError) or (isinstance(cause, SSL.Error) and "certificate" in str(cause))
        for cause in causes(error)
    )


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it stems from, through Twisted's lists of reasons too."""
    if error is None:
        return
    yield error
    yield from causes(error.__cause__)
    for reason in getattr(error, "reasons", None) or ():
        yield from causes(getattr(reason, "value", None))
