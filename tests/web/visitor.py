"""A resident's browser as far as HTTP goes: keeps its cookie, says where its requests come from."""

from __future__ import annotations

import asyncio
import io
import socket
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

SAME = {"sec-fetch-site": "same-origin", "accept": "application/json"}


@dataclass
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return orjson.loads(self.body)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Visitor:
    """One browser."""

    http: aiohttp.ClientSession
    url: str

    async def get(self, path: str, **headers: str) -> Answer:
        """GET, without following redirects."""
        return await self.ask("GET", path, headers=headers)

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        """Any request."""
        if isinstance(options.get("data"), bytes):
            options["data"] = io.BytesIO(options["data"])
        async with self.http.request(method, self.url + path, allow_redirects=False, **options) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def say(self, text: str = "", *, key: str = "", **parts: Any) -> Answer:
        """Say one thing, as the page's script does."""
        body = {"message_id": key or uuid.uuid4().hex, **({"text": text} if text else {}), **parts}
        return await self.ask("POST", "/chat/messages", data=orjson.dumps(body), headers=SAME)

    async def lines(self, after: int = 0) -> list[Any]:
        """What the conversation shows."""
        found: list[Any] = (await self.get(f"/chat/lines?after={after}")).json["lines"]
        return found

    async def upload(self, content: bytes, name: str = "a.jpg", kind: str = "image/jpeg", **headers: str) -> Answer:
        """Send one file."""
        sent = {**SAME, "content-type": kind, "x-file-name": name, **headers}
        return await self.ask("POST", "/chat/files", data=content, headers=sent)

    def cookie(self) -> str:
        """The session cookie's value, empty if there is none."""
        return next((cookie.value for cookie in self.http.cookie_jar if cookie.key.endswith("hoiam")), "")


@asynccontextmanager
async def visiting(url: str) -> AsyncIterator[Visitor]:
    """A fresh browser. Words still on their way when it leaves (an answer may come before all was sent) are cut off."""
    jar = aiohttp.CookieJar(unsafe=True)  # the address is an IP address
    lines: list[socket.socket] = []

    def line(address: Any) -> socket.socket:
        lines.append(socket.socket(*address[:3]))
        return lines[-1]

    connector = aiohttp.TCPConnector(socket_factory=line)
    async with aiohttp.ClientSession(cookie_jar=jar, connector=connector) as http:
        yield Visitor(http, url)
    for one in lines:
        with suppress(OSError):  # gone already
            one.shutdown(socket.SHUT_RDWR)
    for _ in range(3):  # seen by the event loop, told to the connection, closed
        await asyncio.sleep(0)
