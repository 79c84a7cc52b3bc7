"""A served web room for tests: real HTTP, real storage, and a stand-in for the dialogues."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from prometheus_client import CollectorRegistry

from bot.clock import system_clock
from bot.data import load_rules
from cases.messages import Ask, Choice, Incoming, Outgoing
from cases.wording import Wording
from storage.database import Database, open_database
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.vault import FileVault
from storage.work import Office, StoredWork
from web.app import WebServices, create_app
from web.services import Note
from web.webhooks import Busy

TEXTS = Path(__file__).parents[2] / "data" / "texts"
HAMLETS = (("thon-1", "Thôn 1"), ("thon-2", "Thôn 2"), ("xom-dinh", "Xóm Đình"))
OFFERS = {
    "/start": Outgoing(
        "Xin chào bà con. Đây là kênh nhận phản ánh của Mặt trận. Bà con muốn làm gì?",
        (Choice("n1.0", "Phản ánh mới"), Choice("n1.1", "Hồ sơ của tôi"), Choice("n1.2", "Trợ giúp")),
    ),
    "n1.0": Outgoing(
        "Việc xảy ra ở đâu?",
        (Choice("n2.0", "Thôn 1"), Choice("n2.1", "Thôn 2"), Choice("n2.2", "Bỏ qua")),
        Ask.PLACE,
    ),
}


def wording() -> Wording:
    """The shipped texts of the web pages."""
    languages = ("vi", "en")
    return Wording({name: yaml.safe_load((TEXTS / name / "web.yaml").read_text("utf-8")) for name in languages})


@dataclass
class Desk:
    """Stands in for the dialogues: stores and answers every update, in one transaction, as the real spine does."""

    office: Office
    heard: list[Incoming] = field(default_factory=list)
    busy: bool = False

    async def accept(self, incoming: Incoming) -> None:
        """Take one update to its commit."""
        await self.accept_noted(incoming, lambda unit: None)

    async def accept_noted(self, incoming: Incoming, note: Note) -> None:
        """The same, with a note in the same transaction."""
        if self.busy:
            raise Busy
        await self.office.write(partial(self._step, incoming, note))

    def _step(self, incoming: Incoming, note: Note, unit: StoredWork) -> None:
        if not unit.receive(incoming.address.channel, incoming.message_id, unit.now):
            return
        note(unit)
        self.heard.append(incoming)
        chat = unit.chats.load(incoming.address)
        chat.locality = "xa-mau"
        unit.chats.save(chat)
        answer = OFFERS.get(incoming.choice or incoming.text) or Outgoing(_echo(incoming))
        unit.outbox.say(chat, answer, f"{incoming.message_id}:0")

    async def notify(self, session_id: str, message: Outgoing, key: str, purpose: str = "notice") -> None:
        """Say something by itself in one chat."""

        def step(unit: StoredWork) -> None:
            chat_key = unit.keys.lookup("chat", f"web\0{session_id}")
            unit.outbox.add_line(chat_key, message, key, purpose=purpose)

        await self.office.write(step)


def _echo(incoming: Incoming) -> str:
    if incoming.files:
        return f"Đã nhận {len(incoming.files)} tệp."
    if incoming.place:
        return "Đã nhận vị trí."
    return f"Bot nghe: {incoming.text or incoming.choice}"


@dataclass
class Stage:
    """Everything a test may look behind."""

    url: str
    services: WebServices
    desk: Desk
    folder: Path
    database: Database

    def run(self, step: Callable[[StoredWork], Any]) -> Any:
        """One unit of work, from a test without an event loop."""
        return finish(self.services.office.write(step))


async def _ready() -> Mapping[str, object]:
    return {"ok": True, "database": "ok"}


def services_for(office: Office, desk: Desk, folder: Path) -> WebServices:
    """What the lead hands in, with the desk for the dialogues."""
    services = WebServices(
        office=office,
        vault=FileVault(folder / "vault", office.keys),
        wording=wording(),
        clock=system_clock,
        accept=desk.accept,
        accept_noted=desk.accept_noted,
        ready=_ready,
        localities=lambda: (("xa-mau", "xã Mẫu"),),
        hamlets=lambda locality: HAMLETS if locality == "xa-mau" else (),
        registry=CollectorRegistry(),
        rules=load_rules,
    )
    office.on_woken, office.on_lines = services.live.wake, services.live.tell
    return services


@contextmanager
def staged(
    folder: Path, change: Callable[[Desk, WebServices], WebServices] | None = None, **changes: Any
) -> Iterator[Stage]:
    """Serve on a free port until the block ends."""
    database = open_database(f"sqlite:///{folder}/web.db")
    office = Office(database, KeyRing([bytes(range(32))]), system_clock)
    desk = Desk(office)
    services = replace(services_for(office, desk, folder), **changes)
    if change is not None:
        services = change(desk, services)
    try:
        finish(_upgraded(database))
        with served(services) as url:
            yield Stage(url, services, desk, folder, database)
    finally:
        finish(database.close())


def finish(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end in a thread of its own, whether or not the test has an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _upgraded(database: Database) -> None:
    await database.write(upgrade)


@contextmanager
def served(services: WebServices) -> Iterator[str]:
    """The application over real HTTP, in a thread of its own."""
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(services),
            log_level="critical",
            lifespan="off",
            ws="none",
            proxy_headers=False,
            access_log=False,
            timeout_graceful_shutdown=5,
        )
    )
    door = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        services.live.close()
        server.should_exit = True
        thread.join()
        door.close()
