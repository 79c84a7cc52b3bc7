"""Those who carry: a pool of senders that take one message after another, each chat's in order, and say how it went.

A chat's next message leaves only once what became of the one before is stored: after a crash nobody hears more than one
message twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from cases.messages import Address, Fate, Outgoing, Pace, SendResult
from scheduler.breaker import ABOUT_ONE_MESSAGE, Breaker
from scheduler.fates import Outcome, Page, Rules, Step
from scheduler.line import Line
from scheduler.pacing import Pacer, Turn
from scheduler.timer import Monotonic, Sleep, Timer
from storage.outbox_queue import LEASE, Parcel

SEND_LIMIT = 120.0  # seconds; channels give up long before
START_WITHIN = LEASE.total_seconds() - SEND_LIMIT - 30.0

log = logging.getLogger(__name__)


class Sender(Protocol):
    """What delivery needs of a channel. An optional method `is_group(to) -> bool` tells whose pace is per minute."""

    @property
    def name(self) -> str:
        """The word stored with each message."""

    @property
    def pace(self) -> Pace:
        """How fast it may be used; zero means no limit."""

    async def send(self, to: Address, message: Outgoing) -> SendResult:
        """Send once. Never raises for a vendor's answer."""


@dataclass(slots=True, eq=False)
class Trip:
    """One courier's present send; `began` in monotonic seconds."""

    parcel: Parcel
    turn: Turn | None
    began: float
    task: asyncio.Task[None] | None = None
    overdue: bool = False


