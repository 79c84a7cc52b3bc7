"""Polling with the Zalo bot: one by one, never spinning, nothing passed over."""

from __future__ import annotations

import asyncio

import pytest

from tests.channels.zalo_kit import bot_town
from tests.fakes.zalo_server import LOST, RESET, Trouble, bot_error, canned, html


async def test_updates_come_in_order() -> None:
    """What people said while nobody polled is fetched one by one."""
    async with bot_town() as town:
        for text in ("một", "hai", "ba"):
            await town.person.says(text)
        await town.poll(1)
        assert [heard.text for heard in town.got] == ["một", "hai", "ba"]


async def test_no_pause_between_news() -> None:
    """Waiting updates are fetched without a pause."""
    async with bot_town() as town:
        for text in ("một", "hai"):
            await town.person.says(text)
        await town.poll(1)
        assert (len(town.pauses), town.fake.calls["getUpdates"]) == (1, 3)


@pytest.mark.parametrize("as_status", [True, False])
async def test_nothing_new_is_no_trouble(as_status: bool) -> None:
    """408 is the normal answer, and even given at once it is asked for no more than once a second."""
    async with bot_town() as town:
        town.fake.bot.error_status = as_status
        await town.poll(5)
        assert (town.fake.calls["getUpdates"], town.alarms) == (5, [])
        assert all(0.5 < pause <= 1 for pause in town.pauses)


async def test_replay_does_not_spin() -> None:
    """A bot whose update comes back on every poll is polled once a second and hears it once."""
    async with bot_town() as town:
        town.fake.bot.replay = True
        await town.person.says("chào")
        await town.poll(5)
        assert (len(town.got), town.fake.calls["getUpdates"]) == (1, 6)
        assert all(0.5 < pause <= 1 for pause in town.pauses)


async def test_not_stored_is_offered_again() -> None:
    """An update that could not be stored is offered until it is, before the next poll."""
    async with bot_town() as town:
        town.refusals = 3
        await town.person.says("chào")
        await town.poll(4)
        assert ([heard.text for heard in town.got], town.pauses[:3]) == (["chào"], [2, 4, 8])
        assert town.fake.calls["getUpdates"] == 2


async def test_left_over_webhook_is_removed() -> None:
    """A webhook from earlier is removed, and polling goes on."""
    async with bot_town() as town:
        await town.person.says("chào")
        town.fake.bot.hook.url = "https://old.vn/"
        await town.poll(2)
        assert (town.fake.bot.hook.url, len(town.got), town.alarms) == ("", 1, [])


async def test_webhook_that_comes_back() -> None:
    """A webhook that somebody sets again is not fought over: an operator is told, once."""
    async with bot_town() as town:
        for _ in range(3):
            town.fake.bot.hook.url = "https://other.vn/"
            await town.poll(len(town.pauses) + 1)
        assert (town.fake.calls["deleteWebhook"], len(town.alarms)) == (1, 1)


async def test_wrong_token() -> None:
    """A token that was reset is one alarm and ever longer pauses."""
    async with bot_town() as town:
        town.fake.bot.token = "2:other"
        await town.poll(8)
        assert (len(town.alarms), town.pauses) == (1, [2, 4, 8, 16, 32, 60, 60, 60])


@pytest.mark.parametrize("trouble", [html(502), bot_error(429), bot_error(403), LOST, RESET, canned([])])
async def test_troubles_pass(trouble: Trouble) -> None:
    """After a trouble there is a pause, and then the next update is heard."""
    async with bot_town() as town:
        town.fake.trouble("getUpdates", trouble, trouble)
        await town.poll(2)
        await town.person.says("chào")
        await town.poll(3)
        assert (town.pauses[:2], [heard.text for heard in town.got]) == ([2, 4], ["chào"])


@pytest.mark.parametrize(
    "result",
    [None, 5, [], [5, {}], {}, {"event_name": "message.text.received"}, {"event_name": "other", "message": {}}],
)
async def test_odd_results(result: object) -> None:
    """Unreadable and unknown updates are passed by without spinning."""
    async with bot_town() as town:
        town.fake.trouble("getUpdates", canned({"ok": True, "result": result}))
        await town.poll(1)
        assert (town.got, town.pauses[0] > 0.5) == ([], True)


async def test_a_list_is_read_too() -> None:
    """A list of updates is read like one."""
    async with bot_town() as town:
        updates = [town.fake.bot._update("text", {"text": text}, "c", "c") for text in ("một", "hai")]
        town.fake.trouble("getUpdates", canned({"ok": True, "result": updates}))
        await town.poll(1)
        assert [heard.text for heard in town.got] == ["một", "hai"]


async def test_long_poll_waits_for_news() -> None:
    """A held poll answers when somebody speaks, or when its time is over."""
    async with bot_town(poll_seconds=30) as town:
        town.fake.bot.hold = True
        task = asyncio.create_task(town.channel.poll(town.accept))
        async with asyncio.timeout(5):
            while town.fake.calls["getUpdates"] < 1:
                await asyncio.sleep(0)
            await town.person.says("chào")
            while not town.got:
                await asyncio.sleep(0)
            while town.fake.calls["getUpdates"] < 3:
                await town.fake.advance(seconds=31)
                await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


async def test_webhook_mode_does_not_poll() -> None:
    """In webhook mode polling returns at once."""
    async with bot_town(mode="webhook", webhook_secret="s" * 8) as town:
        await town.channel.poll(town.accept)
        assert town.fake.calls["getUpdates"] == 0
