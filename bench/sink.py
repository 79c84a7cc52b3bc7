"""A messenger that only takes messages: the smallest HTTP server that satisfies Telegram's and Zalo's clients.

It answers from ready-made bytes and looks into nothing but the recipient, so that its cost does not hide ours.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import cast
from urllib.parse import unquote_plus

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
CHAT = re.compile(rb'(?:chat_id|user_id)"?[:=\s]+"?(-?\d+)')  # JSON, form or multipart
BUTTON = re.compile(r'"callback_data": ?"([^"]+)"')
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
ZALO = b'{"data":{"message_id":"%d","user_id":"%s","sent_time":"1767200000123"},"error":0,"message":"Success"}'
TELEGRAM = (
    b'{"ok":true,"result":{"message_id":%d,"date":1767200000,"chat":{"id":%s,"type":"private","first_name":"Mai"},'
    b'"from":{"id":123456,"is_bot":true,"first_name":"Bot","username":"bench_bot"},"text":"ok"}}'
)
ME = (
    b'{"ok":true,"result":{"id":123456,"is_bot":true,"first_name":"Bot","username":"bench_bot",'
    b'"can_join_groups":true,"can_read_all_group_messages":false,"supports_inline_queries":false}}'
)
YES = b'{"ok":true,"result":true}'
SENDS = (b"/sendmessage", b"/message/cs")
_Heard = Callable[[str, float], None]


class Sink:
    """Listens on loopback. `count` messages came; `heard(chat, at)` is called for each (monotonic seconds)."""

    def __init__(self, latency: float = 0.0) -> None:
        self.latency = latency
        self.count = 0
        self.calls = 0
        self.greeted: set[str] = set()
        """Hosts whose bot has introduced itself: `telegram` after its webhook was set, `zalo`."""
        self.heard: _Heard | None = None
        self.buttons: dict[str, str] | None = None
        """First button of each chat's newest message, where somebody wants to press it."""
        self.url = ""
        self._server: asyncio.Server | None = None
        self._changed = asyncio.Event()

    async def open(self) -> Sink:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            self._server.close_clients() if hasattr(self._server, "close_clients") else None

    async def until(self, happened: Callable[[], bool], seconds: float = 120.0) -> None:
        """Wait until something is true; looked at whenever a call comes in. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not happened():
                self._changed.clear()
                await self._changed.wait()

    def answer(self, head: bytes, body: bytes) -> bytes:
        """The answer to one call."""
        path = head.split(b" ", 2)[1].lower()
        self.calls += 1
        self._changed.set()
        if path.endswith(SENDS):
            return self._take(path, body)
        if path.endswith(b"/getme"):
            return ME
        if path.endswith(b"/getoa"):
            self.greeted.add("zalo")
            return b'{"data":{"oaid":"579745863508352884","name":"Bench","is_verified":true},"error":0}'
        if path.endswith(b"/setmycommands") or path.endswith(b"/setwebhook"):
            self.greeted.add("telegram")
        return YES

    def _take(self, path: bytes, body: bytes) -> bytes:
        self.count += 1
        found = CHAT.search(body)
        chat = found[1] if found else b"0"
        if self.buttons is not None and (button := BUTTON.search(unquote_plus(body.decode()))):
            self.buttons[chat.decode()] = button[1]
        if self.heard is not None:
            self.heard(chat.decode(), monotonic())
        return (ZALO if path.endswith(b"/cs") else TELEGRAM) % (self.count, chat)


class _Connection(asyncio.Protocol):
    """One kept-alive connection; answers in order."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._got = bytearray()
        self._transport: asyncio.Transport | None = None
        self._due: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (end := self._got.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._got[:end])
            found = LENGTH.search(head)
            length = int(found[1]) if found else 0
            if len(self._got) < end + 4 + length:
                return
            body = bytes(self._got[end + 4 : end + 4 + length])
            del self._got[: end + 4 + length]
            answer = self._sink.answer(head, body)
            self._due.append(HEAD % len(answer) + answer)
            if self._sink.latency:
                asyncio.get_running_loop().call_later(self._sink.latency, self._reply)
            else:
                self._reply()

    def _reply(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._due.popleft())
