"""Which backups stay, what stands beside them, and the rhythm of making them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import chores
from storage.backup_folder import Keep, made_at, name_at, to_drop
from storage.backup_rows import backed_up, kind_of
from storage.layout import metadata
from storage.work import Office
from tests.trust.backup_kit import NOW

HOUR = timedelta(hours=1)


def test_a_year_of_hourly_backups_leaves_hours_days_and_months() -> None:
    """48 hours, 30 days, 12 months; some count twice."""
    made = [NOW - number * HOUR for number in range(24 * 365)]
    left = set(made) - to_drop(made, Keep())
    assert len([one for one in left if one > NOW - 48 * HOUR]) == 48
    assert len({one.date() for one in left}) == 40  # the last month's day is among the days
    assert len({(one.year, one.month) for one in left}) == 12


@given(
    st.lists(st.integers(0, 365 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes)), min_size=1),
    st.integers(1, 5),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_the_newest_always_stays_and_no_more_than_asked(made: list[datetime], h: int, d: int, m: int) -> None:
    """Whatever backups there are."""
    left = set(made) - to_drop(made, Keep(h, d, m))
    assert max(made) in left
    assert len(left) <= h + d + m + 1


def test_a_name_tells_when_it_was_made() -> None:
    """To the second, in UTC."""
    assert made_at(Path(name_at(NOW))) == NOW


@pytest.mark.parametrize("text", ["48", "0,30,12", "48,-1,12", "a,b,c"])
def test_nonsense_about_keeping_is_refused(text: str) -> None:
    """At least one hour, nothing negative."""
    with pytest.raises(ValueError):
        Keep.read(text)


def test_every_column_has_a_form_in_a_backup() -> None:
    """A new kind of column must be taught to it."""
    assert {kind_of(column) for table in metadata.sorted_tables for column in table.columns}
    assert {table.name for table in metadata.sorted_tables} - {table.name for table in backed_up()} == {
        "case_key",
        "erased",
        "console_session",
        "console_limit",
        "reporter",
    }


async def test_one_of_several_workers_takes_a_chore_on(any_office: Office) -> None:
    """And again only when it is due, or some minutes after it failed."""

    async def take() -> bool:
        return await any_office.write(lambda unit: chores.begin(unit, "backup", HOUR, HOUR / 6))

    clock = any_office.clock
    assert [await take(), await take()] == [True, False]
    await any_office.write(lambda unit: chores.failed(unit, "backup", "đầy đĩa"))
    clock.move(minutes=9)  # type: ignore[attr-defined]
    assert not await take()
    clock.move(minutes=1)  # type: ignore[attr-defined]
    assert await take()
    await any_office.write(lambda unit: chores.done(unit, "backup", "tốt"))
    clock.move(minutes=59)  # type: ignore[attr-defined]
    assert not await take()
    clock.move(minutes=1)  # type: ignore[attr-defined]
    assert await take()


async def test_a_failure_keeps_when_it_last_went_well(any_office: Office) -> None:
    """The operator sees both."""
    await any_office.write(lambda unit: chores.done(unit, "backup", "tốt"))
    good = any_office.clock()
    any_office.clock.move(hours=2)  # type: ignore[attr-defined]
    await any_office.write(lambda unit: chores.failed(unit, "backup", "đầy đĩa"))
    last = await any_office.read(lambda unit: chores.last(unit, "backup"))
    assert last is not None
    assert (last.good_at, last.fault, last.detail) == (good, "đầy đĩa", "tốt")
