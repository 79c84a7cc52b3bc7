"""The clocks of a case: triage, forwarding, the authority's reply with its one extension, and relay.

The authority's clock starts on the day the authority receives the supervising subject's paper, runs 20 working
days, and may be prolonged once to at most 30 in all from the same start (Quy định 124-QĐ/TW, 2/2/2018).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from cases.calendar import ZONE, WorkCalendar, local_date
from cases.deadlines import (
    ClockError,
    DeadlineProfile,
    InternalTargets,
    profile_for,
    profiles_from_mapping,
)
from cases.model import Case, Extension, Kind

__all__ = [
    "ClockError",
    "DeadlineProfile",
    "DueChange",
    "InternalTargets",
    "apply",
    "days_left",
    "elapsed_days",
    "forward_due",
    "grant_extension",
    "is_overdue",
    "latest_due_on",
    "overdue_days",
    "preview_recompute",
    "profile_for",
    "profiles_from_mapping",
    "receipt_alert_on",
    "recompute",
    "relay_due",
    "start_authority_clock",
    "tell_resident_due",
    "triage_due",
    "triage_start",
]


def triage_start(instant: datetime, calendar: WorkCalendar, cutoff: time | None) -> date:
    """The day before day 1 of triage: today up to and including the cut-off of a working day, else the next one."""
    day = local_date(instant)
    if cutoff is None:
        return day
    if calendar.is_working_day(day) and _local_time(instant) <= cutoff:
        return day
    return calendar.next_working_day(day)


def triage_due(submitted_at: datetime, calendar: WorkCalendar, targets: InternalTargets) -> date:
    """The last day to triage. Its start day is never counted, whatever the setting for the authority's clock."""
    return calendar.add_working_days(triage_start(submitted_at, calendar, targets.cutoff), targets.triage_wd)


def forward_due(submitted: datetime | date, calendar: WorkCalendar, targets: InternalTargets) -> date:
    """The last day to forward to the authority."""
    return calendar.add_working_days(_local_day(submitted), targets.forward_wd)


def tell_resident_due(submitted: datetime | date, calendar: WorkCalendar, targets: InternalTargets) -> date:
    """The last day to tell the resident that the report was accepted or passed on (Quy định 11-QĐi/TW)."""
    return calendar.add_working_days(_local_day(submitted), targets.tell_resident_wd)


def receipt_alert_on(forwarded: datetime | date, calendar: WorkCalendar, targets: InternalTargets) -> date:
    """The day on which a missing confirmation of receipt raises the alert."""
    return calendar.add_working_days(_local_day(forwarded), targets.no_receipt_alert_wd)


def relay_due(answered: datetime | date, calendar: WorkCalendar, targets: InternalTargets) -> date:
    """The last day to relay the written reply to the resident."""
    return calendar.add_working_days(_local_day(answered), targets.relay_wd)


def start_authority_clock(
    case: Case, received_on: date, profile: DeadlineProfile, calendar: WorkCalendar, today: date
) -> None:
    """Start the reply clock on the day the authority received the paper; the case is unchanged if refused.

    A case sent on to another authority gets a new clock without the former extension, and keeps
    `first_received_on`. ClockError codes: `kind_without_clock`, `not_forwarded`, `received_in_future`,
    `received_before_forwarding`. The paper may have been dated before its forwarding was recorded here,
    so the earlier of both days is the limit.
    """
    _check_receipt(case, received_on, today)
    due_on = calendar.nth_working_day(received_on, profile.reply_wd)
    case.received_on = received_on
    case.first_received_on = case.first_received_on or received_on
    case.due_on = due_on
    case.extension = None
    case.clock_version += 1
    case.calendar_version = calendar.version


def latest_due_on(case: Case, profile: DeadlineProfile, calendar: WorkCalendar) -> date:
    """The last day an extension could reach: the 30th working day, never earlier than what is already promised."""
    if case.received_on is None or case.due_on is None:
        raise ClockError("extension_no_clock")
    return max(calendar.nth_working_day(case.received_on, profile.max_extended_wd), case.due_on)


def grant_extension(
    case: Case,
    asked_at: datetime,
    extra_or_until: int | date,
    reason: str,
    doc_no: str,
    doc_date: date | None,
    signed_by: str,
    profile: DeadlineProfile,
    calendar: WorkCalendar,
) -> Extension:
    """Prolong the reply clock once, by working days or until a date, cut at the 30th working day from receipt.

    Allowed until 24:00 local of the due day, with a reason and a numbered, dated, signed document.
    ClockError codes: `extension_no_clock`, `extension_twice`, `extension_late`, `extension_no_reason`,
    `extension_no_document`, `extension_doc_late`, `extension_not_longer`.
    """
    asked_on = local_date(asked_at)
    due_on = _extendable_due(case, asked_on)
    if not reason.strip():
        raise ClockError("extension_no_reason")
    if doc_date is None or not doc_no.strip() or not signed_by.strip():
        raise ClockError("extension_no_document")
    if doc_date > asked_on:
        raise ClockError("extension_doc_late", date=doc_date)
    until = _extended_until(due_on, extra_or_until, latest_due_on(case, profile, calendar), calendar)
    case.extension = Extension(asked_on, until, reason.strip(), doc_no.strip(), doc_date, signed_by.strip())
    case.clock_version += 1
    case.calendar_version = calendar.version
    return case.extension


def is_overdue(case: Case, today: date) -> bool:
    """True from 00:00 of the calendar day after the last day of the term, while no written reply is recorded."""
    due_on = case.effective_due_on
    return due_on is not None and case.awaits_reply and today > due_on


