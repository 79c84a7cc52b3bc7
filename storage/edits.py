"""Data changed on a running system: calendar days and imported directories, every version kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select

from storage.tables import CalendarEdit, DirectoryVersion, metadata
from storage.work import StoredWork

calendar_edit = metadata.tables[str(CalendarEdit.__tablename__)]
directory_version = metadata.tables[str(DirectoryVersion.__tablename__)]


@dataclass(frozen=True, slots=True)
class DayEdit:
    """One day added: off, or a Saturday worked (`for_day` is the day off it makes up for)."""

    day: date
    working: bool
    reason: str
    document: str = ""
    for_day: date | None = None


def add_day(unit: StoredWork, edit: DayEdit, made_by: str) -> None:
    """Store one edit."""
    unit.connection.execute(
        insert(calendar_edit),
        {
            "locality": "",
            "day": edit.day,
            "working": edit.working,
            "for_day": edit.for_day,
            "reason": edit.reason,
            "document": edit.document,
            "made_by": made_by,
            "made_at": unit.now,
        },
    )


def days(unit: StoredWork) -> Sequence[DayEdit]:
    """All edits, in the order they were made."""
    rows = unit.connection.execute(select(calendar_edit).order_by(calendar_edit.c.id))
    return [DayEdit(row.day, row.working, row.reason, row.document, row.for_day) for row in rows]


def import_directory(unit: StoredWork, content: str, imported_by: str) -> None:
    """Store a directory as the one in force."""
    unit.connection.execute(
        insert(directory_version), {"imported_at": unit.now, "imported_by": imported_by, "content": content}
    )


def directory(unit: StoredWork) -> tuple[str, datetime] | None:
    """The directory in force (YAML text) and since when; None while the shipped one is."""
    row = unit.connection.execute(select(directory_version).order_by(directory_version.c.id.desc()).limit(1)).first()
    return (row.content, row.imported_at) if row is not None else None


def mark(unit: StoredWork) -> tuple[int, int]:
    """Changes whenever something was edited; cheap to ask."""
    edits = unit.connection.execute(select(func.max(calendar_edit.c.id))).scalar() or 0
    versions = unit.connection.execute(select(func.max(directory_version.c.id))).scalar() or 0
    return edits, versions
