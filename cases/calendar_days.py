"""The entries of the working-day calendar: read from data and checked against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from cases.reasons import Reason

STATUSES = frozenset({"official", "law", "confirm", "estimated"})
_SATURDAY = 5
_OFF_KEYS = frozenset({"date", "name", "name_en", "status", "swapped_with", "document"})
_MAKE_UP_KEYS = frozenset({"date", "for", "status", "document"})


class CalendarError(Reason):
    """The calendar data contradict themselves: text `calendar_{code}`; `entry` is what is wrong (ISO date or year)."""

    family = "calendar"

    def __init__(self, code: str, entry: Day | int | str, **values: object) -> None:
        super().__init__(code, **{"date": entry, **values} if isinstance(entry, Day) else {"what": entry, **values})
        self.entry = str(entry)


def vn_date(day: Day) -> str:
    """dd/mm/yyyy, as Vietnamese papers write it."""
    return f"{day:%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day state bodies rest. `status`: official, law (Bộ luật Lao động 2019, art. 111-112), confirm or estimated."""

    date: Day
    name: str
    status: str
    swapped_with: Day | None = None
    document: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class MakeUpDay:
    """A Saturday or Sunday worked in exchange for `for_day` (ngày làm bù)."""

    date: Day
    for_day: Day | None
    status: str
    document: str = ""


class Why(StrEnum):
    """Why a day is counted or skipped; NOTHING for an ordinary working day."""

    NOTHING = ""
    START = "start"
    REST = "rest"
    HOLIDAY = "holiday"
    MADE_UP = "made_up"


