"""Delivery: what follows from each fate."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from sqlalchemy import select, update

from cases.messages import Address, Fate, Outgoing, SendResult
from scheduler.delivery import Delivery
from storage.outbox import outbox
from storage.outbox_queue import Parcel
from storage.work import StoredWork
from tests.scheduler.stage import (
    REFUSED,
    SENT,
    UNKNOWN,
    Notes,
    ScriptedSender,
    Stage,
    by_text,
    chat_of,
    delivery,
)


async def test_everything_due_is_sent_in_order(stage: Stage) -> None:
    """Messages of one chat leave in the order they were written, and their texts are erased."""
    sender = ScriptedSender()
    await stage.say("an", *"abcdef")
    counts = await stage.play(delivery(stage, sender).drain())
    assert (sender.texts, counts) == (list("abcdef"), {"sent": 6})
    assert (
        await stage.office.read(lambda unit: unit.connection.execute(select(outbox.c.sealed_body)).scalars().all())
        == [None] * 6
    )


async def test_a_first_message_is_sent_as_soon_as_it_is_said(stage: Stage) -> None:
    """A waiting loop is woken by the commit, without waiting for its next look."""
    sender = ScriptedSender()
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.play_for(running, 40)
    await stage.say("an", "a")
    await stage.play_for(running, 0.5)
    assert sender.heard[0].at == 40
    await stage.stop(running)


async def test_later_waits_as_long_as_the_messenger_asks(stage: Stage) -> None:
    """The message and all that follows in its chat wait 30 seconds; other chats go on."""
    answers = [SendResult(Fate.LATER, "429", after=30)]
    sender = ScriptedSender(lambda to, message: answers.pop() if message.text == "a" and answers else SENT)
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.say("an", "a", "b")
    await stage.say("binh", "c")
    await stage.play_for(running, 29)
    assert sender.texts == ["a", "c"]
    await stage.play_for(running, 3)
    assert sender.texts == ["a", "c", "a", "b"]
    await stage.stop(running)


async def test_a_message_said_while_its_chat_waits_stays_behind(stage: Stage) -> None:
    """What is written later to a waiting chat leaves later."""
    answers = [SendResult(Fate.LATER, "429", after=30)]
    sender = ScriptedSender(lambda to, message: answers.pop() if answers else SENT)
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.say("an", "a")
    await stage.play_for(running, 5)
    await stage.say("an", "b")
    await stage.play_for(running, 30)
    assert sender.texts == ["a", "a", "b"]
    await stage.stop(running)


async def test_back_off_doubles_from_two_seconds_to_an_hour(stage: Stage) -> None:
    """Waits between tries grow from about 2 seconds to at most an hour."""
    sender = ScriptedSender(lambda to, message: SendResult(Fate.LATER, "not reached"))
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.say("an", "a")
    await stage.play_for(running, 4 * 3600)
    at = [heard.at for heard in sender.heard]
    waits = [after - before for before, after in pairwise(at)]
    assert 1.6 <= waits[0] <= 2.4
    assert all(0.79 * 2 ** (n + 1) <= wait <= 1.21 * 2 ** (n + 1) for n, wait in enumerate(waits[:9]))
    assert 3000 < max(waits) < 3601
    await stage.stop(running)


async def test_refused_is_final_and_the_next_go_on(stage: Stage) -> None:
    """A message the messenger will never take does not block those behind it."""
    notes, sender = Notes(), by_text(b=REFUSED)
    await stage.say("an", "a", "b", "c")
    await stage.play(delivery(stage, sender, notes=notes).drain())
    assert (sender.texts, notes.seen) == (list("abc"), [("b", Fate.REFUSED)])
    assert await stage.states() == {"sent": 2, "refused": 1}


async def test_unknown_is_tried_once_more_after_a_minute(stage: Stage) -> None:
    """A lost answer means one repetition after 60 seconds, before anything later in the chat."""
    answers = [UNKNOWN]
    sender = ScriptedSender(lambda to, message: answers.pop() if answers else SENT)
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.say("an", "a", "b")
    await stage.play_for(running, 59)
    assert sender.texts == ["a"]
    await stage.play_for(running, 4)
    assert sender.texts == ["a", "a", "b"]
    await stage.stop(running)


async def test_a_second_unknown_is_final(stage: Stage) -> None:
    """After two lost answers the message is given up with a note, and the next goes out."""
    notes, sender = Notes(), by_text(a=UNKNOWN)
    running = asyncio.ensure_future(delivery(stage, sender, notes=notes).run())
    await stage.say("an", "a", "b")
    await stage.play_for(running, 200)
    assert (sender.texts, notes.seen) == (["a", "a", "b"], [("a", Fate.UNKNOWN)])
    await stage.stop(running)


async def test_a_cancelled_message_is_not_sent(stage: Stage) -> None:
    """What was taken back before its turn stays unsaid."""
    sender = ScriptedSender()
    await stage.say("an", "a", case_id="c1", purpose="reminder")
    await stage.say("an", "b", case_id="c1", purpose="notice")
    assert await stage.office.write(lambda unit: unit.outbox.cancel("c1", "reminder")) == 1
    await stage.play(delivery(stage, sender).drain())
    assert sender.texts == ["b"]


async def test_the_same_effect_is_said_once(stage: Stage) -> None:
    """A second message with the same effect key is not queued."""

    def step(unit: StoredWork) -> list[bool]:
        chat = chat_of(unit, "an")
        return [unit.outbox.say(chat, Outgoing("a"), "same") for _ in range(2)]

    assert await stage.office.write(step) == [True, False]


async def test_a_note_that_fails_undoes_no_fate(stage: Stage) -> None:
    """When the case cannot be noted, the messages are settled all the same."""

    def broken(unit: StoredWork, parcel: Parcel, result: SendResult) -> None:
        unit.connection.execute(update(outbox).values(detail="half written"))
        raise KeyError(parcel.case_id)

    made = delivery(stage, by_text(a=REFUSED))
    made.on_undeliverable = broken
    await stage.say("an", "a", "b")
    await stage.play(made.drain())
    assert await stage.states() == {"refused": 1, "sent": 1}


async def test_details_that_a_database_refuses_are_cleaned(stage: Stage) -> None:
    """NUL and lone surrogates in a vendor's words do not undo the group's transaction."""
    sender = by_text(a=SendResult(Fate.REFUSED, "bad\x00\ud800" + "x" * 400))
    await stage.say("an", "a", "b")
    await stage.play(delivery(stage, sender).drain())
    details = await stage.office.read(lambda unit: unit.connection.execute(select(outbox.c.detail)).scalars().all())
    assert details[0] == "bad??" + "x" * 295


async def test_a_full_line_is_served_round_robin(stage: Stage) -> None:
    """A chat with many messages does not hold up a chat with one."""
    sender = ScriptedSender()
    await stage.say("an", *(str(n) for n in range(50)))
    await stage.say("binh", "mine")
    await stage.play(delivery(stage, sender).drain())
    assert sender.texts.index("mine") < 5


async def test_one_batch_only_when_asked(stage: Stage) -> None:
    """`drain(until_idle=False)` takes one batch and leaves the rest queued."""
    sender = ScriptedSender()
    made = Delivery(stage.office, {"fake": sender}, batch=10, monotonic=stage.time.monotonic, sleep=stage.time.sleep)
    for number in range(25):
        await stage.say(str(number), "x")
    assert await stage.play(made.drain(until_idle=False)) == {"sent": 10}


async def test_unknown_channels_and_web_pages_in_a_wake_are_ignored(stage: Stage) -> None:
    """Names that no sender carries wake nobody."""
    delivery(stage, ScriptedSender()).wake({"web:abc", "pigeon"})


async def test_counts_by_channel_and_fate(stage: Stage) -> None:
    """The fates met are counted per channel."""
    made = delivery(stage, by_text(b=REFUSED), ScriptedSender(name="other"))
    await stage.say("an", "a", "b")
    await stage.say("cuc", "c", channel="other")
    await stage.play(made.drain())
    assert made.counts == {"fake": {"sent": 1, "refused": 1}, "other": {"sent": 1}}


async def test_an_address_is_opened_for_its_own_chat(stage: Stage) -> None:
    """Each message reaches the address of its chat."""
    met: list[tuple[Address, str]] = []

    def script(to: Address, message: Outgoing) -> SendResult:
        met.append((to, message.text))
        return SENT

    await stage.say("an", "to an")
    await stage.say("binh", "to binh")
    await stage.play(delivery(stage, ScriptedSender(script)).drain())
    assert met == [(Address("fake", "an"), "to an"), (Address("fake", "binh"), "to binh")]
