"""The bot's token is part of every address; it reaches no log, result, error or alarm."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.channels.zalo_http import WrongToken
from cases.messages import FileFault, FileKind, FileRef
from tests.channels.zalo_kit import BotTown, bot_town, say
from tests.fakes.zalo_server import CUT, LOST, RESET, bot_error, canned, html

TEXT = "canary-text-7f3a"
SECRET = "webhook-secret-for-tests"


async def provoke(town: BotTown) -> list[str]:
    """Send, poll, start and fetch under every trouble; returns all words that came back."""
    told: list[str] = []
    troubles = [html(502), LOST, CUT, RESET, bot_error(401), bot_error(400), canned([]), canned({}, 302, Location="/x")]
    for name in ("sendMessage", "getUpdates", "getMe", "deleteWebhook", "sendChatAction"):
        town.fake.trouble(name, *troubles)
    for _ in troubles:
        told.append(str(await town.channel.send(town.to, say(TEXT))))
        await town.channel.typing(town.to)
        try:
            await town.channel.start()
        except WrongToken as why:
            told.append(str(why))
        await town.channel.close()
    await town.person.says(TEXT)
    await town.poll(10)
    try:
        await town.channel.fetch(FileRef(FileKind.PHOTO, f"https://evil.vn/{TEXT}"), 1)
    except FileFault as why:
        told.append(str(why))
    return told + town.alarms


@pytest.mark.parametrize("api", ["", "http://127.0.0.1:9"])
async def test_no_secret_is_told(caplog: pytest.LogCaptureFixture, api: str) -> None:
    """At DEBUG, with asyncio's debug mode on, no token, text or id is logged or returned."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    more = {"api": api} if api else {}
    async with bot_town(webhook_secret=SECRET, **more) as town:
        told = "\n".join([*await provoke(town), caplog.text, *(str(record.__dict__) for record in caplog.records)])
        secrets = [town.fake.bot.token, "bot-secret-for-tests", SECRET, TEXT, town.person.id]
        assert [secret for secret in secrets if secret in told] == []
        assert "zalo-bot" in told
