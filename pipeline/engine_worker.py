"""What a Dask worker runs of ours: `dask worker … --preload pipeline.engine_worker`."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipeline.program import program

if TYPE_CHECKING:
    from distributed import Worker

ROOM = 1_000  # pieces that a worker may hold: what limits it is its threads, not this
_loaded = threading.local()  # per thread, since an assessor keeps a memory of words that is for one alone


def mark_of_program() -> str:
    """Return the name that a worker tells what program it runs by, and that work is bound to."""
    return f"utkik-{program()}"


async def dask_setup(worker: Worker) -> None:
    """Mark the worker before it is known to the scheduler: work goes only to those that run the same program.

    Dask calls this by its name. A worker of another version may join, but is never given anything to do.
    """
    for name in ("profile", "profile-cycle"):  # looks into our work a hundred times a second, for pages that are off
        worker.periodic_callbacks.pop(name, None)
    for resources in (worker.state.total_resources, worker.state.available_resources):
        resources[mark_of_program()] = ROOM


def do(work: bytes, batch: bytes) -> bytes:
    """Do a batch of work and return its answer, or the error that it raised: so those of Dask are never mixed up."""
    try:
        waits, function = _ready(work)
        if waits:
            from distributed import secede

            secede()
        return pickle.dumps((True, function(pickle.loads(batch))))  # noqa: S301 - from our own program, over TLS
    except Exception as error:
        return pickle.dumps((False, error))


def _ready(work: bytes) -> tuple[bool, Callable[[Any], Any]]:
    """Return the work made ready; what the thread had before it is let go when it is of another kind."""
    if getattr(_loaded, "work", None) != work:
        told = pickle.loads(work)  # noqa: S301 - as above
        _loaded.function = told.waits, told.ready()
        _loaded.work = work
    function: tuple[bool, Callable[[Any], Any]] = _loaded.function
    return function
