"""Delivery when a whole channel is down: few tries, nothing lost, other channels unharmed, all in order after."""

from __future__ import annotations

import asyncio

import pytest

from cases.messages import Address, Fate, Outgoing, Pace, SendResult
from cases.ports import Chat
from scheduler.breaker import Breaker
from scheduler.delivery import Delivery
from storage.work import StoredWork
from tests.scheduler.stage import SENT, Notes, ScriptedSender, Stage, chat_of, delivery

HOUR = 3600.0
DOWN = SendResult(Fate.LATER, "not reached")
LOST = SendResult(Fate.UNKNOWN, "answer lost")


class Outage:
    """A messenger that fails this way between two moments of stage time."""

    def __init__(
        self, stage: Stage, until: float, failure: SendResult | Exception = DOWN, pace: Pace | None = None
    ) -> None:
        self._stage, self._until, self._failure = stage, until, failure
        self.sender = ScriptedSender(self._answer, pace=pace)

    def _answer(self, to: Address, message: Outgoing) -> SendResult | Exception:
        return self._failure if self._stage.time.seconds < self._until else SENT

    @property
    def tries(self) -> int:
        """Sends during the outage."""
        return sum(heard.at < self._until for heard in self.sender.heard)


async def queue(stage: Stage, chats: int, each: int) -> None:
    """Messages `chat.number`, the chats taking turns."""

    def step(unit: StoredWork) -> None:
        partners: list[Chat] = [chat_of(unit, str(n)) for n in range(chats)]
        for number in range(each):
            for chat in partners:
                unit.outbox.say(chat, Outgoing(f"{chat.address.id}.{number}"), f"{chat.address.id}.{number}")

    await stage.office.write(step)


def in_order(sender: ScriptedSender) -> bool:
    """Whether the answered messages of each chat came in the order of writing, each once."""
    reached: dict[str, int] = {}
    for heard in sender.heard:
        if heard.result is SENT:
            chat, number = heard.text.split(".")
            if reached.setdefault(chat, -1) != int(number) - 1:
                return False
            reached[chat] = int(number)
    return True


@pytest.mark.parametrize(
    "failure", [DOWN, LOST, OSError("a mistake in the channel")], ids=["down", "silent", "raising"]
)
async def test_three_hours_down_cost_little_and_lose_nothing(stage: Stage, failure: SendResult | Exception) -> None:
    """With 500 queued the channel is tried about once a minute; after the outage all leave, in order, once each."""
    outage = Outage(stage, 3 * HOUR, failure)
    notes = Notes()
    await queue(stage, 100, 5)
    running = asyncio.ensure_future(delivery(stage, outage.sender, notes=notes).run())
    await stage.play_for(running, 3 * HOUR)
    assert outage.tries < 3 * 60 * 1.1 + 400
    await stage.play_for(running, 300)
    assert (await stage.states(), notes.seen, in_order(outage.sender)) == ({"sent": 500}, [], True)
    await stage.stop(running)


@pytest.mark.slow
async def test_three_days_down_with_five_thousand_queued(stage: Stage) -> None:
    """72 hours down: one probe a minute, then drained at 25 a second within minutes, in order, nothing lost."""
    outage = Outage(stage, 72 * HOUR, pace=Pace(25, 1, 20))
    await queue(stage, 500, 10)
    running = asyncio.ensure_future(delivery(stage, outage.sender).run())
    await stage.play_for(running, 72 * HOUR)
    assert outage.tries < 72 * 60 * 1.1 + 400
    await stage.play_for(running, 300)
    assert (await stage.states(), in_order(outage.sender)) == ({"sent": 5_000}, True)
    await stage.stop(running)


async def test_other_channels_go_on(stage: Stage) -> None:
    """While one channel is down, another delivers at once."""
    outage, well = Outage(stage, HOUR), ScriptedSender(name="other")
    await queue(stage, 20, 1)
    running = asyncio.ensure_future(delivery(stage, outage.sender, well).run())
    await stage.play_for(running, 600)
    await stage.say("an", "hello", channel="other")
    await stage.play_for(running, 1)
    assert [heard.at for heard in well.heard] == [600]
    await stage.stop(running)


