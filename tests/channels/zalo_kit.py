"""A small town for the Zalo tests: the fake Zalo, a channel, a resident, a durable token store and a webhook route."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.channels.base import Channel, Forged, Malformed, TokenLease, TokenPair, Unavailable
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOA
from bot.clock import SteppedClock
from cases.messages import Address, Choice, Incoming, Outgoing
from tests.fakes.zalo_people import ZaloPerson
from tests.fakes.zalo_server import FakeZalo

TEMPLATES = {"status": "123456"}
YES_NO = (Choice("yes", "Có"), Choice("no", "Không"))


class FileTokens:
    """Token pairs in an SQLite file; the lease is its write lock, so it holds across processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.full = False
        with self._open() as base:
            base.execute("CREATE TABLE IF NOT EXISTS pair (id INTEGER PRIMARY KEY, access, refresh, ends)")
        base.close()

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)

    async def load(self) -> TokenPair | None:
        """The current pair."""
        base = self._open()
        try:
            return _pair(base)
        finally:
            base.close()

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[TokenLease]:
        """Hold the write lock."""
        base = self._open()
        try:
            await asyncio.to_thread(base.execute, "BEGIN IMMEDIATE")
            yield _Lease(self, base)
        finally:
            base.close()


class _Lease:
    def __init__(self, store: FileTokens, base: sqlite3.Connection) -> None:
        self._store = store
        self._base = base
        self.pair = _pair(base)

    async def save(self, pair: TokenPair) -> None:
        if self._store.full:
            raise OSError("disk full")
        row = (pair.access, pair.refresh, pair.expires_at.isoformat())
        self._base.execute("INSERT OR REPLACE INTO pair VALUES (1, ?, ?, ?)", row)
        self._base.execute("COMMIT")


def _pair(base: sqlite3.Connection) -> TokenPair | None:
    row = base.execute("SELECT access, refresh, ends FROM pair").fetchone()
    return TokenPair(row[0], row[1], datetime.fromisoformat(row[2])) if row else None


@dataclass
class Route:
    """The webhook route as the web room will have it: verify, parse, keep, answer."""

    channel: Channel
    got: list[Incoming] = field(default_factory=list)
    url: str = ""
    status: int = 0  # answered in place of the right one
    hold: asyncio.Event | None = None

    async def answer(self, request: web.Request) -> web.Response:
        """One webhook request."""
        body = await request.read()
        if self.hold is not None:
            await self.hold.wait()
        if self.status:
            return web.Response(status=self.status)
        try:
            self.channel.verify({name.lower(): value for name, value in request.headers.items()}, body)
            self.got += self.channel.parse(body)
        except Forged as why:
            return web.Response(status=why.status)
        except Malformed:
            pass
        return web.Response()


@asynccontextmanager
async def route_for(channel: Channel) -> AsyncIterator[Route]:
    """A served webhook route."""
    route = Route(channel)
    app = web.Application()
    app.router.add_post("/webhook", route.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    route.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    try:
        yield route
    finally:
        await runner.cleanup()


@dataclass
class OATown:
    """The Official Account with one resident."""

    fake: FakeZalo
    channel: ZaloOA
    person: ZaloPerson
    store: FileTokens
    alarms: list[str]
    pair: TokenPair
    clock: SteppedClock

    @property
    def to(self) -> Address:
        """Where the resident is reached."""
        return Address("zalo-oa", self.person.id)


def oa_channel(fake: FakeZalo, store: FileTokens, alarms: list[str], pair: TokenPair | None, **more: Any) -> ZaloOA:
    """A channel set up for the fake."""

    async def alarm(sentence: str) -> None:
        alarms.append(sentence)

    settings: dict[str, Any] = {
        "app_id": fake.oa.app_id,
        "app_secret": fake.oa.app_secret,
        "secret_key": fake.oa.secret_key,
        "access_token": pair.access if pair else "",
        "refresh_token": pair.refresh if pair else "",
        "api": fake.url,
        "oauth_api": f"{fake.url}/v4",
        "business_api": fake.url,
        "templates": TEMPLATES,
    }
    return ZaloOA(tokens=store, clock=fake.clock, alarm=alarm, **settings | more)


@asynccontextmanager
async def oa_town(tmp_path: Path, **more: Any) -> AsyncIterator[OATown]:
    """A fake Zalo, a channel and a resident who has just written."""
    async with FakeZalo() as fake:
        store, alarms, pair = FileTokens(tmp_path / "tokens.db"), list[str](), fake.oa.auth.mint()
        channel = oa_channel(fake, store, alarms, pair, **more)
        assert isinstance(fake.clock, SteppedClock)
        try:
            yield OATown(fake, channel, fake.oa.person(), store, alarms, pair, fake.clock)
        finally:
            await channel.close()


@dataclass
class BotTown:
    """The bot with one resident. `accept` keeps what was polled and stops polling after `wanted` updates."""

    fake: FakeZalo
    channel: ZaloBot
    person: ZaloPerson
    alarms: list[str]
    pauses: list[float]
    got: list[Incoming] = field(default_factory=list)
    refusals: int = 0
    most_pauses: int = 20

    @property
    def to(self) -> Address:
        """Where the resident is reached."""
        return Address("zalo-bot", self.person.id)

    async def accept(self, update: Incoming) -> None:
        """Store an update, refusing the first `refusals` times."""
        if self.refusals:
            self.refusals -= 1
            raise Unavailable
        self.got.append(update)

    async def pause(self, seconds: float) -> None:
        """Note a pause instead of sleeping; too many of them end the poll."""
        self.pauses.append(seconds)
        if len(self.pauses) >= self.most_pauses:
            raise asyncio.CancelledError
        await asyncio.sleep(0)

    async def poll(self, pauses: int) -> None:
        """Poll until so many pauses were made."""
        self.most_pauses = pauses
        try:
            await self.channel.poll(self.accept)
        except asyncio.CancelledError:
            return


@asynccontextmanager
async def bot_town(**more: Any) -> AsyncIterator[BotTown]:
    """A fake Zalo, a polling bot and a resident; the fake answers an empty poll at once."""
    async with FakeZalo() as fake:
        fake.bot.hold, fake.bot.allow_loopback = False, True
        alarms: list[str] = []

        async def alarm(sentence: str) -> None:
            alarms.append(sentence)

        async def pause(seconds: float) -> None:
            await town.pause(seconds)

        settings: dict[str, Any] = {"token": fake.bot.token, "api": fake.url, "clock": fake.clock, "alarm": alarm}
        channel = ZaloBot(pause=pause, **settings | more)
        town = BotTown(fake, channel, fake.bot.person(), alarms, [])
        try:
            yield town
        finally:
            await channel.close()


def say(text: str, **more: Any) -> Outgoing:
    """A message."""
    return Outgoing(text, **more)
