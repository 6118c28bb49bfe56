"""Crawl processes: started here or on other machines, and what they say, source by source."""

from __future__ import annotations

import logging
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crawlers.job import Job
from crawlers.protocol import Message, message_from_json
from pipeline.engine import Engine

logger = logging.getLogger(__name__)

LONGEST = 3_600.0  # seconds for one crawl: the largest first fill at a request a second takes some minutes
QUEUE = 2_000  # messages in flight: the crawl waits when the store is slower

Said = tuple[str, Message | None]  # a source and what its crawl said, None when it has ended


def crawl_here(jobs: Sequence[Job], logs: Path | None) -> Generator[Said, None, None]:
    """Crawl side by side in processes of this machine, and yield what they say when they say it."""
    messages: queue.Queue[Said] = queue.Queue(QUEUE)
    processes = [start_crawl(job, messages, logs) for job in jobs]
    try:
        waiting = len(jobs)
        while waiting:
            source, message = messages.get()
            waiting -= message is None
            yield source, message
    finally:
        for process in processes:
            process.kill()
            process.wait()


def crawl_there(engine: Engine, jobs: Sequence[Job], logs: Path | None) -> Generator[Said, None, None]:
    """Crawl side by side on other machines, and yield what each said when it has ended.

    A crawl whose machine dies is begun anew on another: nothing of it has been stored.
    """
    answers = engine.map(CrawlSource(), [job.to_json() for job in jobs])
    for job, (lines, log) in zip(jobs, answers, strict=True):
        with open_log(job.source, logs) as file:
            (file or sys.stderr.buffer).write(log)
        try:
            for line in lines:
                yield job.source, message_from_json(line)
        except (ValueError, KeyError, TypeError) as error:
            tell_broken(job, error)
        yield job.source, None


@dataclass(frozen=True, slots=True)
class CrawlSource:
    """One crawl from beginning to end, for an engine: a job as JSON in, its messages as lines and its log out."""

    waits: bool = True

    def ready(self) -> Callable[[str], tuple[list[str], bytes]]:
        """Return the function; the crawl's own process loads what it needs."""
        return crawl


def crawl(job: str) -> tuple[list[str], bytes]:
    """Run the crawl and return what it said."""
    with tempfile.TemporaryFile() as log:
        process = crawl_process(log)
        watchdog = threading.Timer(LONGEST, process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            with process:
                give_job(process.stdin, job)
                lines = list(process.stdout or ())
        except (UnicodeDecodeError, OSError):
            lines = []  # it has died, or said what is no text: as a crawl that is cut off
        finally:
            watchdog.cancel()
        log.seek(0)
        return lines, log.read()


def crawl_process(log: IO[bytes] | None) -> subprocess.Popen[str]:
    """Start a crawl, which waits for its job."""
    return subprocess.Popen(
        [sys.executable, "-m", "crawlers.crawl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        encoding="utf-8",
    )


def start_crawl(job: Job, messages: queue.Queue[Said], logs: Path | None) -> subprocess.Popen[str]:
    """Start the crawl process of a job, and a thread that puts its messages on the queue, None last."""
    with open_log(job.source, logs) as log:
        process = crawl_process(log)
    reader = threading.Thread(target=read_messages, args=(process, job, messages), daemon=True)
    reader.start()
    return process


def open_log(source: str, logs: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    """Return the file for a crawl's log, emptied of the crawl before; None leaves it on standard error."""
    if logs is None:
        return nullcontext()
    logs.mkdir(parents=True, exist_ok=True)
    return (logs / f"{source}.log").open("wb")


def read_messages(process: subprocess.Popen[str], job: Job, messages: queue.Queue[Said]) -> None:
    """Give the process its job and put each line it writes on the queue; a broken line ends the reading."""
    watchdog = threading.Timer(LONGEST, process.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        with process:
            give_job(process.stdin, job.to_json())
            for line in process.stdout or ():
                messages.put((job.source, message_from_json(line)))
    except (ValueError, KeyError, TypeError, OSError) as error:
        tell_broken(job, error)
    finally:
        watchdog.cancel()
        messages.put((job.source, None))


def give_job(pipe: IO[str] | None, job: str) -> None:
    """Write the job as one line; the pipe stays open, because its end tells the crawl that we are gone."""
    if pipe:
        pipe.write(job + "\n")
        pipe.flush()


def tell_broken(job: Job, error: Exception) -> None:
    """Note that a crawl said what is no message."""
    logger.error("the crawl's answer could not be read", exc_info=error, extra={"source": job.source})
