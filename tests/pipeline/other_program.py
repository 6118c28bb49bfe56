"""A worker of another version of the program: `dask worker … --preload tests.pipeline.other_program`."""

from __future__ import annotations

from distributed import Worker

from pipeline import engine_worker


async def dask_setup(worker: Worker) -> None:
    """Mark the worker as one that runs other files."""
    engine_worker.program = lambda: "another"
    await engine_worker.dask_setup(worker)
