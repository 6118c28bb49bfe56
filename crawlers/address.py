"""The address guard: no connection is ever opened to an address that is not public."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from crawlers.failures import ADDRESS, FetchFailed
from crawlers.robots import is_robots
from store.types import SourceState

# Networks that carry an IPv4 address inside: NAT64 (RFC 6052, RFC 8215), 6to4, Teredo. A gateway may unwrap it.
TUNNELS = [IPv6Network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10")]

# Left to special use (RFC 6890, RFC 7526), which not every Python 3.11 knows.
SPECIAL = [IPv4Network(network) for network in ("192.0.0.0/24", "192.88.99.0/24")]

# What two parsers may read differently: back-slashes, user names, white space, control characters.
TWO_READINGS = re.compile(r"[\\\s\x00-\x20\x7f]")


def is_public(address: str) -> bool:
    """Say whether an address in numbers lies on the public internet; anything that is no address does not."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        elif any(parsed in network for network in TUNNELS):
            return False
    special = isinstance(parsed, IPv4Address) and any(parsed in network for network in SPECIAL)
    return parsed.is_global and not parsed.is_multicast and not special


def is_plain(url: str) -> bool:
    """Say whether a URL is http(s) and can be read in one way only."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    usual = port in (None, 443 if parts.scheme == "https" else 80)
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and usual
        and not ("@" in parts.netloc or TWO_READINGS.search(url))
    )


def is_own(url: str, crawler: Crawler) -> bool:
    """Say whether a URL's host is one of those that the source may ask."""
    hosts = (host.encode("idna").decode() for host in getattr(crawler.spider, "hosts", ()))
    return urlsplit(url).hostname in set(hosts)


@implementer(IHostnameResolver)
class PublicResolver:
    """Resolves names for connecting, and leaves out every address that is not public.

    Twisted asks it for every connection, numbers included, and connects to the very addresses it gives: there is no
    second look-up that a rebinding name could answer differently. `refused` remembers the names that were left without
    an address. While replaying, the replay server is the only address there is.
    """

    def __init__(self, original: Any, replay_url: str = "") -> None:
        self.original = original
        self.refused: set[str] = set()
        replay = urlsplit(replay_url)
        self.replay = (replay.hostname, replay.port or 80) if replay_url else None
        self.reactor: Any = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> PublicResolver:
        """Return the resolver to install on the reactor."""
        resolver = cls(reactor.nameResolver, crawler.settings["UTKIK_REPLAY_URL"])
        resolver.reactor = reactor
        return resolver

    def install_on_reactor(self) -> None:
        """Make every connection of this process ask this resolver."""
        self.reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Any = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Resolve a name, telling the receiver of allowed addresses only."""
        receiver = _Filter(resolutionReceiver, self, hostName, portNumber)
        return self.original.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)

    def allows(self, name: str, port: int, address: str) -> bool:
        """Say whether a connection to this address may be opened."""
        if self.replay:
            return (name, port) == self.replay and ip_address(address).is_loopback
        return is_public(address)


@implementer(IResolutionReceiver)  # zope's interfaces say nothing to mypy, hence Any
class _Filter:
    """Passes allowed addresses on; one forbidden address spoils the name, since a public name has no use for it."""

    def __init__(self, receiver: Any, resolver: PublicResolver, name: str, port: int) -> None:
        self.receiver, self.resolver, self.name, self.port = receiver, resolver, name, port
        self.addresses: list[Any] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self.resolver.refused.discard(self.name)
        if all(self.resolver.allows(self.name, self.port, address.host) for address in self.addresses):
            for address in self.addresses:
                self.receiver.addressResolved(address)
        else:
            self.resolver.refused.add(self.name)
        self.receiver.resolutionComplete()


class AddressGuard:
    """Stops requests to hosts that the source does not name, and URLs that can be read in two ways."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressGuard:
        """Return the guard of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise when the request must not be sent; robots.txt may live on another host (RFC 9309)."""
        known = is_robots(request) or is_own(request.url, self.crawler)
        if not is_plain(request.url) or not known:
            raise FetchFailed(SourceState.CHANGED, f"{ADDRESS} ({request.url[:200]})")
