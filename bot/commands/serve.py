"""`run`, `web`, `worker`: serve until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import partial
from typing import Any

import structlog
import uvicorn

from bot.app import App
from bot.channels.base import Channel
from bot.commands.failing import Failed
from bot.logs import catch_strays, configure
from bot.settings import Settings, read_settings
from cases import officers
from cases.model import Officer, OfficerRole
from cases.rules import Rules
from storage import console
from storage.api_hooks import CHANNEL as HOOKS
from storage.work import StoredWork

log = structlog.get_logger(__name__)
SAMPLE = "xa-mau"  # code of the shipped sample commune


def run(_arguments: argparse.Namespace) -> int:
    """Everything in one process."""
    return _serve(pages=True, work=True)


def web(_arguments: argparse.Namespace) -> int:
    """Pages and webhooks; any number of these may run on PostgreSQL."""
    return _serve(pages=True, work=False)


def worker(_arguments: argparse.Namespace) -> int:
    """Messengers, delivery and scheduler."""
    return _serve(pages=False, work=True)


def _serve(*, pages: bool, work: bool) -> int:
    settings = read_settings()
    configure(settings.log_level, settings.log_format)
    catch_strays()
    if not (pages and work) and settings.database.startswith("sqlite"):
        raise Failed("web and worker need PostgreSQL (HOIAM_DATABASE_URL); on SQLite use hoiam run")
    with contextlib.suppress(ImportError):
        import uvloop

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_main(settings, pages=pages, work=work))
    return asyncio.run(_main(settings, pages=pages, work=work))


async def _main(settings: Settings, *, pages: bool, work: bool) -> int:
    app = App(settings)
    await app.open(exclusive=work)
    try:
        server = _Server(app, settings, opened=partial(_announce, app))
        async with contextlib.AsyncExitStack() as stack:
            if work:
                await stack.enter_async_context(_background(app))
            await (server.serve() if pages else server.wait_for_signal())
    finally:
        await app.close()
    return 0


async def serve_app(app: App, settings: Settings) -> None:
    """Serve an opened application's pages until told to stop."""
    await _Server(app, settings).serve()


class _Server(uvicorn.Server):
    """uvicorn that names the settings of a port it cannot have, and closes live connections before it waits for them.

    `opened` is called once the port is open: what it prints can be followed.
    """

    def __init__(self, app: App, settings: Settings, opened: Callable[[], Awaitable[None]] | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app.site,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=True,
                proxy_headers=False,
                ws="none",
                timeout_graceful_shutdown=5,
                lifespan="off",
            )
        )
        self._app, self._settings, self._opened = app, settings, opened

    async def startup(self, sockets: Any = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit as end:  # uvicorn logs why, and leaves
            here = f"HOIAM_HOST={self._settings.host}, HOIAM_PORT={self._settings.port}"
            cure = "choose another in .env, or stop the program that has it"
            raise Failed(f"{here}: cannot serve there ({end.__context__}); {cure}") from end
        if self._opened is not None:
            await self._opened()

    async def shutdown(self, sockets: Any = None) -> None:
        self._app.live.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on Ctrl-C or SIGTERM, and let the caller close the rest: uvicorn's own would raise the signal again."""
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, self.handle_exit, one, None)
        try:
            yield
        finally:
            for one in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(one)

    async def wait_for_signal(self) -> None:
        """Serve nothing, end on the same signals."""
        with self.capture_signals():
            while not self.should_exit:  # noqa: ASYNC110 - set by a signal handler
                await asyncio.sleep(0.2)


@contextlib.asynccontextmanager
async def _background(app: App) -> Any:
    """Delivery, file fetching, the ticker and the messengers, for as long as the server runs."""
    from scheduler.ticker import Ticker

    tasks = [_task(app.delivery.run), _task(app.fetcher.run), _task(app.cleaner.run)]
    tasks += [_task(_keep(channel, app)) for channel in app.channels.values()]
    ticker = Ticker(app.clock, app.jobs())
    ticker.start()
    try:
        yield
    finally:
        await ticker.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _task(work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
    return asyncio.create_task(work())


def _keep(channel: Channel, app: App) -> Callable[[], Coroutine[Any, Any, None]]:
    """Start a channel and poll it; a fault is logged and tried again, the other channels go on."""

    async def keep() -> None:
        pause = 1.0
        while True:
            try:
                await channel.start()
                await channel.poll(app.spine.accept)
                return
            except ValueError as error:  # a token or setting that cannot work: waiting does not mend it
                log.error("channel off", channel=channel.name, detail=str(error))
                return
            except Exception as error:  # noqa: BLE001 - one messenger's fault must not end the process
                log.error("channel stopped", channel=channel.name, error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 60)

    return keep


async def _announce(app: App) -> None:
    """Print where things are, and while nobody is an administrator the one-time link to become the first."""
    address = app.settings.address
    print(f"\n  Hồi Âm\n\n  Trang chat / web chat   {address}/chat")
    print(f"  Cán bộ / console        {address}/console\n  Bảng công khai / board  {address}/")
    links = await app.office.write(lambda unit: first_links(unit, app))
    if links:
        print("\n  Mở tài khoản, mỗi đường dẫn một lần, trong 24 giờ / open an account, each link once, within 24 h:")
    for label, code in links:
        print(f"  {label}   {address}/console/invite/{code}")
        print(f"    chỉ trong chat / in chat only   {address}/chat?start=lk-{code}")
    named = (
        ", ".join(name for name in app.channels if name != HOOKS)
        or "chưa có; xem .env.example / none yet, see .env.example"
    )
    print(f"\n  Kênh nhắn tin           {named}\n\n  Ctrl-C để dừng / to stop\n", flush=True)


def first_links(unit: StoredWork, app: App) -> list[tuple[str, str]]:
    """One-time links for the first administrator of the Front and, in the sample commune, for those who work on cases.

    None any more once an administrator can sign in; nor for an account that is tied to a chat or a console.
    """
    rules = app.rulebook.rules
    place = rules.book.communes[0]
    tied = console.having_accounts(unit, place.code)
    present = [one for one in unit.people.officers(place.code) if one.chat or one.id in tied]
    if any(OfficerRole.ADMIN in one.roles for one in present):
        return []
    wanted: list[tuple[str, str, tuple[OfficerRole, ...], str]] = [
        ("Quản trị / administrator", "mttq", (OfficerRole.ADMIN,), "Quản trị đầu tiên")
    ]
    if place.code == SAMPLE:  # an administrator reads no case: trying the sample needs the two who work on it
        handler = (OfficerRole.HANDLER, OfficerRole.TRIAGE)
        wanted.append(("Cán bộ Mặt trận (thử)   ", "mttq", handler, "Cán bộ Mặt trận (thử)"))
        wanted.append(("Đầu mối UBND (thử)      ", "ubnd", (OfficerRole.CONTACT,), "Đầu mối UBND (thử)"))
    there = {one.name for one in present}
    return [
        (label, link(unit, rules, place.code, body, roles, name))
        for label, body, roles, name in wanted
        if name not in there
    ]


def link(unit: StoredWork, rules: Rules, locality: str, body: str, roles: tuple[OfficerRole, ...], name: str) -> str:
    """A fresh one-time code for the account of this name, made if it is not there."""
    known = next((one for one in unit.people.officers(locality, body) if one.name == name), None)
    if known is not None:
        return officers.invite(unit, known, unit.now)
    return officers.enrol(unit, rules, Officer(unit.new_id(), locality, name, body, roles), unit.now)
