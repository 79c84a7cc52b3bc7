"""Emergency access as stored: who opened which case, until when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from cases.model import Case, Officer
from storage.schema import metadata
from storage.tables_fairness import EmergencyAccess
from storage.work import StoredWork, new_id

access = metadata.tables[str(EmergencyAccess.__tablename__)]
PLACE_REASON = "emergency_access.sealed_reason"


@dataclass(frozen=True, slots=True)
class Opening:
    """One case open to one officer."""

    case_id: str
    opened_at: datetime
    until: datetime


def keep(unit: StoredWork, officer: Officer, case: Case, reason: str, until: datetime) -> None:
    """Remember an opening."""
    row = new_id()
    unit.connection.execute(
        insert(access),
        {
            "id": row,
            "officer_id": officer.id,
            "case_id": case.id,
            "opened_at": unit.now,
            "until": until,
            "sealed_reason": unit.keys.seal(PLACE_REASON, row, reason),
        },
    )


def openings(unit: StoredWork, officer_id: str) -> Sequence[Opening]:
    """What is open to this officer now, the latest first."""
    mine = (access.c.officer_id == officer_id, access.c.until > unit.now)
    rows = unit.connection.execute(select(access).where(*mine).order_by(access.c.opened_at.desc()))
    return [Opening(row.case_id, row.opened_at, row.until) for row in rows]


def opening_of(unit: StoredWork, officer_id: str, case_id: str) -> Opening | None:
    """The opening of this case to this officer, while it lasts."""
    return next((one for one in openings(unit, officer_id) if one.case_id == case_id), None)
