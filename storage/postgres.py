"""PostgreSQL: the same work functions on a pooled asyncpg connection, tried again when the server asks for it."""

from __future__ import annotations

import asyncio
import random
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.database import DatabaseFault, Work

T = TypeVar("T")
TRIES = 6
# serialization_failure, deadlock_detected, unique_violation (two first messages of one person at once)
TRY_AGAIN = {"40001", "40P01", "23505"}


class PostgresDatabase:
    """See `storage.database.Database`."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)

    async def write(self, work: Work[T]) -> T:
        """Run and commit; conflicts between processes are tried again with a short random wait."""
        for attempt in range(TRIES):
            try:
                async with self._engine.begin() as connection:
                    return await connection.run_sync(work)
            except DBAPIError as error:
                if attempt == TRIES - 1 or not _worth_retrying(error):
                    raise _fault(error) from error
            except OSError as error:
                raise DatabaseFault(type(error).__name__) from error
            await asyncio.sleep(random.uniform(0.002, 0.02) * 2**attempt)  # noqa: S311 - spreading retries, no secret
        raise AssertionError("unreachable")

    async def read(self, work: Work[T]) -> T:
        """Run and roll back."""
        try:
            async with self._engine.connect() as connection:
                return await connection.run_sync(work)
        except (DBAPIError, OSError) as error:
            raise _fault(error) from error

    async def close(self) -> None:
        """Close the pool."""
        await self._engine.dispose()


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", "") or "")


def _worth_retrying(error: DBAPIError) -> bool:
    return _state(error) in TRY_AGAIN


def _fault(error: BaseException) -> BaseException:
    if isinstance(error, DBAPIError) and _state(error).startswith("23"):
        return error
    if isinstance(error, OperationalError | InterfaceError | DBAPIError | OSError):
        return DatabaseFault(type(error).__name__)
    return error
