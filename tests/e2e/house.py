"""The whole installation on loopback: served over real HTTP, with the fake messengers behind real HTTP too."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import uvicorn

from bot.app import App
from bot.clock import SteppedClock
from bot.settings import Settings
from cases import officers
from cases.messages import Pace
from cases.model import Officer, OfficerRole
from scheduler.delivery import Delivery
from storage.work import StoredWork
from tests.fakes.telegram_people import TelegramPerson
from tests.fakes.telegram_server import FakeTelegram
from tests.fakes.zalo_people import ZaloPerson
from tests.fakes.zalo_server import FakeZalo

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)
SECRET = "webhook-secret-for-tests"


class House:
    """One running installation and its fakes."""

    def __init__(self, app: App, address: str, telegram: FakeTelegram, zalo: FakeZalo, clock: SteppedClock) -> None:
        self.app, self.address, self.telegram, self.zalo, self.clock = app, address, telegram, zalo, clock

    async def enrol(self, name: str, body: str, *roles: OfficerRole) -> str:
        """A new officer account; its one-time code."""
        rules = self.app.rulebook.rules

        def write(unit: StoredWork) -> str:
            return officers.enrol(unit, rules, Officer(unit.new_id(), "xa-mau", name, body, roles), unit.now)

        return await self.app.office.write(write)

    async def until_settled(self) -> None:
        """Until no message is waiting or on its way."""
        async with asyncio.timeout(20):
            while await self.app.office.read(_unsettled):
                await self._pause()

    async def _pause(self) -> None:
        for _ in range(50):
            await self.app.office.read(lambda unit: None)


def _unsettled(unit: StoredWork) -> bool:
    counts = unit.outbox.counts()
    return bool(counts.get("queued") or counts.get("claimed"))


@contextlib.asynccontextmanager
async def open_house(folder: Path, database_url: str, clock: SteppedClock) -> AsyncIterator[House]:
    """Start everything; Telegram and the Zalo Official Account by webhook, the Zalo bot by polling."""
    async with FakeTelegram(clock=clock) as telegram, FakeZalo(clock) as zalo:
        zalo.bot.allow_loopback = True
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        given: dict[str, Any] = {
            **{name.lower(): value for name, value in zalo.oa.settings(zalo.oa.auth.mint()).items()},
            **{name.lower(): value for name, value in zalo.bot.settings().items()},
        }
        settings = Settings(
            _env_file=None,
            data_dir=folder,
            database_url=database_url,
            port=port,
            public_url=address,
            telegram_token=telegram.token,
            telegram_api=telegram.url,
            telegram_mode="webhook",
            telegram_webhook_secret=SECRET,
            zalo_oa_per_second=500,
            zalo_bot_per_second=500,
            **given,
        )
        zalo.oa.hook.url = f"{address}/webhook/zalo-oa"
        app = App(settings, clock)
        await app.open()
        _unpaced(app)
        async with _serving(app, port):
            yield House(app, address, telegram, zalo, clock)


def _unpaced(app: App) -> None:
    """No waiting for a messenger's pace: it has tests of its own, and a minute of waiting teaches nothing here."""
    for channel in app.channels.values():
        channel.pace = Pace(0)
    app.delivery = Delivery(
        app.office, app.channels, alarm=app.alarms.raise_, on_undeliverable=app.alarms.note_undeliverable
    )


