"""What housekeeping asks of the tables: rows past their time, and identities whose case has ended."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete, or_, select

from storage.case_store import case
from storage.outbox import outbox, web_line
from storage.people import reporter
from storage.work import StoredWork, ledger, seen_update

UPDATES_KEPT = timedelta(days=35)
LEDGER_KEPT = timedelta(days=800)
SENT_KEPT = timedelta(days=35)
WEB_LINES_KEPT = timedelta(days=60)

Identity = tuple[str, str]
"""Reporter's reference and case id."""


def drop_old_rows(unit: StoredWork) -> None:
    """Delete spent update ids, ledger keys, settled messages and lines of web chats."""
    run = unit.connection.execute
    run(delete(seen_update).where(seen_update.c.at < unit.now - UPDATES_KEPT))
    run(delete(ledger).where(ledger.c.at < unit.now - LEDGER_KEPT))
    run(delete(outbox).where(outbox.c.done_at < unit.now - SENT_KEPT))
    run(delete(web_line).where(web_line.c.created_at < unit.now - WEB_LINES_KEPT))


def ended_identities(unit: StoredWork) -> list[Identity]:
    """Identities of cases that were relayed or closed, and those that were dated before."""
    over = or_(case.c.closed_at.is_not(None), case.c.relayed_at.is_not(None), reporter.c.drop_after.is_not(None))
    rows = unit.connection.execute(
        select(reporter.c.ref, reporter.c.case_id).join(case, case.c.id == reporter.c.case_id).where(over)
    )
    return [(row.ref, row.case_id) for row in rows]


def late_identities(unit: StoredWork, today: date, limit: int) -> list[Identity]:
    """Identities kept past their last day."""
    rows = unit.connection.execute(
        select(reporter.c.ref, reporter.c.case_id).where(reporter.c.drop_after < today).limit(limit)
    )
    return [(row.ref, row.case_id) for row in rows]
