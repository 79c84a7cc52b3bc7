"""What makes time pass: APScheduler calls each job at its pace, and keeps nothing.

Its stored jobs were lost when late and doubled with two schedulers on one store, so due work is a query and the
scheduler is only a ticker: in memory, never twice at once, late calls made up by one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]

from scheduler.digests import Digests
from scheduler.reminders import Reminders

log = structlog.get_logger(__name__)
REMINDER_SECONDS = 30.0
DIGEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again, `seconds` apart; `run` is told the present instant."""

    name: str
    seconds: float
    run: Callable[[datetime], Awaitable[object]]


def standard_jobs(reminders: Reminders, digests: Digests, *others: Job) -> list[Job]:
    """Reminders every 30 seconds, digests looked at each minute, and whatever else is handed in."""
    return [Job("reminders", REMINDER_SECONDS, reminders.tick), Job("digests", DIGEST_SECONDS, digests.tick), *others]


class Ticker:
    """Runs jobs in the running event loop, first after one interval. A job that fails is logged and called again."""

    def __init__(self, clock: Callable[[], datetime], jobs: Sequence[Job]) -> None:
        self._clock, self._jobs = clock, tuple(jobs)
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)

    def start(self) -> None:
        """Begin; must be called inside the event loop."""
        for job in self._jobs:
            self._scheduler.add_job(self._once, "interval", seconds=job.seconds, args=[job], id=job.name)
        self._scheduler.start()

    async def stop(self) -> None:
        """Call nothing any more. A job that is running is cancelled: what it has not committed was never done."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # APScheduler ends itself in the loop's next turn

    async def _once(self, job: Job) -> None:
        try:
            await job.run(self._clock())
        except Exception as error:  # noqa: BLE001 - no job's fault may end the ticking of the others
            log.error("job failed", job=job.name, error=type(error).__name__)
