"""Legal holds: cases that a court, an inspection or a dispute needs, kept whatever their term says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update

from cases.calendar import local_date
from cases.retention import LIFT_DAYS, Hold
from storage.layout import metadata
from storage.tables_retention import LegalHoldRow
from storage.work import StoredWork

legal_hold = metadata.tables[str(LegalHoldRow.__tablename__)]
PLACE = "legal_hold.sealed_reason"


def set_hold(unit: StoredWork, case_id: str, by: str, reason: str, until: date | None = None) -> str:
    """Keep a case; one person is enough, for nothing is lost by it. Returns the hold's id."""
    row = unit.new_id()
    values = {
        "id": row,
        "case_id": case_id,
        "set_by": by,
        "set_at": unit.now,
        "until": until,
        "sealed_reason": unit.case_keys.of(case_id).seal(PLACE, row, reason),
        "lifted_by": "",
    }
    unit.connection.execute(insert(legal_hold), values)
    unit.audit.enter("hold_set", actor=by, case_id=case_id, detail={"until": until.isoformat() if until else ""})
    return row


def lift_hold(unit: StoredWork, hold_id: str, by: str) -> date | None:
    """End a hold, a week from now: until then anybody can set it again. None when there is no such hold any more."""
    start = local_date(unit.now) + timedelta(days=LIFT_DAYS)
    standing = (legal_hold.c.id == hold_id, legal_hold.c.lifted_from.is_(None))
    lifted = update(legal_hold).where(*standing).values(lifted_by=by, lifted_from=start).returning(legal_hold.c.case_id)
    case_id = unit.connection.execute(lifted).scalar()
    if case_id is None:
        return None
    unit.audit.enter("hold_lifted", actor=by, case_id=case_id, detail={"from": start.isoformat()})
    return start


def holds(unit: StoredWork, today: date, case_id: str = "") -> Sequence[Hold]:
    """The holds that stand today, of all cases or of one, the oldest first."""
    found = select(legal_hold).where(
        or_(legal_hold.c.until.is_(None), legal_hold.c.until >= today),
        or_(legal_hold.c.lifted_from.is_(None), legal_hold.c.lifted_from > today),
    )
    if case_id:
        found = found.where(legal_hold.c.case_id == case_id)
    return [_hold(unit, row) for row in unit.connection.execute(found.order_by(legal_hold.c.set_at))]


def held_cases(unit: StoredWork, today: date) -> frozenset[str]:
    """Ids of the cases that are held today."""
    standing = select(legal_hold.c.case_id).where(
        or_(legal_hold.c.until.is_(None), legal_hold.c.until >= today),
        or_(legal_hold.c.lifted_from.is_(None), legal_hold.c.lifted_from > today),
    )
    return frozenset(unit.connection.execute(standing).scalars())


def _hold(unit: StoredWork, row: Any) -> Hold:
    return Hold(
        id=row.id,
        case_id=row.case_id,
        by=row.set_by,
        since=local_date(row.set_at),
        reason=unit.case_keys.of(row.case_id).open(PLACE, row.id, row.sealed_reason),
        until=row.until,
        lifted_by=row.lifted_by,
        lifted_from=row.lifted_from,
    )
