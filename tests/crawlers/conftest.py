"""The hostile server, and crawls against it as real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.job import Job
from crawlers.protocol import CrawlEnded, ItemFound, Message, PartEnded, message_from_json
from tests.crawlers.hostile import Canary, HostileServer

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 8, 22, 6, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Crawled:
    """What a crawl process said."""

    messages: list[Message]
    stderr: str
    code: int

    @property
    def parts(self) -> dict[str, PartEnded]:
        """The ending of each part; a part that ends twice fails the test."""
        endings = [message for message in self.messages if isinstance(message, PartEnded)]
        assert len({ending.part for ending in endings}) == len(endings)
        return {ending.part: ending for ending in endings}

    @property
    def only(self) -> PartEnded:
        """The ending of the only part."""
        (ending,) = self.parts.values()
        return ending

    @property
    def items(self) -> list[ItemFound]:
        """The items told of."""
        return [message for message in self.messages if isinstance(message, ItemFound)]

    @property
    def ended(self) -> bool:
        """Whether the crawl came to its own end."""
        return self.code == 0 and isinstance(self.messages[-1], CrawlEnded)


def job_for(server_url: str, **values: Any) -> Job:
    """Return a job for the test source, replayed from a server, with short times."""
    options = values.pop("options", {})
    urls = values.pop("urls", {"news": "https://source.example/page"})
    defaults = {"replay_url": server_url, "delay_seconds": 0.0, "timeout_seconds": 3.0, "max_bytes": 200_000}
    return Job(source="one_source", now=NOW, options={"urls": urls, **options}, **{**defaults, **values})


def one_page_each(server: HostileServer, hosts: list[str], **values: Any) -> Job:
    """Return a job that reads the same page of several hosts, each as a part of its own."""
    options = {**values.pop("options", {}), "hosts": hosts}
    return job_for(server.url, urls={host: f"https://{host}/page" for host in hosts}, options=options, **values)


def start(job: Job, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a crawl process and give it its job."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crawlers.one_source"],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(job.to_json().encode() + b"\n")
    process.stdin.flush()
    return process


def crawl(job: Job, env: dict[str, str] | None = None) -> Crawled:
    """Run a crawl process to its end."""
    process = start(job, env)
    out, err = process.communicate(timeout=60)
    messages = [message_from_json(line) for line in out.decode().splitlines()]
    return Crawled(messages, err.decode(), process.returncode)


@pytest.fixture
def canary() -> Iterator[Canary]:
    """A port that nobody may connect to."""
    bird = Canary()
    yield bird
    bird.socket.close()


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """A hostile server of one's own."""
    hostile = HostileServer()
    yield hostile
    hostile.shutdown()
    hostile.server_close()
