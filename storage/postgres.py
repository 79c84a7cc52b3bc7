"""PostgreSQL: the same work functions on a pooled asyncpg connection, tried again when the server asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import NoReturn, TypeVar

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.database import CommitUnknown, DatabaseFault, Work

T = TypeVar("T")
TRIES = 8  # with the waits between them some three seconds: a server that restarts is back by then
IDLE_SECONDS = 60  # a process that is stopped in the middle of a transaction must not keep its locks
# serialization_failure, deadlock_detected, unique_violation (two first messages of one person at once)
TRY_AGAIN = {"40001", "40P01", "23505"}
# admin_shutdown, crash_shutdown, cannot_connect_now: a server that restarts says these
SHUT_DOWN = {"57P01", "57P02", "57P03"}
# What asyncpg raises where a connection ends in the middle of something; the last is its own confusion about that.
LOST = (ConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError)
# Classes of errors that the work itself causes: wrong value, constraint, wrong statement.
OWN_MISTAKES = {"21", "22", "23", "42"}


class PostgresDatabase:
    """See `storage.database.Database`."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(
            url,
            pool_size=10,
            max_overflow=10,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"server_settings": {"idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s"}},
        )

    async def write(self, work: Work[T]) -> T:
        """Run and commit. Conflicts between processes, and connections lost before the commit, are tried again."""
        return await self._patiently(work, commit=True)

    async def read(self, work: Work[T]) -> T:
        """Run and roll back; tried again where the connection is lost."""
        return await self._patiently(work, commit=False)

    async def _patiently(self, work: Work[T], *, commit: bool) -> T:
        for attempt in range(TRIES):
            step = "connect"
            try:
                async with self._connected() as connection:
                    transaction = await connection.begin()
                    step = "work"
                    result = await connection.run_sync(work)
                    if commit:
                        step = "commit"
                        await transaction.commit()
                    return result
            except Exception as error:  # drivers raise many kinds: judged here, and raised again unless tried again
                again = _is_conflict(error) or _is_lost(error) or (step == "connect" and isinstance(error, OSError))
                if step == "commit" and _is_fault(error) and not _is_conflict(error):
                    raise CommitUnknown(type(error).__name__) from error
                if not again or attempt == TRIES - 1:
                    _raise(error)
            await asyncio.sleep(random.uniform(0.002, 0.02) * 2**attempt)  # noqa: S311 - spreading retries, no secret
        raise AssertionError("unreachable")

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            try:
                yield connection
            except Exception as error:  # raised again below
                if _is_lost(error):  # SQLAlchemy does not see it in every error, and would use the connection again
                    await connection.invalidate(error)
                raise

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()


def _raise(error: Exception) -> NoReturn:
    if _is_fault(error):
        raise DatabaseFault(type(error).__name__) from error
    raise error


def _is_conflict(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and error.orig is not None and _state(error.orig) in TRY_AGAIN


def _is_lost(error: BaseException | None) -> bool:
    """Whether the connection is no more: ended by an operator, by a restart, by the network."""
    if isinstance(error, DBAPIError):
        state = _state(error.orig) if error.orig else ""
        known = error.connection_invalidated or state[:2] == "08" or state in SHUT_DOWN
        return known or _is_lost(getattr(error.orig, "__cause__", None))
    if isinstance(error, ValueError):  # asyncpg: a value of the wrong kind
        return False
    return isinstance(error, LOST) or _state(error) in SHUT_DOWN


def _state(error: BaseException | None) -> str:
    return str(getattr(error, "sqlstate", None) or "")


def _is_fault(error: BaseException) -> bool:
    """Whether the database could not take the work; else the work itself was wrong and would be wrong again."""
    if isinstance(error, DBAPIError):
        state = _state(error.orig) if error.orig else ""
        own = isinstance(getattr(error.orig, "__cause__", None), ValueError)  # asyncpg: a value of the wrong kind
        return not own and state[:2] not in OWN_MISTAKES
    return isinstance(error, OSError | PoolTimeout | asyncpg.PostgresError | asyncpg.InterfaceError)
