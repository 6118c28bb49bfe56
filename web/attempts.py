"""Failed logins, counted per account and per address, so that guessing takes years."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

FREE = 5  # wrong passwords before one must wait: people mistype
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))  # after each further one; the last for good
FORGOTTEN = timedelta(hours=24)
FREE_PER_ADDRESS = 20  # an office may share one address
MOST = 10_000  # names and addresses kept; a flood pushes out the oldest


class Attempts:
    """Counts in memory, for every thread of the process; a restart begins anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def wait(self, name: str, address: str, now: datetime) -> timedelta:
        """Return how long this account or address must wait before the next try; zero when it need not."""
        with self._lock:
            waits = (self._wait(_name(name), FREE, now), self._wait(_address(address), FREE_PER_ADDRESS, now))
        return max(*waits, timedelta())

    def failed(self, name: str, address: str, now: datetime) -> None:
        """Count a wrong password, whether there is such an account or not."""
        with self._lock:
            for key in (_name(name), _address(address)):
                self._failed[key] = (self._count(key, now) + 1, now)
                self._failed.move_to_end(key)
            while len(self._failed) > MOST:
                self._failed.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget what was counted for the account; the address keeps its count, or one account would free it."""
        with self._lock:
            self._failed.pop(_name(name), None)

    def _count(self, key: str, now: datetime) -> int:
        count, at = self._failed.get(key, (0, now))
        return 0 if now - at >= FORGOTTEN else count

    def _wait(self, key: str, free: int, now: datetime) -> timedelta:
        over = self._count(key, now) - free
        if over < 0:
            return timedelta()
        return self._failed[key][1] + WAITS[min(over, len(WAITS) - 1)] - now


def _name(name: str) -> str:
    return f"name {name}"


def _address(address: str) -> str:
    return f"address {address}"