@contextlib.asynccontextmanager
async def _serving(app: App, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(app.site, host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off")
    )
    started = asyncio.Event()
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(_serve(server, started))
    await started.wait()
    for channel in app.channels.values():
        await channel.start()
    tasks = [asyncio.create_task(app.delivery.run()), asyncio.create_task(app.fetcher.run())]
    tasks += [asyncio.create_task(channel.poll(app.spine.accept)) for channel in app.channels.values()]
    try:
        yield
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        app.live.close()
        server.should_exit = True
        await task
        await app.close()


async def _serve(server: uvicorn.Server, started: asyncio.Event) -> None:
    config = server.config
    if not config.loaded:
        config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    started.set()
    await server.main_loop()
    await server.shutdown()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Phone(Protocol):
    """A person on any channel: says or taps, and waits for words that answer."""

    async def says(self, text: str, until: str) -> str:
        """Write, and listen until something containing `until` is heard; returns it."""

    async def taps(self, label: str, until: str) -> str:
        """Choose the option that contains `label`."""

    async def photo(self, until: str) -> str:
        """Send a picture."""

    async def hears(self, until: str) -> str:
        """Listen until."""


class TelegramPhone:
    """On the fake Telegram."""

    def __init__(self, house: House, chat: int) -> None:
        self.person = TelegramPerson(house.telegram, chat)

    async def says(self, text: str, until: str) -> str:
        await self.person.says(text)
        return await self.hears(until)

    async def taps(self, label: str, until: str) -> str:
        await self.person.taps(self._full(label))
        return await self.hears(until)

    def _full(self, label: str) -> str:
        for sent in reversed(self.person.messages):
            lines = [line.partition(". ") for line in sent.text.split("\n")]
            numbers = [number for number, dot, text in lines if dot and label in text and number in sent.labels]
            if found := [*numbers, *(one for one in sent.labels if label in one)]:
                return found[0]
        raise LookupError(label)

    async def photo(self, until: str) -> str:
        await self.person.sends_photo(PNG)
        return await self.hears(until)

    async def hears(self, until: str) -> str:
        return (await self.person.hears_until(lambda sent: until in sent.text)).text


class ZaloPhone:
    """On either face of the fake Zalo."""

    def __init__(self, person: ZaloPerson) -> None:
        self.person = person

    async def says(self, text: str, until: str) -> str:
        await self.person.says(text)
        return await self.hears(until)

    async def taps(self, label: str, until: str) -> str:
        await self.person.taps(self._full(label))
        return await self.hears(until)

    def _full(self, label: str) -> str:
        for heard in reversed(self.person.heard):
            for button, _payload in heard.buttons:
                if label in button:
                    return button
            for line in heard.text.split("\n"):
                number, dot, text = line.partition(". ")
                if dot and number.isdecimal() and label in text:
                    return text
        raise LookupError(label)

    async def photo(self, until: str) -> str:
        await self.person.sends_photo(PNG)
        return await self.hears(until)

    async def hears(self, until: str) -> str:
        while until not in (heard := await self.person.hears()).text:
            pass
        return heard.text


class WebPhone:
    """A browser's requests to the web chat."""

    def __init__(self, house: House, session: aiohttp.ClientSession) -> None:
        self._address, self._session, self._clock = house.address, session, house.clock
        self._after = 0
        self._offered: list[dict[str, str]] = []
        self.file = ("anh.png", PNG, "image/png")

    async def says(self, text: str, until: str) -> str:
        return await self._send({"text": text}, until)

    async def taps(self, label: str, until: str) -> str:
        choice = next(one for one in self._offered if label in one["label"])
        return await self._send({"choice": choice["value"]}, until)

    async def photo(self, until: str) -> str:
        form = aiohttp.FormData()
        name, content, mime = self.file
        form.add_field("file", content, filename=name, content_type=mime)
        async with self._session.post(f"{self._address}/chat/files", data=form, headers=self._own) as answer:
            assert answer.status == 200, await answer.text()
            file = await answer.json()
        return await self._send({"files": [file]}, until)

    async def hears(self, until: str) -> str:
        async with self._session.get(f"{self._address}/chat/lines", params={"after": self._after}) as answer:
            lines: list[dict[str, Any]] = (await answer.json())["lines"]
        for line in lines:
            self._after = max(self._after, int(line["id"]))
            if line.get("choices"):
                self._offered = line["choices"]
        text = "\n".join(line["text"] for line in lines if not line["mine"])
        assert until in text, text
        return text

    @property
    def _own(self) -> dict[str, str]:
        return {"Origin": self._address, "Sec-Fetch-Site": "same-origin"}

    async def _send(self, content: dict[str, Any], until: str) -> str:
        self._clock.move(seconds=5)
        body = {"message_id": str(uuid.uuid4()), **content}
        async with self._session.post(f"{self._address}/chat/messages", json=body, headers=self._own) as answer:
            assert answer.status == 200, await answer.text()
        return await self.hears(until)


@contextlib.asynccontextmanager
async def phone_on(house: House, channel: str) -> AsyncIterator[Phone]:
    """A resident's phone on this channel."""
    people: dict[str, Callable[[], Phone]] = {
        "telegram": lambda: TelegramPhone(house, 5001),
        "zalo-oa": lambda: ZaloPhone(house.zalo.oa.person()),
        "zalo-bot": lambda: ZaloPhone(house.zalo.bot.person()),
    }
    if channel in people:
        yield people[channel]()
        return
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield WebPhone(house, session)