class Couriers:
    """Carries what is in the line. `page` gathers the outcomes; `changed` is called after each.

    At most `most` sends are on their way at once; when stopping they have `grace` seconds to arrive.
    """

    def __init__(
        self,
        sender: Sender,
        pacer: Pacer,
        rules: Rules,
        *,
        most: int,
        grace: float,
        changed: Callable[[], None],
        monotonic: Monotonic,
        sleep: Sleep,
    ) -> None:
        self.page = Page()
        self.line = Line(pacer if pacer.limits_anything else None, getattr(sender, "is_group", _nobody))
        self.breaker = Breaker()
        self.crash: BaseException | None = None
        self._sender = sender
        self._rules = rules
        self._most = most
        self._grace = grace
        self._changed = changed
        self._now = monotonic
        self._timer = Timer(self.pump, monotonic, sleep)
        self._trips: set[Trip] = set()
        self._flying = 0
        self._stopping = False

    @property
    def idle(self) -> bool:
        """Nothing on its way and nothing waiting to go."""
        return not self._flying and not self.line.unsent

    @property
    def stands(self) -> bool:
        """Nothing on its way and nothing that may go now."""
        return not self._flying and not self.line.has_ready

    def start(self) -> None:
        """Carry again after a stop."""
        self._stopping, self.crash = False, None

    def take(self, parcels: Iterable[Parcel]) -> None:
        """Take claimed messages in hand."""
        start_by = self._now() + START_WITHIN
        parcels = list(parcels)
        for parcel in parcels:
            parcel.start_by = start_by
        self.line.add(parcels)
        self.pump()

    def pump(self) -> None:
        """Send couriers out while something may go."""
        while len(self._trips) < self._most and (picked := self._pick()) is not None:
            trip = Trip(*picked, self._now())
            self._trips.add(trip)
            trip.task = asyncio.create_task(self._carry(trip))

    def stored(self, outcomes: Iterable[Outcome]) -> None:
        """These are committed: the next message of their chats may go."""
        for outcome in outcomes:
            if outcome.serving:
                self.line.served(outcome.parcel.chat_key)
        self.pump()

    def recall_overdue(self) -> float | None:
        """End sends that never answer; returns when to look again (monotonic seconds), None when nobody is out."""
        limit = self._now() - SEND_LIMIT
        for trip in self._trips:
            if trip.began <= limit and not trip.overdue and trip.task is not None:
                trip.overdue = True
                trip.task.cancel()
        return min((trip.began for trip in self._trips if not trip.overdue), default=None)

    async def stop(self) -> None:
        """Begin nothing more, let those on their way arrive, and put all that was not sent on the page."""
        self._stopping = True
        self._timer.stop()
        tasks = [trip.task for trip in self._trips if trip.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=self._grace)
        for trip in self._trips:
            if trip.task is not None:
                trip.task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.page.abandoned += [trip.parcel for trip in self._trips]
        self.page.unsent += self.line.clear()
        self._trips.clear()
        self._flying = 0

    def _pick(self) -> tuple[Parcel, Turn | None] | None:
        now = self._now()
        if self._stopping or (self.breaker.is_open and (self._flying or self.breaker.wait(now) > 0)):
            return None
        picked = self.line.next(now)
        if picked is not None:
            self._flying += 1
        elif (at := self.line.next_at()) is not None:
            self._timer.arm(at)
        return picked

    async def _carry(self, trip: Trip) -> None:
        try:
            while True:
                result = await self._send(trip)
                if trip.turn is not None:
                    trip.turn.ended(self._now())
                self._flying -= 1
                self._record(trip.parcel, result)
                if (picked := self._pick()) is None:
                    break
                trip.parcel, trip.turn = picked
                trip.began = self._now()
        except Exception as error:  # noqa: BLE001 - a mistake of this module: raised in the lane, which starts anew
            self.crash = error
        self._trips.discard(trip)
        self._changed()

    async def _send(self, trip: Trip) -> SendResult | Exception | None:
        """The answer; the exception of a failing sender; None when the lease leaves too little time to begin."""
        parcel = trip.parcel
        if trip.began > parcel.start_by:
            return None
        try:
            return await self._sender.send(parcel.to, parcel.message)
        except asyncio.CancelledError:
            if not trip.overdue or self._stopping or trip.task is None:
                raise
            trip.overdue = False
            trip.task.uncancel()
            return SendResult(Fate.UNKNOWN, f"no answer within {SEND_LIMIT:.0f} s")
        except Exception as error:  # a channel that fails on one message must not stop the others
            where = None if self.breaker.is_open else error  # one traceback tells as much as a thousand
            name = type(error).__name__
            log.error("sending message %d on %s failed: %s", parcel.id, self._sender.name, name, exc_info=where)
            return error

    def _record(self, parcel: Parcel, result: SendResult | Exception | None) -> None:
        if result is None:
            self.page.unsent += [parcel, *self.line.withdraw(parcel.chat_key)]
            return
        outcome = self._judge(parcel, result)
        self.page.outcomes.append(outcome)
        if outcome.step in (Step.AGAIN, Step.GONE):
            outcome.behind = self.line.withdraw(parcel.chat_key)
        elif outcome.step is Step.HOLD:
            self._hold_chat(outcome)
        else:
            outcome.serving = True
        self._changed()

    def _judge(self, parcel: Parcel, result: SendResult | Exception) -> Outcome:
        if not _is_trouble(result):
            self.breaker.good()
        elif self.breaker.bad(parcel.chat_key, self._now()):
            log.warning("%s takes no messages: only a probe now and then", self._sender.name)
            self.page.unsent += self.line.clear()
        down_for = self.breaker.wait(self._now()) if self.breaker.is_open else None
        if isinstance(result, Exception):
            return self._rules.fault(parcel, result, down_for)
        return self._rules.judge(parcel, result, down_for)

    def _hold_chat(self, outcome: Outcome) -> None:
        """Messages of the chat that have a template may still go; the others share the fate without being tried."""
        left = self.line.withdraw(outcome.parcel.chat_key)
        self.line.add(parcel for parcel in left if parcel.message.template is not None)
        self.page.outcomes += [
            Outcome(parcel, outcome.result, Step.HOLD, 0.0, parcel.unknowns, parcel.faults)
            for parcel in left
            if parcel.message.template is None
        ]


def _nobody(to: Address) -> bool:
    return False


def _is_trouble(result: SendResult | Exception) -> bool:
    """Whether this says something about the channel rather than about the message or the person."""
    if isinstance(result, Exception) or result.fate is Fate.UNKNOWN:
        return True
    return result.fate is Fate.LATER and result.after <= ABOUT_ONE_MESSAGE
