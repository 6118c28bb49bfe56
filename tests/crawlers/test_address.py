"""No connection is opened to an address that is not public, however it is spelled or resolved."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from crawlers.address import PublicResolver, is_plain, is_public
from store.types import SourceState
from tests.crawlers.conftest import crawl, job_for
from tests.crawlers.hostile import Canary, HostileServer

PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *(
        "0.0.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fd00::1",
        "fe80::1",
        "fe80::1%eth0",
    ),
    *("fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1"),
    *(
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "localhost",
        "",
        "2130706433",
        "0177.0.0.1",
    ),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_F16_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["147.67.34.45", "8.8.8.8", "2a00:1450:400f:80c::200e", "::ffff:8.8.8.8"])
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://source.example\\@127.0.0.1/",
        "https://user@source.example/",
        "https://source.example:8080/",
        "https://source.example:http/",
        "https://source.example/a b",
        "https://source.example/\x00",
        "https://[broken",
        "https:///path",
        "file:///etc/passwd",
        "ftp://source.example/",
        "gopher://source.example/",
        "data:text/plain,x",
    ],
)
def test_F16_F17_a_url_of_two_readings_or_another_scheme_is_refused(url: str) -> None:
    assert not is_plain(url)


@pytest.mark.parametrize(
    "url", ["https://source.example/a?b=c%20d", "http://source.example:80/", "https://a.example:443/"]
)
def test_a_plain_url_is_allowed(url: str) -> None:
    assert is_plain(url)


@implementer(IHostnameResolver)
class FakeResolver:
    """Gives each of its answers once."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def resolveHostName(self, receiver: Any, _name: str, port: int = 0, *_: Any) -> None:
        receiver.resolutionBegan(None)
        for address in self.answers.pop(0):
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, port))
        receiver.resolutionComplete()


@implementer(IResolutionReceiver)
class Addresses(list[str]):
    """Collects what a resolver tells."""

    def resolutionBegan(self, resolution: Any) -> None:
        pass

    def addressResolved(self, address: Any) -> None:
        self.append(address.host)

    def resolutionComplete(self) -> None:
        pass


def resolve(resolver: PublicResolver, name: str, port: int = 443) -> list[str]:
    addresses = Addresses()
    resolver.resolveHostName(addresses, name, port)
    return addresses


def test_F16_a_rebinding_name_is_looked_at_for_every_connection() -> None:
    resolver = PublicResolver(FakeResolver(["8.8.8.8"], ["127.0.0.1"], ["8.8.8.8"]))
    assert resolve(resolver, "rebind.example") == ["8.8.8.8"]
    assert resolve(resolver, "rebind.example") == []
    assert resolver.refused == {"rebind.example"}
    assert resolve(resolver, "rebind.example") == ["8.8.8.8"]
    assert resolver.refused == set()


def test_F16_one_private_address_among_public_ones_spoils_the_name() -> None:
    assert resolve(PublicResolver(FakeResolver(["8.8.8.8", "::1"])), "mixed.example") == []


def test_F16_while_replaying_only_the_replay_server_can_be_reached() -> None:
    answers = [["127.0.0.1"], ["127.0.0.1"], ["127.0.0.1"], ["8.8.8.8"]]
    resolver = PublicResolver(FakeResolver(*answers), "http://localhost:8900")
    assert resolve(resolver, "localhost", 8900) == ["127.0.0.1"]
    assert resolve(resolver, "localhost", 8901) == []
    assert resolve(resolver, "127.0.0.1", 8900) == []
    assert resolve(resolver, "localhost", 8900) == []


def test_F16_a_crawl_opens_no_connection_to_loopback_however_it_is_spelled() -> None:
    hosts = ["127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
    ports = {"http": 80, "https": 443}
    urls = {f"{scheme} {host}": f"{scheme}://{host}/" for host in hosts for scheme in ports}
    names = [host.strip("[]") for host in hosts]
    crawled = crawl(job_for("", replay_url="", urls=urls, options={"hosts": names}))
    assert set(crawled.parts) == set(urls)
    for part in crawled.parts.values():
        assert part.state is SourceState.CHANGED
        assert part.message.startswith("Adressen är inte tillåten."), part


def test_F16_a_loopback_port_gets_no_connection_even_when_it_is_the_sources_own(canary: Canary) -> None:
    urls = {"secret": f"http://127.0.0.1:{canary.port}/"}
    crawled = crawl(job_for("", replay_url="", urls=urls, options={"hosts": ["127.0.0.1"]}))
    assert crawled.only.message.startswith("Adressen är inte tillåten.")
    assert canary.connects() == 0


def test_a_host_that_the_source_does_not_name_is_not_asked(server: HostileServer) -> None:
    crawled = crawl(job_for(server.url, urls={"news": "https://elsewhere.example/page"}))
    assert crawled.only.message == "Adressen är inte tillåten. (https://elsewhere.example/page)"
    assert server.paths() == []
