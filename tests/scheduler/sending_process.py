"""A process that delivers one SQLite outbox over a loopback socket until it is killed."""

from __future__ import annotations

import asyncio
import sys

from bot.clock import system_clock
from cases.messages import Address, Fate, Outgoing, Pace, SendResult
from scheduler.delivery import Delivery
from storage.database import open_database
from storage.keys import KeyRing
from storage.work import Office


class LineSender:
    """Says one line per message and waits for the answer."""

    name = "fake"
    pace = Pace(0)

    def __init__(self, port: int) -> None:
        self._port = port

    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """`chat text`, answered by `ok`."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(f"{to.id} {message.text}\n".encode())
            answer = await reader.readline()
        finally:
            writer.close()
            await writer.wait_closed()
        return SendResult(Fate.SENT if answer == b"ok\n" else Fate.UNKNOWN)


async def main(url: str, key: str, port: str) -> None:
    """Deliver until killed."""
    database = open_database(url, exclusive=True)
    office = Office(database, KeyRing([bytes.fromhex(key)]), system_clock)
    await Delivery(office, {"fake": LineSender(int(port))}, in_flight=16).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
