"""Dates as officers type them."""

from datetime import date

import pytest

from handlers.dates import read_date

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("5/3/2026", date(2026, 3, 5)),
        ("05/03/2026", date(2026, 3, 5)),
        ("5-3-2026", date(2026, 3, 5)),
        ("5.3.26", date(2026, 3, 5)),
        ("5/3", date(2026, 3, 5)),
        ("28/12", date(2025, 12, 28)),
        ("2026-03-05", date(2026, 3, 5)),
        ("hôm nay", TODAY),
        ("Hom nay", TODAY),
        ("HÔM QUA", date(2026, 3, 9)),
        ("hôm kia", date(2026, 3, 8)),
        ("today", TODAY),
        ("ngày 5 tháng 3 năm 2026", date(2026, 3, 5)),
        ("5 tháng 3", date(2026, 3, 5)),
        (" ngày 5/3 ", date(2026, 3, 5)),
    ],
)
def test_read(typed: str, day: date) -> None:
    """Day before month, marks or none; without a year the latest such day."""
    assert read_date(typed, TODAY) == day


@pytest.mark.parametrize(
    "typed", ["", "31/2", "32/1/2026", "5/13/2026", "mai", "ngày mai", "12", "5/3 hoặc 6/3", "0/0/0"]
)
def test_not_a_date(typed: str) -> None:
    """Neither a day that does not exist nor anything that could mean two."""
    assert read_date(typed, TODAY) is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [("12/3", date(2026, 3, 12)), ("5/3", date(2027, 3, 5)), ("10/3", TODAY), ("5/3/2026", date(2026, 3, 5))],
)
def test_ahead(typed: str, day: date) -> None:
    """A day to come: without a year the next such day."""
    assert read_date(typed, TODAY, ahead=True) == day
