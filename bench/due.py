"""How long a due date takes, beside the `holidays` package."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from statistics import median
from time import perf_counter

import holidays

from bench.figures import Figure, Sizes, rounded
from bot.data import load_rules

DAYS = [date(2026, 1, 5) + timedelta(days=7 * week) for week in range(40)]
TERM = 20  # working days
LIMIT = 2.0


async def figures(sizes: Sizes) -> AsyncIterator[Figure]:
    """Microseconds for one due date, everything warm."""
    calendar = load_rules().calendar
    theirs = holidays.country_holidays("VN", years=range(2026, 2029))
    ours = microseconds(lambda day: calendar.add_working_days(day, TERM), 200, sizes.rounds)
    peer = microseconds(lambda day: theirs.get_nth_working_day(day, TERM), 5, sizes.rounds)
    goal = f"<= {LIMIT:g} us"
    detail = {"holidays": rounded(peer)}
    yield Figure("due_date_warm", ours, "us", goal, ours <= LIMIT, "holidays", ours / peer, detail)


def microseconds(work: Callable[[date], date], times: int, rounds: int) -> float:
    """Median over the rounds of the mean time of one call."""
    found = []
    for day in DAYS:
        work(day)
    for _ in range(rounds):
        began = perf_counter()
        for _ in range(times):
            for day in DAYS:
                work(day)
        found.append((perf_counter() - began) / (times * len(DAYS)) * 1e6)
    return median(found)
