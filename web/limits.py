"""Flood limits kept in memory, and whose address a request really comes from: floods wait, and are told so."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IPV6_HOME = 64  # one household or phone has a whole /64


class Sliding:
    """At most `most` takes in any `seconds`, per key; remembers at most `keys` keys, the longest unused goes first."""

    def __init__(
        self, most: int, seconds: float, *, keys: int = 20_000, tick: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._keys = keys
        self._tick = tick
        self._taken: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, key: str) -> float:
        """0 when this one is allowed (and counted), else the seconds to wait."""
        now = self._tick()
        times = self._taken.setdefault(key, deque())
        self._taken.move_to_end(key)
        while len(self._taken) > self._keys:
            self._taken.popitem(last=False)
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._most:
            return times[0] + self._seconds - now
        times.append(now)
        return 0.0

    def __len__(self) -> int:
        return len(self._taken)


def networks(setting: str) -> tuple[Network, ...]:
    """Read `TRUSTED_PROXY`: addresses or networks, separated by commas; raises ValueError."""
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in setting.split(",") if part.strip())


def client(connection: HTTPConnection, trusted: Sequence[Network]) -> str:
    """The address of the person's side: the right-most forwarded hop that is not our own proxy.

    What stands further left was written by the client and proves nothing. Empty when it cannot be known:
    a loopback peer that no setting calls a proxy may be one.
    """
    peer = _address(connection.client.host if connection.client else "")
    if peer is None:
        return ""
    if not _within(peer, trusted):
        return "" if peer.is_loopback else _home(peer)
    for hop in reversed(",".join(connection.headers.getlist("x-forwarded-for")).split(",")):
        address = _address(hop.strip())
        if address is None:
            return ""
        if not _within(address, trusted):
            return _home(address)
    return ""


def is_local(connection: HTTPConnection) -> bool:
    """Whether the request comes straight from this machine, not through a proxy on it."""
    peer = _address(connection.client.host if connection.client else "")
    return peer is not None and peer.is_loopback and not _forwarded(connection.headers)


def _forwarded(headers: Headers) -> bool:
    return any(name in headers for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via"))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _home(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_HOME), strict=False))
    return str(address)
