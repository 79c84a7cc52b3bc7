"""Answers somebody waits for: claimed in the transaction that says them, where this process delivers alone."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from cases.messages import Outgoing
from scheduler.delivery import Delivery
from storage.work import StoredWork
from tests.scheduler.stage import ScriptedSender, Stage, chat_of, delivery


def hurried(stage: Stage, *senders: ScriptedSender) -> Delivery:
    """Delivery that is also the office's courier, as in the composition root."""
    made = delivery(stage, *senders)
    stage.office.courier = made
    return made


async def answer(stage: Stage, *texts: str) -> None:
    """Say these in one urgent transaction."""

    def step(unit: StoredWork) -> None:
        for text in texts:
            unit.outbox.say(chat_of(unit, "an"), Outgoing(text), f"now:{text}")

    await stage.office.write(step, urgent=True)


async def test_an_urgent_answer_needs_no_claim_of_its_own(stage: Stage) -> None:
    """Two transactions in all: the one that says it, and the one that writes down that it was sent."""
    sender = ScriptedSender()
    running = asyncio.ensure_future(hurried(stage, sender).run())
    await stage.play_for(running, 1)
    before = stage.database.writes
    await stage.play(answer(stage, "a"))
    await stage.play_for(running, 1)
    assert (sender.texts, stage.database.writes - before, await stage.states()) == (["a"], 2, {"sent": 1})
    await stage.stop(running)


async def test_urgent_answers_keep_their_order_behind_what_is_on_its_way(stage: Stage) -> None:
    """What is said while the chat's last message is being sent waits for it."""
    sender = ScriptedSender()
    sender.latency = partial(stage.time.sleep, 3)
    running = asyncio.ensure_future(hurried(stage, sender).run())
    await stage.play_for(running, 1)
    await stage.play(answer(stage, "a", "b"))
    await stage.play(answer(stage, "c"))
    await stage.play_for(running, 12)
    assert (sender.texts, await stage.states()) == (["a", "b", "c"], {"sent": 3})
    await stage.stop(running)


async def test_nothing_is_claimed_while_nobody_delivers(stage: Stage) -> None:
    """Before the loop runs the message waits in the queue like any other."""
    sender = ScriptedSender()
    made = hurried(stage, sender)
    await answer(stage, "a")
    assert await stage.states() == {"queued": 1}
    await stage.play(made.drain())
    assert sender.texts == ["a"]


async def test_an_undone_transaction_hands_nothing_over(stage: Stage) -> None:
    """An answer whose transaction fails is neither stored nor sent."""
    sender = ScriptedSender()
    running = asyncio.ensure_future(hurried(stage, sender).run())
    await stage.play_for(running, 1)

    def broken(unit: StoredWork) -> None:
        unit.outbox.say(chat_of(unit, "an"), Outgoing("a"), "e")
        raise ValueError

    with pytest.raises(ValueError):
        await stage.play(stage.office.write(broken, urgent=True))
    await stage.play_for(running, 40)
    assert (sender.texts, await stage.states()) == ([], {})
    await stage.stop(running)
