"""Token pairs that are spent by use: one refresher at a time, the new pair durable before it is used."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from sqlalchemy import text

from bot.clock import SteppedClock
from storage.tokens import LEASE, StoredTokens
from storage.work import Office


class Pair(NamedTuple):
    """What a channel keeps."""

    access: str
    refresh: str
    expires_at: datetime


def pair(number: int) -> Pair:
    """The pair after so many refreshes."""
    return Pair(f"access-{number}", f"refresh-{number}", datetime(2026, 3, 2, number, tzinfo=UTC))


def tokens(office: Office, account: str = "oa:1", waits: list[float] | None = None) -> StoredTokens:
    """The store of an account; waiting takes no time and is counted."""

    async def wait(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)
        await asyncio.sleep(0)

    return StoredTokens(office, account, Pair, wait)


async def test_there_is_no_pair_at_first(any_office: Office) -> None:
    """The first pair comes from the settings."""
    assert await tokens(any_office).load() is None


async def test_a_saved_pair_is_found_again(any_office: Office) -> None:
    """By its own account only."""
    await tokens(any_office).save(pair(1))
    assert await tokens(any_office).load() == pair(1)
    assert await tokens(any_office, "oa:2").load() is None


async def test_ten_refreshers_at_once_spend_each_token_once(any_office: Office) -> None:
    """Each holder sees the pair left by the one before: a refresh token is never used twice."""
    await tokens(any_office).save(pair(0))
    spent = []

    async def refresh() -> None:
        async with tokens(any_office).lease() as lease:
            number = int(lease.pair.refresh.removeprefix("refresh-"))
            spent.append(number)
            await lease.save(pair(number + 1))

    await asyncio.gather(*(refresh() for _ in range(10)))
    assert spent == list(range(10))
    assert await tokens(any_office).load() == pair(10)


async def test_a_pair_is_stored_before_the_hold_ends(any_office: Office) -> None:
    """What a crash after `save` leaves behind is the new pair."""

    async def die_after_saving() -> None:
        async with tokens(any_office).lease() as lease:
            await lease.save(pair(1))
            assert await tokens(any_office).load() == pair(1)
            raise KeyError

    with pytest.raises(KeyError):
        await die_after_saving()
    async with asyncio.timeout(10), tokens(any_office).lease() as again:
        assert again.pair == pair(1)


async def test_a_dead_refresher_frees_the_account_in_time(any_office: Office, clock: SteppedClock) -> None:
    """Whoever waits gets the hold when the lease runs out, not before."""
    dead = tokens(any_office).lease()
    await dead.__aenter__()
    waits: list[float] = []
    heir = tokens(any_office, waits=waits).lease()
    waiting = asyncio.create_task(heir.__aenter__())
    while len(waits) < 3:
        await asyncio.sleep(0)
    assert not waiting.done()
    clock.move(seconds=LEASE.total_seconds())
    async with asyncio.timeout(10):
        assert (await waiting).pair is None
    await heir.__aexit__(None, None, None)
    await dead.__aexit__(None, None, None)


async def test_who_comes_back_late_does_not_take_the_hold_away(any_office: Office, clock: SteppedClock) -> None:
    """The first holder's end leaves the second's lease alone."""
    late = tokens(any_office).lease()
    await late.__aenter__()
    clock.now += LEASE + timedelta(seconds=1)
    async with tokens(any_office).lease():
        await late.__aexit__(None, None, None)
        holder = await any_office.read(
            lambda unit: unit.connection.execute(text("SELECT leased_by FROM oauth_token")).scalar()
        )
        assert holder


async def test_tokens_are_not_stored_in_clear(any_office: Office) -> None:
    """Neither half of the pair can be read in the table."""
    await tokens(any_office).save(pair(7))
    rows = await any_office.read(lambda unit: unit.connection.execute(text("SELECT * FROM oauth_token")).all())
    assert b"access-7" not in repr(rows).encode()
    assert b"refresh-7" not in b"".join(bytes(value) for row in rows for value in row if isinstance(value, bytes))
