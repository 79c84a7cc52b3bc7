"""What is thrown away in time: unsent drafts, spent update ids, delivered messages, identities past their term."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from cases.calendar import local_date
from cases.retention import identity_kept_until
from cases.rules import Rules
from storage import upkeep
from storage.vault import FileVault
from storage.work import Office, StoredWork
from web.uploads import drop_stale

log = structlog.get_logger(__name__)
SLICE = 200


class Housekeeping:
    """Runs once an hour; each step is its own transaction."""

    def __init__(self, office: Office, vault: FileVault, rules: Callable[[], Rules]) -> None:
        self._office = office
        self._vault = vault
        self._rules = rules

    async def tidy(self) -> None:
        """Do all of it."""
        await self._office.write(self._drafts)
        await self._office.write(upkeep.drop_old_rows)
        await self._office.write(self._date_identities)
        await self._office.write(self._identities)
        # An upload is copied to its file within minutes; what is still here after a draft's life was never sent.
        older_than = self._office.clock() - timedelta(days=self._rules().limits.draft_days + 1)
        dropped = await asyncio.to_thread(drop_stale, self._vault.folder, older_than)
        if dropped:
            log.info("unclaimed files dropped", count=dropped)

    def _drafts(self, unit: StoredWork) -> None:
        for chat in unit.chats.expired(unit.now, SLICE):
            unit.files.drop_draft(chat.key)
            chat.talk = {"standing": chat.talk["standing"]} if chat.talk.get("standing") else {}
            chat.talk_expires_at = None
            unit.chats.save(chat)

    def _date_identities(self, unit: StoredWork) -> None:
        """Write down until when each finished case's identity is kept; a case reopened meanwhile keeps it longer."""
        for ref, case_id in upkeep.ended_identities(unit):
            entry, found = unit.people.reporter(ref), unit.cases.get(case_id)
            if entry is None or found is None:
                continue
            until = identity_kept_until(entry, found, self._rules().limits)
            if until != entry.drop_after:
                entry.drop_after = until
                unit.people.save_reporter(entry)

    def _identities(self, unit: StoredWork) -> None:
        for ref, case_id in upkeep.late_identities(unit, local_date(unit.now), SLICE):
            unit.people.drop_reporter(ref)
            found = unit.cases.get(case_id)
            if found is not None:
                found.reporter = ""
                unit.cases.save(found)
