"""The last try and the last success of what the machine does for its own safety: backup, drill, purge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.hot import Hot
from storage.layout import metadata
from storage.tables_retention import ChoreRow
from storage.work import StoredWork

chore = metadata.tables[str(ChoreRow.__tablename__)]
LONGEST = 300
BACKUP, DRILL, PURGE, RESTORED = "backup", "drill", "purge", "restored"


def _upsert(insertion: Any) -> Any:
    fresh = {name: insertion.excluded[name] for name in ("tried_at", "good_at", "fault", "detail")}
    return insertion.on_conflict_do_update(index_elements=["name"], set_=fresh)


_SAVE = Hot(
    {"sqlite": _upsert(sqlite.insert(chore)), "postgresql": _upsert(postgresql.insert(chore))}, chore.columns.keys()
)
_FIRST = Hot(
    {
        "sqlite": sqlite.insert(chore).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(chore).on_conflict_do_nothing(),
    },
    chore.columns.keys(),
)


@dataclass(frozen=True, slots=True)
class Chore:
    """What is known of one chore. `good_at` None: it never went well here."""

    name: str
    tried_at: datetime
    good_at: datetime | None
    fault: str
    detail: str


def last(unit: StoredWork, name: str) -> Chore | None:
    """Its last result; None before the first try."""
    row = unit.connection.execute(select(chore).where(chore.c.name == name)).first()
    return Chore(row.name, row.tried_at, row.good_at, row.fault, row.detail) if row else None


def begin(unit: StoredWork, name: str, every: timedelta, again: timedelta) -> bool:
    """Take a chore on if it is due: `every` after it went well, `again` after any try. Of several one gets it."""
    before = last(unit, name)
    if before is None:
        first = {"name": name, "tried_at": unit.now, "good_at": None, "fault": "", "detail": ""}
        return _FIRST.change(unit.connection, first) == 1
    rested = before.good_at is None or unit.now - before.good_at >= every
    if not rested or unit.now - before.tried_at < again:
        return False
    mine = (chore.c.name == name, chore.c.tried_at == before.tried_at)
    return unit.connection.execute(update(chore).where(*mine).values(tried_at=unit.now)).rowcount == 1


def done(unit: StoredWork, name: str, detail: str) -> None:
    """It went well just now."""
    _save(unit, name, unit.now, "", detail)


def failed(unit: StoredWork, name: str, fault: str) -> None:
    """It went wrong just now; when it last went well is kept."""
    before = last(unit, name)
    _save(unit, name, before.good_at if before else None, fault, before.detail if before else "")


def _save(unit: StoredWork, name: str, good_at: datetime | None, fault: str, detail: str) -> None:
    words = {"fault": fault[:LONGEST], "detail": detail[:LONGEST]}
    _SAVE.change(unit.connection, {"name": name, "tried_at": unit.now, "good_at": good_at, **words})
