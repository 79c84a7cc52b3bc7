"""Delivery against poison messages, broken rows, a failing database, hanging sends and sudden ends."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Column, Connection, select, update

from cases.messages import Address, Ask, Capabilities, Choice, Fate, Outgoing, SendResult, Template
from scheduler import couriers
from scheduler.delivery import Delivery
from storage.chats import chat
from storage.database import Database, DatabaseFault, Work
from storage.outbox import outbox
from storage.work import Office, StoredWork
from tests.scheduler.stage import SENT, CountedDatabase, Notes, ScriptedSender, Stage, T, delivery

HOUR = 3600.0


def raising_on(text: str) -> ScriptedSender:
    """A channel with a mistake in it that one message meets."""
    return ScriptedSender(lambda to, message: ZeroDivisionError() if message.text == text else SENT)


async def test_a_poison_message_stops_nobody(stage: Stage) -> None:
    """A message on which our own code fails steps aside: its chat and all others go on."""
    sender = raising_on("bad")
    await stage.say("an", "bad", "after")
    await stage.say("binh", "other")
    await stage.play(delivery(stage, sender).drain())
    assert (sorted(sender.texts), await stage.states()) == (["after", "bad", "other"], {"queued": 1, "sent": 2})


async def test_a_poison_message_is_refused_after_five_hours(stage: Stage) -> None:
    """It is tried again every hour, five times, then refused with a note."""
    notes, sender = Notes(), raising_on("bad")
    running = asyncio.ensure_future(delivery(stage, sender, notes=notes).run())
    await stage.say("an", "bad")
    await stage.play_for(running, 8 * HOUR)
    assert [round(heard.at / HOUR) for heard in sender.heard] == [0, 1, 2, 3, 4, 5]
    assert (notes.seen, await stage.states()) == ([("bad", Fate.REFUSED)], {"refused": 1})
    await stage.stop(running)


async def test_new_messages_are_not_held_by_a_poison_one(stage: Stage) -> None:
    """What is said later does not wait behind a message that stepped aside."""
    sender = raising_on("bad")
    made = delivery(stage, sender)
    await stage.say("an", "bad")
    await stage.play(made.drain())
    await stage.say("an", "new")
    await stage.play(made.drain())
    assert sender.texts == ["bad", "new"]


@pytest.mark.parametrize("column", [outbox.c.sealed_body, chat.c.sealed_address], ids=["body", "address"])
async def test_a_row_that_does_not_open_is_refused(stage: Stage, column: Column[bytes]) -> None:
    """A body or address that was tampered with never stops the queue and is never sent."""
    notes, sender = Notes(), ScriptedSender()
    await stage.say("an", "broken")
    await stage.say("binh", "whole")
    await stage.office.write(lambda unit: _spoil_first(unit.connection, column))
    await stage.play(delivery(stage, sender, notes=notes).drain())
    assert (sender.texts, await stage.states()) == (["whole"], {"refused": 1, "sent": 1})
    assert notes.seen == [("", Fate.REFUSED)]


def _spoil_first(connection: Connection, column: Column[bytes]) -> None:
    table = column.table
    first = select(outbox.c.chat_key).order_by(outbox.c.id).limit(1).scalar_subquery()
    mine = table.c.chat_key if table is outbox else table.c.key
    connection.execute(update(table).where(mine == first).values({column: b"\0" * 60}))


async def test_a_message_without_a_chat_is_refused(stage: Stage) -> None:
    """A row whose chat is no more does not stay at the head of the queue for ever."""
    await stage.say("an", "lost")
    await stage.office.write(lambda unit: unit.connection.execute(chat.delete()) and None)
    await stage.play(delivery(stage, ScriptedSender()).drain())
    assert await stage.states() == {"refused": 1}


class Moody(CountedDatabase):
    """A database that takes nothing while `down`."""

    def __init__(self, inner: Database) -> None:
        super().__init__(inner)
        self.down = False

    async def write(self, work: Work[T]) -> T:
        """As the real one, or not at all."""
        if self.down:
            raise DatabaseFault("gone")
        return await super().write(work)


async def test_outcomes_are_kept_while_the_database_is_gone(stage: Stage) -> None:
    """A message sent when the database went away is written down when it is back, and not sent again."""
    database = Moody(stage.database)
    office = Office(database, stage.office.keys, stage.time.clock)
    sender = ScriptedSender()
    sender.latency = lambda: stage.time.sleep(2)
    made = Delivery(office, {"fake": sender}, monotonic=stage.time.monotonic, sleep=stage.time.sleep)
    await stage.say("an", "a")
    running = asyncio.ensure_future(made.run())
    await stage.play_for(running, 1)
    database.down = True
    await stage.play_for(running, 60)
    database.down = False
    await stage.play_for(running, 15)
    assert (sender.texts, await stage.states()) == (["a"], {"sent": 1})
    await stage.stop(running)


async def test_the_next_message_waits_until_the_last_one_is_stored(stage: Stage) -> None:
    """A chat's second message does not leave before it is stored that the first one did; other chats do not wait."""
    database = Moody(stage.database)
    office = Office(database, stage.office.keys, stage.time.clock)
    sender = ScriptedSender()
    made = Delivery(office, {"fake": sender}, monotonic=stage.time.monotonic, sleep=stage.time.sleep)
    sender.latency = lambda: stage.time.sleep(1)
    await stage.say("an", "a", "b")
    await stage.say("binh", "c")
    running = asyncio.ensure_future(made.run())
    await stage.play_for(running, 0.5)
    database.down = True
    await stage.play_for(running, 60)
    assert sorted(sender.texts) == ["a", "c"]
    database.down = False
    await stage.play_for(running, 15)
    assert (sorted(sender.texts), await stage.states()) == (["a", "b", "c"], {"sent": 3})
    await stage.stop(running)


