"""What is thrown away in time: unsent drafts, spent update ids, delivered messages, identities past their term."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import delete, or_, select

from cases.calendar import local_date
from cases.retention import identity_kept_until
from cases.rules import Rules
from storage.case_store import case
from storage.outbox import outbox, web_line
from storage.people import reporter
from storage.vault import FileVault
from storage.work import Office, StoredWork, ledger, seen_update
from web.uploads import drop_stale

log = structlog.get_logger(__name__)
UPDATES_KEPT = timedelta(days=35)
LEDGER_KEPT = timedelta(days=800)
SENT_KEPT = timedelta(days=35)
WEB_LINES_KEPT = timedelta(days=60)
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
        await self._office.write(self._rows)
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

    def _rows(self, unit: StoredWork) -> None:
        run = unit.connection.execute
        run(delete(seen_update).where(seen_update.c.at < unit.now - UPDATES_KEPT))
        run(delete(ledger).where(ledger.c.at < unit.now - LEDGER_KEPT))
        run(delete(outbox).where(outbox.c.done_at < unit.now - SENT_KEPT))
        run(delete(web_line).where(web_line.c.created_at < unit.now - WEB_LINES_KEPT))

    def _date_identities(self, unit: StoredWork) -> None:
        """Write down until when each finished case's identity is kept; a case reopened meanwhile keeps it longer."""
        over = or_(case.c.closed_at.is_not(None), case.c.relayed_at.is_not(None), reporter.c.drop_after.is_not(None))
        rows = unit.connection.execute(
            select(reporter.c.ref, reporter.c.case_id).join(case, case.c.id == reporter.c.case_id).where(over)
        ).all()
        for ref, case_id in rows:
            entry, found = unit.people.reporter(ref), unit.cases.get(case_id)
            if entry is None or found is None:
                continue
            until = identity_kept_until(entry, found, self._rules().limits)
            if until != entry.drop_after:
                entry.drop_after = until
                unit.people.save_reporter(entry)

    def _identities(self, unit: StoredWork) -> None:
        today = local_date(unit.now)
        late = unit.connection.execute(
            select(reporter.c.ref, reporter.c.case_id).where(reporter.c.drop_after < today).limit(SLICE)
        ).all()
        for ref, case_id in late:
            unit.people.drop_reporter(ref)
            found = unit.cases.get(case_id)
            if found is not None:
                found.reporter = ""
                unit.cases.save(found)
