"""One crawl of one source in its own process: a job on standard input, messages on standard output."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

# First, and though nothing here names it: it looks through the stack, which takes ten times as long once a crawl runs.
import scrapy.core.downloader.contextfactory  # noqa: F401
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.utils.defer import deferred_from_coro

from crawlers.catalogue import find_source
from crawlers.job import Job
from crawlers.log_lines import begin_log
from crawlers.parts import message_ready
from crawlers.protocol import CrawlEnded, Message, PartEnded, message_to_json
from crawlers.settings import settings_for
from crawlers.source import Source
from store.errors import ConfigurationError
from store.types import SourceState

logger = logging.getLogger(__name__)

PARENT_CHECK_SECONDS = 1.0
GRACE_SECONDS = 5.0  # after SIGTERM, for the answer that is on its way


class Writer:
    """Writes messages as lines; ends the process when nobody reads them any more."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def write(self, message: Message) -> None:
        """Write one message, at once."""
        try:
            self.stream.write(message_to_json(message).encode("utf-8", "replace") + b"\n")
            self.stream.flush()
        except BrokenPipeError:
            os._exit(1)


def take_stdout() -> BinaryIO:
    """Return standard output for messages alone, and send whatever else is printed to standard error."""
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return stream


def main(find: Callable[[str], type[Source]] = find_source) -> int:
    """Run the job on standard input; return 0 when its last message was written."""
    job = Job.from_json(sys.stdin.readline())
    writer = Writer(take_stdout())
    source = find(job.source)
    process = AsyncCrawlerProcess(settings_for(job, source.least_delay))
    begin_log(job.log_format, level=job.log_level, traces=True, fields={"source": job.source, "run": job.run})
    for name in ("scrapy", "py.warnings"):  # the first would tell of every setting, for every source
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(job.source).setLevel(job.log_level.upper())  # a spider's own is named like its source
    crawler = process.create_crawler(source)
    crawler.signals.connect(writer.write, message_ready)
    _Watch(crawler).begin()
    task = process.crawl(crawler, job=job)
    process.start(install_signal_handlers=False)
    return finish(crawler, task, writer, job)


def finish(crawler: Crawler, task: Any, writer: Writer, job: Job) -> int:
    """Write the last message, unless the crawl broke; a wrong configuration is told as the source's own part."""
    error = None if task.cancelled() or not task.done() else task.exception()
    if isinstance(error, ConfigurationError):
        writer.write(PartEnded(job.source, SourceState.FAILING, message=str(error)))
    elif error is not None or not task.done():
        logger.error("%s: the crawl broke", job.source, exc_info=error)
        return 1
    elif (crawler.stats.get_value("finish_reason") if crawler.stats else "") != "finished":
        return 1
    values = crawler.stats.get_stats() if error is None else {}
    window = crawler.spider.window if isinstance(crawler.spider, Source) else None
    size = values.get("downloader/response_bytes", 0)
    writer.write(CrawlEnded(values.get("downloader/request_count", 0), size, window))
    return 0


class _Watch:
    """Ends the process when its parent is gone, and soon after it is asked to stop."""

    def __init__(self, crawler: Crawler) -> None:
        from twisted.internet import reactor  # importing it earlier would install the wrong one

        self.crawler, self.parent = crawler, os.getppid()
        self.reactor: Any = reactor

    def begin(self) -> None:
        """Start watching, on the reactor's clock."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.reactor.callFromThread(self.stop))
        self.look()

    def look(self) -> None:
        """End at once when the parent is another than the one that started us."""
        if os.getppid() != self.parent:
            os._exit(1)
        self.reactor.callLater(PARENT_CHECK_SECONDS, self.look)

    def stop(self) -> None:
        """Let the answer on its way arrive, but not for long."""
        self.reactor.callLater(GRACE_SECONDS, os._exit, 1)
        deferred_from_coro(self.crawler.stop_async())


if __name__ == "__main__":
    sys.exit(main())
