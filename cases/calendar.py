"""The working-day calendar of Vietnamese state bodies: which days count, and the n-th one after a date.

Convention (a setting, since no rule for Party deadlines names one): the first day is not counted and the
term ends at 24:00 of the n-th working day, as in Bộ luật Dân sự 2015, art. 147(2) and 148.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from cases.calendar_days import (
    CalendarError,
    DayOff,
    ExplainedDay,
    Explanation,
    MakeUpDay,
    Why,
    check_days,
    days_from_mapping,
    vn_date,
)
from cases.reasons import Reason

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_SATURDAY = 5
_DAY = timedelta(days=1)
_REPLACEABLE = ("estimated", "confirm")

__all__ = [
    "ZONE",
    "CalendarError",
    "CalendarIncomplete",
    "DayOff",
    "ExplainedDay",
    "Explanation",
    "MakeUpDay",
    "Why",
    "WorkCalendar",
    "local_date",
    "local_midnight",
    "vn_date",
]


class CalendarIncomplete(Reason):
    """The answer needs a day for which nobody has entered the calendar; a guess would be worse than a refusal."""

    def __init__(self, day: date, first: date, last: date) -> None:
        super().__init__("calendar_missing", date=day, first=first, last=last, year=day.year)


def local_date(instant: datetime) -> date:
    """The calendar day in Vietnam at an aware instant. ValueError for a naive one."""
    if instant.utcoffset() is None:
        raise ValueError("an instant without a time zone has no local date")
    return instant.astimezone(ZONE).date()


def local_midnight(day: date) -> datetime:
    """The instant at which `day` begins in Vietnam, aware UTC."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


