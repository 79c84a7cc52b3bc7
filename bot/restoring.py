"""After a restore: what fell due since the backup may have been said by the lost machine, so it is not said again."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.app import App
from bot.clock import Clock, SteppedClock, system_clock
from bot.settings import Settings
from cases.reminders import Moment
from cases.rules import Rules
from storage import chores
from storage.restore import hold_messages

SPEAKING = ("reminders", "digests", "check-ins", "reports", "publicity", "reading")
"""Jobs of the ticker that write to people by themselves, each by marks of its own.

Not among them: alarms about the machine as it is now, and the head of the audit chain, which is another one now.
"""
STEP, FURTHEST = timedelta(minutes=10), timedelta(days=30)


async def hush(settings: Settings, clock: Clock = system_clock) -> int:
    """Do once everything that the scheduler would do now, with every message held; returns how many were.

    Reminders, digests, automatic steps that fell due between the backup and now set their marks so, and go on with
    what is due next. The moment is the last one at which notices could have been sent: a restore at night must not
    say in the morning what the lost machine said the afternoon before.
    """
    moment = SteppedClock(clock())
    app = App(settings, moment, channels={})
    await app.open(exclusive=True)
    try:
        last = await app.office.read(lambda unit: chores.last(unit, chores.RESTORED))
        made_at = datetime.fromisoformat(last.detail) if last is not None else clock()
        spoken = _last_open(app.rulebook.rules, clock(), made_at)
        if spoken is None:
            return 0
        moment.set(spoken)
        for job in app.jobs():
            if job.name in SPEAKING:
                await job.run(spoken)
        return await app.office.write(hold_messages)
    finally:
        await app.close()


def _last_open(rules: Rules, now: datetime, made_at: datetime) -> datetime | None:
    """The last moment between the backup and now at which notices go out; None where there was none."""
    at = now
    while at > max(made_at, now - FURTHEST):
        if Moment(at, rules.calendar, rules.policy).is_open:
            return at
        at -= STEP
    return None
