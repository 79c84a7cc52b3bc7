"""SQLite: one writer thread with group commit, a few readers, and a lock file against a second process.

`synchronous=FULL` and `BEGIN IMMEDIATE` always; WAL only on SQLite 3.51.3 or newer, because older WAL can corrupt
(WAL-reset bug, 3.7.0 to 3.51.2) and WAL with NORMAL acknowledges before fsync.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from storage.database import AlreadyRunning, DatabaseFault, Work
from storage.hot import Hot

try:
    import pysqlite3 as driver  # type: ignore[import-untyped,unused-ignore]  # carries a newer SQLite than most systems
except ImportError:  # pragma: no cover - platforms without the wheel
    import sqlite3 as driver  # type: ignore[no-redef,unused-ignore]

T = TypeVar("T")
_BEGIN = Hot(text("BEGIN IMMEDIATE"))
WAL_SAFE_FROM = (3, 51, 3)
GROUP = 64  # updates committed together at most
BUSY_SECONDS = 30.0
# Pages each connection keeps for itself, beside the system's own cache: five of them bound what a busy hour leaves.
WRITER_CACHE, READER_CACHE = 8_000, 4_000  # KiB
# Errors of the work itself: trying again would not help, so they are no `DatabaseFault`.
_OWN_MISTAKES = {"IntegrityError", "ProgrammingError", "DataError", "InterfaceError", "NotSupportedError"}


def journal_mode(version: tuple[int, ...] = driver.sqlite_version_info) -> str:
    """`WAL` where this version of SQLite is safe with it, else the rollback journal (`DELETE`)."""
    return "WAL" if version >= WAL_SAFE_FROM else "DELETE"


class _Job:
    __slots__ = ("done", "error", "future", "loop", "result", "work")

    def __init__(self, work: Callable[[Connection], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None


class SqliteDatabase:
    """See `storage.database.Database`. `busy_seconds`: how long to wait for a lock of somebody else (a backup)."""

    dialect = "sqlite"

    def __init__(self, path: Path, *, exclusive: bool = False, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self._closed = False
        self._lock = _take_lock(path) if exclusive else None
        memory = str(path) == ":memory:"
        self._writer_engine = _engine(path, busy_seconds, readonly=False)
        self._reader_engine = self._writer_engine if memory else _engine(path, busy_seconds, readonly=True)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._readers = None if memory else ThreadPoolExecutor(4, thread_name_prefix="sqlite-read")
        self._thread = threading.Thread(target=self._serve, name="sqlite-write", daemon=True)
        self._thread.start()

    async def write(self, work: Work[T]) -> T:
        """Queue for the writer; returns after the commit that holds it."""
        if self._closed:
            raise DatabaseFault("closed")
        job = _Job(work, asyncio.get_running_loop())
        self._jobs.put(job)
        result: T = await job.future
        return result

    async def read(self, work: Work[T]) -> T:
        """Run on a reader connection."""
        if self._readers is None:
            return await self.write(work)
        if self._closed:
            raise DatabaseFault("closed")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def settle(self) -> None:
        """Write the journal into the file and empty it: what was erased is then in neither."""
        if str(self.path) != ":memory:":
            await asyncio.to_thread(self._empty_journal)

    def _empty_journal(self) -> None:
        with contextlib.closing(driver.connect(self.path, timeout=1.0)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Let the writer finish its queue, then close."""
        self._closed = True
        self._jobs.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        if self._readers is not None:
            self._readers.shutdown()
        self._writer_engine.dispose()
        self._reader_engine.dispose()
        if self._lock is not None:
            self._lock.close()

    def _read(self, work: Work[T]) -> T:
        try:
            with self._reader_engine.connect() as connection:
                return work(connection)
        except DBAPIError as error:
            fault = _fault(error)
            if fault is error:
                raise
            raise fault from error

    def _serve(self) -> None:
        with contextlib.closing(_Writer(self._writer_engine)) as writer:
            while (job := self._jobs.get()) is not None:
                batch = [job]
                while len(batch) < GROUP:
                    try:
                        more = self._jobs.get_nowait()
                    except queue.Empty:
                        break
                    if more is None:
                        self._jobs.put(None)
                        break
                    batch.append(more)
                writer.run(batch)


class _Writer:
    """Owns the writing connection; reconnects after a fault."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def run(self, batch: list[_Job]) -> None:
        """One transaction for the whole batch. If any job fails, all is undone and each runs again by itself.

        Failures are rare and a savepoint for every job would cost two statements each; jobs may therefore run
        twice, as they may on PostgreSQL, and must change nothing but the database. Where the transaction itself
        cannot begin or commit, everybody hears it at once: waiting for the lock again for each would take hours.
        """
        by_a_job = False
        try:
            with self._transaction() as connection:
                by_a_job = True
                for job in batch:
                    job.result = job.work(connection)
                by_a_job = False
        except Exception as error:  # noqa: BLE001 - handed to the caller who awaits the job
            if by_a_job and len(batch) > 1:
                for job in batch:
                    self.run([job])
                return
            for job in batch:
                job.error = _fault(error)
        _settle(batch)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Connection]:
        if self._connection is None:
            self._connection = self._engine.connect()
        connection = self._connection
        try:
            with connection.begin():
                yield connection
        except DBAPIError:
            self._connection = None
            with contextlib.suppress(DBAPIError):
                connection.invalidate()
                connection.close()
            raise


def _fault(error: BaseException) -> BaseException:
    if isinstance(error, DBAPIError) and type(error.orig).__name__ not in _OWN_MISTAKES:
        fault = DatabaseFault(f"{type(error.orig).__name__}: {error.orig}")
        fault.__cause__ = error
        return fault
    return error


def _settle(batch: list[_Job]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        loops.setdefault(job.loop, []).append(job)
    for loop, jobs in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop of a stopped caller is closed
            loop.call_soon_threadsafe(_wake, jobs)


def _wake(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def _engine(path: Path, busy_seconds: float, *, readonly: bool) -> Engine:
    memory = str(path) == ":memory:"
    pooled = readonly or memory
    engine = create_engine(
        "sqlite://" if memory else f"sqlite:///{path}",
        module=driver,
        poolclass=QueuePool if pooled else NullPool,
        **({"pool_use_lifo": True} if pooled else {}),  # the reader whose cache is warm; others stay small
        hide_parameters=True,  # they would be in the error's text
        connect_args={"check_same_thread": False, "timeout": busy_seconds, "isolation_level": None},
    )
    event.listen(engine, "connect", lambda connection, _record: _prepare(connection, readonly=readonly))
    if not readonly:
        event.listen(engine, "begin", lambda connection: _BEGIN.change(connection, {}))
    return engine


def _prepare(connection: Any, *, readonly: bool) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA cache_size=-{READER_CACHE if readonly else WRITER_CACHE}")
    if readonly:
        cursor.execute("PRAGMA query_only=ON")
    else:
        cursor.execute(f"PRAGMA journal_mode={journal_mode()}")
    cursor.close()


def _take_lock(path: Path) -> IO[str] | None:
    """Hold `<file>.lock` for as long as this process lives; the system frees it on any kind of death."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - not on POSIX
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        handle.close()
        raise AlreadyRunning(
            f"another process already serves {path}; stop it first, or use PostgreSQL for several processes"
        ) from error
    return handle
