"""The entries of the working-day calendar: read from data and checked against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from itertools import pairwise

STATUSES = frozenset({"official", "law", "confirm", "estimated"})
_SATURDAY = 5
_OFF_KEYS = frozenset({"date", "name", "status", "swapped_with", "document"})
_MAKE_UP_KEYS = frozenset({"date", "for", "status", "document"})


class CalendarError(ValueError):
    """The calendar data contradict themselves. `code` is for programs, `entry` is what is wrong (ISO date or year)."""

    def __init__(self, code: str, entry: Day | int | str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
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


@dataclass(frozen=True, slots=True)
class MakeUpDay:
    """A Saturday or Sunday worked in exchange for `for_day` (ngày làm bù)."""

    date: Day
    for_day: Day | None
    status: str
    document: str = ""


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
        raise CalendarError("zone", str(data["timezone"]), "timezone phải là Asia/Ho_Chi_Minh.")
    if data.get("weekend", ["sat", "sun"]) != ["sat", "sun"]:
        raise CalendarError("weekend", str(data["weekend"]), "weekend phải là [sat, sun].")
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
            raise CalendarError("year_missing", year, f"Năm {year} được khai nhưng không có ngày nghỉ nào.")
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


def half_swaps(days_off: Iterable[DayOff], make_up_days: Iterable[MakeUpDay]) -> list[str]:
    """Swaps of which only one side is entered, as sentences: no contradiction, but somebody should look."""
    off = {entry.date for entry in days_off}
    worked = {entry.date for entry in make_up_days}
    return [
        f"{vn_date(entry.date)} hoán đổi với {vn_date(entry.swapped_with)} nhưng chưa khai ngày làm bù đó."
        for entry in days_off
        if entry.swapped_with and entry.swapped_with not in worked
    ] + [
        f"{vn_date(entry.date)} làm bù cho {vn_date(entry.for_day)} nhưng ngày ấy chưa khai là ngày nghỉ."
        for entry in make_up_days
        if entry.for_day and entry.for_day not in off
    ]


def _check_years(complete: Sequence[int], provisional: Sequence[int]) -> frozenset[int]:
    years = sorted((*complete, *provisional))
    if not years:
        raise CalendarError("year_missing", "", "Lịch phải khai ít nhất một năm.")
    for before, after in pairwise(years):
        if before == after:
            raise CalendarError("year_twice", after, f"Năm {after} được khai hai lần.")
        if after != before + 1:
            raise CalendarError("year_missing", before + 1, f"Thiếu năm {before + 1} giữa {before} và {after}.")
    return frozenset(years)


def _once(entries: Sequence[DayOff | MakeUpDay], where: str) -> dict[Day, DayOff | MakeUpDay]:
    seen: dict[Day, DayOff | MakeUpDay] = {}
    for entry in entries:
        if entry.date in seen:
            raise CalendarError("day_twice", entry.date, f"Ngày {vn_date(entry.date)} ghi hai lần trong {where}.")
        seen[entry.date] = entry
    return seen


def _check_entry(entry: DayOff | MakeUpDay, years: frozenset[int]) -> None:
    day = entry.date
    if isinstance(day, datetime):
        raise CalendarError("bad_entry", str(day), f"{day} là một thời điểm, cần một ngày.")
    if day.year not in years:
        sentence = f"Ngày {vn_date(day)} thuộc năm {day.year} chưa khai trong years_complete hay years_provisional."
        raise CalendarError("year_missing", day, sentence)
    if entry.status not in STATUSES:
        known = ", ".join(sorted(STATUSES))
        sentence = f"Ngày {vn_date(day)} có status {entry.status!r}; chỉ nhận {known}."
        raise CalendarError("bad_entry", day, sentence)
    if isinstance(entry, DayOff) and not entry.name.strip():
        raise CalendarError("bad_entry", day, f"Ngày nghỉ {vn_date(day)} chưa có tên.")


def _check_make_up(made_up: MakeUpDay, off: Mapping[Day, DayOff | MakeUpDay]) -> None:
    day = made_up.date
    if day in off:
        raise CalendarError("make_up_off", day, f"Ngày {vn_date(day)} vừa là ngày làm bù vừa là ngày nghỉ.")
    if day.weekday() < _SATURDAY:
        sentence = f"Ngày làm bù {vn_date(day)} không rơi vào thứ Bảy hay Chủ nhật."
        raise CalendarError("make_up_weekday", day, sentence)
    for_day = made_up.for_day
    other = off.get(for_day) if for_day else None
    if for_day and isinstance(other, DayOff) and other.swapped_with not in (None, day):
        sentence = f"Ngày {vn_date(day)} làm bù cho {vn_date(for_day)}, nhưng ngày ấy ghi hoán đổi với ngày khác."
        raise CalendarError("swap_mismatch", day, sentence)


def _list(data: Mapping[str, object], key: str) -> Sequence[object]:
    value = data.get(key) or []
    if not isinstance(value, list | tuple):
        raise CalendarError("bad_entry", key, f"{key} phải là một danh sách.")
    return value


def _year(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise CalendarError("bad_entry", str(value), f"{value!r} không phải là một năm.")
    return value


def _entry(value: object, keys: frozenset[str]) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise CalendarError("bad_entry", str(value), f"Mục {value!r} phải có dạng {{date: …, status: …}}.")
    strange = sorted(str(key) for key in value if key not in keys)
    if strange:
        sentence = f"Mục ngày {value.get('date')} có khóa lạ {', '.join(strange)}; chỉ nhận {', '.join(sorted(keys))}."
        raise CalendarError("bad_entry", str(value.get("date")), sentence)
    return value


def _day(value: object, where: Mapping[str, object]) -> Day:
    if isinstance(value, str):
        try:
            return Day.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, Day) or isinstance(value, datetime):
        raise CalendarError("bad_entry", str(where), f"Mục {dict(where)!r} có ngày không đọc được (cần YYYY-MM-DD).")
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
