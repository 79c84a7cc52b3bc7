"""Delivery to people who block us, stay silent too long for the messenger, and come back."""

from __future__ import annotations

import asyncio

from cases.messages import Fate, Outgoing, Template
from storage.work import StoredWork
from tests.scheduler.stage import (
    CLOSED,
    GONE,
    SENT,
    Notes,
    ScriptedSender,
    Stage,
    by_text,
    chat_of,
    delivery,
)


async def test_gone_stops_the_chat(stage: Stage) -> None:
    """After one answer that the person is gone nothing more is sent there, now or later, and it is noted once."""
    notes, sender = Notes(), by_text(b=GONE)
    await stage.say("an", "a", "b", "c")
    made = delivery(stage, sender, notes=notes)
    await stage.play(made.drain())
    await stage.say("an", "d")
    await stage.play(made.drain())
    assert (sender.texts, notes.seen) == (["a", "b"], [("b", Fate.GONE)])
    assert await stage.states() == {"sent": 1, "gone": 3}


async def test_gone_is_not_believed_when_the_person_wrote_meanwhile(stage: Stage) -> None:
    """Somebody who unblocks us while the refusal is on its way stays reachable, and the message is tried again."""
    answers = [GONE]
    sender = ScriptedSender(lambda to, message: answers.pop() if answers else SENT)
    sender.latency = lambda: stage.time.sleep(2)
    await stage.say("an", "a")
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.play_for(running, 1)
    await stage.office.write(_contacted)
    await stage.play_for(running, 5)
    assert (sender.texts, await stage.states()) == (["a", "a"], {"sent": 1})
    await stage.stop(running)


def _contacted(unit: StoredWork) -> None:
    chat = chat_of(unit, "an")
    chat.last_contact_at = unit.now
    unit.chats.save(chat)


async def test_a_person_gone_before_the_turn_is_not_written_to(stage: Stage) -> None:
    """Messages queued for somebody who left meanwhile end without a send, noted once."""
    notes, sender = Notes(), ScriptedSender()
    await stage.say("an", "a", "b")

    def leave(unit: StoredWork) -> None:
        chat = chat_of(unit, "an")
        chat.reachable = False
        unit.chats.save(chat)

    await stage.office.write(leave)
    await stage.play(delivery(stage, sender, notes=notes).drain())
    assert (sender.texts, notes.seen) == ([], [("a", Fate.GONE)])
    assert await stage.states() == {"gone": 2}


async def test_a_closed_window_holds_until_the_person_writes(stage: Stage) -> None:
    """Held messages leave in order, before newer ones, once the person has written again."""
    open_window: list[bool] = []
    sender = ScriptedSender(lambda to, message: SENT if open_window else CLOSED)
    notes = Notes()
    made = delivery(stage, sender, notes=notes)
    await stage.say("an", "a", "b")
    await stage.play(made.drain())
    assert (sender.texts, await stage.states()) == (["a"], {"held": 2})
    open_window.append(True)
    await stage.office.write(_write_again)
    await stage.play(made.drain())
    assert sender.texts == ["a", "a", "b", "answer"]
    assert notes.seen == [("a", Fate.WINDOW_CLOSED), ("b", Fate.WINDOW_CLOSED)]


def _write_again(unit: StoredWork) -> None:
    chat = chat_of(unit, "an")
    unit.outbox.say(chat, Outgoing("answer"), "answer")
    unit.outbox.release_held(chat, unit.now)


async def test_a_template_may_pass_a_closed_window(stage: Stage) -> None:
    """A message that brings a template is tried though one before it is held."""
    sender = ScriptedSender(lambda to, message: SENT if message.template else CLOSED)

    def step(unit: StoredWork) -> None:
        chat = chat_of(unit, "an")
        unit.outbox.say(chat, Outgoing("plain"), "1")
        unit.outbox.say(chat, Outgoing("paid", template=Template("answered")), "2")

    await stage.office.write(step)
    await stage.play(delivery(stage, sender).drain())
    assert (sender.texts, await stage.states()) == (["plain", "paid"], {"held": 1, "sent": 1})


async def test_a_window_opened_meanwhile_is_used(stage: Stage) -> None:
    """When the person writes while "window closed" is on its way, the message is not held for ever."""
    answers = [CLOSED]
    sender = ScriptedSender(lambda to, message: answers.pop() if answers else SENT)
    sender.latency = lambda: stage.time.sleep(2)
    await stage.say("an", "a")
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.play_for(running, 1)
    await stage.office.write(_contacted)
    await stage.play_for(running, 5)
    assert await stage.states() == {"sent": 1}
    await stage.stop(running)
