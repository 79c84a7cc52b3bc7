"""The python-telegram-bot peer: the same report as a `ConversationHandler`, fed by a bare ASGI webhook under uvicorn.

All as its documentation shows: https://docs.python-telegram-bot.org/en/stable/examples.customwebhookbot.html
"""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path
from typing import Any

import orjson
import uvicorn
import uvloop
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

from bench.peer_store import QUESTIONS, RECEIPT, Reports
from bench.residents import TELEGRAM_SECRET, TELEGRAM_TOKEN

EMPTY = [(b"content-length", b"0")]
NAMES = ("topic", "work", "when", "evidence", "confirm")
reports = Reports(Path(os.environ.get("BENCH_DATABASE", ":memory:")))
Context = ContextTypes.DEFAULT_TYPE


def keyboard(labels: tuple[str, ...]) -> InlineKeyboardMarkup:
    """One button a row."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"{n}")] for n, label in enumerate(labels)])


async def ask(update: Update, context: Context, number: int) -> int:
    """Put the question with this number."""
    text, labels = QUESTIONS[NAMES[number]]
    data = context.user_data or {}
    assert update.effective_chat is not None
    await update.effective_chat.send_message(
        text.format(**data) if number == 4 else text, reply_markup=keyboard(labels)
    )
    return number


async def begin(update: Update, context: Context) -> int:
    """What happened."""
    assert context.user_data is not None
    assert update.message is not None
    context.user_data["story"] = update.message.text
    return await ask(update, context, 0)


def taking(number: int) -> Any:
    """The handler of one answer, typed or pressed."""

    async def take(update: Update, context: Context) -> int:
        assert context.user_data is not None
        context.user_data[NAMES[number]] = await answer_of(update)
        return await ask(update, context, number + 1)

    return take


async def answer_of(update: Update) -> str:
    """What was typed or pressed; a tap is acknowledged."""
    if update.callback_query is not None:
        await update.callback_query.answer()
        return update.callback_query.data or ""
    return (update.message.text if update.message else "") or ""


async def finish(update: Update, context: Context) -> int:
    """Store, tell the resident."""
    await answer_of(update)
    assert update.effective_chat is not None
    assert context.user_data is not None
    number = reports.add(update.effective_chat.id, context.user_data)
    context.user_data.clear()
    await update.effective_chat.send_message(RECEIPT.format(number=number, code=secrets.token_hex(8)))
    return ConversationHandler.END


def conversation() -> ConversationHandler[Any]:
    """The dialogue."""

    def step(take: Any) -> list[Any]:
        return [MessageHandler(filters.TEXT, take), CallbackQueryHandler(take)]

    states: dict[object, list[Any]] = {number: step(taking(number)) for number in range(4)}
    states[4] = step(finish)
    return ConversationHandler(
        entry_points=[MessageHandler(filters.TEXT, begin)], states=states, fallbacks=[], per_message=False
    )


class Hook:
    """The webhook: checks the secret, queues the update, answers."""

    def __init__(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        given = dict(scope["headers"]).get(b"x-telegram-bot-api-secret-token", b"").decode()
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        right = secrets.compare_digest(given, TELEGRAM_SECRET)
        if right:
            await self._application.update_queue.put(Update.de_json(orjson.loads(body), self._application.bot))
        await send({"type": "http.response.start", "status": 200 if right else 403, "headers": EMPTY})
        await send({"type": "http.response.body", "body": b""})


async def main() -> None:
    """Serve until killed."""
    sink = os.environ["BENCH_SINK"]
    application = Application.builder().token(TELEGRAM_TOKEN).base_url(f"{sink}/bot").updater(None).build()
    application.add_handler(conversation())
    config = uvicorn.Config(
        Hook(application),
        host="127.0.0.1",
        port=int(os.environ["HOIAM_PORT"]),
        log_level="error",
        access_log=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    async with application:
        await application.start()
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.05)
        await application.bot.set_webhook("https://bench.invalid/webhook", secret_token=TELEGRAM_SECRET)
        await serving
        await application.stop()


if __name__ == "__main__":
    uvloop.run(main())
