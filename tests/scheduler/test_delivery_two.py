"""Two delivery loops on one database, as two processes have it: no message twice, each chat's in order, leases end."""

from __future__ import annotations

import asyncio
import random

from cases.messages import Fate, Outgoing, SendResult
from scheduler.delivery import Delivery
from storage.outbox_queue import Load, OutboxQueue
from storage.work import StoredWork
from tests.scheduler.stage import SENT, Heard, ScriptedSender, Stage, chat_of

MESSAGES, CHATS = 400, 25


def loop(stage: Stage, sender: ScriptedSender) -> Delivery:
    """A loop that knows it is not alone."""
    sender.now = stage.time.monotonic
    return Delivery(
        stage.office,
        {"fake": sender},
        monotonic=stage.time.monotonic,
        sleep=stage.time.sleep,
        chance=random.Random(1),
        batch=20,
        alone=False,
    )


async def say_many(stage: Stage) -> None:
    """Numbered messages, the chats taking turns."""

    def step(unit: StoredWork) -> None:
        for number in range(MESSAGES):
            unit.outbox.say(chat_of(unit, str(number % CHATS)), Outgoing(str(number)), f"e{number}")

    await stage.office.write(step)


def claim(unit: StoredWork) -> Load:
    """Take messages and never come back."""
    return OutboxQueue(unit.connection, unit.keys, unit.now).claim("fake", 50)


async def test_two_loops_share_the_work(any_stage: Stage) -> None:
    """Every message is sent once, by one of them, and each chat hears its own in order."""
    chance, heard = random.Random(7), list[Heard]()
    senders = [ScriptedSender(), ScriptedSender()]
    for sender in senders:
        sender.heard = heard
        sender.latency = lambda: any_stage.time.sleep(chance.uniform(0.01, 0.3))
    await say_many(any_stage)
    runs = [asyncio.ensure_future(loop(any_stage, sender).run()) for sender in senders]
    await any_stage.play_for(runs[0], 60)
    assert sorted(int(one.text) for one in heard) == list(range(MESSAGES))
    for chat in range(CHATS):
        texts = [int(one.text) for one in heard if one.chat == str(chat)]
        assert texts == sorted(texts)
    for running in runs:
        await any_stage.stop(running)


async def test_what_a_dead_loop_took_is_sent_after_its_lease(any_stage: Stage) -> None:
    """Messages claimed by a process that died go out five minutes later, through the one that lives, in order."""
    sender = ScriptedSender()
    await say_many(any_stage)
    await any_stage.office.write(claim)
    running = asyncio.ensure_future(loop(any_stage, sender).run())
    await any_stage.play_for(running, 200)
    assert len(sender.heard) < MESSAGES
    await any_stage.play_for(running, 200)
    assert sorted(int(one.text) for one in sender.heard) == list(range(MESSAGES))
    await any_stage.stop(running)


async def test_who_slept_through_its_lease_writes_nothing(any_stage: Stage) -> None:
    """A sender that wakes after another took its messages over changes nothing about them."""
    await any_stage.say("an", "a")
    load = await any_stage.office.write(claim)
    any_stage.time.seconds += 600

    def take_over(unit: StoredWork) -> Load:
        queue = OutboxQueue(unit.connection, unit.keys, unit.now)
        assert queue.requeue_stale("fake") == 1
        return queue.claim("fake", 10)

    def late(unit: StoredWork) -> None:
        queue = OutboxQueue(unit.connection, unit.keys, unit.now)
        queue.finish([(load.parcels[0], SendResult(Fate.REFUSED, "late"))])
        queue.give_back(load.parcels)

    await any_stage.office.write(take_over)
    await any_stage.office.write(late)
    assert await any_stage.states() == {"claimed": 1}


async def test_every_fate_is_written_on_each_database(any_stage: Stage) -> None:
    """The statements of each fate work on SQLite and PostgreSQL alike."""
    answers: dict[str, list[SendResult | Exception]] = {
        "sent": [SENT],
        "later": [SendResult(Fate.LATER, "429", after=5), SENT],
        "unknown": [SendResult(Fate.UNKNOWN)] * 2,
        "refused": [SendResult(Fate.REFUSED)],
        "held": [SendResult(Fate.WINDOW_CLOSED)],
        "gone": [SendResult(Fate.GONE)],
        "poison": [ValueError()],
    }
    sender = ScriptedSender(lambda to, message: answers[message.text].pop(0))
    for text in answers:
        await any_stage.say(text, text)
    running = asyncio.ensure_future(loop(any_stage, sender).run())
    await any_stage.play_for(running, 100)
    assert await any_stage.states() == {
        "sent": 2,
        "unknown": 1,
        "refused": 1,
        "held": 1,
        "gone": 1,
        "queued": 1,
    }
    await any_stage.stop(running)
