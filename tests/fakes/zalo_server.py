"""A Zalo of our own on loopback: Official Account and Bot Platform over real HTTP, with a clock that tests move."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.clock import Clock, SteppedClock, system_clock
from tests.fakes.zalo_bot_face import BotFace
from tests.fakes.zalo_oa_face import OAFace
from tests.fakes.zalo_page import add_page

Work = Callable[[], Awaitable[web.Response]]

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that goes wrong with one request."""

    kind: str
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def canned(payload: object, status: int = 200, **headers: str) -> Trouble:
    """Answer this JSON without doing anything."""
    return Trouble("canned", status, json.dumps(payload).encode(), headers)


def oa_error(code: int, message: str = "error") -> Trouble:
    """The Official Account's way to say no: HTTP 200 and a code."""
    return canned({"error": code, "message": message})


def bot_error(code: int, status: int | None = None) -> Trouble:
    """The Bot Platform's way to say no."""
    return canned({"ok": False, "description": "error", "error_code": code}, code if status is None else status)


def html(status: int = 502) -> Trouble:
    """A gateway's page instead of an answer."""
    return Trouble("canned", status, b"<html><h1>Bad Gateway</h1></html>", {"Content-Type": "text/html"})


LOST = Trouble("lost")
"""Do the work, then drop the connection."""
RESET = Trouble("reset")
"""Drop the connection without doing anything."""
SILENT = Trouble("silent")
"""Say nothing until the client gives up."""
CUT = Trouble("cut")
"""Do the work and answer half of the JSON."""


class FakeZalo:
    """Both faces on one port. `trouble()` scripts the next requests; `advance()` moves time and redelivers webhooks."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SteppedClock(START)
        self.url = ""
        self.latency = 0.0
        """Real seconds before each answer, to play a distant Zalo."""
        self.calls: dict[str, int] = defaultdict(int)
        self.closing = asyncio.Event()
        self._ticks: set[asyncio.Event] = set()
        self._troubles: dict[str, deque[Trouble]] = defaultdict(deque)
        self._files: dict[str, Trouble] = {}
        self.oa = OAFace(self)
        self.bot = BotFace(self)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> FakeZalo:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one. `url` is the base address of every Zalo host."""
        app = web.Application(client_max_size=30 * 2**20)
        app.router.add_get("/files/{name:.*}", self._serve_file)
        self.oa.add_routes(app)
        self.bot.add_routes(app)
        add_page(app, self.oa, self.bot)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening and let go of every waiting request."""
        self.closing.set()
        self._wake()
        await self.oa.hook.close()
        await self.bot.hook.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def advance(self, **step: float) -> None:
        """Move fake time by a `timedelta(**step)`, then do what has become due."""
        assert isinstance(self.clock, SteppedClock)
        self.clock.move(**step)
        self._wake()
        await self.oa.hook.run_due()
        await self.bot.hook.run_due()

    def trouble(self, name: str, *troubles: Trouble) -> None:
        """Script what happens to the next requests of this name (`message/cs`, `sendMessage`, …), one each."""
        self._troubles[name].extend(troubles)

    def put_file(self, name: str, data: bytes, kind: str = "application/octet-stream") -> str:
        """Keep a file under a name; returns its address."""
        return self.put_trouble(name, Trouble("canned", 200, data, {"Content-Type": kind}))

    def put_trouble(self, name: str, trouble: Trouble) -> str:
        """Make a file address that misbehaves: a status, a redirect, a silence."""
        self._files[name] = trouble
        return f"{self.url}/files/{name}"

    async def attend(self, name: str, request: web.Request, work: Work) -> web.Response:
        """Do the work of one request, or what was scripted for it."""
        self.calls[name] += 1
        if self.latency:
            await asyncio.sleep(self.latency)
        waiting = self._troubles[name]
        trouble = waiting.popleft() if waiting else None
        if trouble is None:
            return await work()
        return await self._go_wrong(trouble, request, work)

    async def until(self, deadline: datetime, event: asyncio.Event) -> None:
        """Wait for the event, at most until this instant of a running clock or the next step of a stepped one."""
        if isinstance(self.clock, SteppedClock):
            self._ticks.add(event)
            await event.wait()
            self._ticks.discard(event)
        else:
            waiter = asyncio.ensure_future(event.wait())
            await asyncio.wait([waiter], timeout=(deadline - self.clock()).total_seconds())
            waiter.cancel()

    def _wake(self) -> None:
        for event in self._ticks:
            event.set()

    async def _go_wrong(self, trouble: Trouble, request: web.Request, work: Work) -> web.Response:
        if trouble.kind in ("canned", "chunked"):
            answer = web.Response(status=trouble.status, body=trouble.body, headers=trouble.headers)
            if trouble.kind == "chunked":
                answer.enable_chunked_encoding()
            return answer
        if trouble.kind == "silent":
            await self.closing.wait()
        answer = await work() if trouble.kind in ("lost", "cut") else web.Response()
        if trouble.kind == "cut":
            body = answer.body if isinstance(answer.body, bytes) else b""
            return web.Response(body=body[: len(body) // 2])
        if request.transport is not None:
            request.transport.abort()
        return answer

    async def _serve_file(self, request: web.Request) -> web.Response:
        trouble = self._files.get(request.match_info["name"], Trouble("canned", 404))
        return await self._go_wrong(trouble, request, lambda: _nothing())


async def _nothing() -> web.Response:
    return web.Response()


async def serve(port: int, bot_base: str = "http://127.0.0.1:8080", out: Callable[[str], Any] = print) -> None:
    """Run for hand trials until cancelled: a page to chat on, and the settings that lead the bot here."""
    fake = FakeZalo(system_clock)
    await fake.start(port)
    fake.bot.allow_loopback = True
    fake.oa.hook.url = f"{bot_base}/webhook/zalo-oa"
    pair = fake.oa.auth.mint()
    out(f"# Zalo giả: mở {fake.url}/ để trò chuyện như một người dân.")
    for name, value in {**fake.oa.settings(pair), **fake.bot.settings()}.items():
        out(f"HOIAM_{name}={value}")
    try:
        while True:
            await asyncio.sleep(1)
            await fake.oa.hook.run_due()
            await fake.bot.hook.run_due()
    finally:
        await fake.stop()
