"""How a due date came about, told in the reader's language: every day counted or skipped, with its reason."""

from __future__ import annotations

from datetime import date

from cases.calendar_days import DayOff, ExplainedDay, Explanation, Why, vn_date
from cases.wording import SOURCE, Wording


def weekday(wording: Wording, day: date, lang: str = SOURCE) -> str:
    """`Thứ Hai` … `Chủ nhật`."""
    return wording.say(f"weekday_{day.isoweekday()}", lang)


def holiday(off: DayOff, lang: str = SOURCE) -> str:
    """The name of a day off; where nobody translated it, the Vietnamese one."""
    return (off.name_en if lang == "en" else "") or off.name


def reason(wording: Wording, day: ExplainedDay, lang: str = SOURCE) -> str:
    """Why this day is counted or skipped; empty for an ordinary working day."""
    if day.why is Why.HOLIDAY and day.off is not None:
        told = holiday(day.off, lang)
    elif day.why is Why.REST:
        told = weekday(wording, day.day, lang)
    elif day.why is Why.MADE_UP and day.for_day is not None:
        told = wording.say("day_made_up_for", lang, date=vn_date(day.for_day))
    else:
        told = wording.say(f"day_{day.why}", lang) if day.why else ""
    unsettled = day.status in ("estimated", "confirm")
    return f"{told} {wording.say(f'day_{day.status}', lang)}" if told and unsettled else told


def told_day(wording: Wording, day: ExplainedDay, lang: str = SOURCE) -> str:
    """One day as a sentence."""
    why = reason(wording, day, lang)
    key = ("day_skipped" if day.number is None else "day_counted") + ("_why" if why else "")
    return wording.say(key, lang, weekday=weekday(wording, day.day, lang), date=vn_date(day.day), n=day.number, why=why)


def told_days(wording: Wording, found: Explanation, lang: str = SOURCE) -> list[str]:
    """One sentence a day, then the result."""
    key = "day_end_provisional" if found.provisional else "day_end"
    end = wording.say(key, lang, weekday=weekday(wording, found.due, lang), date=vn_date(found.due), n=found.n)
    return [*(told_day(wording, day, lang) for day in found.days), end]
