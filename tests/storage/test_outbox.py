"""The outbox table: order whatever the clock does, claims that cost the same however long the queue is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, event, select

from bot.clock import SteppedClock
from cases.messages import Address, Outgoing, SendResult
from cases.messages import Fate as F
from cases.ports import Chat
from storage.outbox import outbox
from storage.outbox_queue import Delay, Load, OutboxQueue, Parcel
from storage.work import Office, StoredWork

# Rows handed over as JSON, and the count of what waits, which reads its own index.
HARMLESS = ("json_each VIRTUAL TABLE INDEX 1:", "USING INDEX ix_outbox_queue", "USING INDEX ix_outbox_claimed")
Step = Callable[[StoredWork], object]


def chat_of(unit: StoredWork, name: str) -> Chat:
    """The chat with this id, stored."""
    chat = unit.chats.load(Address("fake", name))
    if chat.fresh:
        unit.chats.save(chat)
    return chat


def queue_of(unit: StoredWork) -> OutboxQueue:
    """The delivery loop's side."""
    return OutboxQueue(unit.connection, unit.keys, unit.now)


def saying(chat: str, *texts: str, purpose: str = "reply", case_id: str = "") -> Step:
    """Queue these; the text is the effect key too."""

    def step(unit: StoredWork) -> None:
        for words in texts:
            unit.outbox.say(chat_of(unit, chat), Outgoing(words), words, case_id=case_id, purpose=purpose)

    return step


def claiming(most: int = 100, per_chat: int | None = None) -> Callable[[StoredWork], list[Parcel]]:
    """Claim and tell what was taken."""
    return lambda unit: queue_of(unit).claim("fake", most, per_chat).parcels


def texts(parcels: list[Parcel]) -> list[str]:
    """What these say."""
    return [parcel.message.text for parcel in parcels]


async def test_claims_come_in_order_of_writing(any_office: Office) -> None:
    """Oldest first, over all chats."""
    for number in range(6):
        await any_office.write(saying(f"chat {number % 2}", str(number)))
    assert texts(await any_office.write(claiming())) == list("012345")


async def test_a_chat_is_never_split_between_two_claims(any_office: Office) -> None:
    """What follows a claimed message waits until that one is settled."""
    await any_office.write(saying("an", "a", "b"))
    first = await any_office.write(claiming(1))
    assert texts(await any_office.write(claiming())) == []
    await any_office.write(lambda unit: queue_of(unit).finish([(first[0], SendResult(F.SENT))]))
    assert texts(await any_office.write(claiming())) == ["b"]


async def test_a_clock_set_back_does_not_reorder_a_chat(any_office: Office, clock: SteppedClock) -> None:
    """A message said after the clock went back an hour does not overtake the one before it."""
    await any_office.write(saying("an", "before"))
    clock.move(hours=-1)
    await any_office.write(saying("an", "after"))
    assert texts(await any_office.write(claiming())) == []
    clock.move(hours=1)
    assert texts(await any_office.write(claiming())) == ["before", "after"]


async def test_a_postponed_message_holds_those_behind_it(any_office: Office, clock: SteppedClock) -> None:
    """After a delay the chat's messages leave together, the postponed one first; a newer one last."""
    await any_office.write(saying("an", "a", "b"))
    parcel = (await any_office.write(claiming(1)))[0]
    await any_office.write(postponing(parcel, clock() + timedelta(seconds=30)))
    await any_office.write(saying("an", "c"))
    assert texts(await any_office.write(claiming())) == []
    clock.move(seconds=30)
    assert texts(await any_office.write(claiming())) == ["a", "b", "c"]


def postponing(parcel: Parcel, until: datetime) -> Step:
    """Try this one later."""
    return lambda unit: queue_of(unit).postpone([Delay(parcel, "429", until, 0, 0)])


