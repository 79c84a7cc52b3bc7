"""Neither the token nor a word of a resident gets into a log, however loud it is set and whatever fails."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from bot.channels.telegram_http import JSON, Unclear, Unsent, Wire
from cases.messages import Choice, FileFault, FileKind, FileRef, Outgoing
from tests.channels.telegram_kit import HOME, MAI, connected, hear
from tests.fakes.telegram_server import FakeTelegram

WORDS = "câu chuyện riêng của bà Mai"
FAILURES: list[dict[str, Any]] = [{"retry_after": 1}, {"status": 502, "html": True}, {"reset": True}, {"junk": True}]
FAILURES += [{"status": 400}]


async def test_a_day_of_trouble_leaves_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    """Start, hear, say, fetch and fail in every way at DEBUG."""
    caplog.set_level(logging.DEBUG)
    async with connected() as (fake, channel):
        fake.fail_next(method="getMe", status=502, html=True)
        await channel.start()
        for failure in FAILURES:
            fake.fail_next(**failure)
            await channel.send(HOME, Outgoing(WORDS, (Choice("y", WORDS),)))
            fake.fail_next(method="answerCallbackQuery", **failure)
            fake.press_value(MAI, WORDS)
            fake.fail_next(method="getFile", **failure)
            with pytest.raises(FileFault):
                await channel.fetch(FileRef(FileKind.PHOTO, "F1"), 10)
        fake.say(MAI, WORDS)
        fake.update(message={"text": WORDS})
        await hear(fake, channel)
    secret = FakeTelegram.token.partition(":")[2]
    assert [word for word in (secret, WORDS, str(MAI)) if word in caplog.text] == []


async def test_errors_of_the_wire_carry_no_address() -> None:
    """Neither of a host that is not there nor of one that falls silent."""
    wire = Wire("1:secret", "http://127.0.0.1:9")
    with pytest.raises(Unsent) as unsent:
        await wire.post(wire.method_url("getMe"), b"{}", JSON)
    await wire.close()
    assert (str(unsent.value), unsent.value.__cause__) == ("ClientConnectorError", None)


async def test_a_silent_server_is_unclear() -> None:
    """The request went out; no byte of an answer came in time."""
    async with FakeTelegram(latency=5) as fake:
        wire = Wire(fake.token, fake.url)
        with pytest.raises(Unclear):
            await wire.post(wire.method_url("getMe"), b"{}", JSON, wait=0.05)
        await wire.close()