@dataclass(frozen=True, slots=True)
class ExplainedDay:
    """One calendar day of a count: its number, or None and why it was skipped (a counted day may have a reason too).

    `off` is the holiday behind HOLIDAY, `for_day` the day a make-up day stands for; `status` as in the calendar.
    `cases.telling` makes sentences of it.
    """

    day: Day
    number: int | None
    why: Why = Why.NOTHING
    off: DayOff | None = None
    for_day: Day | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a due date came about: every calendar day from the start to the due day, both included."""

    start: Day
    n: int
    due: Day
    days: tuple[ExplainedDay, ...]
    provisional: bool


@dataclass(frozen=True, slots=True)
class CalendarEntries:
    """The content of a calendar file, each value of its right type, not yet checked against the others."""

    days_off: tuple[DayOff, ...]
    make_up_days: tuple[MakeUpDay, ...]
    years_complete: tuple[int, ...]
    years_provisional: tuple[int, ...]
    count_first_day: bool


def days_from_mapping(data: Mapping[str, object]) -> CalendarEntries:
    """The entries of a parsed calendar file. CalendarError for a wrong shape or a year without a single day off."""
    if data.get("timezone", "Asia/Ho_Chi_Minh") != "Asia/Ho_Chi_Minh":
        raise CalendarError("zone", str(data["timezone"]))
    if data.get("weekend", ["sat", "sun"]) != ["sat", "sun"]:
        raise CalendarError("weekend", str(data["weekend"]))
    entries = CalendarEntries(
        days_off=tuple(_day_off(entry) for entry in _list(data, "days_off")),
        make_up_days=tuple(_make_up_day(entry) for entry in _list(data, "working_weekends")),
        years_complete=tuple(_year(year) for year in _list(data, "years_complete")),
        years_provisional=tuple(_year(year) for year in _list(data, "years_provisional")),
        count_first_day=data.get("count_first_day", False) is True,
    )
    described = {entry.date.year for entry in entries.days_off}
    for year in entries.years_complete + entries.years_provisional:
        if year not in described:
            raise CalendarError("year_empty", year)
    return entries


def check_days(
    days_off: Sequence[DayOff],
    make_up_days: Sequence[MakeUpDay],
    years_complete: Sequence[int],
    years_provisional: Sequence[int],
) -> None:
    """Raise CalendarError at the first contradiction: a day twice, off and worked, a worked weekday, a year missing."""
    years = _check_years(years_complete, years_provisional)
    entries: tuple[DayOff | MakeUpDay, ...] = (*days_off, *make_up_days)
    for entry in entries:
        _check_entry(entry, years)
    off = _once(days_off, "days_off")
    _once(make_up_days, "working_weekends")
    for made_up in make_up_days:
        _check_make_up(made_up, off)


def half_swaps(days_off: Iterable[DayOff], make_up_days: Iterable[MakeUpDay]) -> list[CalendarError]:
    """Swaps of which only one side is entered (texts `calendar_half_…`): no contradiction, but somebody should look."""
    off = {entry.date for entry in days_off}
    worked = {entry.date for entry in make_up_days}
    return [
        CalendarError("half_off", entry.date, other=entry.swapped_with)
        for entry in days_off
        if entry.swapped_with and entry.swapped_with not in worked
    ] + [
        CalendarError("half_worked", entry.date, other=entry.for_day)
        for entry in make_up_days
        if entry.for_day and entry.for_day not in off
    ]


def _check_years(complete: Sequence[int], provisional: Sequence[int]) -> frozenset[int]:
    years = sorted((*complete, *provisional))
    if not years:
        raise CalendarError("no_year", "years_complete")
    for before, after in pairwise(years):
        if before == after:
            raise CalendarError("year_twice", after)
        if after != before + 1:
            raise CalendarError("year_missing", before + 1, before=before, after=after)
    return frozenset(years)


def _once(entries: Sequence[DayOff | MakeUpDay], where: str) -> dict[Day, DayOff | MakeUpDay]:
    seen: dict[Day, DayOff | MakeUpDay] = {}
    for entry in entries:
        if entry.date in seen:
            raise CalendarError("day_twice", entry.date, where=where)
        seen[entry.date] = entry
    return seen


def _check_entry(entry: DayOff | MakeUpDay, years: frozenset[int]) -> None:
    day = entry.date
    if isinstance(day, datetime):
        raise CalendarError("instant", str(day))
    if day.year not in years:
        raise CalendarError("year_unknown", day, year=day.year)
    if entry.status not in STATUSES:
        raise CalendarError("status", day, status=repr(entry.status), known=", ".join(sorted(STATUSES)))
    if isinstance(entry, DayOff) and not entry.name.strip():
        raise CalendarError("nameless", day)


def _check_make_up(made_up: MakeUpDay, off: Mapping[Day, DayOff | MakeUpDay]) -> None:
    day = made_up.date
    if day in off:
        raise CalendarError("make_up_off", day)
    if day.weekday() < _SATURDAY:
        raise CalendarError("make_up_weekday", day)
    for_day = made_up.for_day
    other = off.get(for_day) if for_day else None
    if for_day and isinstance(other, DayOff) and other.swapped_with not in (None, day):
        raise CalendarError("swap_mismatch", day, for_day=for_day)


def _list(data: Mapping[str, object], key: str) -> Sequence[object]:
    value = data.get(key) or []
    if not isinstance(value, list | tuple):
        raise CalendarError("no_list", key)
    return value


def _year(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise CalendarError("no_year_number", str(value))
    return value


def _entry(value: object, keys: frozenset[str]) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise CalendarError("shape", str(value))
    strange = sorted(str(key) for key in value if key not in keys)
    if strange:
        known = ", ".join(sorted(keys))
        raise CalendarError("strange_keys", str(value.get("date")), keys=", ".join(strange), known=known)
    return value


def _day(value: object, where: Mapping[str, object]) -> Day:
    if isinstance(value, str):
        try:
            return Day.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, Day) or isinstance(value, datetime):
        raise CalendarError("unreadable_day", str(dict(where)))
    return value


def _day_off(value: object) -> DayOff:
    entry = _entry(value, _OFF_KEYS)
    swapped = entry.get("swapped_with")
    return DayOff(
        date=_day(entry.get("date"), entry),
        name=str(entry.get("name") or ""),
        status=str(entry.get("status") or ""),
        swapped_with=_day(swapped, entry) if swapped else None,
        document=str(entry.get("document") or ""),
        name_en=str(entry.get("name_en") or ""),
    )


def _make_up_day(value: object) -> MakeUpDay:
    entry = _entry(value, _MAKE_UP_KEYS)
    for_day = entry.get("for")
    return MakeUpDay(
        date=_day(entry.get("date"), entry),
        for_day=_day(for_day, entry) if for_day else None,
        status=str(entry.get("status") or ""),
        document=str(entry.get("document") or ""),
    )
