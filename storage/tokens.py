"""Token pairs that are spent by use: one refresher at a time across processes, a new pair stored before its use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update

from storage.tables import OAuthToken, metadata
from storage.work import Office, StoredWork, new_id

oauth_token = metadata.tables[str(OAuthToken.__tablename__)]
PLACE = "oauth_token.sealed_pair"
LEASE = timedelta(minutes=2)  # longer than any refresh; a dead refresher frees the account after it
WAIT_SECONDS = 0.5


class StoredTokens:
    """The pair of one account. `make` turns (access, refresh, expires_at) into the channel's own pair type."""

    def __init__(
        self, office: Office, account: str, make: Any, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._sleep = sleep
        self._office = office
        self._account = account
        self._make = make

    async def load(self) -> Any:
        """The present pair, None before the first was stored."""
        return await self._office.read(self._read)

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Any]:
        """Wait for the exclusive hold, then give the pair as it is now."""
        holder = new_id()
        while not await self._office.write(lambda unit: self._take(unit, holder)):
            await self._sleep(WAIT_SECONDS)  # another process may hold it: only looking tells
        try:
            yield _Lease(self, await self.load())
        finally:
            await self._office.write(lambda unit: self._free(unit, holder))

    async def save(self, pair: Any) -> None:
        """Store a pair durably."""
        await self._office.write(lambda unit: self._write(unit, pair))

    def _read(self, unit: StoredWork) -> Any:
        row = unit.connection.execute(select(oauth_token).where(oauth_token.c.account == self._account)).first()
        if row is None or row.sealed_pair is None:
            return None
        access, refresh, expires = unit.keys.open_json(PLACE, self._account, row.sealed_pair)
        return self._make(access, refresh, datetime.fromisoformat(expires))

    def _take(self, unit: StoredWork, holder: str) -> bool:
        self._ensure(unit)
        free = or_(oauth_token.c.leased_until.is_(None), oauth_token.c.leased_until <= unit.now)
        done = unit.connection.execute(
            update(oauth_token)
            .where(oauth_token.c.account == self._account, free)
            .values(leased_by=holder, leased_until=unit.now + LEASE)
        )
        return done.rowcount == 1

    def _free(self, unit: StoredWork, holder: str) -> None:
        unit.connection.execute(
            update(oauth_token)
            .where(oauth_token.c.account == self._account, oauth_token.c.leased_by == holder)
            .values(leased_by="", leased_until=None)
        )

    def _write(self, unit: StoredWork, pair: Any) -> None:
        self._ensure(unit)
        content = [pair.access, pair.refresh, pair.expires_at.isoformat()]
        unit.connection.execute(
            update(oauth_token)
            .where(oauth_token.c.account == self._account)
            .values(sealed_pair=unit.keys.seal_json(PLACE, self._account, content), saved_at=unit.now)
        )

    def _ensure(self, unit: StoredWork) -> None:
        known = unit.connection.execute(
            select(oauth_token.c.account).where(oauth_token.c.account == self._account)
        ).first()
        if known is None:
            unit.connection.execute(insert(oauth_token), {"account": self._account, "leased_by": ""})


class _Lease:
    """See `bot.channels.base.TokenLease`."""

    def __init__(self, store: StoredTokens, pair: Any) -> None:
        self._store = store
        self.pair = pair

    async def save(self, pair: Any) -> None:
        """Make the new pair durable before it is used."""
        await self._store.save(pair)
        self.pair = pair
