"""Opening the installation for one command, and closing it again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from bot.commands.failing import Failed
from bot.rulebook import Rulebook
from bot.settings import read_settings
from storage.database import open_database
from storage.keys import load_or_make
from storage.migrate import upgrade
from storage.work import Office

T = TypeVar("T")


class Desk:
    """Database, keys, rules and the operator's language: what a command needs."""

    def __init__(self, office: Office, rulebook: Rulebook, lang: str = "vi") -> None:
        self.office = office
        self.rulebook = rulebook
        self.lang = lang

    def locality(self, given: str) -> str:
        """The commune meant; raises `Failed` when it must be named."""
        communes = {place.code for place in self.rulebook.rules.book.communes}
        if given:
            if given not in self.rulebook.rules.book.localities:
                raise Failed(f"--locality: {given} is not known; there are {', '.join(sorted(communes))}")
            return given
        if len(communes) != 1:
            raise Failed(f"--locality is needed: one of {', '.join(sorted(communes))}")
        return communes.pop()


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    """Open, bring the database up to date, load the rules."""
    from bot.clock import system_clock
    from bot.logs import configure

    settings = read_settings()
    configure("error", settings.log_format)
    settings.make_data_dir()
    database = open_database(settings.database)
    try:
        await database.write(upgrade)
        office = Office(database, load_or_make(settings.key_file), system_clock)
        rulebook = Rulebook(office)
        await rulebook.refresh()
        yield Desk(office, rulebook, settings.locale)
    finally:
        await database.close()


def at_desk(work: Callable[[Desk], Awaitable[T]]) -> T:
    """Run one piece of work at an opened desk."""

    async def run() -> T:
        async with open_desk() as desk:
            return await work(desk)

    return asyncio.run(run())
