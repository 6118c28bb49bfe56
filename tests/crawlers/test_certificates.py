"""A server that cannot prove who it is gets no request."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.types import SourceState
from tests.crawlers.certificates import Authority
from tests.crawlers.conftest import crawl, job_for
from tests.crawlers.hostile import Answer, HostileServer

BAD = {
    "expired": {"host": "localhost", "days": -1},
    "wrong host": {"host": "elsewhere.example"},
    "self-signed": {"host": "localhost", "own_signature": True},
}


def test_F21_a_server_with_a_good_certificate_is_read(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server = HostileServer(authority.server_context("localhost"))
    server.script("/source.example/page", Answer(200))
    crawled = crawl(job_for(server.url), {"SSL_CERT_FILE": str(authority.root)})
    server.shutdown()
    server.server_close()
    assert crawled.only.state is SourceState.WORKING, crawled.stderr


@pytest.mark.parametrize("fault", BAD)
def test_F21_a_server_with_a_bad_certificate_is_not_asked(tmp_path: Path, fault: str) -> None:
    authority = Authority(tmp_path)
    server = HostileServer(authority.server_context(**BAD[fault]))  # type: ignore[arg-type]
    server.script("/source.example/page", Answer(200))
    crawled = crawl(job_for(server.url), {"SSL_CERT_FILE": str(authority.root)})
    server.shutdown()
    server.server_close()
    assert crawled.only.state is SourceState.FAILING
    assert crawled.only.message == "Certifikatfel: källans identitet kan inte styrkas, så inget hämtades."
    assert server.paths() == []
