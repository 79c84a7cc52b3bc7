"""The five parsers that read what strangers send, for fuzzing: each takes bytes and may raise only what it promises.

python -m tests.trust.parsers NAME SECONDS [FOLDER]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from bot.channels.base import Malformed
from bot.clock import SteppedClock

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CLOCK = SteppedClock(NOW)


def telegram(data: bytes) -> None:
    """One update of a webhook."""
    from bot.channels.telegram import Telegram

    if not EARS:
        EARS.append(Telegram("123456:ABC-def", clock=CLOCK))
    with suppress(Malformed):
        for heard in EARS[0].parse(data):
            assert isinstance(heard.text, str)
            assert heard.address.id


EARS: list[Any] = []


def zalo(data: bytes) -> None:
    """One event of either face of Zalo."""
    from bot.channels import zalo_bot_events, zalo_oa_events
    from bot.channels.zalo_text import json_object

    with suppress(Malformed):
        event = json_object(data)
        with suppress(Malformed):
            zalo_oa_events.read(event, CLOCK)
        zalo_bot_events.read(event, "me", CLOCK)


def media(data: bytes) -> None:
    """What kind of file these bytes are."""
    from scheduler.filetypes import sniff

    found = sniff(data)
    assert found is None or isinstance(found, str)


def receipt(data: bytes) -> None:
    """A receipt code or a case number somewhere in words."""
    from cases.receipts import looks_like_receipt, read_case_code, read_receipt_code

    text = data.decode("utf-8", "surrogateescape")
    code = read_receipt_code(text)
    assert code is None or len(code) == 17
    looks_like_receipt(text)
    number = read_case_code(text)
    assert number is None or number.startswith("PA-20")


def day(data: bytes) -> None:
    """A date as an officer types it."""
    from handlers.dates import read_date

    found = read_date(data.decode("utf-8", "surrogateescape"), date(2026, 3, 2))
    assert found is None or isinstance(found, date)


PARSERS: dict[str, Callable[[bytes], None]] = {
    "telegram": telegram,
    "zalo": zalo,
    "media": media,
    "receipt": receipt,
    "date": day,
}


def main(name: str, seconds: str, *folder: str) -> None:
    """Fuzz one parser for so many seconds; the process ends with a fault when one is found."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

    with atheris.instrument_imports(include=["bot", "cases", "handlers", "scheduler"]):
        PARSERS[name](b"{}")
    atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10", *folder], PARSERS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
