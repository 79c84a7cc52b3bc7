"""What the audit chain tells of reading: how many different cases an officer opened lately, and alarms about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from storage.audit import entry_table
from storage.work import StoredWork

UNUSUAL = "unusual_reading"
OPENINGS = ("case_viewed", "file_opened", "original_opened", "api_read", "emergency_opened", "sealed_opened")


@dataclass(frozen=True, slots=True)
class Alarm:
    """One entry that says an officer opened unusually many cases."""

    position: int
    officer_id: str
    at: datetime


def opened_more_than(unit: StoredWork, number: int, since: datetime) -> Sequence[str]:
    """Ids of the officers who opened more different cases than this since then, without those alarmed about since."""
    told = {one.officer_id for one in alarms(unit, since)}
    query = (
        select(entry_table.c.actor)
        .where(entry_table.c.what.in_(OPENINGS), entry_table.c.at > since, entry_table.c.case_id != "")
        .group_by(entry_table.c.actor)
        .having(func.count(entry_table.c.case_id.distinct()) > number)
    )
    return [one for one in unit.connection.execute(query).scalars() if one not in told]


def alarms(unit: StoredWork, since: datetime) -> Sequence[Alarm]:
    """Alarms entered since then."""
    columns = (entry_table.c.position, entry_table.c.actor, entry_table.c.at)
    query = select(*columns).where(entry_table.c.what == UNUSUAL, entry_table.c.at > since)
    return [Alarm(row.position, row.actor, row.at) for row in unit.connection.execute(query)]


def lately(now: datetime, hours: int = 1) -> datetime:
    """So many hours ago."""
    return now - timedelta(hours=hours)
