"""Our own server as a process under test: what `hoiam run` serves, with people already known and no pacing.

`python -m bench.ours` reads settings from the environment like `hoiam run` does, and the options below.
"""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Sequence
from functools import partial
from typing import Any

import uvloop

from bench.residents import TelegramPeople, WebPeople, ZaloPeople
from bot.app import App
from bot.commands import serve
from bot.logs import configure
from bot.settings import read_settings
from cases.messages import Address, Outgoing, Pace
from cases.ports import Chat
from storage.work import StoredWork

COMMUNE = "xa-mau"
PEOPLE = {people.name: people for people in (TelegramPeople, ZaloPeople, WebPeople)}


class Unpaced(App):
    """The application, its messengers as fast as they can."""

    def _open_background(self, **options: Any) -> None:
        if not os.environ.get("BENCH_PACED"):
            for channel in self.channels.values():
                channel.pace = Pace(0.0)
        super()._open_background(**options)


def settle(unit: StoredWork, channel: str, residents: int, version: int) -> None:
    """Residents who have agreed before."""
    chat_of = PEOPLE[channel].chat
    for number in range(residents):
        chat = unit.chats.load(Address(channel, chat_of(number)))
        chat.locality, chat.consent_version, chat.consent_at = COMMUNE, version, unit.now
        unit.chats.save(chat)


def queue(unit: StoredWork, channel: str, messages: int, chats: int) -> None:
    """Messages waiting in the outbox, dealt out to so many chats."""
    say = unit.outbox.say
    known: list[Chat] = []
    for number in range(chats):
        chat = unit.chats.load(Address(channel, PEOPLE[channel].chat(number)))
        unit.chats.save(chat)
        known.append(chat)
    for number in range(messages):
        say(known[number % chats], Outgoing(f"Tin số {number}: phản ánh của bà con đã được tiếp nhận."), f"b:{number}")


async def main(options: argparse.Namespace) -> None:
    """Serve until told to stop."""
    settings = read_settings()
    configure("error", settings.log_format)
    app = Unpaced(settings)
    await app.open(exclusive=":memory:" not in settings.database)
    try:
        version = app.rulebook.rules.consent_version
        for channel in options.channels:
            step = partial(settle, channel=channel, residents=options.residents, version=version)
            await app.office.write(step)
        server = serve._Server(app, settings)
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(serve._background(app))
            await server.serve()
    finally:
        await app.close()


def read(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="bench.ours")
    parser.add_argument("--channels", nargs="*", default=[])
    parser.add_argument("--residents", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    uvloop.run(main(read()))
