"""Somebody who hangs up right after sending: what was sent is taken, answered, and nobody waits for a lease."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import orjson
import pytest

from cases.messages import Outgoing
from storage.work import Office, StoredWork
from tests.scheduler.stage import ScriptedSender, Stage, chat_of, delivery
from tests.web.stage import staged
from tests.web.visitor import visiting

TIMES = 15  # more in a minute would be too many for one browser


@pytest.fixture
def any_stage(any_office: Office) -> Stage:
    """An office on stage time."""
    return Stage(any_office)


def say(unit: StoredWork) -> None:
    """One message to one chat."""
    unit.outbox.say(chat_of(unit, "an"), Outgoing("Đã nhận"), f"e{unit.now}")


async def hang_up(office: Office, turns: int) -> bool:
    """Ask for it and be gone after so many turns of the loop; whether it was cut off."""
    task = asyncio.ensure_future(office.write(say, urgent=True))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return task.cancelled()


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_what_is_committed_is_delivered(any_stage: Stage, turns: int) -> None:
    """The asker is gone before the commit; the message leaves at once all the same, not when the lease is over."""
    sender = ScriptedSender()
    made = delivery(any_stage, sender)
    any_stage.office.courier = made
    running = asyncio.ensure_future(made.run())
    await any_stage.play_for(running, 1)
    assert await hang_up(any_stage.office, turns)
    await any_stage.play_for(running, 2)
    assert sender.texts == ["Đã nhận"]
    assert await any_stage.states() == {"sent": 1}
    await any_stage.stop(running)


async def test_a_browser_that_is_closed_while_sending_loses_nothing(tmp_path: Path) -> None:
    """The connection is cut as soon as the words are out: they are stored once, and answered."""
    with staged(tmp_path) as own:
        async with visiting(own.url) as visitor:
            await visitor.say("mở đầu")
            for number in range(TIMES):
                await send_and_leave(own.url, visitor.cookie(), f"lời {number}", number)
            for _ in range(300):
                own_words = [line["text"] for line in await visitor.lines() if line["mine"]]
                if len(own_words) > TIMES:
                    break
                await asyncio.sleep(0.02)
            lines = await visitor.lines()
    assert sorted(own_words) == sorted(["mở đầu", *(f"lời {number}" for number in range(TIMES))])
    assert len(lines) == 2 * (TIMES + 1)


async def send_and_leave(url: str, cookie: str, text: str, number: int) -> None:
    """A request, and not a look at its answer."""
    host, _, port = url.removeprefix("http://").partition(":")
    body = orjson.dumps({"message_id": f"hang-up-{number:04d}", "text": text})
    head = (
        f"POST /chat/messages HTTP/1.1\r\nhost: {host}:{port}\r\nsec-fetch-site: same-origin\r\n"
        f"cookie: hoiam={cookie}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
