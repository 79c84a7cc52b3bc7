"""Delivery against an oracle: random fates, delays and restarts; nothing lost, nothing early, nothing out of order."""

from __future__ import annotations

import asyncio
import os
import random
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from sqlalchemy import select

from cases.messages import Address, Fate, Outgoing, Pace, SendResult
from storage.outbox import outbox
from storage.work import StoredWork
from tests.scheduler.stage import Heard, ScriptedSender, Stage, chat_of, delivery

CHATS, MESSAGES = 40, 1_000
SEEDS = range(40 if os.environ.get("HOIAM_SOAK") else 2)


@dataclass
class Messenger:
    """Answers at random and remembers when each answer was given; `open_at` is when a shut window opens."""

    chance: random.Random
    stage: Stage
    answered: list[tuple[float, Heard]] = field(default_factory=list)

    def script(self, to: Address, message: Outgoing) -> SendResult | Exception:
        """One of the six fates, or a mistake."""
        draw = self.chance.random()
        if draw < 0.20:
            return SendResult(Fate.LATER, "429", after=float(self.chance.randint(0, 120)))
        if draw < 0.25:
            return SendResult(Fate.UNKNOWN, "time-out")
        if draw < 0.265:
            return SendResult(Fate.GONE, "blocked")
        if draw < 0.285:
            return SendResult(Fate.REFUSED, "400")
        if draw < 0.295:
            return SendResult(Fate.WINDOW_CLOSED, "shut")
        if draw < 0.30:
            return ValueError("mistake")
        return SendResult(Fate.SENT)

    async def latency(self) -> None:
        """Up to two seconds."""
        await self.stage.time.sleep(self.chance.uniform(0, 2))


async def scene(stage: Stage, seed: int, pace: Pace | None = None, restarts: int = 3) -> ScriptedSender:
    """A thousand messages said over some minutes, with restarts, then time until all is settled or held."""
    chance = random.Random(seed)
    messenger = Messenger(chance, stage)
    sender = ScriptedSender(messenger.script, pace=pace)
    sender.latency = messenger.latency
    said = 0
    for _ in range(restarts):
        running = asyncio.ensure_future(delivery(stage, sender).run())
        while said < MESSAGES and chance.random() > 0.04:
            said += await _say_some(stage, chance, said)
            await stage.play_for(running, chance.uniform(0, 10))
        await stage.stop(running)
    while said < MESSAGES:
        said += await _say_some(stage, chance, said)
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.play_for(running, 8 * 3600)
    await stage.stop(running)
    return sender


async def _say_some(stage: Stage, chance: random.Random, first: int) -> int:
    several = min(chance.randint(1, 30), MESSAGES - first)

    def step(unit: StoredWork) -> None:
        for number in range(first, first + several):
            unit.outbox.say(chat_of(unit, f"chat {chance.randrange(CHATS)}"), Outgoing(str(number)), f"e{number}")

    await stage.office.write(step)
    return several


async def ends(stage: Stage) -> dict[str, str]:
    """The final state of each message, by its text."""
    rows = await stage.office.read(
        lambda unit: unit.connection.execute(select(outbox.c.effect_key, outbox.c.state)).all()
    )
    return {key.removeprefix("e"): state for key, state in rows}


def by_chat(sender: ScriptedSender) -> dict[str, list[Heard]]:
    """What each chat heard, in order."""
    heard: dict[str, list[Heard]] = defaultdict(list)
    for one in sender.heard:
        heard[one.chat].append(one)
    return heard


def check_ends(sender: ScriptedSender, found: dict[str, str]) -> None:
    """Nothing is lost: every message ended as its last answer says, or with its chat."""
    assert len(found) == MESSAGES
    last = {heard.text: heard.result for heard in sender.heard}
    for text, state in found.items():
        answer = last.get(text)
        fate = answer.fate.value if isinstance(answer, SendResult) else "none"
        assert state in (fate, "gone") or (state == "held" and fate in ("window_closed", "none")), (text, state, answer)
    assert not {"queued", "claimed"} & set(found.values())


def check_waits(heard: list[Heard]) -> None:
    """Nothing is sent to a chat before the time it asked for, and nothing after it was gone."""
    not_before, gone = 0.0, False
    for one in heard:
        assert not gone
        assert one.at >= not_before - 1e-6, one
        if isinstance(one.result, SendResult):
            gone = one.result.fate is Fate.GONE
            if one.result.fate is Fate.LATER:
                not_before = one.at + one.result.after


def check_order(heard: list[Heard]) -> None:
    """A message is tried only when all earlier ones of its chat are settled, held, or pushed aside as poison."""
    open_texts: dict[int, None] = {}
    aside: set[int] = set()
    highest = -1
    for one in heard:
        number = int(one.text)
        if number not in aside:
            assert number >= highest, one
            assert not [text for text in open_texts if text < number and text not in aside], one
            highest = max(highest, number)
        open_texts[number] = None
        if isinstance(one.result, Exception):
            aside.add(number)
        elif one.result.fate not in (Fate.LATER, Fate.UNKNOWN):
            del open_texts[number]
        elif one.result.fate is Fate.UNKNOWN and sum(h.text == one.text for h in heard) >= 2:
            open_texts.pop(number, None)


def check_repeats(heard: list[Heard]) -> None:
    """A message answered for good is never sent again."""
    settled: set[str] = set()
    for one in heard:
        assert one.text not in settled, one
        if isinstance(one.result, SendResult) and one.result.fate in (Fate.SENT, Fate.REFUSED, Fate.GONE):
            settled.add(one.text)


@pytest.mark.parametrize("seed", SEEDS)
async def test_random_fates_lose_nothing_and_keep_order(stage: Stage, seed: int) -> None:
    """1,000 messages to 40 chats with random fates and three restarts, compared with what each answer demands."""
    sender = await scene(stage, seed)
    check_ends(sender, await ends(stage))
    for heard in by_chat(sender).values():
        check_waits(heard)
        check_order(heard)
        check_repeats(heard)
    met = {one.result.fate if isinstance(one.result, SendResult) else None for one in sender.heard}
    assert met == {*Fate, None}


@pytest.mark.parametrize("seed", SEEDS[:1])
async def test_random_fates_within_a_pace(stage: Stage, seed: int) -> None:
    """The same in one life with Telegram's limits: order, waits and pace hold together."""
    sender = await scene(stage, seed, Pace(25, 1, 20), restarts=0)
    check_ends(sender, await ends(stage))
    for heard in by_chat(sender).values():
        check_waits(heard)
        check_order(heard)
        times = [one.at for one in heard]
        assert all(after - before >= 1 for before, after in pairwise(times))
