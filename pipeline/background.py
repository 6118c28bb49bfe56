"""Work that goes on when the request that asked for it has been answered: with progress, one of a name at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawlers.log_lines import kind_and_place
from store.db import Store
from store.errors import ScanningError, StepBusy

logger = logging.getLogger(__name__)

LONGEST_WAIT = 1_800.0  # seconds for a step of the schedule to end: a first reading of every source takes minutes
PAUSE = 0.5  # seconds between two looks
MOST_KEPT = 60  # values: three of each of twenty municipalities; the letters of a week are some megabytes


@dataclass(slots=True)
class Task:
    """A piece of work: who began it and when, how far it has come, and what came of it. `message` is Swedish."""

    name: str
    by: str  # id of an account
    begun: datetime
    stage: str = ""
    done: int = 0
    total: int | None = None
    is_over: bool = False
    is_failed: bool = False
    message: str = ""
    result: Any = None
    thread: threading.Thread | None = field(default=None, repr=False)

    def step(self, stage: str) -> Callable[[int, int | None], None]:
        """Begin a stage and return what tells its progress."""
        self.stage, self.done, self.total = stage, 0, None

        def progress(done: int, total: int | None = None) -> None:
            self.done, self.total = done, total

        return progress


class Background:
    """The pieces of work of this process, the latest of each name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[str, Task] = {}

    def start(self, name: str, work: Callable[[Task], str], *, by: str, now: datetime) -> Task | None:
        """Begin the work in a thread and return its task; None when one of that name is under way."""
        with self._lock:
            under_way = self._tasks.get(name)
            if under_way and not under_way.is_over:
                return None
            task = Task(name, by, now)
            task.thread = threading.Thread(target=_run, args=(task, work), name=name, daemon=True)
            self._tasks[name] = task
            task.thread.start()
            return task

    def task(self, name: str) -> Task | None:
        """Return the latest work of that name, under way or over."""
        return self._tasks.get(name)

    def join(self, seconds: float = 30.0) -> None:
        """Wait until all work is over, at most so long for each piece."""
        for task in list(self._tasks.values()):
            if task.thread:
                task.thread.join(seconds)


def _run(task: Task, work: Callable[[Task], str]) -> None:
    try:
        task.message = work(task)
    except ScanningError as error:
        task.is_failed, task.message = True, str(error)
        logger.warning("%s: %s", task.name, type(error).__name__)
    except Exception as error:  # a thread's fault is seen by nobody else: it is told on the page and in the log
        task.is_failed = True
        task.message = "Något gick fel hos oss. Det som redan var gjort är sparat. Försök igen."
        logger.error("%s: fault in the program: %s", task.name, kind_and_place(error))
    finally:
        task.is_over = True


@contextmanager
def turn(store: Store, name: str, task: Task, *, longest: float = LONGEST_WAIT) -> Iterator[None]:
    """Hold the named lock when it is our turn; raises StepBusy when another holds it for longer than that."""
    ends = time.monotonic() + longest
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(store.exclusive(name))
                break
            except StepBusy:
                if time.monotonic() > ends:
                    raise
                task.step("Väntar på att en annan körning ska bli klar")
                time.sleep(PAUSE)
        yield


class Keeper:
    """Keeps what takes long to work out, and works it out again, beside, when its mark is another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Any, Any]] = {}
        self._under_way: dict[str, tuple[Any, threading.Thread]] = {}
        self._failed: set[str] = set()

    def get(self, name: str, mark: Any, work: Callable[[], Any], *, wait: float) -> tuple[Any, bool]:
        """Return (value, whether it is of this mark), after at most `wait` seconds; (None, False) before the first."""
        kept = self._kept.get(name)
        if kept and kept[0] == mark:
            return kept[1], True
        with self._lock:
            going = self._under_way.get(name)
            if going is None or not going[1].is_alive():
                thread = threading.Thread(target=self._work, args=(name, mark, work), name=name, daemon=True)
                self._under_way[name] = going = (mark, thread)
                thread.start()
        going[1].join(wait)
        kept = self._kept.get(name)
        return (kept[1], kept[0] == mark) if kept else (None, False)

    def has_failed(self, name: str) -> bool:
        """Tell whether the latest work of that name failed: then there is no use in asking again at once."""
        return name in self._failed

    def forget(self, name: str) -> None:
        """Leave what is kept, so that the next look waits for a new one."""
        self._kept.pop(name, None)

    def join(self, seconds: float = 30.0) -> None:
        """Wait until nothing is being worked out, at most so long for each."""
        for _, thread in list(self._under_way.values()):
            thread.join(seconds)

    def _work(self, name: str, mark: Any, work: Callable[[], Any]) -> None:
        try:
            value = work()
            with self._lock:
                self._kept.pop(name, None)
                self._kept[name] = (mark, value)  # last: the first is the one worked out longest ago
                if len(self._kept) > MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
            self._failed.discard(name)
        except Exception as error:  # the next look tries again
            self._failed.add(name)
            logger.error("%s: could not be worked out: %s", name, kind_and_place(error))
