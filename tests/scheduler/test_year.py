"""A year of one commune: outages, extensions, returns, answers and calendar edits, judged by an independent oracle."""

from __future__ import annotations

import csv
import random
from bisect import bisect_left
from datetime import date

import pytest
import yaml

from tests.faults.scale import times
from tests.scheduler import oracle
from tests.scheduler.life import START, live, running_hours
from tests.scheduler.life_steps import Life
from tests.scheduler.nudge_world import DATA
from tests.trust.figures import TENTH


async def prove(seed: int, days: int, cases: int, outages: int, edits: int) -> Life:
    """Live, and compare with the oracle."""
    life = await live(seed, days, cases, outages, edits)
    wanted = life.finish()
    sent = [key for _, key in life.said]
    assert set(sent) == wanted.sent
    assert len(sent) == len(set(sent)), "said twice"
    assert all(7 <= when.astimezone(oracle.HERE).hour < 20 for when, _ in life.said), "said at night"
    assert life.letters == wanted.letters
    assert set(life.closings) == wanted.closings
    return life


@pytest.mark.parametrize("seed", range(1, 11))
async def test_ten_weeks(seed: int) -> None:
    """Seventy days with outages of a minute to ten days: what was sent equals what the oracle says."""
    life = await prove(seed, days=70, cases=15, outages=5, edits=10)
    assert len(life.said) > 100


async def test_a_year_without_a_word_at_night() -> None:
    """A year of a small commune: nothing unasked between 21:00 and 07:00, nothing missed, nothing twice."""
    life = await prove(20, days=365, cases=times(200, 2_000), outages=24, edits=12)
    assert len(life.said) > 5_000


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110 if TENTH else 200))
async def test_a_year(seed: int) -> None:
    """A year with five hundred cases and two outages a month: what was sent equals what the oracle says."""
    life = await prove(seed, days=365, cases=500, outages=24, edits=12)
    assert len(life.said) > 10_000


def test_the_oracle_counts_like_the_published_vectors() -> None:
    """The oracle's own calendar agrees with the working-day vectors of the trade."""
    data = yaml.safe_load((DATA / "holidays_vn.yaml").read_text(encoding="utf-8"))
    days = oracle.Days(
        frozenset(entry["date"] for entry in data["days_off"]),
        frozenset(entry["date"] for entry in data["working_weekends"]),
    )
    with (DATA.parent / "tests" / "data" / "workday_vectors.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert str(days.walk(date.fromisoformat(row["received_on"]), 20)) == row["due_20wd"]


def test_running_hours_leave_outages_out() -> None:
    """No tick falls into an outage, and the end of an outage is one."""
    moments = running_hours(random.Random(5), 30, 3)
    assert moments == sorted(moments)
    assert bisect_left(moments, START) == 0
