"""Python's collector of cycles, told to wait while much is made that has none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the collector from looking through the memory again and again while a batch is read or written.

    Batches hardly make cycles, and all terms of the knowledge would be looked through each time: a sixth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
