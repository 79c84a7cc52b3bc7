"""`tick`: one round of everything the scheduler would do at a given moment."""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime

from bot.app import App
from bot.clock import SteppedClock
from bot.commands.failing import Failed
from bot.logs import configure
from bot.settings import read_settings


def tick(arguments: argparse.Namespace) -> int:
    """Do the round at `--now`, or print it with `--dry-run`."""
    try:
        now = datetime.fromisoformat(arguments.now)
    except ValueError as error:
        raise Failed("--now is written as 2026-12-01T08:00+07:00") from error
    if now.tzinfo is None:
        raise Failed("--now needs its zone, as 2026-12-01T08:00+07:00")
    return asyncio.run(_tick(now, dry=arguments.dry_run))


async def _tick(now: datetime, *, dry: bool) -> int:
    settings = read_settings()
    configure("error", settings.log_format)
    app = App(settings, SteppedClock(now))
    await app.open()
    try:
        if dry:
            planned = await app.reminders.preview(app.clock())
            for notice in planned:
                print(notice)
            print(f"{len(planned)} notice(s) would be sent; nothing was changed")
            return 0
        for line in await app.round(app.clock()):
            print(line)
        return 0
    finally:
        await app.close()