async def test_after_an_outage_nothing_waits_longer_than_a_probe(stage: Stage) -> None:
    """However often a message was tried in vain, a minute after the recovery it and newer ones are out."""
    outage = Outage(stage, 4 * HOUR)
    await queue(stage, 6, 1)
    running = asyncio.ensure_future(delivery(stage, outage.sender).run())
    await stage.play_for(running, 4 * HOUR - 1)
    await stage.say("late", "late.0")
    await stage.play_for(running, 62)
    assert (await stage.states())["sent"] == 7
    await stage.stop(running)


async def test_the_operator_is_told_once(stage: Stage) -> None:
    """Five minutes into an outage, one sentence; not again in the same outage."""
    told: list[str] = []

    async def alarm(sentence: str) -> None:
        told.append(sentence)

    outage = Outage(stage, HOUR)
    made = Delivery(
        stage.office, {"fake": outage.sender}, alarm=alarm, monotonic=stage.time.monotonic, sleep=stage.time.sleep
    )
    await queue(stage, 20, 1)
    running = asyncio.ensure_future(made.run())
    await stage.play_for(running, 200)
    assert (told, set(made.down)) == ([], {"fake"})
    await stage.play_for(running, HOUR - 210)
    assert len(told) == 1
    await stage.play_for(running, 80)
    assert (len(told), made.down) == (1, frozenset())
    await stage.stop(running)


async def test_an_alarm_that_fails_stops_nothing(stage: Stage) -> None:
    """When the operator cannot be told, delivery goes on all the same."""

    async def alarm(sentence: str) -> None:
        raise ConnectionError(sentence)

    outage = Outage(stage, HOUR)
    made = Delivery(
        stage.office, {"fake": outage.sender}, alarm=alarm, monotonic=stage.time.monotonic, sleep=stage.time.sleep
    )
    await queue(stage, 20, 1)
    running = asyncio.ensure_future(made.run())
    await stage.play_for(running, HOUR + 90)
    assert await stage.states() == {"sent": 20}
    await stage.stop(running)


async def test_a_drain_does_not_wait_for_a_channel_that_is_down(stage: Stage) -> None:
    """`drain` returns with everything still queued."""
    outage = Outage(stage, HOUR)
    await queue(stage, 30, 2)
    await stage.play(delivery(stage, outage.sender).drain())
    assert (await stage.states(), stage.time.seconds < 5) == ({"queued": 60}, True)


async def test_night_and_quota_answers_are_no_outage(stage: Stage) -> None:
    """Answers that put single messages off for hours do not slow the channel down."""
    night = SendResult(Fate.LATER, "template at night", after=6 * HOUR)
    sender = ScriptedSender(lambda to, message: night if to.id.isdigit() else SENT)
    await queue(stage, 20, 1)
    made = delivery(stage, sender)
    running = asyncio.ensure_future(made.run())
    await stage.play_for(running, 1)
    await stage.say("an", "now")
    await stage.play_for(running, 1)
    assert (sender.texts[-1], made.down) == ("now", frozenset())
    await stage.stop(running)


def test_pauses_double_to_a_minute() -> None:
    """Probes come after 1, 2, 4 … and at most 60 seconds."""
    breaker, now, pauses = Breaker(trip_after=2), 0.0, []
    breaker.bad("a", now)
    breaker.bad("b", now)
    for _ in range(9):
        pauses.append(breaker.wait(now))
        now += pauses[-1]
        breaker.bad("a", now)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_one_chat_alone_opens_no_circuit() -> None:
    """Trouble with a single chat says nothing about the channel."""
    breaker = Breaker()
    assert not any(breaker.bad("a", float(now)) for now in range(50))


def test_an_answer_closes_the_circuit() -> None:
    """Any definite answer means that the messenger is there."""
    breaker = Breaker(trip_after=1)
    breaker.bad("a", 0.0)
    breaker.good()
    assert (breaker.is_open, breaker.wait(0.0)) == (False, 0.0)
