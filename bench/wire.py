"""The load's own HTTP client: kept-alive connections that write ready bytes and read one answer, or a live stream."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

from bench.sink import LENGTH


class Wire(asyncio.Protocol):
    """One connection to a server under test; one request at a time."""

    def __init__(self) -> None:
        self._got = bytearray()
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    @property
    def closed(self) -> bool:
        """Whether the server has hung up."""
        return self._transport is None or self._transport.is_closing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError())

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Write one request and read its answer: status and body."""
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        found = LENGTH.search(bytes(self._got[:end]))
        size = end + 4 + (int(found[1]) if found else 0)
        if len(self._got) < size or self._waiting is None or self._waiting.done():
            return
        status, body = int(self._got[9:12]), bytes(self._got[end + 4 : size])
        del self._got[:size]
        self._waiting.set_result((status, body))

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


class Listener(asyncio.Protocol):
    """One open stream of a web chat: calls `heard` for every line that is not the resident's own."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard
        self._rest = b""
        self.opened = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self.opened.set_result(int(data[9:12]))
        text = self._rest + data
        lines = text.count(b'"mine":false')
        self._rest = text[-11:] if not text.endswith(b"\n\n") else b""
        for _ in range(lines):
            self._heard()

    def close(self) -> None:
        """Leave."""
        if self.transport is not None:
            self.transport.close()


class Wires:
    """A pool of connections to one port."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._free: deque[Wire] = deque()
        self._all: list[Wire] = []

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Ask on a free connection, opening one where none is."""
        while self._free and self._free[-1].closed:  # servers hang up on idle connections
            self._free.pop()
        wire = self._free.pop() if self._free else None
        try:
            answer = await wire.ask(request) if wire is not None else None
        except ConnectionResetError:  # it hung up at this very moment: messengers ask again too
            answer = None
        if wire is None or answer is None:
            wire = await self._open()
            answer = await wire.ask(request)
        self._free.append(wire)
        return answer

    async def _open(self) -> Wire:
        _, wire = await asyncio.get_running_loop().create_connection(Wire, "127.0.0.1", self.port)
        self._all.append(wire)
        return wire

    def close(self) -> None:
        """Hang up everywhere."""
        for wire in self._all:
            wire.close()


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of one POST of JSON."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body)}\r\n\r\n")
    return "\r\n".join(lines).encode() + body


def get(path: str, headers: dict[str, str]) -> bytes:
    """The bytes of one GET."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
