"""Spans of time that figures and reports are about: quarters, half-years and years that end on the cut-off day.

A period ends on the cut-off day of its last month and begins on the day after the cut-off before it (pattern of
Nghị định 09/2019/NĐ-CP for reports of state bodies); Party reports are set locally, so both days are settings.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_CODE = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|(?P<month>0[1-9]|1[0-2])))?")
_DAY = timedelta(days=1)


class Every(StrEnum):
    """How often a report is due; the value is what its periods are called by."""

    QUARTER = "quarter"
    HALF = "half_year"
    YEAR = "year"
    MONTH = "month"  # for the dashboard only
    SPAN = "span"  # chosen by hand, for the dashboard only


MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}


class UnknownPeriod(ValueError):
    """A period is written `2026-Q4`, `2026-H2`, `2026`, `2026-11` or `2026-01-01..2026-03-31`."""


@dataclass(frozen=True, slots=True)
class Cutoff:
    """The last day counted and the day the report is due, both in the last month of the period.

    A due day that is not after the cut-off day falls in the month after. Days beyond a month's end mean its end.
    """

    day: int = 14
    due: int = 15

    def __post_init__(self) -> None:
        if not (1 <= self.day <= 31 and 1 <= self.due <= 31):
            raise ValueError("cutoff_day")


@dataclass(frozen=True, slots=True)
class Period:
    """Both days are counted. `due_on` is the day its report must be out."""

    code: str
    every: Every
    start: date
    end: date
    due_on: date

    def holds(self, day: date | None) -> bool:
        """True for a day within."""
        return day is not None and self.start <= day <= self.end

    @property
    def year(self) -> int:
        """The year it belongs to."""
        return int(self.code[:4])

    @property
    def number(self) -> int:
        """Which quarter, half-year or month of the year; 0 for a whole year or a span."""
        tail = self.code[5:].lstrip("QH")
        return int(tail) if self.every is not Every.SPAN and tail else 0


def period(code: str, cutoff: Cutoff = Cutoff()) -> Period:
    """The period written so. Raises UnknownPeriod."""
    if ".." in code:
        return _span(code)
    found = _CODE.fullmatch(code.strip().upper())
    if found is None or not 1900 < int(found["year"]) < 9000:
        raise UnknownPeriod(code)
    year = int(found["year"])
    if found["month"]:
        last = int(found["month"])
        return _built(code, Every.MONTH, year, last, Cutoff(31, cutoff.due))
    if found["quarter"]:
        return _built(code.upper(), Every.QUARTER, year, 3 * int(found["quarter"]), cutoff)
    if found["half"]:
        return _built(code.upper(), Every.HALF, year, 6 * int(found["half"]), cutoff)
    return _built(code.strip(), Every.YEAR, year, 12, cutoff)


def current(every: Every, day: date, cutoff: Cutoff = Cutoff()) -> Period:
    """The period of this rhythm in which `day` lies."""
    for year in (day.year, day.year + 1):
        for number in range(1, 12 // MONTHS[every] + 1):
            found = period(_code(every, year, number), cutoff)
            if found.holds(day):
                return found
    raise UnknownPeriod(every)  # unreachable: periods of two years cover every day of the first


def same_last_year(of: Period, cutoff: Cutoff = Cutoff()) -> Period:
    """The period to compare with."""
    if of.every is Every.SPAN:
        return _span(f"{_year_before(of.start)}..{_year_before(of.end)}")
    return period(f"{of.year - 1}{of.code[4:]}", cutoff)


def before(of: Period, cutoff: Cutoff = Cutoff()) -> Period:
    """The period that ends where this one begins."""
    if of.every is Every.SPAN:
        return _span(f"{of.start - (of.end - of.start) - _DAY}..{of.start - _DAY}")
    return current(of.every, of.start - _DAY, cutoff)


def after(of: Period, cutoff: Cutoff = Cutoff()) -> Period:
    """The period that begins where this one ends."""
    if of.every is Every.SPAN:
        return _span(f"{of.end + _DAY}..{of.end + (of.end - of.start) + _DAY}")
    return current(of.every, of.end + _DAY, cutoff)


def draft_due(every: Every, day: date, cutoff: Cutoff = Cutoff()) -> Period | None:
    """The period whose draft must exist on `day`: from the 1st of the month it is due in until the day it is due."""
    for year in (day.year - 1, day.year):
        for number in range(1, 12 // MONTHS[every] + 1):
            found = period(_code(every, year, number), cutoff)
            if found.due_on.replace(day=1) <= day <= found.due_on:
                return found
    return None


def year_before(day: date) -> date:
    """The same day a year before; 29 February becomes the 28th."""
    return _year_before(day)


def _built(code: str, every: Every, year: int, month: int, cutoff: Cutoff) -> Period:
    """The period that ends in `month` of `year`."""
    first = year * 12 + month - 1 - MONTHS[every]
    start = _day(first, cutoff.day) + _DAY
    last = year * 12 + month - 1
    return Period(code, every, start, _day(last, cutoff.day), _day(last + (cutoff.due <= cutoff.day), cutoff.due))


def _day(month: int, day: int) -> date:
    """That day of a month counted from year 0, or the month's last."""
    year, place = divmod(month, 12)
    return date(year, place + 1, min(day, monthrange(year, place + 1)[1]))


def _code(every: Every, year: int, number: int) -> str:
    tails = {Every.QUARTER: f"-Q{number}", Every.HALF: f"-H{number}", Every.MONTH: f"-{number:02d}"}
    return f"{year}{tails.get(every, '')}"


def _span(code: str) -> Period:
    start, _, end = code.partition("..")
    try:
        first, last = date.fromisoformat(start.strip()), date.fromisoformat(end.strip())
    except ValueError as error:
        raise UnknownPeriod(code) from error
    if first > last or first.year < 1900 or last.year > 9000:
        raise UnknownPeriod(code)
    return Period(f"{first}..{last}", Every.SPAN, first, last, last)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
