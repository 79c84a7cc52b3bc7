"""Dates as people type them: `5/3/2026`, `5/3`, `hôm qua`, `ngày 5 tháng 3`, `2026-03-05`."""

from __future__ import annotations

import re
from datetime import date, timedelta

from cases.text import normalise, strip_marks

_NEAR = {"hom nay": 0, "nay": 0, "today": 0, "hom qua": 1, "qua": 1, "yesterday": 1, "hom kia": 2}
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})")
_FIGURES = re.compile(r"(?P<d>\d{1,2})\s*[/.\-]\s*(?P<m>\d{1,2})(?:\s*[/.\-]\s*(?P<y>\d{4}|\d{2}))?")
_WORDS = re.compile(r"(?P<d>\d{1,2})\s+thang\s+(?P<m>\d{1,2})(?:\s+nam\s+(?P<y>\d{4}))?")


def read_date(text: str, today: date, *, ahead: bool = False) -> date | None:
    """The one date in a short answer, day before month; None when there is none or it does not exist.

    Without a year the latest such day up to today is meant, with `ahead` the first one from today on.
    """
    plain = " ".join(strip_marks(normalise(text)).split()).removeprefix("ngay ").strip(" .")
    if plain in _NEAR:
        return today - timedelta(days=_NEAR[plain])
    for pattern in (_ISO, _FIGURES, _WORDS):
        found = pattern.fullmatch(plain)
        if found:
            return _day(found["d"], found["m"], found["y"], today, ahead=ahead)
    return None


def _day(day: str, month: str, year: str | None, today: date, *, ahead: bool) -> date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    years = (today.year, today.year + 1) if ahead else (today.year, today.year - 1)
    for guess in years:
        found = _date(guess, int(month), int(day))
        if found is not None and (found >= today if ahead else found <= today):
            return found
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
