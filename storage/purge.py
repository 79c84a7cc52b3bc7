"""What is past its term: listed with the reason, and erased a few cases at a time, each whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from cases.calendar import local_date, local_midnight
from cases.retention import OVER, case_kept_until, ended_before
from cases.rules import Limits
from storage.case_store import case, event
from storage.erasing import Gone, erase_case
from storage.holds import held_cases
from storage.work import StoredWork

AT_ONCE = 20  # cases erased in one transaction: on SQLite residents' updates wait for it


@dataclass(frozen=True, slots=True)
class DueCase:
    """A case past its term: when it ended, its last day, and whether a hold keeps it."""

    id: str
    code: str
    locality: str
    ended: date
    until: date
    held: bool


def due_cases(unit: StoredWork, limits: Limits, *, with_held: bool = False, only: Sequence[str] = ()) -> list[DueCase]:
    """Cases past their term today, the oldest first; those on hold only when asked for."""
    today = local_date(unit.now)
    held = held_cases(unit, today)
    last = select(func.max(event.c.at)).where(event.c.case_id == case.c.id).scalar_subquery()
    ended = func.coalesce(case.c.closed_at, last, case.c.submitted_at, type_=case.c.closed_at.type)
    bound = local_midnight(ended_before(today, limits))
    found = select(case.c.id, case.c.code, case.c.locality, ended.label("ended")).where(
        case.c.state.in_(sorted(OVER)), or_(case.c.closed_at.is_(None), case.c.closed_at < bound)
    )
    if only:
        found = found.where(case.c.id.in_(only))
    due = []
    for row in unit.connection.execute(found.order_by(case.c.submitted_at)):
        day = local_date(row.ended)
        until = case_kept_until(day, limits)
        if until < today and (with_held or row.id not in held):
            due.append(DueCase(row.id, row.code, row.locality, day, until, row.id in held))
    return due


def purge_cases(unit: StoredWork, limits: Limits, case_ids: Sequence[str], actor: str) -> list[Gone]:
    """Erase those of these cases that are still due (a hold may have come meanwhile), in this transaction."""
    mine = select(case.c.id).where(case.c.id.in_(case_ids)).order_by(case.c.id)
    unit.connection.execute(mine.with_for_update())  # whoever is holding one just now has it locked: wait, then look
    gone = []
    for one in due_cases(unit, limits, only=case_ids):
        gone.append(erase_case(unit, one.id))
        detail = {"why": "term", "until": one.until.isoformat()}
        unit.audit.enter("purged", actor=actor, case_id=one.id, detail=detail)
    return gone
