"""PostgreSQL: the same work functions on a pooled asyncpg connection, tried again when the server asks for it."""

from __future__ import annotations

import asyncio
import random
from typing import NoReturn, TypeVar

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.database import DatabaseFault, Work

T = TypeVar("T")
TRIES = 6
# serialization_failure, deadlock_detected, unique_violation (two first messages of one person at once)
TRY_AGAIN = {"40001", "40P01", "23505"}
# Classes of errors that the work itself causes: wrong value, constraint, wrong statement.
OWN_MISTAKES = {"21", "22", "23", "42"}


class PostgresDatabase:
    """See `storage.database.Database`."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(
            url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True
        )

    async def write(self, work: Work[T]) -> T:
        """Run and commit; conflicts between processes are tried again with a short random wait."""
        for attempt in range(TRIES):
            try:
                async with self._engine.begin() as connection:
                    return await connection.run_sync(work)
            except Exception as error:  # noqa: BLE001 - raised again, told apart
                again = isinstance(error, DBAPIError) and error.orig and _state(error.orig) in TRY_AGAIN
                if not again or attempt == TRIES - 1:
                    _raise(error)
            await asyncio.sleep(random.uniform(0.002, 0.02) * 2**attempt)  # noqa: S311 - spreading retries, no secret
        raise AssertionError("unreachable")

    async def read(self, work: Work[T]) -> T:
        """Run and roll back."""
        try:
            async with self._engine.connect() as connection:
                return await connection.run_sync(work)
        except Exception as error:  # noqa: BLE001 - raised again, told apart
            _raise(error)

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()


def _raise(error: Exception) -> NoReturn:
    if _is_fault(error):
        raise DatabaseFault(type(error).__name__) from error
    raise error


def _state(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")


def _is_fault(error: BaseException) -> bool:
    """Whether the database could not take the work; else the work itself was wrong and would be wrong again."""
    if isinstance(error, DBAPIError):
        state = _state(error.orig) if error.orig else ""
        own = isinstance(getattr(error.orig, "__cause__", None), ValueError)  # asyncpg: a value of the wrong kind
        return not own and state[:2] not in OWN_MISTAKES
    return isinstance(error, OSError | PoolTimeout | asyncpg.PostgresError | asyncpg.InterfaceError)
