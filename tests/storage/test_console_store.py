"""Accounts, sessions and limits of the console on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.clock import SteppedClock
from cases.model import Officer, OfficerRole
from storage import console, console_limits, console_sessions
from storage.console_limits import Allowance
from storage.keys import KeyRing
from storage.migrate import upgrade
from storage.work import Office, StoredWork
from tests.databases import opened

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
LAN = Officer("lan", "xa-mau", "Lan", "mttq", (OfficerRole.HANDLER,))
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """A migrated database with one officer who can sign in."""
    async with opened(database_url) as database:
        await database.write(upgrade)
        present = Office(database, KeyRing([bytes(32)]), SteppedClock(NOW))

        def enrol(unit: StoredWork) -> None:
            unit.people.save_officer(LAN)
            console.save(unit, LAN, "lan", "hash", SECRET, 5)

        await present.write(enrol)
        yield present


async def test_an_account_is_found_by_name_and_by_officer(office: Office) -> None:
    """Capitals do not count."""
    by_name = await office.read(lambda unit: console.by_login(unit, "LAN "))
    assert by_name is not None
    assert by_name == await office.read(lambda unit: console.of_officer(unit, "lan"))
    assert (by_name.login, by_name.totp, by_name.totp_step) == ("lan", SECRET, 5)


async def test_a_step_is_used_once_by_many_at_once(office: Office) -> None:
    """Of eight simultaneous sign-ins with one code one wins; an older code loses too."""
    used = await asyncio.gather(*(office.write(lambda unit: console.use_step(unit, "lan", 6)) for _ in range(8)))
    assert (sum(used), await office.write(lambda unit: console.use_step(unit, "lan", 5))) == (1, False)


async def test_a_recovery_code_is_used_once_by_many_at_once(office: Office) -> None:
    """And only by its owner."""
    codes = await office.write(lambda unit: console.new_recovery(unit, "lan"))
    assert not await office.write(lambda unit: console.use_recovery(unit, "other", codes[0]))
    used = await asyncio.gather(
        *(office.write(lambda unit: console.use_recovery(unit, "lan", codes[0])) for _ in range(8))
    )
    assert (sum(used), await office.read(lambda unit: console.recovery_left(unit, "lan"))) == (1, 9)


async def test_tries_of_many_processes_add_up(office: Office) -> None:
    """Twelve at once charge twelve intervals."""
    one = Allowance("k", burst=1, every=10)
    await asyncio.gather(*(office.write(lambda unit: console_limits.charge(unit, [one])) for _ in range(12)))
    assert await office.read(lambda unit: console_limits.wait(unit, one)) == 120


async def test_a_session_is_found_by_its_token_only(office: Office) -> None:
    """What the table holds opens nothing."""
    token = await office.write(lambda unit: console_sessions.begin(unit, LAN, lang="vi", agent="a", address="b"))
    found = await office.read(lambda unit: console_sessions.find(unit, token))
    assert found is not None
    assert (found.officer, found.agent, found.address, found.begun_at) == (LAN, "a", "b", NOW)
    assert await office.read(lambda unit: console_sessions.find(unit, found.id)) is None


async def test_old_sessions_are_swept_when_somebody_signs_in(office: Office) -> None:
    """The table does not grow for ever."""

    def begin(unit: StoredWork) -> str:
        return console_sessions.begin(unit, LAN, lang="vi", agent="", address="")

    await office.write(begin)
    clock = office.clock
    assert isinstance(clock, SteppedClock)
    clock.move(hours=13)
    await office.write(begin)
    count = "SELECT count(*) FROM console_session"
    assert await office.read(lambda unit: unit.connection.exec_driver_sql(count).scalar()) == 1


async def test_a_revoked_officer_leaves_no_account(office: Office) -> None:
    """The name is free again, the chat untied, the register keeps who it was."""
    await office.write(lambda unit: console.revoke(unit, LAN))
    assert await office.read(lambda unit: console.by_login(unit, "lan")) is None
    assert await office.read(lambda unit: console.having_accounts(unit, "xa-mau")) == frozenset()
    LAN.active = True
