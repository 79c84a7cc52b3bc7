"""How pressing a case is: the last day of the step somebody owes now, and in which part of the list it stands.

The last day comes from the very clocks the reminders go by. So that a database can sort by it, each clock is also
given as a `Ladder`: from which instant on it ends on which day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum

from cases import clocks
from cases.calendar import ZONE, CalendarIncomplete, WorkCalendar, local_midnight
from cases.model import Case, Kind, Priority, State
from cases.reminder_policy import ReminderPolicy
from cases.running_clocks import Since, running

WITH_CLOCK = frozenset({Kind.REPORT, Kind.PETITION})
UNTRIAGED = frozenset({State.SUBMITTED, State.NEEDS_COI_CHECK})
TO_FORWARD = frozenset({State.TRIAGED, State.RETURNED})
AWAITING_REPLY = frozenset({State.RECEIVED, State.IN_PROGRESS, State.EXTENDED})
DONE = frozenset({State.CLOSED, State.PUBLISHED, State.REJECTED, State.REDIRECTED, State.WITHDRAWN})
OPEN = frozenset(State) - DONE
NEW = frozenset({State.SUBMITTED, State.NEEDS_COI_CHECK, State.RETURNED})
PRIORITY_ORDER = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2}
_STEPS = frozenset({"triage", "forward", "receipt_alert", "reply", "relay"})
_OVERDUE_APART = timedelta(days=10)  # internal terms that ended longer ago come first, sorted by age alone


class Haste(IntEnum):
    """The parts of the list, in their order. The numbers are working days left."""

    OVERDUE = 0
    TODAY = 1
    IN_3 = 2
    IN_5 = 3
    IN_10 = 4
    LATER = 5
    WAITING = 6  # open, but no office's term runs
    DONE = 7


@dataclass(frozen=True, slots=True)
class Bounds:
    """The day seen from which a term is judged, and the first days that are more than 3, 5 and 10 working days off."""

    today: date
    beyond: tuple[tuple[Haste, date], ...]

    @classmethod
    def of(cls, today: date, calendar: WorkCalendar) -> Bounds:
        """Raises `CalendarIncomplete` where nobody has entered the next two weeks."""
        parts = ((Haste.IN_3, 3), (Haste.IN_5, 5), (Haste.IN_10, 10))
        return cls(today, tuple((part, calendar.add_working_days(today, days + 1)) for part, days in parts))

    def haste(self, due: date | None) -> Haste:
        """Where a term that ends on this day puts an open case."""
        if due is None:
            return Haste.WAITING
        if due < self.today:
            return Haste.OVERDUE
        if due == self.today:
            return Haste.TODAY
        return next((part for part, day in self.beyond if due < day), Haste.LATER)


def owed(case: Case, calendar: WorkCalendar, policy: ReminderPolicy, since: Since) -> date | None:
    """The last day of the step that an office owes now; None where none does or the calendar is not entered so far."""
    try:
        return next((clock.due for clock in running(case, calendar, policy, since) if clock.step in _STEPS), None)
    except CalendarIncomplete:
        return None


@dataclass(frozen=True, slots=True)
class Ladder:
    """A term by the instant it runs from: before all steps one that ended long ago, then each step's day."""

    first: date | None
    steps: tuple[tuple[datetime, date | None], ...]


def ladders(today: date, calendar: WorkCalendar, policy: ReminderPolicy) -> dict[str, Ladder]:
    """The ladders of the clocks `triage`, `forward`, `receipt_alert` and `relay`."""
    targets = policy.targets
    terms: dict[str, Callable[[datetime], date]] = {
        "triage": lambda instant: clocks.triage_due(instant, calendar, targets),
        "forward": lambda instant: clocks.forward_due(instant, calendar, targets),
        "receipt_alert": lambda instant: clocks.receipt_alert_on(instant, calendar, targets),
        "relay": lambda instant: clocks.relay_due(instant, calendar, targets),
    }
    return {name: _ladder(term, today, targets.cutoff) for name, term in terms.items()}


def _ladder(term: Callable[[datetime], date], today: date, cutoff: time | None) -> Ladder:
    """Read off at every instant at which a term can change: midnight, and just after the hour that ends a day."""
    long_ago, day = today - _OVERDUE_APART, today
    while (due := _due(term, local_midnight(day))) is not None and due >= long_ago:
        day -= timedelta(days=7)
    first = due
    steps: list[tuple[datetime, date | None]] = []
    while day <= today + timedelta(days=1):
        for instant in _turns(day, cutoff):
            due = _due(term, instant)
            if not steps and due is not None and due < long_ago:
                first = due
            elif due != (steps[-1][1] if steps else first):
                steps.append((instant, due))
        day += timedelta(days=1)
    return Ladder(first, tuple(steps))


def _turns(day: date, cutoff: time | None) -> tuple[datetime, ...]:
    midnight = local_midnight(day)
    if cutoff is None:
        return (midnight,)
    evening = datetime.combine(day, cutoff, ZONE).astimezone(midnight.tzinfo) + timedelta(microseconds=1)
    return midnight, evening


def _due(term: Callable[[datetime], date], instant: datetime) -> date | None:
    try:
        return term(instant)
    except CalendarIncomplete:
        return None