async def test_tries_during_an_outage_do_not_lengthen_later_waits(stage: Stage) -> None:
    """A message that was the probe of a long outage is back within seconds of a short trouble after it."""
    trouble = SendResult(Fate.LATER, "429", after=3)
    answers = [trouble]
    down = SendResult(Fate.LATER, "down")
    script = lambda to, message: down if stage.time.seconds < 5 * HOUR else answers.pop() if answers else SENT  # noqa: E731
    sender = ScriptedSender(script)
    for chat_name in "abcdefgh":
        await stage.say(chat_name, chat_name)
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.play_for(running, 5 * HOUR + 180)
    assert await stage.states() == {"sent": 8}
    await stage.stop(running)


async def test_a_database_gone_at_the_start_is_waited_for(stage: Stage) -> None:
    """Delivery begins by itself once the database answers."""
    database = Moody(stage.database)
    database.down = True
    sender = ScriptedSender()
    made = Delivery(
        Office(database, stage.office.keys, stage.time.clock),
        {"fake": sender},
        monotonic=stage.time.monotonic,
        sleep=stage.time.sleep,
    )
    await stage.say("an", "a")
    running = asyncio.ensure_future(made.run())
    await stage.play_for(running, 20)
    database.down = False
    await stage.play_for(running, 20)
    assert sender.texts == ["a"]
    await stage.stop(running)


async def test_a_send_that_never_ends_is_given_up(stage: Stage) -> None:
    """A channel that hangs on one message gets it once more after its time limit; others are not held up."""
    sender = ScriptedSender()
    hanging = [couriers.SEND_LIMIT * 10]
    sender.latency = lambda: stage.time.sleep(hanging.pop() if hanging else 0.1)
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.say("an", "a")
    await stage.say("binh", "b")
    await stage.play_for(running, couriers.SEND_LIMIT + 70)
    assert (sender.texts, await stage.states()) == (["a", "b", "a"], {"sent": 2})
    await stage.stop(running)


async def test_stopping_lets_sends_on_their_way_arrive(stage: Stage) -> None:
    """On a stop the send under way is written down as sent, and nothing else is begun."""
    sender = ScriptedSender()
    sender.latency = lambda: stage.time.sleep(1)
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.say("an", *"abc")
    await stage.play_for(running, 0.5)
    await stage.stop(running)
    assert (sender.texts, await stage.states()) == (["a"], {"sent": 1, "queued": 2})