async def test_a_row_written_past_the_delay_still_waits(any_office: Office, clock: SteppedClock) -> None:
    """A row that another transaction wrote without knowing of the delay is not claimed before, nor out of order."""
    await any_office.write(saying("an", "a", "b"))
    parcel = (await any_office.write(claiming(1)))[0]
    await any_office.write(postponing(parcel, clock() + timedelta(seconds=30)))
    early = outbox.update().where(outbox.c.effect_key == "b").values(not_before=clock() - timedelta(seconds=5))
    await any_office.write(lambda unit: unit.connection.execute(early).rowcount)
    assert texts(await any_office.write(claiming())) == []
    clock.move(seconds=30)
    assert texts(await any_office.write(claiming())) == ["a", "b"]


async def test_at_most_so_many_of_one_chat(any_office: Office) -> None:
    """A claim bounded per chat leaves the rest of a long chat and takes the others'."""
    await any_office.write(saying("an", "a", "b", "c"))
    await any_office.write(saying("binh", "d"))
    assert texts(await any_office.write(claiming(per_chat=2))) == ["a", "b", "d"]


async def test_given_back_messages_keep_their_place(any_office: Office) -> None:
    """Returned unsent, a message is claimed again before what was said since, and no try is counted."""
    await any_office.write(saying("an", "a", "b"))
    taken = await any_office.write(claiming())
    await any_office.write(lambda unit: queue_of(unit).give_back(taken))
    await any_office.write(saying("an", "c"))
    again = await any_office.write(claiming())
    assert (texts(again), again[0].attempts) == (["a", "b", "c"], 1)


async def test_held_messages_go_before_newer_ones(any_office: Office) -> None:
    """On the next contact the held message is due first, then what was queued since."""
    await any_office.write(saying("an", "held"))
    taken = await any_office.write(claiming())
    await any_office.write(lambda unit: queue_of(unit).hold([(taken[0], SendResult(F.WINDOW_CLOSED))]))
    await any_office.write(saying("an", "newer"))
    released = await any_office.write(lambda unit: unit.outbox.release_held(chat_of(unit, "an"), unit.now))
    assert (released, texts(await any_office.write(claiming()))) == (1, ["held", "newer"])


async def test_released_messages_wake_the_channel(office: Office) -> None:
    """Delivery hears at once that held messages may go."""
    woken: list[set[str]] = []
    await office.write(saying("an", "a"))
    taken = await office.write(claiming())
    await office.write(lambda unit: queue_of(unit).hold([(taken[0], SendResult(F.WINDOW_CLOSED))]))
    office.on_woken = woken.append
    await office.write(lambda unit: unit.outbox.release_held(chat_of(unit, "an"), unit.now))
    assert woken == [{"fake"}]


async def test_cancelling_takes_back_what_waits(any_office: Office) -> None:
    """Queued messages of the purpose are taken back; claimed and other ones are not."""
    await any_office.write(saying("an", "sent", purpose="reminder", case_id="c"))
    await any_office.write(claiming())
    await any_office.write(saying("an", "waiting", purpose="reminder", case_id="c"))
    await any_office.write(saying("an", "other", purpose="reply", case_id="c"))
    assert await any_office.write(lambda unit: unit.outbox.cancel("c", "reminder")) == 1
    assert await any_office.read(lambda unit: unit.outbox.counts()) == {"claimed": 1, "queued": 1}


async def test_nobody_is_written_to_who_is_gone(any_office: Office) -> None:
    """A message to an unreachable chat is settled at once, without its text."""

    def step(unit: StoredWork) -> object:
        chat = chat_of(unit, "an")
        chat.reachable = False
        unit.outbox.say(chat, Outgoing("secret"), "k")
        return unit.connection.execute(select(outbox.c.state, outbox.c.sealed_body)).one()

    assert await any_office.write(step) == ("gone", None)