def overdue_days(case: Case, today: date, calendar: WorkCalendar) -> int:
    """Working days past the term; 0 if not overdue, answered, or only rest days have passed since."""
    due_on = case.effective_due_on
    if due_on is None or not is_overdue(case, today):
        return 0
    return calendar.working_days_between(due_on, today)


def days_left(case: Case, today: date, calendar: WorkCalendar) -> int | None:
    """Working days after today up to the last day of the term, negative once past; None while no clock runs."""
    due_on = case.effective_due_on
    if due_on is None or not case.awaits_reply:
        return None
    return calendar.working_days_between(today, due_on)


def elapsed_days(case: Case, today: date, calendar: WorkCalendar) -> int:
    """Working days since the first authority received the case: returning it from body to body does not hide them."""
    if case.first_received_on is None:
        return 0
    return calendar.working_days_between(case.first_received_on, today)


@dataclass(frozen=True, slots=True)
class DueChange:
    """A running term that another calendar moves: the last day told so far, and the new one."""

    case_id: str
    code: str
    old: date
    new: date


def recompute(case: Case, profile: DeadlineProfile, calendar: WorkCalendar, today: date) -> DueChange | None:
    """What an edited calendar would do to a running term, changing nothing; None if it stays.

    An extension keeps its number of working days. A date that would move to before today is left as promised:
    no calendar edit makes a case overdue backwards.
    """
    moved = _moved(case, profile, calendar, today)
    return moved[0] if moved else None


def preview_recompute(
    cases: Iterable[Case], profiles: Mapping[str, DeadlineProfile], calendar: WorkCalendar, today: date
) -> list[DueChange]:
    """The changes to show before an edited calendar is saved; changes nothing."""
    changes = (
        recompute(case, profiles.get(case.profile) or profile_for(case.subject, profiles), calendar, today)
        for case in cases
    )
    return [change for change in changes if change is not None]


def apply(case: Case, profile: DeadlineProfile, calendar: WorkCalendar, today: date) -> DueChange | None:
    """Carry out what `recompute` foretells; the new clock version voids reminders of the old date."""
    moved = _moved(case, profile, calendar, today)
    if moved is None:
        return None
    change, case.due_on, extended = moved
    if case.extension and extended:
        case.extension = replace(case.extension, due_on=extended)
    case.clock_version += 1
    case.calendar_version = calendar.version
    return change


def _local_time(instant: datetime) -> time:
    return instant.astimezone(ZONE).time()


def _local_day(moment: datetime | date) -> date:
    return local_date(moment) if isinstance(moment, datetime) else moment


def _check_receipt(case: Case, received_on: date, today: date) -> None:
    if case.kind not in (Kind.REPORT, Kind.PETITION):
        raise ClockError("kind_without_clock")
    if case.forwarded_at is None:
        raise ClockError("not_forwarded")
    forwarded_on = min(local_date(case.forwarded_at), case.forward_doc_date or date.max)
    if received_on > today:
        raise ClockError("received_in_future", date=received_on, today=today)
    if received_on < forwarded_on:
        raise ClockError("received_before_forwarding", date=received_on, forwarded_on=forwarded_on)


def _extendable_due(case: Case, asked_on: date) -> date:
    """The due date an extension may still move."""
    if case.received_on is None or case.due_on is None or not case.awaits_reply or asked_on < case.received_on:
        raise ClockError("extension_no_clock")
    if case.extension is not None:
        raise ClockError("extension_twice", date=case.extension.due_on)
    if asked_on > case.due_on:
        raise ClockError("extension_late", date=case.due_on)
    return case.due_on


def _extended_until(due_on: date, extra_or_until: int | date, latest: date, calendar: WorkCalendar) -> date:
    until = due_on
    if not isinstance(extra_or_until, int):
        until = min(extra_or_until, latest)
    elif extra_or_until > 0:
        until = calendar.add_working_days(due_on, min(extra_or_until, calendar.working_days_between(due_on, latest)))
    if until <= due_on:
        raise ClockError("extension_not_longer", date=due_on)
    return calendar.on_or_after(until)


def _moved(
    case: Case, profile: DeadlineProfile, calendar: WorkCalendar, today: date
) -> tuple[DueChange, date, date | None] | None:
    """The change of a running term, with its due and extended dates; None where the last day stays."""
    old = case.effective_due_on
    if case.received_on is None or case.due_on is None or old is None or not case.awaits_reply:
        return None
    due_on = _kept(case.due_on, calendar.nth_working_day(case.received_on, profile.reply_wd), calendar, today)
    extended = None
    if case.extension is not None:
        days = _calendar_of(case, calendar).working_days_between(case.received_on, case.extension.due_on)
        longest = calendar.nth_working_day(case.received_on, profile.max_extended_wd)
        recounted = min(calendar.add_working_days(case.received_on, days), longest)
        extended = max(due_on, _kept(case.extension.due_on, recounted, calendar, today))
    new = extended or due_on
    return (DueChange(case.id, case.code, old, new), due_on, extended) if new != old else None


def _kept(old: date, new: date, calendar: WorkCalendar, today: date) -> date:
    """The new date, unless it takes back days that have already passed."""
    return calendar.on_or_after(old) if new < old and new < today else new


def _calendar_of(case: Case, calendar: WorkCalendar) -> WorkCalendar:
    """The calendar the case was counted under, or the oldest one known (later edits left the case as it was)."""
    while calendar.previous is not None and calendar.version > case.calendar_version:
        calendar = calendar.previous
    return calendar
