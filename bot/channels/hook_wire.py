"""How outgoing calls reach the network: checked addresses only, and no redirect is followed."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.channels.zalo_http import is_public
from cases.messages import Fate, SendResult

Network = IPv4Network | IPv6Network
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 15.0
NEVER = frozenset({400, 413, 415, 422})  # this body will not be taken, whenever it comes
RETRY_AFTER_MOST = 6 * 3600.0
SHUT = "address not allowed"
NUMBERED = re.compile(r"(^|\.)(0[xX][0-9a-fA-F]*|[0-9]+)$")
"""A host that ends in a number is read as an address by some (2130706433, 0x7f.1, 0177.0.0.1) and is no name."""


class _Shut(OSError):
    """The name leads to an address that may not be called."""


class _Checked(AbstractResolver):
    """Looks names up and refuses what may not be called; the connection is made to what was checked here."""

    def __init__(self, inner: AbstractResolver, allowed: Sequence[Network]) -> None:
        self._inner, self._allowed = inner, allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not found or not all(may_call(entry["host"], self._allowed) for entry in found):
            raise _Shut(SHUT)
        return found

    async def close(self) -> None:
        await self._inner.close()


def may_call(address: str, allowed: Sequence[Network]) -> bool:
    """A public address, or one that the settings allow by network."""
    return is_public(address) or any(ip_address(address.partition("%")[0]) in network for network in allowed)


def called(text: str, allowed: Sequence[Network]) -> URL | None:
    """The address if it may be called: https; plain http only to this machine, where the settings allow that.

    Addresses written as numbers pass no look-up, so they are checked here.
    """
    try:
        url = URL(text)
        host = (url.host or "").rstrip(".")
    except ValueError:
        return None
    try:
        number = ip_address(host)
    except ValueError:
        return url if url.scheme == "https" and host and not NUMBERED.search(host) else None
    if not may_call(str(number), allowed):
        return None
    return url if url.scheme == "https" or (url.scheme == "http" and number.is_loopback) else None


class HookWire:
    """One pool of connections, opened at first use. `resolver` and `ssl` are those of the system but in tests."""

    def __init__(self, allowed: Sequence[Network], resolver: AbstractResolver | None = None, ssl: bool = True) -> None:
        self._allowed = tuple(allowed)
        limit = aiohttp.ClientTimeout(total=ANSWER_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=ANSWER_SECONDS)
        names = _Checked(resolver or aiohttp.ThreadedResolver(), self._allowed)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=names, ssl=ssl, use_dns_cache=False),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=limit,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> SendResult:
        """One call. A lost answer is tried again: the receiver knows a delivery it has had."""
        url = called(address, self._allowed)
        if url is None:
            return SendResult(Fate.LATER, SHUT)
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return judged(answer.status, answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeError) as why:  # the last: no name could be so
            shut = isinstance(getattr(why, "os_error", why), _Shut)
            return SendResult(Fate.LATER, SHUT if shut else type(why).__name__)


def judged(status: int, retry_after: str) -> SendResult:
    """What an answer means. Everything but 2xx, 410 and a body that is refused for ever is tried again."""
    detail = f"HTTP {status}"
    if 200 <= status < 300:
        return SendResult(Fate.SENT, detail)
    if status == 410:
        return SendResult(Fate.GONE, detail)
    if status in NEVER:
        return SendResult(Fate.REFUSED, detail)
    wait = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0
    return SendResult(Fate.LATER, detail, after=min(wait, RETRY_AFTER_MOST))
