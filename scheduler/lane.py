"""One channel's delivery: claim in batches, have them carried, write down what became of them in groups.

One transaction at a time writes outcomes and claims more, while couriers send. Outcomes are gathered while messages
flow and written at once when they do not, so that a message costs a share of a transaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from cases.messages import Address
from scheduler.couriers import SEND_LIMIT, Couriers, Sender
from scheduler.fates import OnUndeliverable, Page, Rules, write_page, write_unsent
from scheduler.pacing import Pacer
from scheduler.timer import Monotonic, Sleep, Timer
from storage.database import DatabaseFault
from storage.outbox_queue import OutboxQueue, Parcel
from storage.work import Office, StoredWork

GROUP = 64  # outcomes written together while messages flow
LINGER = 0.01  # seconds an outcome may wait for company
GROWTH = 5  # a deep queue is claimed in larger batches: fewer pages are written per message
HORIZON = 20.0  # seconds of paced sending to claim ahead: unclaimed messages can still be cancelled
DATABASE_PAUSE = (0.1, 10.0)
TROUBLE_TOLD_AFTER = 300.0

log = logging.getLogger(__name__)


Claimed = tuple[list[Parcel], Counter[str], float]
"""Messages to carry, fates met without sending, and seconds until the next look."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What all lanes of one delivery share. `poll` is the longest time between looks at a quiet queue, in seconds."""

    office: Office
    rules: Rules
    monotonic: Monotonic
    sleep: Sleep
    batch: int
    in_flight: int
    poll: float
    grace: float
    on_undeliverable: Callable[[], OnUndeliverable | None]
    tell: Callable[[str], Awaitable[None]]


