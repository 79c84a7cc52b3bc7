"""One channel's delivery: claim in batches, keep many sends on their way, write down what became of them in groups.

The desk makes one transaction at a time (write outcomes, claim more); couriers send meanwhile. Outcomes are gathered
while messages flow and written at once when they do not, so that a message costs a share of a transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cases.messages import Address, Fate, Outgoing, Pace, SendResult
from scheduler.breaker import ABOUT_ONE_MESSAGE, Breaker
from scheduler.fates import OnUndeliverable, Outcome, Page, Rules, Step, write_page, write_unsent
from scheduler.line import Line
from scheduler.pacing import Pacer, Turn
from scheduler.timer import Monotonic, Sleep, Timer
from storage.database import DatabaseFault
from storage.outbox_queue import LEASE, OutboxQueue, Parcel
from storage.work import Office, StoredWork

GROUP = 64  # outcomes written together while messages flow
LINGER = 0.01  # seconds an outcome may wait for company
HORIZON = 20.0  # seconds of paced sending to claim ahead: unclaimed messages can still be cancelled
SEND_LIMIT = 120.0  # seconds; channels give up long before
START_WITHIN = LEASE.total_seconds() - SEND_LIMIT - 30.0
GRACE = 5.0  # seconds for sends on their way when stopping
DATABASE_PAUSE = (0.1, 10.0)
TROUBLE_TOLD_AFTER = 300.0

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


@dataclass(frozen=True, slots=True)
class Setup:
    """What all lanes of one delivery share."""

    office: Office
    rules: Rules
    monotonic: Monotonic
    sleep: Sleep
    batch: int
    in_flight: int
    poll: float
    on_undeliverable: Callable[[], OnUndeliverable | None]
    tell: Callable[[str], Awaitable[None]]


class Lane:
    """Delivers for one channel until cancelled. `counts` has the fates met so far."""

    def __init__(self, setup: Setup, name: str, sender: Sender) -> None:
        self._setup = setup
        self._now = setup.monotonic
        self.name = name
        self._sender = sender
        pacer = Pacer(sender.pace, setup.monotonic)
        self._line = Line(pacer if pacer.limits_anything else None, getattr(sender, "is_group", _nobody))
        most = pacer.most(HORIZON)
        self._batch = setup.batch if most is None else min(setup.batch, most)
        self._per_chat = pacer.most_of_chat(HORIZON, group=True)
        self._breaker = Breaker()
        self._nudge = asyncio.Event()
        self._desk_timer = Timer(self._nudge.set, setup.monotonic, setup.sleep)
        self._pace_timer = Timer(self._pump, setup.monotonic, setup.sleep)
        self._page = Page()
        self._couriers: set[asyncio.Task[None]] = set()
        self._flying: dict[int, Parcel] = {}
        self._woken = False
        self._dry = False
        self._stopping = False
        self._linger_until = self._look_at = self._desk_from = 0.0
        self._desk_pause = 0.0
        self._trouble_told = False
        self._crash: BaseException | None = None
        self.counts: Counter[str] = Counter()

    @property
    def is_down(self) -> bool:
        """Whether the channel as a whole does not take messages at present."""
        return self._breaker.is_open

    def wake(self) -> None:
        """Something was queued for this channel."""
        self._woken = True
        self._nudge.set()

    async def serve(self, *, once: bool = False) -> None:
        """Deliver until cancelled, or with `once` until nothing more is due. Stops claiming first when cancelled."""
        self._stopping, self._dry, self._look_at, self._crash = False, False, self._now(), None
        desk = asyncio.create_task(self._serve(once=once))
        try:
            await asyncio.shield(desk)
        except asyncio.CancelledError:
            self._stopping = True
            self._nudge.set()
            await desk
            raise

    async def _serve(self, *, once: bool) -> None:
        try:
            while not self._stopping:
                await self._desk()
                self._pump()
                await self._report_trouble()
                if once and self._finished():
                    return
                await self._wait()
        finally:
            await self._wind_up()

    def _finished(self) -> bool:
        busy = self._page or self._flying or self._line.unsent
        return not busy and (self._dry or self._breaker.is_open)

    # -- the desk -------------------------------------------------------------------------------------------------

    async def _wait(self) -> None:
        while not self._stopping and not self._urgent():
            self._nudge.clear()
            self._desk_timer.arm(self._next_look())
            await self._nudge.wait()
        if self._crash is not None:
            raise self._crash

    def _urgent(self) -> bool:
        now = self._now()
        if self._crash is not None:
            return True
        if now < self._desk_from:
            return False
        if self._page.unsent or (self._page.outcomes and self._worth_writing(now)):
            return True
        return (self._woken or now >= self._look_at) and self._room(now) > 0

    def _worth_writing(self, now: float) -> bool:
        idle = not self._flying and not self._line.unsent
        return idle or len(self._page.outcomes) >= GROUP or now >= self._linger_until

    def _next_look(self) -> float:
        now = self._now()
        look = [now + self._setup.poll]
        if self._page.outcomes:
            look.append(self._linger_until)
        if (claim_at := max(self._look_at, now + self._breaker.wait(now))) > now:
            look.append(claim_at)
        return max(min(look), self._desk_from)

    def _room(self, now: float) -> int:
        if self._stopping:
            return 0
        if self._breaker.is_open:
            idle = not self._flying and not self._line.unsent and self._breaker.wait(now) == 0
            return 1 if idle else 0
        return self._batch if self._line.unsent <= self._batch // 2 else 0

    async def _desk(self) -> None:
        page, self._page = self._page, Page()
        room = self._room(self._now())
        if not page and not room:
            return
        if room:
            self._woken = False
        try:
            parcels, counts, look_in = await self._setup.office.write(lambda unit: self._transact(unit, page, room))
        except DatabaseFault as fault:
            self._put_back(page)
            self._come_again(fault)
            return
        except BaseException:
            self._put_back(page)
            raise
        self._desk_pause = 0.0
        self.counts += counts
        if room:
            self._dry = not parcels and look_in > 0
            self._look_at = self._now() + look_in
        self._take_in(parcels)

    def _transact(self, unit: StoredWork, page: Page, room: int) -> tuple[list[Parcel], Counter[str], float]:
        queue = OutboxQueue(unit.connection, unit.keys, unit.now)
        told = self._setup.on_undeliverable()
        counts = write_page(unit, queue, page, told)
        if not room:
            return [], counts, 0.0
        load = queue.claim(self.name, room, self._per_chat)
        if load.settled:
            counts += write_unsent(unit, queue, load.settled, told)
        look_in = 0.0 if load.rows_seen >= room else self._look_in(queue.next_due(self.name), unit.now)
        return load.parcels, counts, look_in

    def _look_in(self, due: datetime | None, now: datetime) -> float:
        """Seconds until the next claim. What is due and was not claimed waits for a chat that somebody is serving."""
        if due is None or due <= now:
            return self._setup.poll
        return min(self._setup.poll, (due - now).total_seconds())

    def _put_back(self, page: Page) -> None:
        """Nothing of it was stored."""
        page.outcomes += self._page.outcomes
        page.unsent += self._page.unsent
        self._page = page

    def _come_again(self, fault: DatabaseFault) -> None:
        first, longest = DATABASE_PAUSE
        self._desk_pause = min(longest, self._desk_pause * 2 or first)
        self._desk_from, self._woken = self._now() + self._desk_pause, True
        log.warning("delivery on %s waits for the database (%s)", self.name, fault)

    def _take_in(self, parcels: list[Parcel]) -> None:
        start_by = self._now() + START_WITHIN
        for parcel in parcels:
            parcel.start_by = start_by
        self._line.add(parcels)

    # -- the couriers ---------------------------------------------------------------------------------------------

    def _pump(self) -> None:
        """Start couriers while something may go."""
        while len(self._couriers) < self._setup.in_flight and (picked := self._pick()) is not None:
            courier = asyncio.create_task(self._courier(*picked))
            self._couriers.add(courier)
            courier.add_done_callback(self._courier_left)

    def _pick(self) -> tuple[Parcel, Turn | None] | None:
        now = self._now()
        if self._stopping or (self._breaker.is_open and (self._flying or self._breaker.wait(now) > 0)):
            return None
        picked = self._line.next(now)
        if picked is None:
            if (at := self._line.next_at()) is not None:
                self._pace_timer.arm(at)
            return None
        self._flying[picked[0].id] = picked[0]
        return picked

    async def _courier(self, parcel: Parcel, turn: Turn | None) -> None:
        while True:
            result = await self._send(parcel)
            if turn is not None:
                turn.ended(self._now())
            del self._flying[parcel.id]
            self._record(parcel, result)
            if (picked := self._pick()) is None:
                return
            parcel, turn = picked

    def _courier_left(self, courier: asyncio.Task[None]) -> None:
        self._couriers.discard(courier)
        if not courier.cancelled() and courier.exception() is not None:
            self._crash = courier.exception()
            self._nudge.set()

    async def _send(self, parcel: Parcel) -> SendResult | Exception | None:
        """The answer; the exception of a failing sender; None when the lease has too little time left to begin."""
        if self._now() > parcel.start_by:
            return None
        try:
            async with asyncio.timeout(SEND_LIMIT):
                return await self._sender.send(parcel.to, parcel.message)
        except TimeoutError:
            return SendResult(Fate.UNKNOWN, f"no answer within {SEND_LIMIT:.0f} s")
        except Exception as error:  # a channel that fails on one message must not stop the others
            log.exception("sending message %d on %s failed", parcel.id, self.name)
            return error

    def _record(self, parcel: Parcel, result: SendResult | Exception | None) -> None:
        if result is None:
            self._page.unsent += [parcel, *self._line.withdraw(parcel.chat_key)]
            self._nudge.set()
            return
        outcome = self._judge(parcel, result)
        if not self._page.outcomes:
            self._linger_until = self._now() + LINGER
            self._desk_timer.arm(self._linger_until)
        self._page.outcomes.append(outcome)
        if outcome.step in (Step.AGAIN, Step.GONE):
            outcome.behind = self._line.withdraw(parcel.chat_key)
        elif outcome.step is Step.HOLD:
            self._hold_chat(outcome)
        else:
            self._line.served(parcel.chat_key)
        if not self._nudge.is_set() and self._urgent():
            self._nudge.set()

    def _judge(self, parcel: Parcel, result: SendResult | Exception) -> Outcome:
        now = self._now()
        if _is_trouble(result):
            if self._breaker.bad(parcel.chat_key, now):
                log.warning("%s takes no messages: only a probe now and then", self.name)
                self._page.unsent += self._line.clear()
        else:
            self._breaker.good()
        down_for = self._breaker.wait(now) if self._breaker.is_open else None
        if isinstance(result, Exception):
            return self._setup.rules.fault(parcel, result, down_for)
        return self._setup.rules.judge(parcel, result, down_for)

    def _hold_chat(self, outcome: Outcome) -> None:
        """Messages of the chat that have a template may still go; the others share the fate without being tried."""
        left = self._line.withdraw(outcome.parcel.chat_key)
        self._line.add(parcel for parcel in left if parcel.message.template is not None)
        self._page.outcomes += [
            Outcome(parcel, outcome.result, Step.HOLD, 0.0, parcel.unknowns, parcel.faults)
            for parcel in left
            if parcel.message.template is None
        ]

    async def _report_trouble(self) -> None:
        opened_at = self._breaker.opened_at
        if opened_at is None:
            self._trouble_told = False
        elif not self._trouble_told and self._now() - opened_at >= TROUBLE_TOLD_AFTER:
            self._trouble_told = True
            await self._setup.tell(
                f"Kênh {self.name} không nhận tin nhắn đã hơn 5 phút. Tin được giữ lại và sẽ tự gửi khi kênh thông."
            )

    async def _wind_up(self) -> None:
        """Let sends on their way end, then return what was not sent."""
        self._stopping = True
        self._desk_timer.stop()
        self._pace_timer.stop()
        if self._couriers:
            await asyncio.wait(self._couriers, timeout=GRACE)
        couriers = list(self._couriers)
        for courier in couriers:
            courier.cancel()
        await asyncio.gather(*couriers, return_exceptions=True)
        page, self._page = self._page, Page()
        page.unsent += self._line.clear()
        page.abandoned += self._flying.values()
        self._flying.clear()
        if page:
            with contextlib.suppress(DatabaseFault):  # the leases run out by themselves
                self.counts += (await self._setup.office.write(lambda unit: self._transact(unit, page, 0)))[1]


def _nobody(to: Address) -> bool:
    return False


def _is_trouble(result: SendResult | Exception) -> bool:
    """Whether this says something about the channel rather than about the message or the person."""
    if isinstance(result, Exception) or result.fate is Fate.UNKNOWN:
        return True
    return result.fate is Fate.LATER and result.after <= ABOUT_ONE_MESSAGE
