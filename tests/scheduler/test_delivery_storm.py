"""A messenger away for three days with thousands queued, and out of sorts when it comes back."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pytest

from cases.messages import Address, Fate, Outgoing, Pace, SendResult
from storage.work import StoredWork
from tests.faults.scale import SOAK, times
from tests.scheduler.stage import ScriptedSender, Stage, chat_of, delivery
from tests.scheduler.test_delivery_random import by_chat, check_waits

HOUR = 3600.0
DOWN_FOR = times(8, 72) * HOUR
CHATS, EACH = times(50, 500), 10
QUEUED = CHATS * EACH
DRAINED_WITHIN = 30 * 60.0


@dataclass
class Moody:
    """Down until `back_at`; then a fifth 429, some accepted without an answer, some blocked, refused, or answered by a
    proxy's page, some connections reset. `accepted` are the texts that people really got."""

    chance: random.Random
    stage: Stage
    accepted: list[tuple[str, str]] = field(default_factory=list)
    unanswered: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    def script(self, to: Address, message: Outgoing) -> SendResult:
        """One answer."""
        result = self._answer(to, message)
        self.answers[result.detail or "ok"] += 1
        return result

    def _answer(self, to: Address, message: Outgoing) -> SendResult:
        if self.stage.time.seconds < DOWN_FOR:
            return SendResult(Fate.LATER, "down")
        draw = self.chance.random()
        if draw < 0.20:
            return SendResult(Fate.LATER, "429", after=float(self.chance.randint(1, 120)))
        if draw < 0.25:
            self.unanswered += 1
            self.accepted.append((to.id, message.text))
            return SendResult(Fate.UNKNOWN, "no answer")
        if draw < 0.27:
            return SendResult(Fate.GONE, "403")
        if draw < 0.29:
            return SendResult(Fate.REFUSED, "400")
        if draw < 0.30:
            return SendResult(Fate.LATER, "502 with a page")
        if draw < 0.32:
            return SendResult(Fate.LATER, "reset before it was sent")
        self.accepted.append((to.id, message.text))
        return SendResult(Fate.SENT)


async def queue(stage: Stage) -> None:
    """Numbered messages, the chats taking turns."""

    def step(unit: StoredWork) -> None:
        partners = [chat_of(unit, f"chat {n}") for n in range(CHATS)]
        for number in range(QUEUED):
            unit.outbox.say(partners[number % CHATS], Outgoing(str(number)), f"e{number}")

    await stage.office.write(step)


@pytest.mark.parametrize("seed", range(times(2, 5)))
async def test_three_days_away_and_a_storm_after(stage: Stage, seed: int) -> None:
    """Nothing is lost, early, out of order or sent to who blocked us; all is out within half an hour of the return."""
    moody = Moody(random.Random(seed), stage)
    sender = ScriptedSender(moody.script, pace=Pace(25, 1, 20))
    await queue(stage)
    running = asyncio.ensure_future(delivery(stage, sender).run())
    await stage.play_for(running, DOWN_FOR)
    probes = len(sender.heard)
    await stage.play_for(running, DRAINED_WITHIN)
    states = Counter(await stage.states())
    await stage.stop(running)
    print(f"\n{states} after {probes} probes; {dict(moody.answers)}")
    assert states.total() == QUEUED
    assert set(states) <= {"sent", "refused", "gone", "unknown"}, "not drained"
    for heard in by_chat(sender).values():
        check_waits(heard)
    check_people(moody, states)


def check_people(moody: Moody, states: Counter[str]) -> None:
    """Everybody got theirs in order, and no more repetitions than answers that were lost."""
    got: dict[str, list[int]] = defaultdict(list)
    for chat, text in moody.accepted:
        got[chat].append(int(text))
    first = {chat: list(dict.fromkeys(numbers)) for chat, numbers in got.items()}
    assert all(numbers == sorted(numbers) for numbers in first.values())
    repeats = sum(map(len, got.values())) - sum(map(len, first.values()))
    assert repeats <= moody.unanswered
    assert sum(map(len, first.values())) >= states["sent"]
    assert not SOAK or moody.answers["down"] < DOWN_FOR / 60 * 1.1 + 400
