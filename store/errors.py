"""Everything that can go wrong, as one tree.

    ScanningError
    ├── ConfigurationError            a file or value a person wrote (.path, .line)
    ├── SourceError                   a source could not be read (.source, .part)
    │   ├── EmptySource               it answered, but with fewer items than it ever has
    │   ├── ChangedSource             it answered in a shape we do not know
    │   └── RefusedBySource           it said no: 403, challenge page, robots.txt
    ├── StoreError                    the database cannot be used as it is
    │   ├── StepBusy                  another is doing the step
    │   ├── PartlyDone                it went wrong for some municipalities (.failed); the others have theirs
    │   └── DamagedStore              its file is cut, overwritten or no database
    ├── ModelError
    │   ├── ModelMissing
    │   └── ModelMismatch
    ├── EngineError                   the cluster that was to do the work cannot
    └── DeliveryError                 a mail was not delivered (.permanent says whether a retry helps)

Messages name the thing, what was seen and what to do. They are Swedish where a person reads them
(configuration, store, cluster), English where they go to a log (sources, delivery).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class ScanningError(Exception):
    """Base of every error that this project raises on purpose."""


class ConfigurationError(ScanningError):
    """A configuration file or value is wrong; the message is Swedish and says what to change."""

    def __init__(self, message: str, *, path: Path | None = None, line: int | None = None) -> None:
        place = f"{path}" if path else ""
        if path and line:
            place += f", rad {line}"
        super().__init__(f"{place}: {message}" if place else message)
        self.path = path
        self.line = line


class SourceError(ScanningError):
    """A source, or one part of it, could not be read."""

    state = "failing"

    def __init__(self, message: str, *, source: str, part: str = "") -> None:
        super().__init__(message)
        self.source = source
        self.part = part


class EmptySource(SourceError):
    """The source answered with fewer items than it should ever have."""

    state = "quiet"


class ChangedSource(SourceError):
    """The source answered in another shape than the one it is read by."""

    state = "changed"


class RefusedBySource(SourceError):
    """The source does not let us read it now: 403, a challenge page or robots.txt."""

    state = "refused"


class StoreError(ScanningError):
    """The database cannot be used as it is; the message is Swedish and says what to do."""


class StepBusy(StoreError):
    """Another thread, process or computer is doing the step; it lets go when it is done or dead."""


class PartlyDone(StoreError):
    """A step went wrong for some of several municipalities, and is done for the others."""

    def __init__(self, message: str, *, failed: Sequence[str]) -> None:
        super().__init__(message)
        self.failed = tuple(failed)


class DamagedStore(StoreError):
    """The database file is damaged: only a backup helps."""


class ModelError(ScanningError):
    """A trained model or the authored knowledge cannot be used."""


class ModelMissing(ModelError):
    """There is no model where one was expected."""


class ModelMismatch(ModelError):
    """The model does not belong to this version of the program or its data."""


class EngineError(ScanningError):
    """The cluster that was to do the work is gone or has nobody to do it; the message is Swedish."""


class DeliveryError(ScanningError):
    """A message was not delivered; `permanent` says that trying again cannot help.

    `stops_batch`: what went wrong concerns every message, such as a refused login. `unclear`: the message was handed
    over, or part of it, and no answer came; only a person can tell.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        code: int | None = None,
        stops_batch: bool = False,
        unclear: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.code = code
        self.stops_batch = stops_batch
        self.unclear = unclear
