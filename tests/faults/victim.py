"""A process made to be killed: spine, delivery, file fetching and reminders on one database, told by lines what to do.

`python -m tests.faults.victim FD` is the nursery: it loads everything once and forks a fresh victim for each request on
that socket, so that a restart costs milliseconds. A victim answers `ok <id>` only after an order is done and stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import socket
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from bot.clock import SteppedClock
from bot.data import load_rules
from bot.spine import Spine
from cases.messages import Address, Fate, FileKind, FileRef, Incoming, Outgoing, Pace, SendResult
from cases.rules import Rules
from scheduler.delivery import Delivery
from scheduler.fetching import FileFetcher
from scheduler.reminders import Reminders
from storage.database import Database, open_database
from storage.keys import KeyRing
from storage.vault import FileVault
from storage.work import Office, StoredWork
from web.security import Session
from web.uploads import Upload, Uploads, fetch_upload

T = TypeVar("T")
CHANNELS = ("zalo-bot", "telegram")
WEB = "web"
KEYS = KeyRing([bytes(range(32))])
SLICE = 4  # cases in one transaction of a tick: several transactions, so that a tick can die between two


class Doom:
    """Dies by SIGKILL when a named point is met for the nth time."""

    def __init__(self, point: str, nth: int) -> None:
        self._point, self._left = point, nth

    def meet(self, point: str) -> None:
        """Be at this point."""
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def watch_disk(folder: Path, doom: Doom) -> None:
    """Dies inside the vault's steps: when a temporary file is opened, before its rename, and before its folder's fsync.

    The interpreter's own audit events tell of them, so that the vault need not know.
    """
    files = str(folder)

    def heard(event: str, details: tuple[object, ...]) -> None:
        if event == "os.rename" and str(details[0]).startswith(files):
            doom.meet("vault: before rename")
        elif event == "open" and str(details[0]).startswith(files):
            doom.meet("vault: temporary" if str(details[0]).endswith(".tmp") else "vault: renamed")

    sys.addaudithook(heard)


class MortalOffice(Office):
    """An office that may die when a transaction has begun, before its commit, or after it."""

    def __init__(self, part: str, doom: Doom, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__(database, KEYS, clock)
        self._part, self._doom = part, doom

    async def write(self, step: Callable[[StoredWork], T], *, urgent: bool = False) -> T:
        """As ever, unless death comes."""

        def work(unit: StoredWork) -> T:
            self._doom.meet(f"{self._part}: begun")
            result = step(unit)
            self._doom.meet(f"{self._part}: before commit")
            return result

        result = await super().write(work, urgent=urgent)
        self._doom.meet(f"{self._part}: committed")
        return result


class Scribe:
    """A messenger that writes down what it was given, and says so.

    As fast as the fastest of them allows; without limit in a life that nobody ends, where the backlog is worked off.
    """

    def __init__(self, name: str, path: str, doom: Doom, *, paced: bool) -> None:
        self.name = name
        self.pace = Pace(25 if paced else 100_000)
        self._log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._doom = doom

    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """Deliver at once."""
        self._doom.meet("delivery: before send")
        os.write(self._log, json.dumps([to.id, message.text]).encode() + b"\n")
        self._doom.meet("delivery: after send")
        return SendResult(Fate.SENT)


class Victim:
    """One life. `alone` in its birth: delivers only when told to settle, and takes back at once what was claimed."""

    def __init__(self, birth: dict[str, Any], rules: Rules) -> None:
        self._doom = doom = Doom(birth["point"], birth["nth"])
        self._clock = SteppedClock(datetime.fromisoformat(birth["now"]))
        folder = Path(birth["folder"])
        self._database = database = open_database(birth["url"], exclusive=birth["url"].startswith("sqlite"))
        offices = {
            part: MortalOffice(part, doom, database, self._clock)
            for part in ("intake", "delivery", "files", "reminders")
        }
        self._spine = Spine(offices["intake"], lambda: rules, defaultdict(lambda: lambda: None))
        senders = {name: Scribe(name, str(folder / "sent"), doom, paced=birth["paced"]) for name in CHANNELS}
        self._alone = birth["alone"] or None
        self._delivery = Delivery(offices["delivery"], senders, alone=self._alone)
        vault = FileVault(folder / "files", KEYS)
        watch_disk(vault.folder, doom)
        self._uploads = Uploads(vault, KEYS)
        fetchers: dict[str, Any] = dict.fromkeys(CHANNELS, fetch)
        fetchers[WEB] = lambda file, cap: fetch_upload(vault, file, cap)
        self._fetcher = FileFetcher(offices["files"], vault, fetchers, alone=self._alone)
        self._reminders = Reminders(offices["reminders"], rules, most=SLICE)
        for office in offices.values():
            office.on_woken = self._wake
            office.courier = None if self._alone else self._delivery
        self._background: list[asyncio.Task[None]] = []

    def _wake(self, woken: set[str]) -> None:
        self._delivery.wake(woken)
        self._fetcher.wake()

    async def live(self, door: socket.socket) -> None:
        """Obey until the door is shut, then finish in order."""
        reader, writer = await asyncio.open_connection(sock=door)
        self._start()
        async with asyncio.TaskGroup() as orders:
            while line := await reader.readline():
                orders.create_task(self._obey(json.loads(line), writer))
        self._clock.move(minutes=11)  # past every lease: what was claimed as the work at the side stopped is free
        await self._settle()
        await self._stop()
        writer.close()
        await self._database.close()

    def _start(self) -> None:
        """Deliver and fetch at the side of everything else, unless told to only when asked."""
        if self._alone:
            return
        self._background = [asyncio.create_task(part.run()) for part in (self._delivery, self._fetcher)]

    async def _stop(self) -> None:
        while self._background:
            task = self._background.pop()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _settle(self) -> None:
        """Deliver and fetch until nothing is due."""
        await self._stop()
        while sum((await self._delivery.drain()).values()) + await self._fetcher.drain():
            pass
        self._start()

    async def _obey(self, order: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if "tick" in order:
            self._clock.set(datetime.fromisoformat(order["tick"]))
            await self._reminders.tick(self._clock())
        elif "settle" in order:
            self._clock.set(datetime.fromisoformat(order["settle"]))
            await self._settle()
        elif "upload" in order:
            file = f"{order['upload']}.pdf", "application/pdf", f"Tệp {order['upload']}".encode()
            gift = (await self._uploads.store(Session(order["who"], 0), file)).as_json()
            self._doom.meet("upload: before answer")
            writer.write(f"ok {order['id']} {json.dumps(gift)}\n".encode())
            return
        else:
            incoming = self._incoming(order)
            await self._spine.accept_noted(incoming, lambda unit: own_line(unit, incoming))
            self._doom.meet("intake: before answer")
        writer.write(f"ok {order['id']}\n".encode())

    def _incoming(self, order: dict[str, Any]) -> Incoming:
        name = order.get("file", "")
        files: tuple[FileRef, ...] = ()
        if name:
            files = (FileRef(FileKind.DOCUMENT, name, f"{name}.txt", 100, "text/plain"),)
        if "gift" in order:
            files = (Upload(**order["gift"]).ref(),)
        address = Address(order.get("channel", CHANNELS[0]), order["who"])
        return Incoming(address, order["id"], self._clock(), text=order.get("text", ""), files=files)


def own_line(unit: StoredWork, incoming: Incoming) -> None:
    """A person's own words on the page, as the web room writes them."""
    if incoming.address.channel == WEB:
        key = unit.chats.key_of(incoming.address)
        words = Outgoing(incoming.text or "(tệp)")
        unit.outbox.add_line(key, words, f"web:{key[:12]}.{incoming.message_id}:mine", mine=True, purpose="said")


async def fetch(file: FileRef, cap: int) -> bytes:
    """A text that names itself."""
    return f"Tệp {file.ref}".encode()


def nursery(control: socket.socket) -> None:
    """Fork one victim for each request until the socket is shut; tell its process id, and later how it ended."""
    rules = load_rules()
    for driver in ("storage.postgres", "storage.sqlite"):
        import_module(driver)  # loaded on need, and then by every victim anew
    gc.collect()
    gc.freeze()
    while True:
        birth, doors, _, _ = socket.recv_fds(control, 65_536, 1)
        if not birth:
            return
        if (child := os.fork()) == 0:
            control.close()
            _be_born(socket.socket(fileno=doors[0]), json.loads(birth), rules)
        os.close(doors[0])
        control.send(str(child).encode())
        control.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _be_born(door: socket.socket, birth: dict[str, Any], rules: Rules) -> None:
    code = 0
    try:
        asyncio.run(Victim(birth, rules).live(door))
    except BaseException:  # noqa: BLE001 - told to whoever reads standard error, never into the nursery
        traceback.print_exc()
        code = 70
    os._exit(code)


if __name__ == "__main__":
    nursery(socket.socket(fileno=int(sys.argv[1])))
