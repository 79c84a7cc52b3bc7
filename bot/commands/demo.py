"""`demo`: a fictional commune and a month of cases, told on a moving clock, then left open in the browser."""

from __future__ import annotations

import argparse
import asyncio
import shutil
from datetime import datetime

from bot.app import App
from bot.channels.base import Channel
from bot.clock import SteppedClock
from bot.commands.serve import serve_app
from bot.data import read_yaml
from bot.demo.stage import StageChannel
from bot.demo.teller import Teller
from bot.logs import configure
from bot.settings import Settings, read_settings
from cases.calendar import ZONE
from cases.messages import Address, Outgoing


def demo(arguments: argparse.Namespace) -> int:
    """Tell the story; serve its result unless told not to."""
    settings = read_settings()
    folder = settings.data_dir / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    staged = settings.model_copy(
        update={"data_dir": folder, "database_url": "", "master_key_file": None, "log_level": "error"}
    )
    configure("error", settings.log_format)
    return asyncio.run(_demo(staged, serve=not arguments.no_serve))


async def _demo(settings: Settings, *, serve: bool) -> int:
    script = read_yaml("demo.yaml")
    clock = SteppedClock(datetime.fromisoformat(script["start"]).replace(tzinfo=ZONE))
    tellers: list[Teller] = []

    def heard(to: Address, message: Outgoing) -> None:
        tellers[0].hear(to, message)

    channels: dict[str, Channel] = {name: StageChannel(name, heard) for name in ("telegram", "zalo-oa", "zalo-bot")}
    app = App(settings, clock, channels)
    await app.open(exclusive=True)
    try:
        tellers.append(Teller(app, clock, script, print))
        await tellers[0].play()
        if serve:
            print(f"\n  {settings.address}/chat   (Ctrl-C)\n", flush=True)
            await serve_app(app, settings)
    finally:
        await app.close()
    return 0
