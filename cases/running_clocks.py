"""Which clocks run in a case's present state, and at which points of each clock who hears of it (domain 5.2, 5.3)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from cases import clocks
from cases.calendar import WorkCalendar, local_date
from cases.model import Case, CaseEvent, Kind, State
from cases.reminder_policy import ReminderPolicy

CLOSE_NEEDS_INFO = "close_needs_info"
CLOSE_SILENT = "close_silent"
_WITH_CLOCK = frozenset({Kind.REPORT, Kind.PETITION})
_UNTRIAGED = frozenset({State.SUBMITTED, State.NEEDS_COI_CHECK})
AT_THE_DESK = _UNTRIAGED | {State.TRIAGED, State.RETURNED}
"""States in which the receiving body owes the next step: triage or forwarding."""
ASKED, ANSWERED = "asked_info", "added"
BACK_AT_DESK = frozenset({"appealed", "reopened", "returned"})
"""Events after which the clocks of triage and forwarding run anew, as they do when the resident has answered."""


class Audience(StrEnum):
    """Whom a notice is for; `cases.escalation` turns it into people."""

    AUTHORITY = "authority"  # the named contact of the competent authority
    HEAD = "head"  # a contact who heads that body
    HANDLERS = "handlers"  # the receiving body, and the body that seals for it
    COORDINATOR = "coordinator"
    FOLLOW_UP = "follow_up"
    COMMUNE = "commune"  # the next above the authority inside the commune
    PROVINCE = "province"
    REPORTER = "reporter"

    @property
    def is_escalation(self) -> bool:
        """True for those an overdue case is reported to."""
        return self in (Audience.HEAD, Audience.FOLLOW_UP, Audience.COMMUNE, Audience.PROVINCE)


@dataclass(frozen=True, slots=True)
class Since:
    """Turns of a case that no column holds: when it last came (back) to the desk, and when the resident was asked."""

    at_desk: datetime | None = None
    info_asked: datetime | None = None

    def then(self, what: str, at: datetime) -> Since:
        """After one more event of the case's history."""
        if what == ASKED:
            return replace(self, info_asked=at)
        if what in BACK_AT_DESK or (what == ANSWERED and self.info_asked):
            return Since(at_desk=at)
        return self


def came_to_desk(case: Case, since: Since) -> datetime:
    """When the desk's clocks began to run: at submission, or when the case last came back."""
    return max(case.submitted_at, since.at_desk or case.submitted_at)


def since_of(history: Iterable[CaseEvent]) -> Since:
    """From the events of one case, the oldest first."""
    found = Since()
    for event in history:
        found = found.then(event.what, event.at)
    return found


@dataclass(frozen=True, slots=True)
class Track:
    """The points of one audience (or one automatic action), then one every `every` days after the last."""

    audience: Audience | None
    points: tuple[int, ...]
    every: int = 0
    action: str = ""

    def reached(self, day: int) -> int | None:
        """The latest point not after `day`."""
        place = bisect_right(self.points, day)
        if place < len(self.points) or not self.every:
            return self.points[place - 1] if place else None
        return self.points[-1] + (day - self.points[-1]) // self.every * self.every

    def following(self, day: int) -> int | None:
        """The first point after `day`."""
        place = bisect_right(self.points, day)
        if place < len(self.points):
            return self.points[place]
        return self.points[-1] + ((day - self.points[-1]) // self.every + 1) * self.every if self.every else None


@dataclass(frozen=True, slots=True)
class Clock:
    """One running clock: what is owed, which run of it, and the last day of its term."""

    step: str
    run: str
    due: date
    tracks: tuple[Track, ...]


def running(case: Case, calendar: WorkCalendar, policy: ReminderPolicy, since: Since) -> Iterator[Clock]:
    """The clocks that run in the case's present state (domain 5.2)."""
    if case.kind not in _WITH_CLOCK:
        return
    if case.state in AT_THE_DESK:
        yield from _desk_clocks(case, calendar, policy, since)
    elif case.state is State.FORWARDED and case.forwarded_at:
        due = clocks.receipt_alert_on(case.forwarded_at, calendar, policy.targets)
        yield Clock("receipt_alert", str(local_date(case.forwarded_at)), due, _RECEIPT_TRACKS)
    elif case.awaits_reply and case.effective_due_on:
        yield Clock("reply", str(case.clock_version), case.effective_due_on, _reply_tracks(policy))
    elif case.state is State.ANSWERED and case.answered_at:
        due = clocks.relay_due(case.answered_at, calendar, policy.targets)
        yield Clock("relay", str(local_date(case.answered_at)), due, _DESK_TRACKS)
    elif case.state is State.NEEDS_INFO and since.info_asked:
        asked = local_date(since.info_asked)
        due = calendar.add_working_days(asked, policy.info_close_wd)
        warn = Track(Audience.REPORTER, (-policy.info_warn_wd,))
        yield Clock("autoclose_info", str(asked), due, (warn, Track(None, (1,), action=CLOSE_NEEDS_INFO)))
    elif case.state is State.RELAYED and case.relayed_at and case.verdict is None:
        told = local_date(case.relayed_at)
        due = calendar.add_working_days(told, policy.silence_close_wd)
        yield Clock("autoclose_silent", str(told), due, (Track(None, (1,), action=CLOSE_SILENT),))


def _desk_clocks(case: Case, calendar: WorkCalendar, policy: ReminderPolicy, since: Since) -> Iterator[Clock]:
    came = came_to_desk(case, since)
    run = str(local_date(came))
    if case.state in _UNTRIAGED:
        yield Clock("triage", run, clocks.triage_due(came, calendar, policy.targets), _DESK_TRACKS)
        told = clocks.tell_resident_due(case.submitted_at, calendar, policy.targets)
        yield Clock("tell_resident", str(local_date(case.submitted_at)), told, _DESK_TRACKS)
    yield Clock("forward", run, clocks.forward_due(came, calendar, policy.targets), _DESK_TRACKS)


_RECEIPT_TRACKS = (Track(Audience.HANDLERS, (0,)), Track(Audience.AUTHORITY, (0,)))
_DESK_TRACKS = (Track(Audience.HANDLERS, (0, 1)), Track(Audience.COORDINATOR, (1,)))


@cache
def _reply_tracks(policy: ReminderPolicy) -> tuple[Track, ...]:
    before = tuple(-days for days in sorted(policy.before_wd, reverse=True))
    head, commune, province = policy.escalate_wd
    every = policy.overdue_every_wd
    return (
        Track(Audience.AUTHORITY, (*before, 0, *policy.overdue_wd), every),
        Track(Audience.HANDLERS, policy.overdue_wd, every),
        Track(Audience.HEAD, (head,)),
        Track(Audience.FOLLOW_UP, (head,)),
        Track(Audience.COMMUNE, (commune,)),
        Track(Audience.PROVINCE, (province,)),
    )