async def test_next_due_is_the_earliest_waiting(any_office: Office, clock: SteppedClock) -> None:
    """The loop knows when to look again, per channel."""
    await any_office.write(saying("an", "a"))
    assert await any_office.write(lambda unit: queue_of(unit).next_due("fake")) == clock()
    assert await any_office.write(lambda unit: queue_of(unit).next_due("other")) is None


async def test_only_late_leases_are_taken_back(any_office: Office, clock: SteppedClock) -> None:
    """Another process's live claim is respected; after its lease it is not."""
    await any_office.write(saying("an", "a"))
    await any_office.write(claiming())
    assert await any_office.write(lambda unit: queue_of(unit).requeue_stale("fake")) == 0
    clock.move(minutes=6)
    assert await any_office.write(lambda unit: queue_of(unit).requeue_stale("fake")) == 1


async def test_queue_queries_use_their_indexes(office: Office) -> None:
    """No statement of the delivery loop reads the whole table."""
    await office.write(saying("an", "a", "b", "c", "d"))
    seen: list[tuple[str, object]] = []

    def note(connection: Connection, cursor: object, statement: str, parameters: object, *_: object) -> None:
        seen.append((statement, parameters))

    def work(unit: StoredWork) -> None:
        event.listen(unit.connection, "before_cursor_execute", note)
        loop_once(unit)
        event.remove(unit.connection, "before_cursor_execute", note)
        for statement, parameters in seen:
            assert_indexed(unit.connection, statement, parameters)

    await office.write(work)
    assert len(seen) > 10


def loop_once(unit: StoredWork) -> Load:
    """Every statement of the delivery loop."""
    queue = queue_of(unit)
    load = queue.claim("fake", 4)
    first, second, third, fourth = load.parcels
    queue.finish([(first, SendResult(F.SENT))])
    queue.give_back([second])
    queue.hold([(third, SendResult(F.WINDOW_CLOSED))])
    queue.postpone([Delay(fourth, "", unit.now, 0, 0)])
    queue.next_due("fake")
    queue.requeue_stale("fake")
    queue.requeue_stale("fake", everything=True)
    queue.wrote_since(first.chat_key, unit.now)
    unit.outbox.release_held(chat_of(unit, "an"), unit.now)
    unit.outbox.counts()
    queue.chat_gone(first.chat_key, "")
    return load


def assert_indexed(connection: Connection, statement: str, parameters: object) -> None:
    """SQLite's plan names no scan of a table."""
    if statement.startswith(("SAVEPOINT", "RELEASE")):
        return
    values = parameters[0] if isinstance(parameters, list) else parameters
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
    scans = [step for *_, step in plan if step.startswith("SCAN")]
    assert all(step.endswith(HARMLESS) for step in scans), (statement, scans)


async def test_a_claim_costs_the_same_in_a_longer_queue(office: Office) -> None:
    """SQLite executes as many instructions for a claim of 200 from 500 queued messages as from 8,000."""
    await office.write(queueing(0, 500))
    short = await office.write(_steps_of_a_claim)
    await office.write(queueing(500, 8_000))
    long = await office.write(_steps_of_a_claim)
    assert long == pytest.approx(short, rel=0.05)


def queueing(first: int, last: int) -> Step:
    """Messages to 500 chats in turn."""

    def step(unit: StoredWork) -> None:
        for number in range(first, last):
            unit.outbox.say(chat_of(unit, str(number % 500)), Outgoing("x"), str(number))

    return step


def _steps_of_a_claim(unit: StoredWork) -> int:
    """In hundreds of instructions."""
    ticks = [0]

    def tick() -> int:
        ticks[0] += 1
        return 0

    driver = unit.connection.connection.driver_connection
    assert driver is not None
    driver.set_progress_handler(tick, 100)
    load = queue_of(unit).claim("fake", 200)
    driver.set_progress_handler(None, 100)
    assert len(load.parcels) == 200
    queue_of(unit).give_back(load.parcels)
    return ticks[0]
