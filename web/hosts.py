"""The hosts that the page answers to: the installation's, and those of municipalities with an own address."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from pipeline.current import Current
from pipeline.installation import Installation


class Hosts(Collection[str]):
    """The names as the files stand at each request; a request for another name is refused."""

    def __init__(self, current: Current) -> None:
        self._current = current
        self._known: tuple[Installation | None, list[str]] = (None, [])

    def __iter__(self) -> Iterator[str]:
        """Give each name."""
        return iter(self._names())

    def __len__(self) -> int:
        """Return one at least: this machine's own. It is asked at each request only whether there are any."""
        return 1

    def __contains__(self, name: object) -> bool:
        """Tell whether the page answers to the name."""
        return name in self._names()

    def _names(self) -> list[str]:
        installation, (known, names) = self._current.installation(), self._known
        if known is not installation:
            web = installation.settings.web
            names = sorted({*hosts(web.address, web.listen), *own_hosts(installation)})
            self._known = (installation, names)
        return names


def hosts(address: str, listen: str) -> list[str]:
    """Return the names of the installation itself."""
    host = listen.rpartition(":")[0].strip("[]")
    named = {urlsplit(address).hostname or "", host, "localhost", "127.0.0.1", "[::1]"}
    return sorted(named - {"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on


def own_hosts(installation: Installation) -> dict[str, str]:
    """Return the key of each municipality that has a host of its own, by the host."""
    shared = urlsplit(installation.settings.web.address).hostname
    found: dict[str, str] = {}
    for municipality in installation.municipalities:
        host = urlsplit(municipality.page.address).hostname
        if host and host != shared:
            found.setdefault(host, municipality.key)
    return found


def key_of_host(installation: Installation, host: str) -> str:
    """Return the municipality whose own the host is, "" for the installation's."""
    return own_hosts(installation).get(urlsplit(f"//{host}").hostname or "", "")
