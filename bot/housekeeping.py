"""What is thrown away in time: unsent drafts, spent update ids, delivered messages, identities past their term."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import delete, select

from cases.calendar import local_date
from cases.rules import Rules
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

    def _identities(self, unit: StoredWork) -> None:
        today = local_date(unit.now)
        late = unit.connection.execute(
            select(reporter.c.ref, reporter.c.case_id).where(reporter.c.drop_after < today).limit(SLICE)
        ).all()
        for ref, case_id in late:
            unit.people.drop_reporter(ref)
            case = unit.cases.get(case_id)
            if case is not None:
                case.reporter = ""
                unit.cases.save(case)
