"""Long polling: the offset stays behind what is stored, chats run side by side, and trouble passes."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.channels.base import Unavailable
from bot.channels.telegram_poll import CONFLICT, REFUSED
from cases.messages import Choice, Incoming, Outgoing
from tests.channels.telegram_kit import HOME, MAI, Alarms, connected, hear, polling


class Slow:
    """Takes updates of chosen chats only when let; remembers the order in which it began."""

    def __init__(self, *held: str) -> None:
        self.held = set(held)
        self.began: list[str] = []
        self.stored: list[str] = []
        self.stirred = asyncio.Event()
        self.free = asyncio.Event()

    async def __call__(self, incoming: Incoming) -> None:
        self.began.append(incoming.text)
        self.stirred.set()
        if incoming.address.id in self.held:
            await self.free.wait()
        self.stored.append(incoming.text)

    async def until_began(self, count: int) -> None:
        """Wait until so many updates are being taken."""
        async with asyncio.timeout(5):
            while len(self.began) < count:
                self.stirred.clear()
                await self.stirred.wait()


async def test_the_offset_waits_for_the_store() -> None:
    """While the update is being stored Telegram keeps it; afterwards it is confirmed."""
    accept = Slow(str(MAI))
    async with connected() as (fake, channel):
        number = fake.say(MAI, "a")
        async with polling(channel, accept):
            await accept.until_began(1)
            assert (fake.offset, len(fake.updates)) == (0, 1)
            accept.free.set()
            await fake.until(lambda: fake.offset == number + 1)


async def test_what_was_not_stored_comes_again_after_a_restart() -> None:
    """A kill between fetch and commit loses nothing."""
    async with connected() as (fake, channel):
        fake.say(MAI, "a")
        accept = Slow(str(MAI))
        async with polling(channel, accept):
            await accept.until_began(1)
        assert [heard.text for heard in await hear(fake, channel)] == ["a"]


async def test_one_chat_keeps_its_order() -> None:
    """The second message of a chat waits for the first, whatever other chats do."""
    accept = Slow(str(MAI))
    async with connected() as (fake, channel):
        for chat, text in ((MAI, "1"), (MAI, "2"), (9, "x")):
            fake.say(chat, text)
        async with polling(channel, accept):
            await accept.until_began(2)
            assert accept.began == ["1", "x"]
            accept.free.set()
            await fake.until(lambda: not fake.updates)
        assert accept.stored == ["x", "1", "2"]


async def test_the_offset_moves_over_stored_ones_from_the_front_only() -> None:
    """An update stored early is not confirmed before the one ahead of it, and not taken twice."""
    accept = Slow(str(MAI))
    async with connected() as (fake, channel):
        fake.say(9, "x")
        second = fake.say(MAI, "held")
        fake.say(10, "y")
        async with polling(channel, accept):
            await fake.until(lambda: fake.offset == second)
            assert accept.began == ["x", "held", "y"]
            accept.free.set()
            await fake.until(lambda: not fake.updates)
        assert accept.began == ["x", "held", "y"]


async def test_a_held_chat_does_not_hold_up_newcomers() -> None:
    """New updates are fetched while an old one is still being stored."""
    accept = Slow(str(MAI))
    async with connected() as (fake, channel):
        fake.say(MAI, "held")
        async with polling(channel, accept):
            await accept.until_began(1)
            fake.say(9, "new")
            await accept.until_began(2)
        assert accept.stored == ["new"]


async def test_thirty_two_chats_at_once() -> None:
    """Thirty-two stores run side by side: each waits here for all the others."""
    together = asyncio.Barrier(32)

    async def accept(_: Incoming) -> None:
        await together.wait()

    async with connected() as (fake, channel):
        for chat in range(1, 33):
            fake.say(chat, "a")
        async with polling(channel, accept):
            await fake.until(lambda: not fake.updates)


async def test_never_more_than_thirty_two_at_once() -> None:
    """A backlog does not flood the store."""
    now = most = 0

    async def accept(_: Incoming) -> None:
        nonlocal now, most
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0)
        now -= 1

    async with connected() as (fake, channel):
        for chat in range(1, 101):
            fake.say(chat, "a")
        async with polling(channel, accept):
            await fake.until(lambda: not fake.updates)
    assert most == 32


@pytest.mark.parametrize("fault", [Unavailable(), RuntimeError("a fault of the taker")])
async def test_what_could_not_be_stored_is_tried_again(fault: Exception) -> None:
    """The same update is offered until it is taken."""
    tries: list[str] = []

    async def accept(incoming: Incoming) -> None:
        tries.append(incoming.text)
        if len(tries) == 1:
            raise fault

    async with connected() as (fake, channel):
        fake.say(MAI, "a")
        async with polling(channel, accept):
            await fake.until(lambda: not fake.updates)
    assert tries == ["a", "a"]


async def test_broken_answers_pass() -> None:
    """HTML, cut connections, junk and 429 are waited out."""
    async with connected() as (fake, channel):
        fake.fail_next(method="getUpdates", status=502, html=True)
        fake.fail_next(method="getUpdates", reset=True)
        fake.fail_next(method="getUpdates", junk=True)
        fake.say(MAI, "a")
        assert [heard.text for heard in await hear(fake, channel)] == ["a"]


async def test_a_poison_update_is_skipped_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    """One that cannot be read stops nothing and leaves nothing in the log."""
    caplog.set_level(logging.DEBUG)
    async with connected() as (fake, channel):
        fake.update(message={"text": "thuốc độc"})
        fake.say(MAI, "a")
        assert [heard.text for heard in await hear(fake, channel)] == ["a"]
        assert (channel.malformed, "thuốc độc" in caplog.text) == (1, False)


async def test_a_second_poller_is_an_alarm() -> None:
    """409 needs a person; it is told once, not at every try."""
    alarms = Alarms()
    async with connected(alarm=alarms) as (fake, channel):
        fake.webhook = {"url": "https://elsewhere"}
        async with polling(channel, Slow()):
            await fake.until(lambda: any(name == "getUpdates" for name, _ in fake.calls))
            while not alarms:
                await asyncio.sleep(0)
    assert alarms == [CONFLICT]


async def test_a_refused_token_is_an_alarm_and_an_end() -> None:
    """401: there is no use in asking on."""
    alarms = Alarms()
    async with connected(token="999:wrong", alarm=alarms) as (_, channel):
        await channel.poll(Slow())
    assert alarms == [REFUSED]


async def test_a_pressed_button_is_answered_once_stored() -> None:
    """The wheel on the button stops after the commit, not before."""
    accept = Slow(str(MAI))
    async with connected() as (fake, channel):
        await channel.send(HOME, Outgoing("?", (Choice("y", "Có"),)))
        fake.press(MAI, "Có")
        async with polling(channel, accept):
            await accept.until_began(1)
            assert list(fake.taps.values()) == [False]
            accept.free.set()
            await fake.until(lambda: all(fake.taps.values()))


async def test_a_lost_answer_to_a_button_is_nothing() -> None:
    """Acknowledging never raises, and is done once."""
    async with connected() as (fake, channel):
        fake.press_value(MAI, "y")
        fake.fail_next(method="answerCallbackQuery", status=400, description="Bad Request: query is too old")
        (heard,) = await hear(fake, channel)
        await channel.acknowledge(heard)
        await fake.until(lambda: any(name == "answerCallbackQuery" for name, _ in fake.calls))
    assert sum(name == "answerCallbackQuery" for name, _ in fake.calls) == 1
