"""When a case needs a reminder, an escalation or an automatic step, and when to look at it again: pure rules.

A clock is a computed fact. Each audience of a clock has its own row of points, counted in working days from the last
day of the term; only the latest point reached is ever due, so that a machine that was off for days sends each person
one notice, and an escalation is never lost with the backlog (domain 5.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.calendar import ZONE, CalendarIncomplete, WorkCalendar
from cases.model import Case
from cases.reminder_policy import ReminderPolicy, instant
from cases.running_clocks import (
    AT_THE_DESK,
    CLOSE_NEEDS_INFO,
    CLOSE_SILENT,
    Audience,
    Clock,
    Since,
    Track,
    running,
)

__all__ = [
    "AT_THE_DESK",
    "CLOSE_NEEDS_INFO",
    "CLOSE_SILENT",
    "Audience",
    "Moment",
    "Notice",
    "Owed",
    "Plan",
    "Since",
    "plan",
]

LOOK_AGAIN = timedelta(days=1)  # when the next point lies beyond the calendar entered so far


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice that is due to one audience. `(case, run, offset, recipient)` is what happens at most once.

    `run` names the run of the clock: the clock version of the authority's term, the first day of an internal one.
    `days` are working days past the term (negative: left). `missed` are earlier points settled by this one.
    """

    step: str
    offset: str
    audience: Audience
    run: str
    due: date
    days: int
    missed: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """Order inside a merged message: the authority's term before internal ones, the later the more urgent."""
        return self.days + (1000 if self.step == "reply" else 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a case needs at one moment. `urging` is the overdue point that asks for an urging letter, else ""."""

    notices: tuple[Notice, ...] = ()
    next_at: datetime | None = None
    actions: tuple[str, ...] = ()
    urging: str = ""
    runs: frozenset[tuple[str, str]] = frozenset()  # (step, run) of every clock that runs


@dataclass(frozen=True, slots=True)
class Owed:
    """The step that is owed now: until when, and how many working days past that day (negative: left)."""

    step: str
    due: date
    days: int


class Moment:
    """One instant under one calendar and policy. Keeps what it worked out: many cases share their dates.

    Raises CalendarIncomplete when the calendar does not know today.
    """

    def __init__(self, now: datetime, calendar: WorkCalendar, policy: ReminderPolicy) -> None:
        self.now, self.calendar, self.policy = now, calendar, policy
        local = now.astimezone(ZONE)
        self.today, self.hour = local.date(), local.time()
        self.works = calendar.is_working_day(self.today)
        self.opening = policy.opening(now, calendar)
        self._views: dict[tuple[str, str, date], _View] = {}

    @property
    def is_open(self) -> bool:
        """True when notices may be sent."""
        return self.opening <= self.now

    def plan(self, case: Case, since: Since | None = None) -> Plan:
        """What is due for this case now, and when to look at it again (None: never, until somebody changes it).

        Nothing is due in quiet hours or on rest days. Looking twice gives the same answer: the sender keeps a ledger.
        """
        views = [self._view(clock) for clock in running(case, self.calendar, self.policy, since or Since())]
        runs = frozenset((view.clock.step, view.clock.run) for view in views)
        if not self.is_open:
            return Plan(next_at=self._next_look(views), runs=runs)
        looked = case.next_nudge_at or self.now
        return Plan(
            notices=tuple(notice for view in views for notice in view.notices(looked)),
            next_at=self._next_look(views),
            actions=tuple(action for view in views for action in view.actions),
            urging=next((view.urging for view in views if view.urging), ""),
            runs=runs,
        )

    def owed(self, case: Case, since: Since | None = None) -> Owed | None:
        """What an office owes on this case now, for lists and digests; None while nobody or the resident does."""
        for clock in running(case, self.calendar, self.policy, since or Since()):
            if not clock.step.startswith("autoclose"):
                return Owed(clock.step, clock.due, self._view(clock).days)
        return None

    def _view(self, clock: Clock) -> _View:
        key = (clock.step, clock.run, clock.due)
        found = self._views.get(key)
        if found is None:
            found = self._views[key] = _View(clock, self)
        return found

    def _next_look(self, views: list[_View]) -> datetime | None:
        """The next point; the opening itself where something may be waiting for it."""
        if not self.is_open and any(view.anything_reached for view in views):
            return self.opening
        points = [view.next_at for view in views if view.next_at is not None]
        return min(points) if points else None


def plan(case: Case, now: datetime, calendar: WorkCalendar, policy: ReminderPolicy, since: Since | None = None) -> Plan:
    """See `Moment.plan`, for a single case."""
    return Moment(now, calendar, policy).plan(case, since)


class _View:
    """One clock seen at one moment."""

    def __init__(self, clock: Clock, moment: Moment) -> None:
        self.clock, self._moment = clock, moment
        calendar, policy = moment.calendar, moment.policy
        # A promise kept on a day that was taken off later is counted from the working day before it.
        self._anchor = clock.due if calendar.is_working_day(clock.due) else calendar.add_working_days(clock.due, -1)
        self.days = calendar.working_days_between(self._anchor, moment.today)
        early = moment.works and moment.hour < (policy.on_due_day if self.days == 0 else policy.quiet_to)
        day = self.days - 1 if early else self.days
        reached = [(track, track.reached(day)) for track in clock.tracks]
        self._reached = [(track, point) for track, point in reached if point is not None]
        self.actions = tuple(track.action for track, _ in self._reached if track.action)
        self.urging = next((self._offset(point) for track, point in self._reached if self._urges(track)), "")
        self.next_at = self._next_at([point for track in clock.tracks if (point := track.following(day)) is not None])
        self._fixed: tuple[datetime, tuple[Notice, ...]] | None = None

    @property
    def anything_reached(self) -> bool:
        return bool(self._reached)

    def notices(self, looked: datetime) -> tuple[Notice, ...]:
        """The latest notice of each audience. Points passed since the last look are settled with it, never sent."""
        if self._fixed is None or self._fixed[0] != looked:
            found = (self._notice(track, point, looked) for track, point in self._reached if track.audience)
            self._fixed = (looked, tuple(found))
        return self._fixed[1]

    def _notice(self, track: Track, point: int, looked: datetime) -> Notice:
        assert track.audience is not None
        return Notice(
            step=self.clock.step,
            offset=self._offset(point),
            audience=track.audience,
            run=self.clock.run,
            due=self.clock.due,
            days=self.days,
            missed=tuple(self._missed(track, point, looked)),
        )

    def _missed(self, track: Track, point: int, looked: datetime) -> Iterator[str]:
        earlier = track.reached(point - 1)
        while earlier is not None and self._at(earlier) >= looked:
            yield self._offset(earlier)
            earlier = track.reached(earlier - 1)

    def _next_at(self, points: list[int]) -> datetime | None:
        try:
            return self._at(min(points)) if points else None
        except CalendarIncomplete:
            return self._moment.now + LOOK_AGAIN

    def _at(self, point: int) -> datetime:
        policy = self._moment.policy
        hour = policy.on_due_day if point == 0 else policy.quiet_to
        return instant(self._moment.calendar.add_working_days(self._anchor, point), hour)

    def _urges(self, track: Track) -> bool:
        return self.clock.step == "reply" and track.audience is Audience.HANDLERS

    def _offset(self, point: int) -> str:
        if self.clock.step == "reply":
            return f"+{point}" if point > 0 else f"T{point or ''}"
        return f"{self.clock.step}+{point}" if point > 0 else self.clock.step
