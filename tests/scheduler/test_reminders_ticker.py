"""The ticker: calls again and again, one at a time, and survives a failing job."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime

from bot.clock import SteppedClock
from scheduler.digests import Digests
from scheduler.reminders import Reminders
from scheduler.ticker import Job, Ticker, standard_jobs
from storage.work import Office
from tests.scheduler.nudge_world import RULES


async def test_jobs_are_told_the_time(clock: SteppedClock) -> None:
    """A job gets the clock's instant, not the machine's."""
    told: asyncio.Queue[datetime] = asyncio.Queue()
    ticker = Ticker(clock, [Job("tell", 0.01, told.put)])
    ticker.start()
    assert await asyncio.wait_for(told.get(), 30) == clock()
    await ticker.stop()


async def test_a_failing_job_is_called_again(clock: SteppedClock) -> None:
    """Its fault ends neither itself nor the others."""
    calls: asyncio.Queue[str] = asyncio.Queue()

    async def fail(now: datetime) -> None:
        await calls.put("failed")
        raise RuntimeError("planned")

    ticker = Ticker(clock, [Job("fail", 0.01, fail), Job("other", 0.01, lambda now: calls.put("other"))])
    ticker.start()
    seen = [await asyncio.wait_for(calls.get(), 30) for _ in range(6)]
    await ticker.stop()
    assert (seen.count("failed") > 1, seen.count("other") > 1) == (True, True)


async def test_a_job_never_overlaps_itself(clock: SteppedClock) -> None:
    """While a call is running its next one waits."""
    running, most, enough = 0, 0, asyncio.Event()
    calls = 0

    async def slow(now: datetime) -> None:
        nonlocal running, most, calls
        running, calls = running + 1, calls + 1
        most = max(most, running)
        with contextlib.suppress(TimeoutError):  # longer than the interval
            await asyncio.wait_for(asyncio.Event().wait(), 0.03)
        running -= 1
        if calls == 3:
            enough.set()

    ticker = Ticker(clock, [Job("slow", 0.01, slow)])
    ticker.start()
    await asyncio.wait_for(enough.wait(), 30)
    await ticker.stop()
    assert most == 1


async def test_stopping_ends_the_calls(clock: SteppedClock) -> None:
    """After `stop` nothing is called; stopping twice is harmless."""
    ticker = Ticker(clock, [Job("never", 3600, lambda now: asyncio.sleep(0))])
    ticker.start()
    await ticker.stop()
    await ticker.stop()


def test_standard_jobs(office: Office) -> None:
    """Reminders every half minute, digests each minute, and what is handed in."""
    more = Job("tidy", 3600, lambda now: asyncio.sleep(0))
    jobs = standard_jobs(Reminders(office, RULES), Digests(office, RULES), more)
    assert [(job.name, job.seconds) for job in jobs] == [("reminders", 30), ("digests", 60), ("tidy", 3600)]
