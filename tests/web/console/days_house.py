"""The whole installation served for a working day: real dialogues, real worker, and a clock that only tests move."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from bot.app import App
from bot.clock import SteppedClock
from bot.settings import Settings
from cases.model import Officer
from storage.work import StoredWork
from tests.web.console.desk import MORNING, enrol

LONGEST = 60  # seconds that anything asked of the installation may take


@dataclass
class House:
    """One commune's installation with its officers, everybody signed up."""

    app: App
    clock: SteppedClock
    url: str
    loop: asyncio.AbstractEventLoop
    officers: dict[str, Officer] = field(default_factory=dict)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Have the served process do this, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(LONGEST)

    def run(self, step: Callable[[StoredWork], Any]) -> Any:
        """One unit of work."""
        return self.do(self.app.office.write(step))

    def round(self) -> None:
        """What the ticker does now and then: reminders, drafts of reports, renewed rules, files."""
        self.do(self.app.rulebook.refresh())
        self.do(self.app.round(self.clock()))

    def later(self, **step: float) -> None:
        """Time passes, and the ticker with it."""
        self.clock.move(**step)
        self.round()

    def say(self, key: str, lang: str, **values: object) -> str:
        """A sentence of the pages."""
        return self.app.rulebook.wording.say(key, lang, **values)


@contextlib.contextmanager
def installation(folder: Path) -> Iterator[House]:
    """Serve it on a free port, its clock standing at nine on a Monday, until the block ends."""
    door = socket.create_server(("127.0.0.1", 0))
    port = door.getsockname()[1]
    clock, url = SteppedClock(MORNING), f"http://127.0.0.1:{port}"
    app = App(Settings(_env_file=None, data_dir=folder, port=port, public_url=url), clock, {})
    loop, opened, ended = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(_live(app, door, opened, ended),))
    thread.start()
    try:
        assert opened.wait(LONGEST), "the installation did not open"
        house = House(app, clock, url, loop)
        house.officers |= house.run(enrol)
        yield house
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
        door.close()


async def _live(app: App, door: socket.socket, opened: threading.Event, ended: asyncio.Event) -> None:
    """Serve and work until told to end."""
    await app.open()
    server = uvicorn.Server(
        uvicorn.Config(app.site, log_config=None, access_log=False, lifespan="off", ws="none", proxy_headers=False)
    )
    work = [asyncio.create_task(one()) for one in (app.delivery.run, app.fetcher.run)]
    serving = asyncio.create_task(server.serve([door]))
    opened.set()
    await ended.wait()
    app.live.close()
    server.should_exit = True
    await serving
    for one in work:
        one.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    await app.close()
