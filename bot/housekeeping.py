"""What is thrown away in time: unsent drafts, spent update ids, sent messages, identities and cases past their term."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import structlog

from cases import checkins
from cases.calendar import local_date
from cases.resident import forget_reporter
from cases.retention import identity_kept_until
from cases.rules import Rules
from scheduler.fetching import UPLOADED
from storage import chores, erasing, holds, purge, upkeep
from storage.drill import drop_left_behind
from storage.keys import SealBroken
from storage.orphans import drop_orphans
from storage.sqlite import SqliteDatabase
from storage.vault import FileVault
from storage.work import Office, StoredWork
from web.uploads import drop_stale

log = structlog.get_logger(__name__)
SLICE = 200
ORPHAN_AGE = timedelta(days=2)  # papers and evidence are stored before their rows


class Housekeeping:
    """Runs once an hour; each step is its own transaction."""

    def __init__(self, office: Office, vault: FileVault, rules: Callable[[], Rules]) -> None:
        self._office = office
        self._vault = vault
        self._rules = rules

    async def tidy(self) -> None:
        """Do all of it; what fails is logged, the rest is done all the same, and the last fault is raised."""
        fault: Exception | None = None
        for name, step in self._steps().items():
            try:
                await step()
            except Exception as error:  # one step that fails must not keep the others from being done
                log.error("housekeeping failed", job=name, exc_info=error)
                fault = error
        if fault is not None:
            raise fault

    def _steps(self) -> dict[str, Callable[[], Awaitable[object]]]:
        write = self._office.write
        return {
            "drafts": lambda: write(self._drafts),
            "old rows": lambda: write(lambda unit: upkeep.drop_old_rows(unit, self._rules().limits)),
            "days of identities": lambda: write(self._date_identities),
            "identities": lambda: write(self._identities),
            "cases": self.purge,
            "uploads": self._uploads,
            "files": self._files,
        }

    async def _uploads(self) -> None:
        # An upload is copied to its file within minutes; what is still here after a draft's life was never sent, but
        # for what waits for a disk with room, or for a machine that was off.
        older_than = self._office.clock() - timedelta(days=self._rules().limits.draft_days + 1)
        keep = await self._office.read(lambda unit: unit.files.waiting(UPLOADED))
        if dropped := await asyncio.to_thread(drop_stale, self._vault.folder, older_than, keep):
            log.info("unclaimed files dropped", count=dropped)

    async def _files(self) -> None:
        now = self._office.clock()
        if lost := await drop_orphans(self._office, self._vault, now - ORPHAN_AGE):
            log.info("files without an entry dropped", count=lost)
        if left := await asyncio.to_thread(drop_left_behind, self._vault.folder.parent, now):
            log.warning("copies that a killed drill or backup left were removed", count=left)

    async def purge(self, actor: str = "system", at_once: int = purge.AT_ONCE) -> int:
        """Erase the cases past their term, a few in each transaction, and the bytes of every erased file."""
        limits = self._rules().limits
        due = await self._office.read(lambda unit: [one.id for one in purge.due_cases(unit, limits)])
        erased = 0
        for part in erasing.slices(due, at_once):
            step = partial(purge.purge_cases, limits=limits, case_ids=part, actor=actor)
            erased += len(await self._office.write(step))
            await self.drop_erased_files()
        if erased:
            log.info("cases past their term erased", count=erased)
            await self._office.write(lambda unit: chores.done(unit, chores.PURGE, str(erased)))
        if isinstance(self._office.database, SqliteDatabase):
            await self._office.database.settle()  # what a killed purge erased lies in the journal, too
        await self.drop_erased_files()  # of a killed purge; after the rows, which must not wait for their bytes
        return erased

    async def drop_erased_files(self) -> None:
        """Erase the bytes of files whose rows are gone, those a killed process left among them."""
        while files := await self._office.read(erasing.waiting_files):
            await asyncio.to_thread(erasing.drop_files, self._vault, files)
            await self._office.write(partial(erasing.forget_files, file_ids=files))

    def _drafts(self, unit: StoredWork) -> None:
        for chat in unit.chats.expired(unit.now, SLICE):
            unit.files.drop_draft(chat.key)
            chat.talk = {"standing": chat.talk["standing"]} if chat.talk.get("standing") else {}
            chat.talk_expires_at = None
            unit.chats.save(chat)

    def _date_identities(self, unit: StoredWork) -> None:
        """Write down until when each finished case's identity is kept; a case reopened meanwhile keeps it longer."""
        for ref, case_id in upkeep.ended_identities(unit):
            try:
                entry, found = unit.people.reporter(ref), unit.cases.get(case_id)
            except SealBroken:  # one damaged row must not keep all others beyond their day; it goes with its case
                log.error("an identity or its case does not open", case=case_id)
                continue
            if entry is None or found is None:
                continue
            until = identity_kept_until(entry, found, self._rules().limits, watched=checkins.is_watched(unit, found))
            if until != entry.drop_after:
                entry.drop_after = until
                unit.people.save_reporter(entry)

    def _identities(self, unit: StoredWork) -> None:
        today = local_date(unit.now)
        held = holds.held_cases(unit, today)
        for ref, case_id in upkeep.late_identities(unit, today, SLICE):
            if case_id in held:
                continue
            try:
                found = unit.cases.get(case_id)
            except SealBroken:
                found = None
            if found is not None and found.reporter == ref:
                forget_reporter(unit, found)
                unit.cases.save(found)
            else:
                erasing.erase_identity(unit, ref)
