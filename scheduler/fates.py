"""What follows from each of the six fates of a message, and how it is written down."""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto

from cases.messages import Fate, SendResult
from storage.outbox_queue import Delay, OutboxQueue, Parcel
from storage.work import StoredWork

BACK_OFF_BASE, BACK_OFF_CAP = 2.0, 3600.0
JITTER = (0.8, 1.2)
UNKNOWN_WAIT = 60.0
UNKNOWN_TRIES = 2  # a message may be repeated once when its answer was lost, never skipped
FAULT_WAIT = 3600.0
FAULT_TRIES = 5  # times a message on which our own code fails is pushed ahead before it is refused

log = logging.getLogger(__name__)

OnUndeliverable = Callable[[StoredWork, Parcel, SendResult], None]
"""Called in the transaction that gives a message up (refused, unknown), holds it (window closed), or ends a chat.

For a chat that is gone it is called once, with the message that met it; everything else queued there ends with it.
"""


class Step(Enum):
    """What happens to the message and its chat."""

    FINAL = auto()
    AGAIN = auto()  # later, the rest of the chat waiting behind it
    ASIDE = auto()  # later, the rest of the chat going on: our own code fails on this one
    HOLD = auto()
    GONE = auto()


@dataclass(slots=True, eq=False)
class Outcome:
    """One send, judged. `delay` in seconds; `behind` are claimed messages of the chat that go back unsent.

    `serving`: the chat's next message waits until this one is stored. `uncounted`: the channel was down, so this try
    does not lengthen the waits after later ones.
    """

    parcel: Parcel
    result: SendResult
    step: Step
    delay: float = 0.0
    unknowns: int = 0
    faults: int = 0
    behind: Sequence[Parcel] = ()
    serving: bool = False
    uncounted: bool = False


