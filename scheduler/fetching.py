"""Files that people sent are fetched afterwards, checked, and sealed into the vault; the case says pending until then.

A file is stored first and its row changed after: a crash in between means it is fetched again and stored over itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text, update

from cases.messages import FileFault, FileRef
from cases.ports import CaseFile, FileState
from scheduler import sealed_files
from scheduler.cleaning import Copier
from scheduler.filetypes import ARCHIVE, sniff
from scheduler.timer import Monotonic, Sleep, Timer
from storage import copies
from storage.database import DatabaseFault
from storage.files import case_file
from storage.sealed import PART as BOX
from storage.vault import FileVault, VaultFault
from storage.work import Office, StoredWork

CAP = 20_000_000  # bytes
AT_ONCE = 3
FETCH_LIMIT = 300.0  # seconds; channels give up before
LEASE = timedelta(minutes=10)
UPLOADED = "web"  # this channel's files wait in the vault under their reference
FETCHING = "fetching"  # stands in `fault` while somebody is at it
FIRST_WAIT, LONGEST_WAIT = 10.0, 7_200.0
DISK_WAIT = 30.0
GIVE_UP_AFTER = timedelta(days=2)
LOCK = 728_302  # PostgreSQL advisory lock: two workers must not take one file

log = logging.getLogger(__name__)

Fetch = Callable[[FileRef, int], Awaitable[bytes]]
"""Downloads one file, at most so many bytes; raises `FileFault`."""

OnEnded = Callable[[StoredWork, CaseFile], object]
"""Called in the transaction that gives a file up (`fault` says why), or that stores it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies in the vault now."""

    sha256: str
    size: int
    mime: str


class FileFetcher:
    """Fetches what is pending, a few files at once, looking every `poll` seconds and when woken.

    `on_failed` is called when a file is given up, `alarm` when the vault's disk takes nothing. `blocking` runs work on
    disk and children off the event loop. `alone`: no other process fetches for this database. `copier` reads the
    directories of archives in a child; `after` is called once files are stored, to have clean copies made of them.
    """

    def __init__(
        self,
        office: Office,
        vault: FileVault,
        fetchers: Mapping[str, Fetch],
        cap: int = CAP,
        *,
        on_failed: OnEnded | None = None,
        on_stored: OnEnded | None = None,
        alarm: Callable[[str], Awaitable[None]] | None = None,
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        chance: random.Random | None = None,
        poll: float = 5.0,
        blocking: Callable[..., Awaitable[Any]] = asyncio.to_thread,
        alone: bool | None = None,
        copier: Copier | None = None,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        self.on_failed = on_failed
        self.on_stored = on_stored
        self._office = office
        self._vault = vault
        self._fetchers = fetchers
        self._cap = cap
        self._alarm = alarm
        self._now = monotonic
        self._chance = chance or random.Random()  # noqa: S311 - spreads retries, guards no secret
        self._alone = office.database.dialect == "sqlite" if alone is None else alone
        self._nudge = asyncio.Event()
        self._timer = Timer(self._nudge.set, monotonic, sleep)
        self._poll = poll
        self._blocking = blocking
        self._copier = copier or Copier()
        self._after = after
        self._disk_told = False
        self._sealer = sealed_files.FileSealer(office, vault, blocking)

    def wake(self, woken: object = None) -> None:
        """Something may have been queued; takes what `Office.on_woken` gives and does not need it."""
        self._nudge.set()

    async def run(self) -> None:
        """Fetch until cancelled; a file under way is fetched again after a restart."""
        first = True
        while True:
            self._nudge.clear()
            try:
                if first:
                    await self._take_back()
                    first = False
                while await self._round():
                    pass
            except DatabaseFault as fault:
                log.warning("fetching files waits for the database (%s)", fault)
            except Exception:  # a mistake here must not end fetching for good
                log.exception("fetching files failed and goes on")
            self._timer.arm(self._now() + self._poll)
            await self._nudge.wait()

    async def drain(self) -> int:
        """Try everything due now once; returns how many files were tried."""
        await self._take_back()
        tried = 0
        while found := await self._round():
            tried += found
        return tried

    async def _take_back(self) -> None:
        """At the start of the only process: whoever was fetching is no more."""
        if self._alone:
            await self._office.write(_release_leases)

    async def _round(self) -> int:
        files = await self._office.write(self._claim)
        try:
            for ended in await asyncio.gather(*(self._take_in(file) for file in files), return_exceptions=True):
                if isinstance(ended, BaseException):
                    raise ended
        except asyncio.CancelledError:  # ended in order: another takes them up now, not when the lease is over
            with contextlib.suppress(DatabaseFault):
                await self._office.write(lambda unit: _release_leases(unit, [file.id for file in files]))
            raise
        return len(files)

    def _claim(self, unit: StoredWork) -> list[CaseFile]:
        if unit.connection.dialect.name == "postgresql":
            unit.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        files = list(unit.files.pending(unit.now, AT_ONCE))
        for file in files:
            _set(unit, file, {"fault": FETCHING, "next_try_at": unit.now + LEASE})
        return files

    # -- one file -------------------------------------------------------------------------------------------------

    async def _take_in(self, file: CaseFile) -> None:
        await self._handle(file)
        if file.channel == UPLOADED:
            await self._forget_upload(file)

    async def _forget_upload(self, file: CaseFile) -> None:
        """What the browser sent lies under the master: once the file is stored under its own key it must not stay."""
        current = await self._office.read(lambda unit: unit.files.get(file.id))
        if current is not None and current.state is FileState.STORED and file.source.ref.isalnum():
            await self._blocking(self._vault.drop, file.source.ref)

    async def _handle(self, file: CaseFile) -> None:
        try:
            to = await self._office.read(lambda unit: sealed_files.wanted(unit, file))
            if to is not None:
                return await self._sealer.take(file, to, self._fetched)
            stored = await self._fetch_and_store(file)
        except FileFault as fault:
            await self._not_fetched(file, fault.code)
        except VaultFault as fault:
            await self._disk_trouble(file, fault)
        except Exception:  # one file must not stop the others; it is tried again and given up in time
            log.exception("fetching file %s failed", file.id)
            await self._not_fetched(file, "unreachable")
        else:
            self._disk_told = False
            kept = await self._office.write(lambda unit: self._keep(unit, file, stored))
            if kept is None:
                await self._blocking(self._vault.drop, file.id, BOX)
            elif not kept:
                await self._blocking(self._vault.drop, file.id)  # the draft was thrown away meanwhile
            else:
                self._after()

    def _keep(self, unit: StoredWork, file: CaseFile, stored: Stored) -> bool | None:
        """Whether the file is wanted still; None when it became part of a sealed report and has its box already."""
        taken = sealed_files.taken_over(unit, file)
        if taken is not None:  # left pending, to be sealed in its next turn
            return None if taken.done else True
        done = _stored(unit, file, stored)
        if done:
            copies.ask(unit, file.id)
            _tell(unit, file, self.on_stored)
        return done

    async def _fetch_and_store(self, file: CaseFile) -> Stored:
        content, mime = await self._fetched(file)
        return await self._store(file, content, mime)

    async def _fetched(self, file: CaseFile) -> tuple[bytes, str]:
        """Content and type; raises `FileFault`."""
        fetch = self._fetchers.get(file.channel)
        if fetch is None:
            raise FileFault("unreachable", "channel not configured")
        if file.source.size > self._cap:
            raise FileFault("too_large")
        try:
            async with asyncio.timeout(FETCH_LIMIT):
                content = await fetch(file.source, self._cap)
        except TimeoutError as error:
            raise FileFault("unreachable", "no end within the time limit") from error
        if len(content) > self._cap:
            raise FileFault("too_large")
        mime = await self._blocking(sniff, content)
        if mime == ARCHIVE:
            mime = await self._blocking(self._copier.office_type, content)
        if mime is None:
            raise FileFault("wrong_type")
        return content, mime

    async def _store(self, file: CaseFile, content: bytes, mime: str) -> Stored:
        sha256 = await self._blocking(self._vault.put, file.id, content, "original", file.key)
        return Stored(sha256, len(content), mime)

    async def _not_fetched(self, file: CaseFile, code: str) -> None:
        """Unreachable files are tried for two days; the other faults do not mend themselves."""
        if code == "unreachable" and self._office.clock() - file.added_at < GIVE_UP_AFTER:
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(file.attempts, 20) * self._chance.uniform(0.8, 1.2))
            await self._office.write(lambda unit: _try_later(unit, file, code, wait))
        else:
            await self._office.write(lambda unit: self._give_up(unit, file, code))
            await self._blocking(self._vault.drop, file.id)  # what an interrupted try may have left

    def _give_up(self, unit: StoredWork, file: CaseFile, code: str) -> None:
        done = {"state": FileState.FAILED.value, "fault": code, "next_try_at": None, "attempts": file.attempts + 1}
        if _set(unit, file, done):
            _tell(unit, file, self.on_failed)

    async def _disk_trouble(self, file: CaseFile, fault: VaultFault) -> None:
        """No room or no disk: nothing is given up, it goes on by itself once there is room."""
        log.error("file vault: %s", fault)
        await self._office.write(lambda unit: _try_later(unit, file, "disk", DISK_WAIT, attempts=0))
        if self._alarm is not None and not self._disk_told:
            self._disk_told = True
            await self._alarm("Không ghi được tệp vào kho (đĩa đầy hoặc hỏng). Tệp được giữ lại để tải sau.")


def _stored(unit: StoredWork, file: CaseFile, stored: Stored) -> bool:
    done = {"state": FileState.STORED.value, "fault": "", "next_try_at": None, "attempts": file.attempts + 1}
    return _set(unit, file, done | {"sha256": stored.sha256, "size": stored.size, "mime": stored.mime})


def _tell(unit: StoredWork, file: CaseFile, whom: OnEnded | None) -> None:
    current = unit.files.get(file.id) if whom is not None else None
    if current is None or whom is None:
        return
    try:
        with unit.connection.begin_nested():
            whom(unit, current)
    except Exception:  # a case that cannot be told must not keep the file pending for ever; what is stored stays
        log.exception("file %s of case %s is %s, but its case could not be told", file.id, file.case_id, current.state)


def _try_later(unit: StoredWork, file: CaseFile, fault: str, seconds: float, *, attempts: int = 1) -> None:
    retry_at = unit.now + timedelta(seconds=seconds)
    _set(unit, file, {"fault": fault, "next_try_at": retry_at, "attempts": file.attempts + attempts})


def _set(unit: StoredWork, file: CaseFile, values: Mapping[str, object]) -> bool:
    """Change only these columns, and only while pending: a case may have taken the file over in between."""
    waiting = (case_file.c.id == file.id, case_file.c.state == FileState.PENDING.value)
    return unit.connection.execute(update(case_file).where(*waiting).values(values)).rowcount == 1


def _release_leases(unit: StoredWork, ids: Sequence[str] | None = None) -> None:
    """Of these files, or of all."""
    waiting = [case_file.c.state == FileState.PENDING.value, case_file.c.fault == FETCHING]
    waiting += [case_file.c.id.in_(ids)] if ids is not None else []
    unit.connection.execute(update(case_file).where(*waiting).values(fault="", next_try_at=None))
