"""What housekeeping asks of the tables: rows past their time, and identities whose case has ended."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import ColumnElement, Table, delete, func, or_, select

from cases.rules import Limits
from storage.case_store import case
from storage.outbox import outbox, web_line
from storage.people import reporter
from storage.tables import FailedUpdate, metadata
from storage.work import StoredWork, ledger, seen_update

UPDATES_KEPT = timedelta(days=35)
LEDGER_KEPT = timedelta(days=800)
SENT_KEPT = timedelta(days=35)
WEB_LINES_KEPT = timedelta(days=60)
failed_update = metadata.tables[str(FailedUpdate.__tablename__)]

Identity = tuple[str, str]
"""Reporter's reference and case id."""


def old_rows(unit: StoredWork, limits: Limits) -> dict[str, tuple[Table, ColumnElement[bool], int]]:
    """What is spent, by class: the table, which rows, and after how many days."""
    failed = timedelta(days=limits.failed_update_days)
    return {
        "update_ids": (seen_update, seen_update.c.at < unit.now - UPDATES_KEPT, UPDATES_KEPT.days),
        "marks": (ledger, ledger.c.at < unit.now - LEDGER_KEPT, LEDGER_KEPT.days),
        "sent_messages": (outbox, outbox.c.done_at < unit.now - SENT_KEPT, SENT_KEPT.days),
        "web_lines": (web_line, web_line.c.created_at < unit.now - WEB_LINES_KEPT, WEB_LINES_KEPT.days),
        "failed_updates": (failed_update, failed_update.c.at < unit.now - failed, failed.days),
    }


def drop_old_rows(unit: StoredWork, limits: Limits) -> None:
    """Delete spent update ids, ledger keys, settled messages, lines of web chats, updates that could not be handled."""
    for table, condition, _days in old_rows(unit, limits).values():
        unit.connection.execute(delete(table).where(condition))


def count_old_rows(unit: StoredWork, limits: Limits) -> dict[str, tuple[int, int]]:
    """How many rows of each class are spent, and after how many days they are."""
    count = select(func.count())
    return {
        name: (int(unit.connection.execute(count.select_from(table).where(condition)).scalar() or 0), days)
        for name, (table, condition, days) in old_rows(unit, limits).items()
    }


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
