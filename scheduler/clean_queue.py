"""Clean copies of the files of cases, one after another: scanned where a scanner runs, then made in a child.

The parts are put into the vault first and the row is changed after: a crash in between makes them once more.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from cases.ports import CaseFile, FileState
from scheduler import cleaning, sealed_files
from scheduler.cleaning import Copier
from scheduler.copies import Copy, CopyFault
from scheduler.timer import Monotonic, Sleep, Timer
from scheduler.virus import ScannerDown, scan
from storage import copies
from storage.copies import CleanCopy, CopyState, part_name
from storage.database import DatabaseFault
from storage.keys import SealBroken
from storage.sealed import PART as BOX
from storage.vault import FileVault, VaultFault
from storage.work import Office, StoredWork

POLL = 5.0
HOUR = 3_600.0
SCANNER_WAIT, DISK_WAIT, SLOW_WAIT = 60.0, 30.0, 300.0
MOST_TRIES = 2
"""Of what may have been a busy machine's fault; everything else about a file stays as it is."""
ONCE_MORE = frozenset({"slow", "crashed", "memory"})

log = logging.getLogger(__name__)


class Cleaner:
    """Makes the copies that were asked for, looking every few seconds and when woken.

    `scanner` is the address of clamd, "" for none. `alarm` tells an operator that it does not answer.
    """

    def __init__(
        self,
        office: Office,
        vault: FileVault,
        copier: Copier,
        scanner: str = "",
        *,
        alarm: Callable[[str], Awaitable[None]] | None = None,
        monotonic: Monotonic = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        poll: float = POLL,
        blocking: Callable[..., Awaitable[Any]] = asyncio.to_thread,
        alone: bool | None = None,
    ) -> None:
        self._office, self._vault, self._copier, self._scanner = office, vault, copier, scanner
        self._alarm, self._now, self._poll, self._blocking = alarm, monotonic, poll, blocking
        self._alone = office.database.dialect == "sqlite" if alone is None else alone
        self._nudge = asyncio.Event()
        self._timer = Timer(self._nudge.set, monotonic, sleep)
        self._told = False
        self._adopted = -HOUR

    def wake(self) -> None:
        """Something was asked for."""
        self._nudge.set()

    async def run(self) -> None:
        """Copy until cancelled; the child under way is killed then, and its file is taken up at the next start."""
        first = True
        try:
            while True:
                self._nudge.clear()
                try:
                    if first:
                        await self._begin()
                        first = False
                    await self._adopt()
                    while await self._next():
                        pass
                except DatabaseFault as fault:
                    log.warning("copying files waits for the database (%s)", fault)
                except Exception:  # a mistake here must not end copying for good
                    log.exception("copying files failed and goes on")
                self._timer.arm(self._now() + self._poll)
                await self._nudge.wait()
        finally:
            self._copier.stop()

    async def drain(self) -> int:
        """Make all that can be made now; returns how many files were tried."""
        await self._begin()
        await self._adopt()
        tried = 0
        while await self._next():
            tried += 1
        return tried

    async def _begin(self) -> None:
        if self._alone:
            await self._office.write(copies.release)

    async def _adopt(self) -> None:
        if self._now() - self._adopted < HOUR:
            return
        self._adopted = self._now()
        await self._blocking(cleaning.sweep)
        while await self._office.write(copies.adopt):
            pass

    # -- one file -------------------------------------------------------------------------------------------------

    async def _next(self) -> bool:
        claimed = await self._office.write(copies.claim)
        if claimed is None:
            return False
        file, asked = claimed
        try:
            await self._handle(file)
        except CopyFault as fault:
            await self._no_copy(file, asked, fault)
        except ScannerDown:
            await self._hold(file)
        except VaultFault as fault:
            log.error("file vault: %s", fault)
            await self._office.write(partial(_later, file=file, fault="disk", seconds=DISK_WAIT, tries=asked.attempts))
        except Exception:  # one file must not stop the others
            log.exception("copying file %s failed", file.id)
            await self._no_copy(file, asked, CopyFault("crashed"))
        return True

    async def _handle(self, file: CaseFile) -> None:
        if await self._office.read(lambda unit: sealed_files.wanted(unit, file)) is not None:
            raise CopyFault("sealed")
        if not self._vault.has(file.id):
            raise CopyFault("gone")
        try:
            content: bytes = await self._blocking(self._vault.get, file.id, "original", file.key)
        except SealBroken:  # the file was taken into a sealed report, or its case was erased, a moment ago
            raise CopyFault("gone") from None
        finding = await self._blocking(scan, self._scanner, content) if self._scanner else ""
        self._told = False
        if finding:
            await self._office.write(lambda unit: copies.end(unit, file.id, CopyState.LOCKED, finding=finding))
            return
        copy = await self._blocking(self._copier.copy, content, file.mime)
        for number, part in enumerate(copy.parts, 1):
            await self._blocking(self._vault.put, file.id, part.content, part_name(number), file.key)
        if not await self._office.write(partial(_made, file=file, copy=copy)):
            await self._blocking(self._vault.drop, file.id, BOX)  # gone, or sealed, meanwhile

    async def _no_copy(self, file: CaseFile, asked: CleanCopy, fault: CopyFault) -> None:
        if fault.code == "stopped":
            return
        tries = asked.attempts + 1
        if fault.code in ONCE_MORE and tries < MOST_TRIES:
            await self._office.write(partial(_later, file=file, fault=fault.code, seconds=SLOW_WAIT, tries=tries))
            return
        log.info("file %s has no clean copy: %s", file.id, fault)
        await self._office.write(lambda unit: copies.end(unit, file.id, CopyState.NONE, fault=fault.code))

    async def _hold(self, file: CaseFile) -> None:
        """Nothing is shown that was not scanned: the file waits until the scanner answers again."""
        await self._office.write(partial(_later, file=file, fault=copies.SCANNER, seconds=SCANNER_WAIT, tries=0))
        if self._alarm is not None and not self._told:
            self._told = True
            await self._alarm("Máy quét vi-rút (clamd) không trả lời. Tệp mới được giữ lại, chưa mở cho cán bộ xem.")


def _later(unit: StoredWork, *, file: CaseFile, fault: str, seconds: float, tries: int) -> None:
    copies.later(unit, file.id, fault, seconds, tries)


def _made(unit: StoredWork, *, file: CaseFile, copy: Copy) -> bool:
    """False when the file went away, or into a sealed report, while its copy was made."""
    current = unit.files.get(file.id)
    if current is None or current.state is not FileState.STORED or current.key != file.key:
        return False
    mime, count = copy.parts[0].mime, len(copy.parts)
    copies.end(unit, file.id, CopyState.MADE, shape=copy.shape.value, parts=count, total=copy.total, mime=mime)
    return True
