"""`make fakes`: local Telegram and Zalo servers with a page to chat on, to try the bot without any account."""

from __future__ import annotations

import asyncio
import contextlib

from tests.fakes import telegram_server, zalo_server

TELEGRAM_PORT, ZALO_PORT = 9081, 9082


async def both() -> None:
    """Serve until Ctrl-C."""
    print("# Put these lines into .env, start `make run`, and open the residents' pages. Ctrl-C ends.", flush=True)
    await asyncio.gather(telegram_server.serve(TELEGRAM_PORT), zalo_server.serve(ZALO_PORT))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(both())
