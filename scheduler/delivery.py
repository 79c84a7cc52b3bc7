"""The delivery loop: everything the outbox holds leaves through its channel, in order per chat, at the allowed pace."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from scheduler.couriers import Sender
from scheduler.fates import OnUndeliverable, Rules
from scheduler.lane import Claimed, Lane, Setup
from scheduler.timer import Monotonic, Sleep
from storage.database import DatabaseFault
from storage.outbox_queue import OutboxQueue
from storage.work import Office, StoredWork

__all__ = ["Delivery", "OnUndeliverable", "Sender"]

POLL = {"sqlite": 30.0, "postgresql": 0.25}
"""Seconds between looks at a quiet queue: on PostgreSQL other processes write to it without waking this one."""

RESCUE_EVERY = 60.0
RESTART_PAUSE = 5.0

log = logging.getLogger(__name__)


class Delivery:
    """Delivers for all channels, each by itself: one that is down holds up no other.

    Set `office.on_woken` to `wake`. `on_undeliverable` is called inside the transaction that gives a message up.
    `alone` says that no other process delivers from this database (default: on SQLite, which is locked to one).
    Per channel, `batch` messages are claimed at once (more when many wait), `in_flight` sends are on their way (64 are
    1,280 a second at 50 ms; 256 cost an HTTP client twice the CPU a message), and those have `grace` seconds to end
    when stopping.
    """

    def __init__(
        self,
        office: Office,
        senders: Mapping[str, Sender],
        *,
        alarm: Callable[[str], Awaitable[None]] | None = None,
        on_undeliverable: OnUndeliverable | None = None,
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        chance: random.Random | None = None,
        batch: int = 200,
        in_flight: int = 64,
        grace: float = 5.0,
        alone: bool | None = None,
    ) -> None:
        self.on_undeliverable = on_undeliverable
        self._office = office
        self._alarm = alarm
        self._sleep = sleep
        dialect = office.database.dialect
        self._alone = dialect == "sqlite" if alone is None else alone
        setup = Setup(
            office=office,
            rules=Rules(chance or random.Random()),  # noqa: S311 - spreads retries, guards no secret
            monotonic=monotonic,
            sleep=sleep,
            batch=batch,
            in_flight=in_flight,
            poll=POLL[dialect],
            grace=grace,
            on_undeliverable=lambda: self.on_undeliverable,
            tell=self._tell,
        )
        self._lanes = {name: Lane(setup, name, sender) for name, sender in senders.items()}

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Fates met since the start, by channel and fate."""
        return {name: dict(lane.counts) for name, lane in self._lanes.items()}

    @property
    def down(self) -> frozenset[str]:
        """Channels that take no messages at present; theirs are kept."""
        return frozenset(name for name, lane in self._lanes.items() if lane.is_down)

    def wake(self, woken: set[str]) -> None:
        """Something was queued for these channels."""
        for name in woken:
            if (lane := self._lanes.get(name)) is not None:
                lane.wake()

    def claim(self, unit: StoredWork) -> list[tuple[Lane, Claimed]] | None:
        """See `storage.work.Courier`. Only where nobody else delivers: other processes are kept apart by a lock."""
        if not self._alone:
            return None
        lanes = [lane for name in unit.outbox.woken if (lane := self._lanes.get(name)) is not None]
        return [(lane, lane.claim(unit, most)) for lane in lanes if (most := lane.appetite)] or None

    def took(self, claimed: list[tuple[Lane, Claimed]]) -> set[str]:
        """See `storage.work.Courier`."""
        return {lane.name for lane, what in claimed if lane.took(what)}

    async def run(self) -> None:
        """Deliver until cancelled; then sends on their way may end and the rest is given back."""
        async with asyncio.TaskGroup() as group:
            for name, lane in self._lanes.items():
                group.create_task(self._keep(name, lane))
            group.create_task(self._rescue())

    async def drain(self, until_idle: bool = True) -> Counter[str]:
        """Deliver what is due now and return how many messages met each fate.

        What must wait stays queued. Without `until_idle` only one batch of each channel is taken.
        """
        before = sum((lane.counts for lane in self._lanes.values()), Counter[str]())
        for lane in self._lanes.values():
            await self._requeue(lane, everything=self._alone)
        await asyncio.gather(
            *(lane.serve(once=True, batches=float("inf") if until_idle else 1) for lane in self._lanes.values())
        )
        return sum((lane.counts for lane in self._lanes.values()), Counter[str]()) - before

    async def _keep(self, name: str, lane: Lane) -> None:
        """Serve one channel for ever; a failure of the loop itself is logged and it starts anew."""
        first = True
        while True:
            try:
                if first:
                    await self._requeue(lane, everything=self._alone)
                    first = False
                await lane.serve()
            except DatabaseFault as fault:
                log.warning("delivery on %s waits for the database (%s)", name, fault)
            except Exception:  # one channel's failure must stop neither itself nor the others for good
                log.exception("delivery on %s failed and starts again", name)
            await self._sleep(RESTART_PAUSE)

    async def _requeue(self, lane: Lane, *, everything: bool) -> int:
        """Give back what a sender left that is no more."""
        return await self._office.write(
            lambda unit: OutboxQueue(unit.connection, unit.keys, unit.now).requeue_stale(
                lane.name, everything=everything
            )
        )

    async def _rescue(self) -> None:
        """Now and then, take back what a dead process had claimed."""
        while True:
            await self._sleep(RESCUE_EVERY)
            for lane in self._lanes.values():
                with contextlib.suppress(DatabaseFault):
                    if await self._requeue(lane, everything=False):
                        lane.wake()

    async def _tell(self, text: str) -> None:
        if self._alarm is None:
            return
        try:
            await self._alarm(text)
        except Exception:  # whoever is told must not stop the telling's cause from being mended
            log.exception("could not tell the operator")
