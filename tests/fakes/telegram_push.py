"""Webhook delivery of the fake Telegram: chats side by side, each chat in order, repeated until answered 2xx."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from tests.fakes.telegram_server import FakeTelegram

CONNECTIONS = 40
"""max_connections of setWebhook unless told."""


async def push(fake: FakeTelegram) -> None:
    """Post waiting updates to the webhook for ever."""
    flying: dict[int, asyncio.Task[None]] = {}
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as lanes:
        while True:
            for update in fake.updates:
                chat = _chat(update)
                if chat not in flying and len(flying) < CONNECTIONS:
                    flying[chat] = lanes.create_task(_post(fake, session, update))
                    flying[chat].add_done_callback(partial(_landed, fake, flying, chat))
            await fake.changed()


def _landed(fake: FakeTelegram, flying: dict[int, asyncio.Task[None]], chat: int, _: asyncio.Task[None]) -> None:
    flying.pop(chat, None)
    fake.stir()


async def _post(fake: FakeTelegram, session: aiohttp.ClientSession, update: dict[str, Any]) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": str(fake.webhook.get("secret_token", ""))}
    wait = 0.02
    while True:
        try:
            async with session.post(fake.webhook["url"], json=update, headers=headers) as answer:
                status = answer.status
        except aiohttp.ClientError:
            status = 0
        fake.pushed.append((update["update_id"], status))
        fake.stir()
        if 200 <= status < 300:
            fake.updates = [other for other in fake.updates if other is not update]
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, 1.0)


def _chat(update: dict[str, Any]) -> int:
    for kind in ("message", "edited_message", "my_chat_member"):
        if kind in update:
            return int(update[kind]["chat"]["id"])
    return int(update.get("callback_query", {}).get("from", {}).get("id", 0))
