"""A crawl is a process of its own: messages alone on its output, an end when asked, no life after its parent."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from crawlers.protocol import CrawlEnded, PartEnded, message_from_json
from store.types import SourceState
from tests.crawlers.conftest import ROOT, crawl, job_for, start
from tests.crawlers.hostile import Answer, HostileServer, silent


def wait_until(true: object, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def test_output_holds_messages_alone_and_ends_with_what_was_spent(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(200, b"{}" * 100))
    crawled = crawl(job_for(server.url))
    assert crawled.items[0].item.url == "https://source.example/page"
    assert crawled.items[0].item.title == "Å i titeln ?"  # half a character cannot be written
    end = crawled.messages[-1]
    assert isinstance(end, CrawlEnded)
    assert end.requests == 2
    assert end.bytes > 200
    assert "a stray print" in crawled.stderr
    assert crawled.code == 0


def test_F28_a_stopped_crawl_ends_within_ten_seconds_without_an_end_message(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(behave=silent))
    process = start(job_for(server.url, timeout_seconds=30.0))
    assert wait_until(lambda: "/source.example/page" in server.paths())
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=15)
    assert time.monotonic() - begun < 10
    assert process.returncode != 0
    assert all(json.loads(line)["type"] != "end" for line in out.splitlines())


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "tests.crawlers.one_source"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
child.stdin.write(sys.argv[1].encode() + b"\\n")
child.stdin.flush()
print(child.pid, flush=True)
time.sleep(60)
"""


def test_F28_a_crawl_does_not_outlive_its_parent(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(behave=silent))
    job = job_for(server.url, timeout_seconds=60.0)
    command = [sys.executable, "-c", PARENT, job.to_json()]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert wait_until(lambda: "/source.example/page" in server.paths())
    parent.kill()
    parent.communicate()
    assert wait_until(lambda: not is_running(child), 5.0)


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def test_a_crawl_whose_output_nobody_reads_any_more_ends(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(200))
    process = start(job_for(server.url))
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=10) != 0
    assert process.stderr is not None
    process.stderr.close()
    assert process.stdin is not None
    process.stdin.close()


def test_memory_stays_small_under_bombs(server: HostileServer) -> None:
    server.script("/source.example/page", Answer(200, gzip.compress(bytes(300_000_000)), {"Content-Encoding": "gzip"}))
    process = start(job_for(server.url, max_bytes=16 * 1024 * 1024))
    peaks = [0]
    while process.poll() is None:  # its own peak: what the kernel tells at its end counts the memory it was forked from
        peaks.append(peak_kilobytes(process.pid))
        time.sleep(0.01)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stderr is not None
    parts = [message_from_json(line) for line in process.stdout.read().decode().splitlines()]
    for stream in (process.stdout, process.stdin, process.stderr):
        stream.close()
    assert SourceState.FAILING in [part.state for part in parts if isinstance(part, PartEnded)]
    assert 30_000 < max(peaks) < 300_000


def peak_kilobytes(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM:")), 0)


def test_an_unknown_source_is_no_crawl() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "crawlers.crawl"],
        cwd=ROOT,
        input=job_for("").to_json() + "\n",
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
    assert process.returncode != 0
    assert process.stdout == ""
    assert "no source named 'one_source'" in process.stderr