class Rules:
    """Decides retries. While the channel as a whole is down nothing counts against a single message."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def judge(self, parcel: Parcel, result: SendResult, down_for: float | None) -> Outcome:
        """`down_for`: seconds until the next probe when the channel is down, else None."""
        match result.fate:
            case Fate.SENT | Fate.REFUSED:
                return Outcome(parcel, result, Step.FINAL)
            case Fate.LATER:
                wait = self.back_off(parcel.attempts) if down_for is None else down_for
                return self._again(parcel, result, max(result.after, wait), uncounted=down_for is not None)
            case Fate.UNKNOWN:
                return self._unknown(parcel, result, down_for)
            case Fate.WINDOW_CLOSED:
                return Outcome(parcel, result, Step.HOLD, 0.0, parcel.unknowns, parcel.faults)
            case Fate.GONE:
                return Outcome(parcel, result, Step.GONE, 0.0, parcel.unknowns, parcel.faults)

    def fault(self, parcel: Parcel, error: Exception, down_for: float | None) -> Outcome:
        """Sending raised, which a channel must never do."""
        detail = f"sending failed: {type(error).__name__}"
        if down_for is not None:
            return self._again(parcel, SendResult(Fate.LATER, detail), max(down_for, UNKNOWN_WAIT), uncounted=True)
        if parcel.faults >= FAULT_TRIES:
            return Outcome(parcel, SendResult(Fate.REFUSED, detail), Step.FINAL)
        result = SendResult(Fate.LATER, detail)
        return Outcome(parcel, result, Step.ASIDE, FAULT_WAIT, parcel.unknowns, parcel.faults + 1)

    def back_off(self, attempts: int) -> float:
        """Seconds before the next try: 2, 4, 8 … at most an hour, each 0.8 to 1.2 of it."""
        wait = BACK_OFF_BASE * 2.0 ** min(attempts - 1, 20)
        return min(BACK_OFF_CAP, wait * self._chance.uniform(*JITTER))

    def _unknown(self, parcel: Parcel, result: SendResult, down_for: float | None) -> Outcome:
        if down_for is not None:
            return self._again(parcel, result, max(down_for, UNKNOWN_WAIT), uncounted=True)
        if parcel.unknowns + 1 >= UNKNOWN_TRIES:
            return Outcome(parcel, result, Step.FINAL)
        again = self._again(parcel, result, max(result.after, UNKNOWN_WAIT))
        again.unknowns += 1
        return again

    def _again(self, parcel: Parcel, result: SendResult, delay: float, *, uncounted: bool = False) -> Outcome:
        return Outcome(parcel, result, Step.AGAIN, delay, parcel.unknowns, parcel.faults, uncounted=uncounted)


@dataclass(slots=True)
class Page:
    """What one transaction is to write."""

    outcomes: list[Outcome] = field(default_factory=list)
    unsent: list[Parcel] = field(default_factory=list)
    abandoned: list[Parcel] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.outcomes or self.unsent or self.abandoned)


def write_page(
    unit: StoredWork, queue: OutboxQueue, page: Page, on_undeliverable: OnUndeliverable | None
) -> Counter[str]:
    """Write down what became of these messages; returns how many met each fate."""
    todo: dict[Step, list[Outcome]] = {step: [] for step in Step}
    for outcome in page.outcomes:
        todo[outcome.step].append(outcome)
    _return_contacted(queue, todo)
    queue.give_back(page.unsent)
    queue.give_back(page.abandoned, tried=True)
    queue.give_back([parcel for outcome in page.outcomes for parcel in outcome.behind])
    queue.finish((one.parcel, one.result) for one in todo[Step.FINAL] + todo[Step.GONE])
    for one in todo[Step.GONE]:
        queue.chat_gone(one.parcel.chat_key, one.result.detail)
    queue.hold((one.parcel, one.result) for one in todo[Step.HOLD])
    queue.push_aside([_delay(unit, one) for one in todo[Step.ASIDE]])
    queue.postpone([_delay(unit, one) for one in todo[Step.AGAIN]])
    failed = [one for one in todo[Step.FINAL] if one.result.fate is not Fate.SENT] + todo[Step.GONE] + todo[Step.HOLD]
    _tell(unit, [(one.parcel, one.result) for one in failed], on_undeliverable)
    return Counter(one.result.fate.value for one in page.outcomes)


def write_unsent(
    unit: StoredWork,
    queue: OutboxQueue,
    settled: Sequence[tuple[Parcel, SendResult]],
    on_undeliverable: OnUndeliverable | None,
) -> Counter[str]:
    """Write down messages that a claim found not worth sending: unreadable ones, and those of people gone."""
    queue.finish(settled)
    gone = {parcel.chat_key: (parcel, result) for parcel, result in reversed(settled) if result.fate is Fate.GONE}
    for chat_key, (_, result) in sorted(gone.items()):
        queue.chat_gone(chat_key, result.detail)
    unreadable = [pair for pair in settled if pair[1].fate is not Fate.GONE]
    _tell(unit, [*unreadable, *gone.values()], on_undeliverable)
    return Counter(result.fate.value for _, result in settled)


def _return_contacted(queue: OutboxQueue, todo: dict[Step, list[Outcome]]) -> None:
    """Who wrote to us while the answer was on its way has lifted the block and opened the window: try again."""
    for step in (Step.HOLD, Step.GONE):
        contacted = [one for one in todo[step] if queue.wrote_since(one.parcel.chat_key, one.parcel.claimed_at)]
        todo[step] = [one for one in todo[step] if one not in contacted]
        todo[Step.AGAIN] += contacted


def _delay(unit: StoredWork, outcome: Outcome) -> Delay:
    until = unit.now + timedelta(seconds=outcome.delay)
    return Delay(outcome.parcel, outcome.result.detail, until, outcome.unknowns, outcome.faults, outcome.uncounted)


def _tell(
    unit: StoredWork, undelivered: Sequence[tuple[Parcel, SendResult]], on_undeliverable: OnUndeliverable | None
) -> None:
    if on_undeliverable is None:
        return
    for parcel, result in undelivered:
        try:
            with unit.connection.begin_nested():
                on_undeliverable(unit, parcel, result)
        except Exception:  # a case that cannot be noted must not undo the fates of the other messages
            log.exception("could not note that message %d was not delivered", parcel.id)
