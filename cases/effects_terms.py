"""What an edit of dates would do: clocks moved by a calendar, and terms for cases to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cases.bodies import Directory
from cases.calendar import WorkCalendar
from cases.clocks import DueChange
from cases.deadlines import DeadlineProfile
from cases.model import Case, Officer, OfficerRole
from cases.visibility import Sight, sight

Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Moved:
    """Clocks that would end in another month or only on another day of it."""

    old: Month
    new: Month
    count: int
    later: int  # how many of them end later


@dataclass(frozen=True, slots=True)
class CalendarEffect:
    """What a viewer may know of moved clocks: single cases only where she may see them."""

    total: int
    months: tuple[Moved, ...]
    named: tuple[DueChange, ...]


def calendar_effect(
    viewer: Officer, changes: Sequence[tuple[Case, DueChange]], directory: Directory, today: date
) -> CalendarEffect:
    """Administrators read no case, so they get counts by month; others get what their sight allows, and only that.

    Who is shut out of a case does not even find it counted.
    """
    if OfficerRole.ADMIN in viewer.roles:
        counted, named = [change for _, change in changes], []
    else:
        seen = [(sight(viewer, case, directory, today), change) for case, change in changes]
        counted = [change for how, change in seen if how >= Sight.FIGURES]
        named = [change for how, change in seen if how >= Sight.NOTICE]
    return CalendarEffect(len(counted), _by_month(counted), tuple(sorted(named, key=lambda one: one.old)))


def _by_month(changes: Iterable[DueChange]) -> tuple[Moved, ...]:
    counts: Counter[tuple[Month, Month]] = Counter()
    later: Counter[tuple[Month, Month]] = Counter()
    for change in changes:
        way = (change.old.year, change.old.month), (change.new.year, change.new.month)
        counts[way] += 1
        later[way] += change.new > change.old
    return tuple(Moved(*way, counts[way], later[way]) for way in sorted(counts))


@dataclass(frozen=True, slots=True)
class TermExample:
    """One profile before and after, with the day a paper received on `start` would be due."""

    profile: str
    start: date
    old_days: int
    new_days: int
    old_due: date
    new_due: date


def term_examples(
    before: Iterable[DeadlineProfile], after: Iterable[DeadlineProfile], calendar: WorkCalendar, start: date
) -> list[TermExample]:
    """Examples for the profiles whose term changes; only clocks that start from `start` on are meant."""
    old = {one.code: one for one in before}
    return [
        TermExample(
            new.code,
            start,
            old[new.code].reply_wd,
            new.reply_wd,
            calendar.nth_working_day(start, old[new.code].reply_wd),
            calendar.nth_working_day(start, new.reply_wd),
        )
        for new in after
        if new.code in old and new.reply_wd != old[new.code].reply_wd
    ]
