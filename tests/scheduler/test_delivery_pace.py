"""Delivery keeps the pace of its channel, and does not let one chat's pace hold up the others."""

from __future__ import annotations

import asyncio

from cases.messages import Pace
from tests.scheduler.stage import ScriptedSender, Stage, delivery
from tests.scheduler.test_delivery_outage import in_order, queue
from tests.scheduler.test_pacing import worst

TELEGRAM = Pace(25, 1, 20)


async def test_a_notice_to_many_leaves_at_the_allowed_rate(stage: Stage) -> None:
    """1,500 messages to 500 chats at 25 a second: never more in any second, and done in little over a minute."""
    sender = ScriptedSender(pace=TELEGRAM)
    sender.latency = lambda: stage.time.sleep(0.02)
    await queue(stage, 500, 3)
    await stage.play(delivery(stage, sender).drain())
    times = [heard.at for heard in sender.heard]
    assert worst(times, 1.0) <= 25
    assert len(times) / (times[-1] - times[0]) >= 0.95 * 25
    assert in_order(sender)


async def test_each_chat_is_written_to_once_a_second(stage: Stage) -> None:
    """Twenty messages to one chat take twenty seconds, one second apart."""
    sender = ScriptedSender(pace=TELEGRAM)
    await stage.say("an", *(str(n) for n in range(20)))
    await stage.play(delivery(stage, sender).drain())
    times = [heard.at for heard in sender.heard]
    assert worst(times, 1.0) == 1
    assert 19 <= times[-1] - times[0] <= 20


async def test_a_group_waits_for_its_minute_and_nobody_else_does(stage: Stage) -> None:
    """A staff group with fifty notices gets twenty a minute; a resident's message goes out at once."""
    sender = ScriptedSender(pace=TELEGRAM)
    await stage.say("-100", *(f"notice {n}" for n in range(50)))
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.play_for(running, 30)
    await stage.say("an", "reply")
    await stage.play_for(running, 120)
    group = [heard.at for heard in sender.heard if heard.chat == "-100"]
    assert worst(group, 60.0) <= 20
    assert len(group) == 50
    assert 30 <= next(heard.at for heard in sender.heard if heard.chat == "an") <= 30.1
    await stage.stop(running)


async def test_a_paced_queue_can_still_be_cancelled(stage: Stage) -> None:
    """Only what leaves within seconds is in hand: the rest of a long queue is taken back when no longer true."""
    sender = ScriptedSender(pace=Pace(1))
    for number in range(200):
        await stage.say(str(number), "x", case_id="c", purpose="notice")
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.play_for(running, 5)
    assert await stage.office.write(lambda unit: unit.outbox.cancel("c", "notice")) >= 170
    await stage.stop(running)


async def test_thirty_two_residents_with_slow_answers_wait_for_the_round_trip_only(stage: Stage) -> None:
    """With 50 ms to the messenger, 32 chats of five messages take five round trips and little more."""
    sender = ScriptedSender()
    sender.latency = lambda: stage.time.sleep(0.05)
    await queue(stage, 32, 5)
    await stage.play(delivery(stage, sender).drain())
    assert max(heard.at for heard in sender.heard) + 0.05 <= 0.25 / 0.95
