"""What stands in the audit chain, for tests to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from storage.audit import entry_table
from storage.work import StoredWork


@dataclass(frozen=True, slots=True)
class Entered:
    """One entry."""

    what: str
    actor: str
    case_id: str
    detail: dict[str, str]


def entries(unit: StoredWork) -> list[Entered]:
    """All of them, oldest first."""
    rows: Any = unit.connection.execute(select(entry_table).order_by(entry_table.c.position))
    return [Entered(row.what, row.actor, row.case_id, unit.audit.detail(row)) for row in rows]


def words(unit: StoredWork) -> list[str]:
    """What was entered, oldest first."""
    return [one.what for one in entries(unit)]
