"""Where work is done that needs no database: in this process, or by workers on other machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from pipeline.settings import Settings

In = TypeVar("In")
Out = TypeVar("Out")
In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class Work(Protocol[In_contra, Out_co]):
    """A pure function of plain values, as a small frozen dataclass that can be sent.

    What it is made ready with, such as a model, is loaded where the work is done, once a process. `waits` says that
    it does little but wait, so that a worker may take on more beside it.
    """

    @property
    def waits(self) -> bool:
        """Whether it mostly waits for others."""

    def ready(self) -> Callable[[In_contra], Out_co]:
        """Load what is needed and return the function."""


class Engine(Protocol):
    """Does batches of work, and gives the answers in the order of the batches.

    Batches are asked for as they are needed. Whoever stops asking for answers stops the work.
    """

    is_here: bool

    def map(
        self, work: Work[In, Out], batches: Iterable[In], *, loaded: Callable[[In], Out] | None = None
    ) -> Iterator[Out]:
        """Yield one answer per batch; `loaded` is the work when this process has it ready already.

        An error of the work is raised as it is; a cluster that fails raises EngineError, in Swedish.
        """


class LocalEngine:
    """Does the work here, when its answer is asked for."""

    is_here = True

    def map(
        self, work: Work[In, Out], batches: Iterable[In], *, loaded: Callable[[In], Out] | None = None
    ) -> Iterator[Out]:
        """Yield one answer per batch."""
        do = loaded or work.ready()
        for batch in batches:
            yield do(batch)


LOCAL = LocalEngine()


@contextmanager
def engine_of(settings: Settings) -> Iterator[Engine]:
    """Give the engine that the settings name; nobody is called before there is work."""
    if settings.engine == "local":
        yield LOCAL
        return
    from pipeline.engine_dask import DaskEngine

    with DaskEngine(settings.engine) as engine:
        yield engine
