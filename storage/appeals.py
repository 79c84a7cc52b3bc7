"""Cases that were refused, for the review of refusals and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from cases.model import Case
from storage.case_store import case, event
from storage.nudges import NudgeStore
from storage.work import StoredWork

LOOKED_BACK = timedelta(days=366)


def refused_cases(unit: StoredWork, localities: Sequence[str]) -> list[Case]:
    """Cases of these localities refused in the last twelve months, by number; their content stays sealed."""
    found = (
        select(event.c.case_id)
        .join(case, case.c.id == event.c.case_id)
        .where(event.c.what == "refused", event.c.at > unit.now - LOOKED_BACK, case.c.locality.in_(localities))
        .distinct()
    )
    ids = list(unit.connection.execute(found).scalars())
    return sorted(NudgeStore(unit).seen_by_id(ids), key=lambda one: one.code)
