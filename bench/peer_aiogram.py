"""The aiogram peer: the same report as states in `MemoryStorage`, on aiogram's own webhook handler."""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path

import orjson
import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from bench.peer_store import QUESTIONS, RECEIPT, Reports
from bench.residents import TELEGRAM_SECRET, TELEGRAM_TOKEN, TelegramPeople


class Report(StatesGroup):
    """The questions in their order."""

    topic = State()
    work = State()
    when = State()
    evidence = State()
    confirm = State()


ORDER = (Report.topic, Report.work, Report.when, Report.evidence, Report.confirm)
NAMES = ("topic", "work", "when", "evidence", "confirm")
router = Router()
reports = Reports(Path(os.environ.get("BENCH_DATABASE", ":memory:")))


def keyboard(labels: tuple[str, ...]) -> InlineKeyboardMarkup:
    """One button a row."""
    rows = [[InlineKeyboardButton(text=label, callback_data=f"{n}")] for n, label in enumerate(labels)]
    return InlineKeyboardMarkup(inline_keyboard=rows)


async def ask(message: Message, state: FSMContext, number: int) -> None:
    """Put the question with this number."""
    await state.set_state(ORDER[number])
    text, labels = QUESTIONS[NAMES[number]]
    data = await state.get_data()
    await message.answer(text.format(**data) if number == 4 else text, reply_markup=keyboard(labels))


@router.message(StateFilter(None), F.text)
async def begin(message: Message, state: FSMContext) -> None:
    """What happened."""
    await state.update_data(story=message.text)
    await ask(message, state, 0)


async def take(message: Message, state: FSMContext, answer: str) -> None:
    """Any answer but the last."""
    number = ORDER.index(await state.get_state())
    await state.update_data({NAMES[number]: answer})
    await ask(message, state, number + 1)


async def finish(message: Message, state: FSMContext) -> None:
    """Store, tell the resident."""
    data = await state.get_data()
    number = reports.add(message.chat.id, data)
    await state.clear()
    await message.answer(RECEIPT.format(number=number, code=secrets.token_hex(8)))


@router.message(StateFilter(*ORDER[:4]), F.text)
async def answered(message: Message, state: FSMContext) -> None:
    """A typed answer."""
    await take(message, state, message.text or "")


@router.callback_query(StateFilter(*ORDER[:4]))
async def tapped(query: CallbackQuery, state: FSMContext) -> None:
    """A pressed answer."""
    await query.answer()
    assert isinstance(query.message, Message)
    await take(query.message, state, query.data or "")


@router.message(Report.confirm, F.text)
async def confirmed(message: Message, state: FSMContext) -> None:
    """Send, typed."""
    await finish(message, state)


@router.callback_query(Report.confirm)
async def confirmed_by_tap(query: CallbackQuery, state: FSMContext) -> None:
    """Send, pressed."""
    await query.answer()
    assert isinstance(query.message, Message)
    await finish(query.message, state)


async def main() -> None:
    """Serve until killed."""
    server = TelegramAPIServer.from_base(os.environ["BENCH_SINK"])
    session = AiohttpSession(api=server, json_loads=orjson.loads, json_dumps=lambda value: orjson.dumps(value).decode())
    bot = Bot(TELEGRAM_TOKEN, session=session)
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(router)
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot, secret_token=TELEGRAM_SECRET).register(app, path=TelegramPeople.path)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ["HOIAM_PORT"])).start()
    await bot.get_me()
    await bot.set_webhook("https://bench.invalid/webhook", secret_token=TELEGRAM_SECRET)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
