"""The numbers behind reminders, read from the directory: which working days, which hours, and when all is quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from cases.calendar import ZONE, WorkCalendar
from cases.deadlines import ClockError, InternalTargets, hour, whole_days

_LISTS = {"before_due_wd": "before_wd", "overdue_wd": "overdue_wd", "escalate_at_overdue_wd": "escalate_wd"}
_NUMBERS = {
    "overdue_then_every_wd": "overdue_every_wd",
    "close_without_info_wd": "info_close_wd",
    "warn_before_close_wd": "info_warn_wd",
    "close_after_silence_wd": "silence_close_wd",
}
_KEYS = {*_LISTS, *_NUMBERS, "on_due_day", "quiet_hours", "only_on_working_days"}


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """The numbers of `reminders:` in the directory, in working days and local hours; all editable (domain 5.3)."""

    targets: InternalTargets = field(default_factory=InternalTargets)
    before_wd: tuple[int, ...] = (10, 5, 3, 1)
    on_due_day: time = time(8)
    overdue_wd: tuple[int, ...] = (1, 3, 5)
    overdue_every_wd: int = 5
    escalate_wd: tuple[int, ...] = (1, 5, 10)  # head and follow-up; next inside the commune; province
    quiet_from: time = time(20)
    quiet_to: time = time(7)
    working_days_only: bool = True
    info_close_wd: int = 15
    info_warn_wd: int = 3
    silence_close_wd: int = 10

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> ReminderPolicy:
        """From `reminders` and `internal_targets` of the directory. ClockError `data_…` names the wrong key."""
        raw = data.get("reminders") or {}
        if strange := sorted(set(raw) - _KEYS):
            raise ClockError("data_strange_keys", where="reminders", what=", ".join(strange))
        quiet = raw.get("quiet_hours") or {}
        found: dict[str, Any] = {name: _days(key, raw[key]) for key, name in _LISTS.items() if key in raw}
        found |= {name: _days(key, [raw[key]])[0] for key, name in _NUMBERS.items() if key in raw}
        policy = cls(
            targets=InternalTargets.from_mapping(data.get("internal_targets") or {}),
            on_due_day=hour("reminders.on_due_day", raw.get("on_due_day", "08:00")),
            quiet_from=hour("reminders.quiet_hours.from", quiet.get("from", "20:00")),
            quiet_to=hour("reminders.quiet_hours.to", quiet.get("to", "07:00")),
            working_days_only=raw.get("only_on_working_days", True) is True,
            **found,
        )
        _check(policy)
        return policy

    def is_quiet(self, hour: time) -> bool:
        """True in the hours in which nobody is written to unasked."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= hour < self.quiet_to
        return hour >= self.quiet_from or hour < self.quiet_to

    def opening(self, now: datetime, calendar: WorkCalendar) -> datetime:
        """The first instant from `now` on at which notices may be sent: `now` itself in open hours."""
        local = now.astimezone(ZONE)
        day, hour = local.date(), local.time()
        works = not self.working_days_only or calendar.is_working_day(day)
        if works and not self.is_quiet(hour):
            return now
        if works and hour >= self.quiet_to:
            day += timedelta(days=1)
        return instant(calendar.on_or_after(day) if self.working_days_only else day, self.quiet_to)


def instant(day: date, hour: time) -> datetime:
    """That local hour of that day, aware UTC."""
    return datetime.combine(day, hour, ZONE).astimezone(UTC)


def _check(policy: ReminderPolicy) -> None:
    for key, name in _LISTS.items():
        days = getattr(policy, name)
        if not days or len(set(days)) != len(days):
            raise ClockError("data_same_days", where=f"reminders.{key}")
    if len(policy.escalate_wd) != 3 or list(policy.escalate_wd) != sorted(policy.escalate_wd):
        raise ClockError("data_three_rising", where="reminders.escalate_at_overdue_wd")
    if policy.is_quiet(policy.on_due_day):
        raise ClockError("data_quiet_hour", where="reminders.on_due_day")
    if policy.info_warn_wd >= policy.info_close_wd:
        raise ClockError("data_not_less", where="reminders.warn_before_close_wd", what="close_without_info_wd")


def _days(key: str, values: object) -> tuple[int, ...]:
    if not isinstance(values, list | tuple):
        raise ClockError("data_no_list", where=f"reminders.{key}")
    return tuple(sorted(whole_days(f"reminders.{key}", value) for value in values))
