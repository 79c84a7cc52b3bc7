"""The process that empties an outbox, or the raw client that sends the same: prints what it took as JSON."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from time import monotonic, process_time

import aiohttp
import orjson
import uvloop

from bench.ours import PEOPLE, Unpaced, queue
from bench.residents import TELEGRAM_TOKEN
from bot.logs import configure
from bot.settings import read_settings

CHATS = 5_000
AT_ONCE = 100  # aiohttp's own limit of connections
TEXT = "Tin số {number}: phản ánh của bà con đã được tiếp nhận."


async def drain(channel: str, messages: int) -> dict[str, float]:
    """Our outbox, everything due at once, no pacing."""
    settings = read_settings()
    configure("error", settings.log_format)
    app = Unpaced(settings)
    await app.open()
    try:
        await app.channels[channel].start()
        await app.office.write(lambda unit: queue(unit, channel, messages, min(CHATS, messages)))
        began, used = monotonic(), process_time()
        fates = await app.delivery.drain()
        spent = {"seconds": monotonic() - began, "cpu": process_time() - used}
        if fates["sent"] != messages:
            raise RuntimeError(f"not everything was sent: {fates}")
        return spent
    finally:
        await app.close()


async def raw(channel: str, messages: int) -> dict[str, float]:
    """The same requests from a bare aiohttp client, nothing stored."""
    sink = os.environ["BENCH_SINK"]
    telegram = channel == "telegram"
    url = f"{sink}/bot{TELEGRAM_TOKEN}/sendMessage" if telegram else f"{sink}/v3.0/oa/message/cs"
    headers = {"Content-Type": "application/json"} | ({} if telegram else {"access_token": "bench-access"})
    chat_of = PEOPLE[channel].chat
    numbers = iter(range(messages))

    def body(number: int) -> bytes:
        chat, text = chat_of(number % CHATS), TEXT.format(number=number)
        if not telegram:
            return orjson.dumps({"recipient": {"user_id": chat}, "message": {"text": text}})
        quiet = {"link_preview_options": {"is_disabled": True}, "reply_markup": {"remove_keyboard": True}}
        return orjson.dumps({"chat_id": int(chat), "text": text, **quiet})

    async def work(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            async with session.post(url, data=body(number), headers=headers) as answer:
                orjson.loads(await answer.read())

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        began, used = monotonic(), process_time()
        await asyncio.gather(*(work(session) for _ in range(AT_ONCE)))
        return {"seconds": monotonic() - began, "cpu": process_time() - used}


def read(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="bench.drain_worker")
    parser.add_argument("who", choices=("ours", "raw"))
    parser.add_argument("channel", choices=("telegram", "zalo-oa"))
    parser.add_argument("messages", type=int)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    options = read()
    work = (drain if options.who == "ours" else raw)(options.channel, options.messages)
    sys.stdout.buffer.write(orjson.dumps(uvloop.run(work)) + b"\n")