async def test_a_stop_that_comes_too_soon_for_a_send_loses_nothing(stage: Stage) -> None:
    """A send that does not end in the time given is given back at once, and sent again before what follows it."""
    sender = ScriptedSender()
    sender.latency = asyncio.Event().wait
    await stage.say("an", *"ab")
    running = asyncio.ensure_future(delivery(stage, sender, grace=0.01).run())
    await stage.play_for(running, 0.5)
    await stage.stop(running)
    assert await stage.states() == {"queued": 2}
    sender.latency = lambda: asyncio.sleep(0)
    await stage.play(delivery(stage, sender).drain())
    assert (sender.texts, await stage.states()) == (["a", "a", "b"], {"sent": 2})


async def test_claims_of_a_dead_process_are_sent_at_the_start(stage: Stage) -> None:
    """Messages claimed by a process that was killed leave first, in order, when the next one starts."""
    await stage.say("an", *"ab")
    await stage.office.write(lambda unit: _claim_and_die(unit.connection))
    sender = ScriptedSender()
    await stage.play(delivery(stage, sender).drain())
    assert sender.texts == ["a", "b"]


def _claim_and_die(connection: Connection) -> None:
    lease = {"state": "claimed", "lease_until": outbox.c.not_before, "attempts": 1}
    connection.execute(update(outbox).values(lease))


async def test_a_slow_answer_of_the_channel_keeps_the_lease(stage: Stage) -> None:
    """Messages in hand whose lease runs out before their turn are given back, and still leave once, in order."""
    sender = ScriptedSender()
    sender.latency = lambda: stage.time.sleep(100)
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.say("an", *"abcdef")
    await stage.play_for(running, 700)
    assert (sender.texts, await stage.states()) == (list("abcdef"), {"sent": 6})
    await stage.stop(running)


async def test_answers_of_the_wrong_fate_do_not_confuse_the_line(stage: Stage) -> None:
    """Many chats, each fate in turn: every message ends as its own answer says."""
    fates = [Fate.SENT, Fate.REFUSED, Fate.GONE, Fate.WINDOW_CLOSED]
    sender = ScriptedSender(lambda to, message: SendResult(fates[int(message.text) % 4]))
    for number in range(80):
        await stage.say(f"chat {number}", str(number))
    await stage.play(delivery(stage, sender).drain())
    assert await stage.states() == {"sent": 20, "refused": 20, "gone": 20, "held": 20}


async def test_one_failing_lane_leaves_the_other_alone(stage: Stage) -> None:
    """A channel object that fails in every way stops neither the other channel nor the loop."""
    broken = ScriptedSender(lambda to, message: OSError(), name="broken")
    well = ScriptedSender(name="well")
    running = asyncio.ensure_future(delivery(stage, broken, well).run())
    for number in range(10):
        await stage.say(str(number), "x", channel="broken")
        await stage.say(str(number), "x", channel="well")
    await stage.play_for(running, 5)
    assert len(well.heard) == 10
    await stage.stop(running)


async def test_texts_of_any_kind_arrive_as_written(stage: Stage) -> None:
    """Unusual characters survive the outbox."""
    text = "Tổ dân phố 5 – “đường” 😀\u202e\u0301\ttab"
    sender = ScriptedSender()
    await stage.say("an", text)
    await stage.play(delivery(stage, sender).drain())
    assert sender.texts == [text]


async def test_address_and_message_types_are_whole(stage: Stage) -> None:
    """Phone, buttons and request survive sealing."""
    seen: list[tuple[Address, Outgoing]] = []

    def script(to: Address, message: Outgoing) -> SendResult:
        seen.append((to, message))
        return SENT

    said = Outgoing("x", (Choice("1", "Một"), Choice("2", "Hai")), Ask.CONTACT, Template("t", (("a", "b"),)))
    stage.office.capabilities = {"fake": Capabilities(1_000, 5, ask_contact=True)}

    def step(unit: StoredWork) -> None:
        partner = unit.chats.load(Address("fake", "an", "84901234567"))
        unit.chats.save(partner)
        unit.outbox.say(partner, said, "k")

    await stage.office.write(step)
    await stage.play(delivery(stage, ScriptedSender(script)).drain())
    assert seen == [(Address("fake", "an", "84901234567"), said)]