@dataclass(frozen=True)
class WorkCalendar:
    """Days off, make-up days and the tables prepared from them. Immutable: an edit gives a new calendar.

    Years outside `years_complete` and `years_provisional` are unknown and raise `CalendarIncomplete`; the table
    runs from `first_day` to `last_day`. `previous` is the calendar this one was edited from; extensions are
    recounted with its help.
    """

    days_off: tuple[DayOff, ...]
    make_up_days: tuple[MakeUpDay, ...]
    years_complete: tuple[int, ...]
    years_provisional: tuple[int, ...] = ()
    version: int = 1
    count_first_day: bool = False
    previous: WorkCalendar | None = field(default=None, compare=False, repr=False)
    first_day: date = field(init=False, compare=False)
    last_day: date = field(init=False, compare=False)
    _off: Mapping[date, DayOff] = field(init=False, compare=False, repr=False)
    _made_up: Mapping[date, MakeUpDay] = field(init=False, compare=False, repr=False)
    _base: int = field(init=False, compare=False, repr=False)
    _through: tuple[int, ...] = field(init=False, compare=False, repr=False)
    _working: tuple[date, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_days(self.days_off, self.make_up_days, self.years_complete, self.years_provisional)
        years = self.years_complete + self.years_provisional
        prepare = object.__setattr__
        prepare(self, "first_day", date(min(years), 1, 1))
        prepare(self, "last_day", date(max(years), 12, 31))
        prepare(self, "_off", {entry.date: entry for entry in self.days_off})
        prepare(self, "_made_up", {entry.date: entry for entry in self.make_up_days})
        span = [self.first_day + _DAY * i for i in range((self.last_day - self.first_day).days + 1)]
        lead = _lead_in(self.first_day)
        prepare(self, "_base", self.first_day.toordinal() - lead)
        prepare(self, "_through", (0,) * lead + tuple(accumulate(map(self._works, span))))
        prepare(self, "_working", tuple(filter(self._works, span)))

    @classmethod
    def build(
        cls,
        days_off: Iterable[DayOff],
        make_up_days: Iterable[MakeUpDay],
        years_complete: Iterable[int],
        years_provisional: Iterable[int],
        version: int = 1,
        count_first_day: bool = False,
        previous: WorkCalendar | None = None,
    ) -> WorkCalendar:
        """A calendar from its entries in any order. CalendarError where they contradict each other."""
        return cls(
            days_off=tuple(sorted(days_off, key=_ordinal)),
            make_up_days=tuple(sorted(make_up_days, key=_ordinal)),
            years_complete=tuple(sorted(years_complete)),
            years_provisional=tuple(sorted(years_provisional)),
            version=version,
            count_first_day=count_first_day,
            previous=previous,
        )

    @classmethod
    def from_mapping(
        cls, data: Mapping[str, object], version: int = 1, previous: WorkCalendar | None = None
    ) -> WorkCalendar:
        """A calendar from the parsed `holidays_vn.yaml`. CalendarError names the entry that is wrong."""
        entries = days_from_mapping(data)
        return cls.build(
            entries.days_off,
            entries.make_up_days,
            entries.years_complete,
            entries.years_provisional,
            version,
            entries.count_first_day,
            previous,
        )

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday less days off, plus make-up days (40-hour week, QĐ 188/1999/QĐ-TTg)."""
        self._counted_through(day)
        if day < self.first_day:
            raise self._incomplete(day)
        return self._works(day)

    def reason_off(self, day: date) -> DayOff | Why | None:
        """The holiday on which nobody works that day, `Why.REST` on a weekend; None on a working day."""
        return None if self.is_working_day(day) else self._off.get(day, Why.REST)

    def nth_working_day(self, start: date, n: int) -> date:
        """The day that ends a term of `n` working days from `start`, which itself counts only by `count_first_day`."""
        if n < 1:
            raise ValueError(f"a term has at least one working day, not {n}")
        before = self._counted_through(start)
        if self.count_first_day and self.is_working_day(start):
            before -= 1
        return self._at(before + n - 1)

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day strictly after `day`, strictly before it for negative n, `day` itself for 0."""
        if n == 0:
            return day
        through = self._counted_through(day)
        if n > 0:
            return self._at(through + n - 1)
        return self._at(through + n - self.is_working_day(day))

    def next_working_day(self, day: date) -> date:
        """The first working day strictly after `day`."""
        return self.add_working_days(day, 1)

    def on_or_after(self, day: date) -> date:
        """`day` if people work then, else the next working day (Bộ luật Dân sự 2015, art. 148(5))."""
        return day if self.is_working_day(day) else self.next_working_day(day)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days in (start, end]; the same number negative when `end` comes first."""
        return self._counted_through(end) - self._counted_through(start)

    def is_provisional(self, start: date, end: date) -> bool:
        """True if the days from start to end touch a provisional year or an estimated day off."""
        low, high = min(start, end), max(start, end)
        self._counted_through(high)
        if any(low.year <= year <= high.year for year in self.years_provisional):
            return True
        return any(entry.status == "estimated" and low < entry.date <= high for entry in self.days_off)

    def explain(self, start: date, n: int) -> Explanation:
        """The n-th working day from `start` with every day on the way, counted or skipped with its reason."""
        due = self.nth_working_day(start, n)
        span = [start + _DAY * i for i in range((due - start).days + 1)]
        number = 0
        days = []
        for day in span:
            first = day == start and not self.count_first_day
            counted = self._works(day) and not first
            number += counted
            told = ExplainedDay(day, None, Why.START) if first else self._explained(day)
            days.append(replace(told, number=number if counted else None))
        return Explanation(start, n, due, tuple(days), self.is_provisional(start, due))

    def with_day_off(self, day_off: DayOff) -> WorkCalendar:
        """A new calendar, one version up, with one more day off; an announced one replaces its own estimate."""
        known = self._off.get(day_off.date)
        kept = [entry for entry in self.days_off if entry is not known or entry.status not in _REPLACEABLE]
        return self._edited((*kept, day_off), self.make_up_days)

    def with_make_up_day(self, make_up_day: MakeUpDay) -> WorkCalendar:
        """A new calendar, one version up, with one more rest day that is worked."""
        return self._edited(self.days_off, (*self.make_up_days, make_up_day))

    def without(self, day: date) -> WorkCalendar:
        """A new calendar, one version up, without the entry for `day`: an estimate that did not come true."""
        if day not in self._off and day not in self._made_up:
            raise CalendarError("day_unknown", day)
        return self._edited(
            (entry for entry in self.days_off if entry.date != day),
            (entry for entry in self.make_up_days if entry.date != day),
        )

    def _edited(self, days_off: Iterable[DayOff], make_up_days: Iterable[MakeUpDay]) -> WorkCalendar:
        return self.build(
            days_off,
            make_up_days,
            self.years_complete,
            self.years_provisional,
            self.version + 1,
            self.count_first_day,
            self,
        )

    def _works(self, day: date) -> bool:
        return day in self._made_up or (day.weekday() < _SATURDAY and day not in self._off)

    def _explained(self, day: date) -> ExplainedDay:
        if made_up := self._made_up.get(day):
            return ExplainedDay(day, None, Why.MADE_UP, None, made_up.for_day, made_up.status)
        if off := self._off.get(day):
            return ExplainedDay(day, None, Why.HOLIDAY, off, None, off.status)
        return ExplainedDay(day, None, Why.REST if day.weekday() >= _SATURDAY else Why.NOTHING)

    def _counted_through(self, day: date) -> int:
        """Working days from the beginning of the table through `day`."""
        if isinstance(day, datetime):
            raise TypeError("a calendar counts days; take local_date() of the instant first")
        index = day.toordinal() - self._base
        if 0 <= index < len(self._through):
            return self._through[index]
        raise self._incomplete(day)

    def _at(self, index: int) -> date:
        if 0 <= index < len(self._working):
            return self._working[index]
        raise self._incomplete(self.first_day - _DAY if index < 0 else self.last_day + _DAY)

    def _incomplete(self, day: date) -> CalendarIncomplete:
        return CalendarIncomplete(day, self.first_day, self.last_day)


def _ordinal(entry: DayOff | MakeUpDay) -> int:
    return entry.date.toordinal()


def _lead_in(first_day: date) -> int:
    """Days before the table from which a count may start: back to the last weekday, which itself is never counted."""
    lead = 1
    while (first_day - _DAY * lead).weekday() >= _SATURDAY:
        lead += 1
    return lead
