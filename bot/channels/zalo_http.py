"""How both Zalo channels reach the network: calls whose errors show no address, and files from Zalo's hosts only."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from cases.messages import FileFault, FileKind, FileRef

FILE_HOSTS = ("*.zdn.vn", "*.zadn.vn", "*.zaloapp.com")
"""Hosts that attachments, avatars and stickers were seen on."""

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
IDLE_SECONDS = 4.0
"""Shorter than the idle time of common servers (5 s): a connection closed under us looks like an answer lost."""

FILE_SECONDS = 180.0
HOPS = 3
_NAT64 = ip_network("64:ff9b::/96")
_OPEN_IPV6 = ip_network("2000::/3")
"""All that is given out for the open network (https://www.iana.org/assignments/ipv6-address-space); the rest is not."""
_NAME = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


class NotSent(Exception):
    """Nothing reached the vendor: trying again cannot double anything."""


class AnswerLost(Exception):
    """The request went out and no whole answer came back: it may have been taken."""


class WrongToken(RuntimeError):
    """The vendor does not accept the configured token; the sentence names the setting."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: HTTP status, the JSON object in it if there is one, and seconds to wait if the vendor named them."""

    status: int
    body: dict[str, Any] | None
    retry_after: float = 0.0


def is_loopback(base: str) -> bool:
    """True for an address of this very machine, the only place plain http is taken."""
    host = URL(base).host or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Wire:
    """One pool of connections to a vendor, opened at first use. Redirects are never followed: tokens would travel."""

    def __init__(self, connect: float = CONNECT_SECONDS, read: float = READ_SECONDS) -> None:
        self._connect = connect
        self._timeout = self._limit(read)
        self._session: aiohttp.ClientSession | None = None

    def _limit(self, read: float) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=None, connect=self._connect, sock_connect=self._connect, sock_read=read)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(self, url: str, payload: object, headers: Mapping[str, str] | None = None, read: float = 0) -> Reply:
        """Send JSON whose texts are `ready`; `read` is seconds of silence to bear. Raises `NotSent` or `AnswerLost`."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        return await self._ask("POST", url, orjson.dumps(payload), sent, read)

    async def form(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        """Send an HTML form; raises as `post` does."""
        return await self._ask("POST", url, dict(fields), headers, 0)

    async def get(self, url: str, headers: Mapping[str, str], read: float = 0) -> Reply:
        """Read; raises as `post` does."""
        return await self._ask("GET", url, None, headers, read)

    async def _ask(self, verb: str, url: str, data: Any, headers: Mapping[str, str], read: float) -> Reply:
        limit = self._limit(read) if read else self._timeout
        try:
            async with self._open().request(
                verb, URL(url, encoded=True), data=data, headers=headers, timeout=limit, allow_redirects=False
            ) as answer:
                raw = await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as why:
            raise NotSent(type(why).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as why:
            raise AnswerLost(type(why).__name__) from None
        return _read(answer.status, raw, answer.headers.get("Retry-After", ""))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session


def _read(status: int, raw: bytes, wait: str) -> Reply:
    seconds = float(wait) if wait.isascii() and wait.isdigit() else 0.0
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        # An object that breaks off was an answer to something done; a page of HTML is a gateway that did nothing.
        if status < 300 and raw.lstrip()[:1] == b"{":
            raise AnswerLost("cut short") from None
        return Reply(status, None, seconds)
    return Reply(status, body if isinstance(body, dict) else None, seconds)


class _Private(OSError):
    """An allowed name leads inside a private network."""


def is_public(text: str) -> bool:
    """Whether an address lies in the open network, however it is written inside IPv6."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None and address not in _OPEN_IPV6:
            return False
        address = inner or address
    return address.is_global and not address.is_multicast


class _PublicOnly(AbstractResolver):
    """Resolves names and refuses private addresses at the moment of connecting, so no second look-up can differ."""

    def __init__(self, inner: AbstractResolver, exempt: str) -> None:
        self._inner = inner
        self._exempt = exempt

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not found:
            raise OSError("no address")
        if host != self._exempt and not all(is_public(entry["host"]) for entry in found):
            raise _Private("private address")
        return found

    async def close(self) -> None:
        await self._inner.close()


class FileGate:
    """Fetches files over https from allowed hosts at public addresses; `base` adds one host, plain if on loopback."""

    def __init__(self, hosts: Sequence[str], base: str, resolver: AbstractResolver | None = None) -> None:
        self._own = URL(base).origin() if is_loopback(base) else None
        self._hosts = tuple(hosts) if self._own is not None else (*hosts, URL(base).host or "")
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections; a later fetch opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(self, file: FileRef, cap: int) -> bytes:
        """The file, at most `cap` bytes; raises `FileFault`, in whose words no address appears."""
        url = self._allowed(file.ref)
        try:
            for _ in range(HOPS):
                async with self._open().get(url, allow_redirects=False) as answer:
                    if answer.status not in (301, 302, 303, 307, 308):
                        return await _body(answer, file.kind, cap)
                    url = self._same_host(url, answer.headers.get("Location", ""))
        except (aiohttp.ClientError, TimeoutError, OSError) as why:
            if isinstance(getattr(why, "os_error", why), _Private):
                raise FileFault("refused_host", "private address") from None
            raise FileFault("unreachable", type(why).__name__) from None
        raise FileFault("unreachable", "too many redirects")

    def _allowed(self, ref: str) -> URL:
        try:
            url = URL(ref)
            if self._own is not None and url.user is None and url.origin() == self._own:
                return url
        except ValueError:
            raise FileFault("refused_host", "not an address") from None
        plain = url.user is None and url.password is None and url.port == 443 and url.scheme == "https"
        if plain and any(_fits(url.raw_host or "", pattern) for pattern in self._hosts):
            return url
        raise FileFault("refused_host", "not one of Zalo's hosts")

    def _same_host(self, url: URL, location: str) -> URL:
        try:
            target = self._allowed(str(url.join(URL(location))))
        except ValueError:
            raise FileFault("refused_host", "redirect to no address") from None
        if target.origin() != url.origin():
            raise FileFault("refused_host", "redirect to another host")
        return target

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            own = self._own.host or "" if self._own is not None else ""
            names = _PublicOnly(self._resolver or aiohttp.ThreadedResolver(), own)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=names),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept-Encoding": "identity"},
                auto_decompress=False,  # a coding that was not asked for could swell beyond the cap
                timeout=aiohttp.ClientTimeout(total=FILE_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS),
            )
        return self._session


def _fits(host: str, pattern: str) -> bool:
    if not _NAME.fullmatch(host):
        return False
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


async def _body(answer: aiohttp.ClientResponse, kind: FileKind, cap: int) -> bytes:
    if answer.status >= 500 or answer.status == 429:
        raise FileFault("unreachable", f"HTTP {answer.status}")
    if answer.status != 200:
        raise FileFault("gone", f"HTTP {answer.status}")
    if answer.content_type == "text/html" and kind is not FileKind.DOCUMENT:
        raise FileFault("wrong_type", "a page instead of a file")
    if (answer.content_length or 0) > cap:
        raise FileFault("too_large", f"over {cap} bytes")
    taken = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        taken += chunk
        if len(taken) > cap:
            raise FileFault("too_large", f"over {cap} bytes")
    return bytes(taken)
