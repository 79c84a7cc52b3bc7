"""Legal holds: what a court or an inspection needs outweighs every term."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.housekeeping import Housekeeping
from cases.calendar import local_date
from cases.retention import LIFT_DAYS
from cases.rules import Rules
from storage import holds, purge
from storage.work import StoredWork
from tests.databases import fresh_postgres
from tests.trust.backup_kit import LONG_AGO, NOW, House, case_ids
from tests.trust.test_purge import LIMITS


async def test_a_held_case_stays_until_a_week_after_the_hold_was_lifted(tmp_path: Path, rules: Rules) -> None:
    """A hold outweighs the term; lifting it leaves a week in which it can be set again."""
    held, free = case_ids(2)
    async with House(tmp_path) as house:
        await house.add([held, free], closed=LONG_AGO, files=False)
        keeper = Housekeeping(house.office, house.vault, lambda: rules)
        hold = await house.office.write(lambda unit: holds.set_hold(unit, held, "lan", "tòa án yêu cầu"))
        assert await keeper.purge() == 1
        await house.office.write(lambda unit: holds.lift_hold(unit, hold, "minh"))
        house.clock.move(days=LIFT_DAYS - 1)
        assert await keeper.purge() == 0
        house.clock.move(days=1)
        assert await keeper.purge() == 1


@pytest.fixture
def empty_postgres(postgres: str) -> Iterator[str]:
    """A PostgreSQL database of its own."""
    with fresh_postgres(postgres) as url:
        yield url


@pytest.mark.postgres
async def test_a_hold_set_while_the_purge_begins_is_kept(tmp_path: Path, empty_postgres: str) -> None:
    """Whoever was told "held" must not find the case gone: the purge waits, and looks again."""
    (one,) = case_ids(1)
    holding, go = threading.Event(), threading.Event()

    def hold(unit: StoredWork) -> None:
        assert unit.cases.by_code("xa-mau", due.code)
        holds.set_hold(unit, one, "lan", "tòa án")
        holding.set()
        go.wait(60)

    async def hold_in_another_process() -> None:
        async with House(tmp_path, empty_postgres) as other:
            await other.office.write(hold)

    async with House(tmp_path, empty_postgres) as house:
        await house.add([one], closed=LONG_AGO, files=False)
        (due,) = await house.office.read(lambda unit: purge.due_cases(unit, LIMITS))
        holder = threading.Thread(target=lambda: asyncio.run(hold_in_another_process()))
        holder.start()
        await asyncio.to_thread(holding.wait, 60)
        step = partial(purge.purge_cases, limits=LIMITS, case_ids=[one], actor="system")
        purging = asyncio.ensure_future(house.office.write(step))
        while not await house.database.read(_somebody_waits):
            await asyncio.sleep(0)
        go.set()
        assert await purging == []
        await asyncio.to_thread(holder.join)


def _somebody_waits(connection: Connection) -> int:
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return int(connection.exec_driver_sql(waits).scalar_one())


async def test_a_hold_ends_after_its_last_day(tmp_path: Path) -> None:
    """`until` is the last day that is kept."""
    async with House(tmp_path) as house:
        (one,) = case_ids(1)
        await house.add([one], closed=LONG_AGO, files=False)
        until = local_date(NOW) + timedelta(days=2)
        await house.office.write(lambda unit: holds.set_hold(unit, one, "lan", "kiểm tra", until))
        house.clock.move(days=2)
        assert await house.office.read(lambda unit: purge.due_cases(unit, LIMITS)) == []
        house.clock.move(days=1)
        assert await house.office.read(lambda unit: purge.due_cases(unit, LIMITS))
