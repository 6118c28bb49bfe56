"""A real Dask cluster for the tests: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

DASK = Path(sys.executable).with_name("dask")
OURS = "pipeline.engine_worker"
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0  # seconds


class Cluster:
    """A scheduler, and the workers that were started for it."""

    def __init__(self, folder: Path, environment: Mapping[str, str], scheme: str = "tcp") -> None:
        self.folder = folder
        self.scheme = scheme
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **environment}
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(folder / "scheduler.json"))
        self.direct = self._address()

    @property
    def address(self) -> str:
        """The address as the settings name it."""
        return self.direct.replace("tcp://", "dask://")

    def worker(self, *, preload: str = OURS) -> subprocess.Popen[bytes]:
        """Start a worker of one thread, without a nanny that would put up another one in its place."""
        options = ("--nthreads", "1", "--no-nanny", "--memory-limit", "0", "--local-directory", str(self.folder))
        return self._start("worker", self.direct, *options, "--preload", preload)

    def end(self) -> None:
        """End every process, the scheduler last."""
        for process in reversed(self.processes):
            process.kill()
            process.wait()

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        log = self.folder / f"{command[0]}-{len(self.processes)}.log"
        options = ("--host", f"{self.scheme}://127.0.0.1", "--no-dashboard")
        with log.open("wb") as said:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [DASK, *command, *options], cwd=ROOT, env=self.environment, stdout=said, stderr=said
            )
        self.processes.append(process)
        return process

    def _address(self) -> str:
        waited = threading.Event()
        for _ in range(int(PATIENCE / 0.05)):
            with contextlib.suppress(OSError, ValueError):
                address: str = json.loads((self.folder / "scheduler.json").read_text())["address"]
                return address
            waited.wait(0.05)
        raise AssertionError((self.folder / "scheduler-0.log").read_text())


@contextlib.contextmanager
def cluster(
    folder: Path, workers: int, *, environment: Mapping[str, str] | None = None, scheme: str = "tcp"
) -> Iterator[Cluster]:
    """Give a cluster of so many workers; they may join a moment later."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Cluster(folder, environment or {}, scheme)
    try:
        for _ in range(workers):
            made.worker()
        yield made
    finally:
        made.end()
