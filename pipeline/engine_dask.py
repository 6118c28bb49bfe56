"""Work sent to a Dask cluster: batches out, answers in, and one sentence when the cluster fails."""

from __future__ import annotations

import logging
import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from pipeline.engine import In, Out, Work
from pipeline.engine_worker import do, mark_of_program
from store.errors import EngineError

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
LOOK_SECONDS = 5.0  # how often it is seen to that somebody is there to do the work
PATIENCE = 12  # looks without a worker until we give up: a minute, in which a nanny has long put up a new one
AHEAD = 2  # batches per thread that are on their way, so that no worker waits for us


class DaskEngine:
    """A cluster, called when there is work for it.

    Batches and answers travel as bytes of our own, so that nothing is unpacked but where it is used. A batch whose
    worker dies is done by another; the batches that this process has not had an answer to are kept by the scheduler.
    """

    is_here = False

    def __init__(self, address: str, *, look: float = LOOK_SECONDS, connect: float = CONNECT_SECONDS) -> None:
        self.address = address
        self._look = look
        self._connect = connect
        self._client: Any = None
        self._one = threading.Lock()  # several municipalities' letters are asked for at once

    def map(
        self, work: Work[In, Out], batches: Iterable[In], *, loaded: Callable[[In], Out] | None = None
    ) -> Iterator[Out]:
        """Yield one answer per batch, in order; `loaded` is of no use to other machines."""
        del loaded
        told, waiting, given = pickle.dumps(work), deque[Any](), iter(batches)
        try:
            for batch in given:
                waiting.append(self._send(told, pickle.dumps(batch)))
                if not work.waits and len(waiting) >= self._room():
                    yield self._answer(waiting.popleft())
            while waiting:
                yield self._answer(waiting.popleft())
        finally:
            for future in waiting:
                future.release()

    def __enter__(self) -> DaskEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close(timeout=LOOK_SECONDS)

    def _send(self, work: bytes, batch: bytes) -> Any:
        with self._told():
            with self._one:
                if self._client is None:
                    self._client = _client(self.address, self._connect)
            return self._client.submit(do, work, batch, pure=False, resources={mark_of_program(): 1})

    def _answer(self, future: Any) -> Any:
        with self._told():
            went_well, answer = pickle.loads(self._wait(future))  # noqa: S301 - from our own program, over TLS
            future.release()
        if not went_well:
            raise answer
        return answer

    def _wait(self, future: Any) -> bytes:
        """Return what came of it, as long as there is somebody to do it."""
        alone = 0
        while alone < PATIENCE:
            try:
                answer: bytes = future.result(timeout=self._look)
            except TimeoutError:
                alone = 0 if self._threads() else alone + 1
            else:
                return answer
        workers = len(self._client.scheduler_info()["workers"])
        others = f" {workers} arbetare har en annan version av programmet och får inget att göra." if workers else ""
        raise EngineError(
            f"Klustret {self.address} har ingen arbetare med samma version som här.{others} Starta eller uppgradera "
            "arbetare och kör igen: det som är klart är sparat."
        )

    def _threads(self) -> int:
        """Return how many batches can be done at once, by workers that run the same program."""
        mark = mark_of_program()
        workers = self._client.scheduler_info()["workers"].values()
        return sum(worker["nthreads"] for worker in workers if mark in worker["resources"])

    def _room(self) -> int:
        with self._told():
            return AHEAD * max(1, self._threads()) + 1

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what is wrong with the cluster in one sentence."""
        from distributed import KilledWorker

        try:
            yield
        except KilledWorker as error:
            raise EngineError(
                f"Klustret {self.address}: arbetarna dog en efter en av samma del av arbetet. Se deras loggar; oftast "
                "räckte minnet inte. Det som är klart är sparat."
            ) from error
        except (OSError, CancelledError) as error:
            raise EngineError(
                f"Förbindelsen med klustret {self.address} bröts. Det som är klart är sparat: kör igen när "
                'schemaläggaren är igång, eller sätt engine = "local".'
            ) from error


def _client(address: str, seconds: float) -> Any:
    """Return a client; raises EngineError when nobody answers, or the certificates are not those of the cluster."""
    import dask
    from distributed import Client

    # It warns of what it takes for a mistake: bytes sent along with the work. They are sent once, and are the work.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"})
    _log_as_we_do()
    try:
        return Client(address.replace("dask://", "tcp://"), timeout=seconds, set_as_default=False)
    # TypeError: tls without certificates. AssertionError: its thread did not begin within ten seconds.
    except (OSError, TypeError, ValueError, AssertionError) as error:
        logger.info("no cluster at %s", address, exc_info=error)
        raise EngineError(
            f"Klustret {address} svarar inte, eller godtar inte certifikaten. Kontrollera att schemaläggaren är igång, "
            'eller sätt engine = "local".'
        ) from error


def _log_as_we_do() -> None:
    """Let Dask's lines go where ours go: it has set up its own way of writing them when it was imported."""
    for name in [name for name in logging.root.manager.loggerDict if name.split(".")[0] in ("distributed", "dask")]:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("distributed").setLevel(logging.WARNING)