class Lane:
    """Delivers for one channel until cancelled. `counts` has the fates met so far."""

    def __init__(self, setup: Setup, name: str, sender: Sender) -> None:
        self.name = name
        self.counts: Counter[str] = Counter()
        self._setup = setup
        self._now = setup.monotonic
        pacer = Pacer(sender.pace, setup.monotonic)
        most = pacer.most(HORIZON)
        self._least = setup.batch if most is None else min(setup.batch, most)
        self._most = setup.batch * GROWTH if most is None else self._least
        self._batch = self._least
        self._per_chat = pacer.most_of_chat(HORIZON, group=True)
        self._addresses: dict[bytes, Address] = {}
        self._nudge = asyncio.Event()
        self._timer = Timer(self._nudge.set, setup.monotonic, setup.sleep)
        self._couriers = Couriers(
            sender,
            pacer,
            setup.rules,
            most=setup.in_flight,
            grace=setup.grace,
            changed=self._changed,
            monotonic=setup.monotonic,
            sleep=setup.sleep,
        )
        self._woken = self._dry = self._stopping = self._trouble_told = self._awaits = False
        self._batches_left = float("inf")
        self._linger_until = self._look_at = self._write_from = self._write_pause = 0.0

    @property
    def is_down(self) -> bool:
        """Whether the channel as a whole does not take messages at present."""
        return self._couriers.breaker.is_open

    @property
    def appetite(self) -> int:
        """How many messages may be claimed for this lane by whoever writes them; 0 when it must look for itself."""
        now = self._now()
        return self._room(now) if self._awaits and not self.is_down and now >= self._write_from else 0

    def claim(self, unit: StoredWork, most: int) -> Claimed:
        """Claim in a transaction of somebody else; hand it to `took` after its commit."""
        return self._transact(unit, Page(), most)

    def took(self, claimed: Claimed) -> bool:
        """Carry what was claimed so; False when more is waiting and the lane should be woken."""
        parcels, counts, look_in = claimed
        self.counts += counts
        self._look_at = min(self._look_at, self._now() + look_in)
        self._couriers.take(parcels)
        return look_in > 0

    def wake(self) -> None:
        """Something was queued for this channel."""
        self._woken = True
        self._nudge.set()

    async def serve(self, *, once: bool = False, batches: float = float("inf")) -> None:
        """Deliver until cancelled; with `once` until nothing more is due or so many batches were claimed.

        When cancelled it claims no more, lets sends on their way end for a short time, and gives the rest back.
        """
        self._stopping, self._dry = False, False
        self._batches_left, self._look_at = batches, self._now()
        self._awaits = not once
        self._couriers.start()
        served = asyncio.create_task(self._serve(once=once))
        try:
            await asyncio.shield(served)
        except asyncio.CancelledError:
            self._stopping = True
            self._nudge.set()
            await served
            raise

    async def _serve(self, *, once: bool) -> None:
        try:
            while not self._stopping:
                await self._write()
                await self._report_trouble()
                if once and self._finished():
                    return
                await self._wait()
        finally:
            self._awaits = False
            self._timer.stop()
            await self._couriers.stop()
            with contextlib.suppress(DatabaseFault):  # the leases run out by themselves
                await self._write(claim=False)

    def _finished(self) -> bool:
        if self._couriers.page or not self._couriers.idle:
            return False
        return self._dry or self.is_down or self._batches_left <= 0

    # -- when to write and claim ----------------------------------------------------------------------------------

    async def _wait(self) -> None:
        while not self._stopping and not self._urgent():
            self._nudge.clear()
            self._timer.arm(self._next_look())
            await self._nudge.wait()
        if self._couriers.crash is not None:
            raise self._couriers.crash

    def _changed(self) -> None:
        """An outcome came in."""
        if len(self._couriers.page.outcomes) == 1:
            self._linger_until = self._now() + LINGER
            self._timer.arm(self._linger_until)
        if not self._nudge.is_set() and self._urgent():
            self._nudge.set()

    def _urgent(self) -> bool:
        now, couriers = self._now(), self._couriers
        if couriers.crash is not None:
            return True
        if now < self._write_from:
            return False
        outcomes = len(couriers.page.outcomes)
        if outcomes and (outcomes >= GROUP or couriers.stands or now >= self._linger_until):
            return True
        if couriers.page.unsent:
            return True
        return (self._woken or now >= self._look_at) and self._room(now) > 0

    def _next_look(self) -> float:
        now = self._now()
        look = [now + self._setup.poll]
        if self._couriers.page.outcomes:
            look.append(self._linger_until)
        if (claim_at := max(self._look_at, now + self._couriers.breaker.wait(now))) > now:
            look.append(claim_at)
        if (oldest := self._couriers.recall_overdue()) is not None:
            look.append(oldest + SEND_LIMIT)
        return max(min(look), self._write_from)

    def _room(self, now: float) -> int:
        """How many messages to claim now."""
        if self._stopping or self._batches_left <= 0:
            return 0
        breaker = self._couriers.breaker
        if breaker.is_open:
            return 1 if self._couriers.idle and breaker.wait(now) == 0 else 0
        return self._batch if self._couriers.line.unsent <= self._batch // 2 else 0

    # -- one transaction ------------------------------------------------------------------------------------------

    async def _write(self, *, claim: bool = True) -> None:
        room = self._room(self._now()) if claim else 0
        page, self._couriers.page = self._couriers.page, Page()
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
        except BaseException:  # cancelled as well: what was taken off the line must not be lost
            self._put_back(page)
            raise
        self._write_pause = 0.0
        self.counts += counts
        self._couriers.stored(page.outcomes)
        if room:
            self._batches_left -= 1
            self._batch = min(self._most, self._batch * 2) if look_in == 0 and room > 1 else self._least
            self._dry = not parcels and look_in > 0
            self._look_at = self._now() + look_in
        self._couriers.take(parcels)

    def _transact(self, unit: StoredWork, page: Page, room: int) -> Claimed:
        queue = OutboxQueue(unit.connection, unit.keys, unit.now, self._addresses)
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
        later = self._couriers.page
        page.outcomes += later.outcomes
        page.unsent += later.unsent
        page.abandoned += later.abandoned
        self._couriers.page = page

    def _come_again(self, fault: DatabaseFault) -> None:
        first, longest = DATABASE_PAUSE
        self._write_pause = min(longest, self._write_pause * 2 or first)
        self._write_from, self._woken = self._now() + self._write_pause, True
        log.warning("delivery on %s waits for the database (%s)", self.name, fault)

    async def _report_trouble(self) -> None:
        opened_at = self._couriers.breaker.opened_at
        if opened_at is None:
            self._trouble_told = False
        elif not self._trouble_told and self._now() - opened_at >= TROUBLE_TOLD_AFTER:
            self._trouble_told = True
            await self._setup.tell(
                f"Kênh {self.name} không nhận tin nhắn đã hơn 5 phút. Tin được giữ lại và sẽ tự gửi khi kênh thông."
            )
